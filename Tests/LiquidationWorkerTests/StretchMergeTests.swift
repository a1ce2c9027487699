import MarginDomain
import StreamTransport
import Testing

@testable import LiquidationWorker

@Suite("Merge of stretches")
struct StretchMergeTests {
  private let topics = WorkerTopics()

  /// Merges partitions that are handed over in small pieces, sometimes with an empty one between.
  private func merged(
    _ records: [TopicPartition: [(offset: Int64, timestamp: Int64)]],
    ends: [TopicPartition: Int64]
  ) -> [String] {
    var merge = StretchMerge(
      ends.map { Stretch(partition: $0.key, start: 0, end: $0.value) }, topics: topics)
    var given: [TopicPartition: Int] = [:]
    var hasPaused: Set<TopicPartition> = []
    var order: [String] = []
    while true {
      switch merge.next() {
      case .record(let input, _, let record):
        order.append("\(input.name)-\(record.partition)@\(record.offset)")
      case .missing(let partition):
        guard !hasPaused.insert(partition).inserted else {
          merge.fill(partition, with: RecordBatch(), .more)
          continue
        }
        let all = records[partition, default: []].filter {
          $0.offset < ends[partition, default: 0]
        }
        let start = given[partition, default: 0]
        let piece = Array(all[start..<min(start + 2, all.count)])
        given[partition] = start + piece.count
        merge.fill(
          partition, with: batch(piece, of: partition),
          start + piece.count >= all.count ? .ended : .more)
      case .ended:
        #expect(merge.remaining >= 0)
        return order
      }
    }
  }

  private func batch(
    _ records: [(offset: Int64, timestamp: Int64)], of partition: TopicPartition
  ) -> RecordBatch {
    var batch = RecordBatch(topics: [partition.topic])
    for record in records {
      batch.append(
        RecordPosition(
          topicIndex: 0, partition: partition.partition, offset: record.offset,
          timestampMilliseconds: record.timestamp),
        key: [UInt8](), value: [UInt8]())
    }
    return batch
  }

  private func partition(_ topic: String, _ number: Int32) -> TopicPartition {
    TopicPartition(topic: topic, partition: number)
  }

  @Test("reads reference to its end, then merges by time, topic, partition")
  func order() {
    let order = merged(
      [
        partition("reference", 0): [(0, 500), (1, 900)],
        partition("prices", 0): [(0, 100), (1, 300), (2, 300)],
        partition("funding", 0): [(0, 300)],
        partition("trades", 1): [(0, 100), (1, 200)],
        partition("trades", 0): [(0, 100), (1, 300)],
      ],
      ends: [
        partition("reference", 0): 2, partition("prices", 0): 3, partition("funding", 0): 1,
        partition("trades", 0): 2, partition("trades", 1): 2,
      ])
    #expect(
      order == [
        "reference-0@0", "reference-0@1", "prices-0@0", "trades-0@0", "trades-1@0", "trades-1@1",
        "prices-0@1", "prices-0@2", "funding-0@0", "trades-0@1",
      ])
  }

  @Test("never reorders within a partition whose timestamps go back")
  func keepsPartitionOrder() {
    let order = merged(
      [
        partition("trades", 0): [(0, 500), (1, 100), (4, 600)],
        partition("prices", 0): [(0, 300), (1, 550)],
      ],
      ends: [partition("trades", 0): 5, partition("prices", 0): 2])
    #expect(
      order == [
        "prices-0@0", "trades-0@0", "trades-0@1", "prices-0@1", "trades-0@4",
      ])
  }

  @Test("stops before the given ends")
  func stopsAtEnds() {
    let order = merged(
      [partition("trades", 0): [(0, 1), (1, 2), (2, 3)]], ends: [partition("trades", 0): 2])
    #expect(order == ["trades-0@0", "trades-0@1"])
  }
}
