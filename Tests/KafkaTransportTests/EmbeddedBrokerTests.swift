import KafkaTransport
import StreamTransport
import Testing

@Suite("Embedded broker", .serialized)
struct EmbeddedBrokerTests {
  private let broker: EmbeddedBroker
  private let connector: KafkaConnector

  init() throws {
    broker = try EmbeddedBroker(topics: ["trades": 8, "prices": 2])
    connector = try Support.connector(broker.bootstrapServers)
  }

  /// Reads until `count` records have come.
  private func read(
    _ consumer: any ManualConsumer, count: Int, maximumRecords: Int = 5_000
  ) throws -> [ReadRecord] {
    var batch = RecordBatch()
    var found: [ReadRecord] = []
    try Support.until("\(count) records come") {
      try consumer.poll(
        into: &batch, maximumRecords: maximumRecords, timeoutMilliseconds: 100)
      #expect(batch.count <= maximumRecords)
      found += ReadRecord.all(of: batch)
      return found.count >= count
    }
    return found.sorted()
  }

  @Test("carries keys, values, tombstones, headers and timestamps unchanged")
  func roundTrip() throws {
    let contents: [[UInt8]?] = [nil, [], [0, 255, 10]]
    let headers = [
      RecordHeader(name: "cause", text: "prices-0@7"), RecordHeader(name: "cause", value: []),
      RecordHeader(name: "empty", value: nil),
    ]
    var records: [OutboundRecord] = []
    for key in contents {
      for value in contents {
        records.append(
          OutboundRecord(
            topic: "prices", partition: 1, key: key, value: value,
            timestampMilliseconds: 1_760_000_000_000 + Int64(records.count),
            headers: records.count.isMultiple(of: 2) ? headers : []))
      }
    }
    try Support.publish(records, through: connector)
    let consumer = try connector.manualConsumer(topics: ["prices"])
    defer { consumer.close() }
    try consumer.start(at: [TopicPartition(topic: "prices", partition: 1): 0])
    let found = try read(consumer, count: records.count)
    let expected = records.enumerated().map { index, record in
      ReadRecord(
        partition: 1, offset: Int64(index), key: record.key, value: record.value,
        timestampMilliseconds: record.timestampMilliseconds ?? -1, headers: record.headers)
    }
    #expect(found == expected)
  }

