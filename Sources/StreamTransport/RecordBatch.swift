/// The location of one record in a `RecordBatch`, and the numbers that Kafka gave it.
///
/// Lengths of -1 stand for "absent", as on the wire; use the accessors.
@frozen
public struct RecordMetadata: Sendable, Hashable {
  /// Log offset within the partition; offsets of one partition are ascending but may have gaps.
  public let offset: Int64
  /// Record timestamp in milliseconds since 1970-01-01 UTC, or -1 when the record has none.
  public let timestampMilliseconds: Int64
  /// Index of the topic in `RecordBatch.topics`.
  public let topicIndex: Int32
  /// Partition number, from 0.
  public let partition: Int32
  @usableFromInline let start: Int
  @usableFromInline let keyLength: Int32
  @usableFromInline let valueLength: Int32
  @usableFromInline let headerStart: Int32
  @usableFromInline let headerCount: Int32

  @inlinable
  init(
    position: RecordPosition, start: Int, keyLength: Int32, valueLength: Int32, headerStart: Int32,
    headerCount: Int32
  ) {
    offset = position.offset
    timestampMilliseconds = position.timestampMilliseconds
    topicIndex = position.topicIndex
    partition = position.partition
    self.start = start
    self.keyLength = keyLength
    self.valueLength = valueLength
    self.headerStart = headerStart
    self.headerCount = headerCount
  }

  /// Whether the record has no value: on a compacted topic it deletes its key.
  @inlinable public var isTombstone: Bool { valueLength < 0 }

  /// Range of the key in `RecordBatch.bytes`; nil when the record has no key.
  @inlinable public var keyRange: Range<Int>? {
    keyLength < 0 ? nil : start..<(start + Int(keyLength))
  }

  /// Range of the value in `RecordBatch.bytes`; nil for a tombstone.
  @inlinable public var valueRange: Range<Int>? {
    guard valueLength >= 0 else { return nil }
    let valueStart = start + Int(max(0, keyLength))
    return valueStart..<(valueStart + Int(valueLength))
  }

  /// Range of the record's headers in `RecordBatch.headerRanges`; empty when it has none.
  @inlinable public var headerIndices: Range<Int> {
    Int(headerStart)..<(Int(headerStart) + Int(headerCount))
  }
}

/// The numbers that identify a record.
@frozen
public struct RecordPosition: Sendable, Hashable {
  /// Index of the topic in the batch's `topics`.
  public var topicIndex: Int32
  /// Partition number, from 0.
  public var partition: Int32
  /// Log offset within the partition.
  public var offset: Int64
  /// Milliseconds since 1970-01-01 UTC, or -1 when unknown.
  public var timestampMilliseconds: Int64

  /// Holds the numbers as they are.
  @inlinable
  public init(topicIndex: Int32, partition: Int32, offset: Int64, timestampMilliseconds: Int64) {
    self.topicIndex = topicIndex
    self.partition = partition
    self.offset = offset
    self.timestampMilliseconds = timestampMilliseconds
  }
}

/// Ranges of one header's name and value in `RecordBatch.bytes`.
@frozen
public struct HeaderRange: Sendable, Hashable {
  /// The name, UTF-8.
  public let name: Range<Int>
  /// The value; nil when the header was written without one.
  public let value: Range<Int>?

  @inlinable
  init(name: Range<Int>, value: Range<Int>?) {
    self.name = name
    self.value = value
  }
}

/// One poll's records in one flat byte array, to be refilled at each poll.
///
/// Keys, values and headers are in `bytes`, at the ranges given by `records`. Nothing is allocated
/// per record, and the storage is kept between polls as long as nobody else holds a copy. Records
/// of one partition are in offset order; partitions may be mixed in any order.
public struct RecordBatch: Sendable {
  /// Topic names that `RecordMetadata.topicIndex` refers to; set by the consumer that fills it.
  @inlinable public var topics: [String] { topicStorage }
  /// Keys, values and headers of all records.
  @inlinable public var bytes: [UInt8] { byteStorage }
  /// One entry per record.
  @inlinable public var records: [RecordMetadata] { recordStorage }
  /// One entry per header of any record; see `RecordMetadata.headerIndices`.
  @inlinable public var headerRanges: [HeaderRange] { headerStorage }

