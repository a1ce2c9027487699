import Foundation
import StreamTransport
import Synchronization

/// Counts records with the batch consumer and does nothing else: what the worker is held against.
enum BareConsumer {
  /// Reads from the given offsets until so many records have come.
  ///
  /// - Parameters:
  ///   - offsets: where to begin, per partition.
  ///   - count: records to read, over all threads.
  ///   - threads: each has a consumer of its own and an equal share of the partitions.
  ///   - connector: the stream.
  /// - Throws: the first failure of any thread.
  static func read(
    from offsets: [TopicPartition: Int64], count: Int, threads: Int,
    connector: any StreamConnector
  ) throws(TransportError) {
    let total = Atomic<Int>(0)
    let failure = Mutex<TransportError?>(nil)
    let places = offsets.sorted { $0.key < $1.key }
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      let share = places.enumerated().filter { $0.offset % threads == thread }.map(\.element)
      do throws(TransportError) {
        try read(share, until: { total.load(ordering: .relaxed) >= count }, connector) { read in
          total.add(read, ordering: .relaxed)
        }
      } catch {
        failure.withLock { $0 = $0 ?? error }
        total.add(count, ordering: .relaxed)
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  private static func read(
    _ share: [(key: TopicPartition, value: Int64)], until isDone: () -> Bool,
    _ connector: any StreamConnector, _ note: (Int) -> Void
  ) throws(TransportError) {
    let topics = Set(share.map(\.key.topic)).sorted()
    let consumer = try connector.manualConsumer(topics: topics)
    defer { consumer.close() }
    try consumer.start(at: Dictionary(uniqueKeysWithValues: share))
    var batch = RecordBatch()
    while !isDone() {
      try consumer.poll(into: &batch, maximumRecords: 5_000, timeoutMilliseconds: 10)
      note(batch.count)
    }
  }
}
