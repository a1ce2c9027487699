import MarginDomain
import StreamTransport
import Testing

@testable import LiquidationWorker

/// Partitions in memory, handed out in small pieces, sometimes with an empty piece in between.
private final class ListReader: PartitionReader {
  let topics: [String]
  private let records: [TopicPartition: [(offset: Int64, timestamp: Int64)]]
  private var next: [TopicPartition: Int] = [:]
  private var end: [TopicPartition: Int64] = [:]
  private var hasPaused: Set<TopicPartition> = []

  init(topics: [String], records: [TopicPartition: [(offset: Int64, timestamp: Int64)]]) {
    self.topics = topics
    self.records = records
  }

  func open(
    _ partition: TopicPartition, from start: Int64, until end: Int64
  ) throws(TransportError) {
    next[partition] = 0
    self.end[partition] = end
  }

  func read(
    _ partition: TopicPartition, into batch: inout RecordBatch, maximumRecords: Int,
    timeoutMilliseconds: Int
  ) throws(TransportError) -> ReadProgress {
    batch.reset(topics: topics)
    if hasPaused.insert(partition).inserted { return .more }
    let all = records[partition, default: []].filter { $0.offset < end[partition, default: 0] }
    let start = next[partition, default: 0]
    for record in all[start..<min(start + 2, all.count)] {
      batch.append(
        RecordPosition(
          topicIndex: Int32(topics.firstIndex(of: partition.topic) ?? 0),
          partition: partition.partition, offset: record.offset,
          timestampMilliseconds: record.timestamp),
        key: [UInt8](), value: [UInt8]())
    }
    next[partition] = start + batch.count
    return start + batch.count >= all.count ? .ended : .more
  }

  func finish(_ partition: TopicPartition) {}
  func close() {}
}

@Suite("Rebuild merge")
struct RebuildTests {
  private let topics = WorkerTopics()

  private func merged(
    _ records: [TopicPartition: [(offset: Int64, timestamp: Int64)]],
    ends: [TopicPartition: Int64]
  ) throws -> [String] {
    let reader = ListReader(
      topics: topics.broadcast + [topics.trades], records: records)
    var merge = Rebuild(topics: topics, reader: reader, batchLimit: 10)
    try merge.open(ends)
    var order: [String] = []
    while true {
      let step = try merge.step(timeoutMilliseconds: 0) { input, _, record in
        order.append("\(input.name)-\(record.partition)@\(record.offset)")
      }
      if step == .ended { break }
    }
    #expect(merge.remaining >= 0)
    return order
  }

  private func place(_ topic: String, _ partition: Int32) -> TopicPartition {
    TopicPartition(topic: topic, partition: partition)
  }

  @Test("reads reference to its end, then merges by time, topic, partition")
  func order() throws {
    let order = try merged(
      [
        place("reference", 0): [(0, 500), (1, 900)],
        place("prices", 0): [(0, 100), (1, 300), (2, 300)],
        place("funding", 0): [(0, 300)],
        place("trades", 1): [(0, 100), (1, 200)],
        place("trades", 0): [(0, 100), (1, 300)],
      ],
      ends: [
        place("reference", 0): 2, place("prices", 0): 3, place("funding", 0): 1,
        place("trades", 0): 2, place("trades", 1): 2,
      ])
    #expect(
      order == [
        "reference-0@0", "reference-0@1", "prices-0@0", "trades-0@0", "trades-1@0", "trades-1@1",
        "prices-0@1", "prices-0@2", "funding-0@0", "trades-0@1",
      ])
  }

  @Test("never reorders within a partition whose timestamps go back")
  func keepsPartitionOrder() throws {
    let order = try merged(
      [
        place("trades", 0): [(0, 500), (1, 100), (4, 600)],
        place("prices", 0): [(0, 300), (1, 550)],
      ],
      ends: [place("trades", 0): 5, place("prices", 0): 2])
    #expect(
      order == [
        "prices-0@0", "trades-0@0", "trades-0@1", "prices-0@1", "trades-0@4",
      ])
  }

  @Test("stops before the given ends")
  func stopsAtEnds() throws {
    let order = try merged(
      [place("trades", 0): [(0, 1), (1, 2), (2, 3)]], ends: [place("trades", 0): 2])
    #expect(order == ["trades-0@0", "trades-0@1"])
  }
}