  @Test("places keys as the partitioner says, and reports the positions written")
  func placement() throws {
    let keys = (0..<200).map { Array("account-\($0)".utf8) }
    let publisher = try connector.recordPublisher()
    defer { publisher.close() }
    for key in keys {
      try publisher.publish(OutboundRecord(topic: "trades", key: key, value: key))
    }
    try publisher.flush(timeoutMilliseconds: Support.patience)
    let expected = Dictionary(
      grouping: keys, by: { KeyPartitioner.partition(of: $0, partitionCount: 8) })
    #expect(expected.count == 8)
    #expect(
      publisher.writtenPositions
        == Dictionary(
          uniqueKeysWithValues: expected.map {
            (TopicPartition(topic: "trades", partition: $0.key), Int64($0.value.count))
          }))
    let consumer = try connector.manualConsumer(topics: ["prices", "trades"])
    defer { consumer.close() }
    try consumer.start(at: publisher.writtenPositions.mapValues { _ in 0 })
    for record in try read(consumer, count: keys.count) {
      let key = try #require(record.key)
      #expect(record.partition == KeyPartitioner.partition(of: key, partitionCount: 8))
    }
  }

  @Test("never exceeds the asked number of records, and starts at the asked offset")
  func bounds() throws {
    try Support.publish(numbered(300, topic: "prices", partition: 0), through: connector)
    let consumer = try connector.manualConsumer(topics: ["prices"])
    defer { consumer.close() }
    try consumer.start(at: [TopicPartition(topic: "prices", partition: 0): 123])
    let found = try read(consumer, count: 177, maximumRecords: 10)
    #expect(found.map(\.offset) == Array(123..<300))
    #expect(found.map(\.value) == (123..<300).map { Array("\($0)".utf8) })
  }

  private func numbered(_ count: Int, topic: String, partition: Int32) -> [OutboundRecord] {
    (0..<count).map {
      OutboundRecord(
        topic: topic, partition: partition, key: nil, value: Array("\($0)".utf8),
        timestampMilliseconds: 1_000 + Int64($0))
    }
  }

  @Test("reads each partition alone up to its given end, so that a merge can choose")
  func merge() throws {
    for partition in 0..<4 as Range<Int32> {
      try Support.publish(
        numbered(500, topic: "trades", partition: partition), through: connector)
    }
    try Support.publish(numbered(40, topic: "prices", partition: 1), through: connector)
    let reader = try connector.partitionReader(topics: ["trades", "prices"])
    defer { reader.close() }
    let prices = TopicPartition(topic: "prices", partition: 1)
    var open = (0..<4).map { TopicPartition(topic: "trades", partition: Int32($0)) }
    for partition in open {
      try reader.open(partition, from: 10 * Int64(partition.partition), until: 450)
    }
    try reader.open(prices, from: 5, until: 5)
    #expect(try drain(reader, prices).isEmpty)
    // Against the order in which they were opened: nothing of one shows up with another.
    open.reverse()
    for partition in open {
      let found = try drain(reader, partition)
      #expect(found.allSatisfy { $0.partition == partition.partition })
      #expect(found.map(\.offset) == Array((10 * Int64(partition.partition))..<450))
    }
    // And a later stretch of a partition that has been read.
    for partition in open {
      reader.finish(partition)
      try reader.open(partition, from: 450, until: 470)
      #expect(try drain(reader, partition).map(\.offset) == Array(450..<470))
    }
  }

  private func drain(
    _ reader: any PartitionReader, _ partition: TopicPartition
  ) throws -> [ReadRecord] {
    var batch = RecordBatch()
    var found: [ReadRecord] = []
    try Support.until("the end of \(partition) is reached") {
      let progress = try reader.read(
        partition, into: &batch, maximumRecords: 64, timeoutMilliseconds: 200)
      found += ReadRecord.all(of: batch)
      return progress == .ended
    }
    #expect(
      try reader.read(partition, into: &batch, maximumRecords: 64, timeoutMilliseconds: 0)
        == .ended)
    #expect(batch.isEmpty)
    return found
  }

  @Test("says that an offset outside the log is out of range")
  func outOfRange() throws {
    try Support.publish(numbered(3, topic: "prices", partition: 0), through: connector)
    let reader = try connector.partitionReader(topics: ["prices"])
    defer { reader.close() }
    let partition = TopicPartition(topic: "prices", partition: 0)
    try reader.open(partition, from: 50, until: 60)
    var batch = RecordBatch()
    var thrown: TransportError?
    try Support.until("the error comes") {
      do throws(TransportError) {
        _ = try reader.read(
          partition, into: &batch, maximumRecords: 10, timeoutMilliseconds: 100)
      } catch { thrown = error }
      return thrown != nil
    }
    #expect(thrown?.kind == .offsetOutOfRange)
    #expect(thrown?.partition == partition)
  }

  @Test("throws what a partition's broker refuses, and goes on behind it without a loss")
  func refusedFetch() throws {
    try Support.publish(numbered(5, topic: "prices", partition: 0), through: connector)
    try broker.fail(.fetch, with: [.topicAuthorizationFailed])
    let consumer = try connector.manualConsumer(topics: ["prices"])
    defer { consumer.close() }
    let partition = TopicPartition(topic: "prices", partition: 0)
    try consumer.start(at: [partition: 0])
    var batch = RecordBatch()
    var thrown: TransportError?
    try Support.until("the refusal comes") {
      do throws(TransportError) {
        try consumer.poll(into: &batch, maximumRecords: 10, timeoutMilliseconds: 100)
      } catch { thrown = error }
      #expect(batch.isEmpty)
      return thrown != nil
    }
    #expect(thrown?.kind == .fatal)
    #expect(thrown?.partition == partition)
    #expect(try read(consumer, count: 5).map(\.offset) == [0, 1, 2, 3, 4])
  }

  @Test("frees a client that is dropped without being closed")
  func dropped() throws {
    for _ in 0..<3 {
      let consumer = try connector.manualConsumer(topics: ["prices"])
      try consumer.start(at: [TopicPartition(topic: "prices", partition: 0): 0])
      let member = try connector.groupConsumer(group: "g", instance: nil, topics: ["prices"])
      let waker = member.waker
      var batch = RecordBatch()
      #expect(
        try member.poll(into: &batch, maximumRecords: 1, timeoutMilliseconds: 0) == nil)
      waker()
    }
  }

  @Test("refuses partitions that are not open, open twice, or of another topic")
  func misuse() throws {
    let reader = try connector.partitionReader(topics: ["prices"])
    let partition = TopicPartition(topic: "prices", partition: 0)
    var batch = RecordBatch()
    func code(_ body: () throws -> Void) -> String? {
      do { try body() } catch { return (error as? TransportError)?.code }
      return nil
    }
    #expect(
      code {
        _ = try reader.read(partition, into: &batch, maximumRecords: 1, timeoutMilliseconds: 0)
      }
        == "NOT_OPEN")
    try reader.open(partition, from: 0, until: 1)
    #expect(code { try reader.open(partition, from: 0, until: 1) } == "ALREADY_OPEN")
    let other = TopicPartition(topic: "trades", partition: 0)
    #expect(code { try reader.open(other, from: 0, until: 1) } == "UNKNOWN_TOPIC")
    #expect(
      code {
        try reader.open(TopicPartition(topic: "prices", partition: 1), from: -2, until: 1)
      } == "INVALID_OFFSET")
    reader.close()
    #expect(code { try reader.open(partition, from: 0, until: 1) } == "CLOSED")
  }

  @Test("tells partitions and watermarks, and refuses with a sentence what it cannot do")
  func administration() throws {
    try Support.publish(numbered(7, topic: "prices", partition: 1), through: connector)
    let administrator = try connector.topicAdministrator()
    defer { administrator.close() }
    let wait = Support.patience
    #expect(
      try administrator.partitionCounts(of: ["trades", "missing"], timeoutMilliseconds: wait)
        == ["trades": 8])
    #expect(
      try administrator.partitionCounts(of: [], timeoutMilliseconds: wait)
        == ["trades": 8, "prices": 2])
    let partition = TopicPartition(topic: "prices", partition: 1)
    #expect(
      try administrator.watermarks(of: partition, timeoutMilliseconds: wait)
        == Watermarks(low: 0, high: 7))
    #expect(try administrator.isEmbeddedBroker(timeoutMilliseconds: wait))
    let refused: [() throws -> Void] = [
      {
        _ = try administrator.create(
          [TopicSpecification(name: "new", partitionCount: 1)], timeoutMilliseconds: wait)
      },
      { _ = try administrator.settings(of: "prices", timeoutMilliseconds: wait) },
      { _ = try administrator.offsets(at: 1_000, of: [partition], timeoutMilliseconds: wait) },
    ]
    for attempt in refused {
      let error = #expect(throws: TransportError.self) { try attempt() }
      #expect(error?.kind == .refused)
      #expect(error?.reason.contains("embedded broker cannot") == true)
    }
  }

  @Test("wakes a waiting poll from another thread")
  func wake() async throws {
    let consumer = try connector.manualConsumer(topics: ["prices"])
    try consumer.start(at: [TopicPartition(topic: "prices", partition: 0): 0])
    var batch = RecordBatch()
    // A wake-up before the wait is not lost; without it this would take far longer than the
    // suite's patience.
    let waker = consumer.waker
    await Task.detached { waker() }.value
    let began = ContinuousClock.now
    try consumer.poll(into: &batch, maximumRecords: 10, timeoutMilliseconds: 10 * Support.patience)
    #expect(batch.isEmpty)
    #expect(ContinuousClock.now - began < .milliseconds(Support.patience))
    consumer.close()
    waker()
    #expect(throws: TransportError.self) {
      try consumer.poll(into: &batch, maximumRecords: 1, timeoutMilliseconds: 0)
    }
  }
}