  @usableFromInline var topicStorage: [String]
  @usableFromInline var byteStorage: [UInt8] = []
  @usableFromInline var recordStorage: [RecordMetadata] = []
  @usableFromInline var headerStorage: [HeaderRange] = []

  /// Makes an empty batch; a consumer sets the topics when it fills it.
  public init(topics: [String] = []) { topicStorage = topics }

  /// Number of records.
  @inlinable public var count: Int { records.count }
  /// Whether there is no record.
  @inlinable public var isEmpty: Bool { records.isEmpty }

  /// The record's key bytes; nil when it has none.
  @inlinable public func key(of record: RecordMetadata) -> ArraySlice<UInt8>? {
    record.keyRange.map { bytes[$0] }
  }

  /// The record's value bytes; nil for a tombstone.
  @inlinable public func value(of record: RecordMetadata) -> ArraySlice<UInt8>? {
    record.valueRange.map { bytes[$0] }
  }

  /// The record's headers, copied, in the order in which the producer wrote them.
  public func headers(of record: RecordMetadata) -> [RecordHeader] {
    headerRanges[record.headerIndices].map { header in
      RecordHeader(
        name: String(decoding: bytes[header.name], as: UTF8.self),
        value: header.value.map { Array(bytes[$0]) })
    }
  }

  /// Topic and partition of the record.
  @inlinable public func topicPartition(of record: RecordMetadata) -> TopicPartition {
    TopicPartition(topic: topics[Int(record.topicIndex)], partition: record.partition)
  }
}

/// Filling a batch, for implementations of consumers.
extension RecordBatch {
  /// Drops all records, keeps the storage, and sets the topics that the next ones refer to.
  @inlinable
  public mutating func reset(topics: [String]) {
    byteStorage.removeAll(keepingCapacity: true)
    recordStorage.removeAll(keepingCapacity: true)
    headerStorage.removeAll(keepingCapacity: true)
    if topicStorage != topics { topicStorage = topics }
  }

  /// Adds a record's bytes after those already there; its headers follow by `appendHeader`.
  /// - Parameters:
  ///   - position: identifies the record; its topic index must be within `topics`.
  ///   - key: the key, or nil for none; at most 2^31 - 1 bytes.
  ///   - value: the value, or nil for a tombstone; at most 2^31 - 1 bytes.
  @inlinable
  public mutating func append<Bytes: Collection<UInt8>>(
    _ position: RecordPosition, key: Bytes?, value: Bytes?
  ) {
    let start = byteStorage.count
    if let key { byteStorage.append(contentsOf: key) }
    let keyEnd = byteStorage.count
    if let value { byteStorage.append(contentsOf: value) }
    recordStorage.append(
      RecordMetadata(
        position: position, start: start, keyLength: key == nil ? -1 : Int32(keyEnd - start),
        valueLength: value == nil ? -1 : Int32(byteStorage.count - keyEnd),
        headerStart: Int32(headerStorage.count), headerCount: 0))
  }

  /// Adds a header to the record that was added last.
  /// - Precondition: there is a record.
  @inlinable
  public mutating func appendHeader<Bytes: Collection<UInt8>>(
    name: some Collection<UInt8>, value: Bytes?
  ) {
    precondition(!recordStorage.isEmpty, "a header belongs to a record, and the batch has none")
    let last = recordStorage[recordStorage.count - 1]
    let nameStart = byteStorage.count
    byteStorage.append(contentsOf: name)
    let nameEnd = byteStorage.count
    if let value { byteStorage.append(contentsOf: value) }
    headerStorage.append(
      HeaderRange(
        name: nameStart..<nameEnd, value: value == nil ? nil : nameEnd..<byteStorage.count))
    let position = RecordPosition(
      topicIndex: last.topicIndex, partition: last.partition, offset: last.offset,
      timestampMilliseconds: last.timestampMilliseconds)
    recordStorage[recordStorage.count - 1] = RecordMetadata(
      position: position, start: last.start, keyLength: last.keyLength,
      valueLength: last.valueLength, headerStart: last.headerStart,
      headerCount: last.headerCount + 1)
  }
}
