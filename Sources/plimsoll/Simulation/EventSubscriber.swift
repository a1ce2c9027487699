import Foundation
import LiquidationWire
import LiquidationWorker
import MarginDomain
import StreamTransport
import Synchronization
import Telemetry

/// An event as a subscriber got it.
struct ReceivedEvent: Sendable {
  let partition: Int32
  let event: MarginEvent
}

/// A subscriber of the worker's outputs on a thread of its own: keeps events in the order of
/// arrival, counts dead letters, and measures latency.
///
/// Latency is from the timestamp of the causing price record (set by the client that sent it) to
/// the arrival of the event here.
final class EventSubscriber: Sendable {
  struct State {
    var inbox: [ReceivedEvent] = []
    var positions: [TopicPartition: Int64] = [:]
    var latency = LatencyHistogram()
    var deadLetters: [String] = []
    var deadLetterCount = 0
    var failure: TransportError?
    var isStopped = false
  }

  private let state = Mutex(State())
  private let topics: WorkerTopics
  /// Empty when the thread has ended and its client is closed.
  private let running = DispatchGroup()

  init(topics: WorkerTopics) { self.topics = topics }

  /// Starts to read output partitions at the given offsets.
  func start(connector: any StreamConnector, at starts: [TopicPartition: Int64]) {
    state.withLock { $0.positions = starts }
    running.enter()
    let thread = Thread { [self] in
      defer { running.leave() }
      do throws(TransportError) {
        try read(connector, starts: starts)
      } catch {
        state.withLock { $0.failure = error }
      }
    }
    thread.stackSize = 4 << 20
    thread.start()
  }

  /// Stops reading and waits until the client is closed; otherwise it would complain when the
  /// broker disappears.
  func stop() {
    state.withLock { $0.isStopped = true }
    running.wait()
  }

  /// What went wrong on the thread, if anything.
  var failure: TransportError? { state.withLock { $0.failure } }

  /// True when everything before these offsets has arrived.
  func hasReached(_ ends: [TopicPartition: Int64]) -> Bool {
    state.withLock { state in
      ends.allSatisfy { state.positions[$0.key, default: 0] >= $0.value }
    }
  }

  /// Removes and returns the events that have arrived since the last call.
  func removeEvents() -> [ReceivedEvent] {
    state.withLock { state in
      let taken = state.inbox
      state.inbox.removeAll(keepingCapacity: true)
      return taken
    }
  }

  /// The latencies of all events so far.
  var latency: LatencyHistogram { state.withLock { $0.latency } }

  /// How many records were refused, and the first reasons.
  var deadLetters: (count: Int, first: [String]) {
    state.withLock { ($0.deadLetterCount, $0.deadLetters) }
  }

  /// The beginnings of all output partitions.
  static func beginnings(
    of topics: WorkerTopics, partitionCount: Int32
  ) -> [TopicPartition: Int64] {
    var starts: [TopicPartition: Int64] = [:]
    for name in [topics.marginCalls, topics.liquidations, topics.deadLetter] {
      for partition in 0..<partitionCount {
        starts[TopicPartition(topic: name, partition: partition)] = 0
      }
    }
    return starts
  }

  private func read(
    _ connector: any StreamConnector, starts: [TopicPartition: Int64]
  ) throws(TransportError) {
    let names = [topics.marginCalls, topics.liquidations, topics.deadLetter]
    let consumer = try connector.manualConsumer(topics: names)
    defer { consumer.close() }
    try consumer.start(at: starts)
    var batch = RecordBatch()
    var decoder = EventDecoder()
    while !state.withLock({ $0.isStopped }) {
      try consumer.poll(into: &batch, maximumRecords: 5_000, timeoutMilliseconds: 20)
      if !batch.isEmpty { try decode(batch, decoder: &decoder) }
    }
  }

  private func decode(
    _ batch: RecordBatch, decoder: inout EventDecoder
  ) throws(TransportError) {
    let now = SystemCalls.wallClockMilliseconds()
    var events: [ReceivedEvent] = []
    var letters: [String] = []
    for record in batch.records {
      let name = batch.topics[Int(record.topicIndex)]
      guard name != topics.deadLetter else {
        letters.append(reason(of: record, in: batch))
        continue
      }
      let topic: MarginEvent.Topic = name == topics.marginCalls ? .marginCalls : .liquidations
      do throws(WireRefusal) {
        let event = try decoder.decode(
          topic, key: batch.key(of: record), value: batch.value(of: record))
        events.append(ReceivedEvent(partition: record.partition, event: event))
      } catch {
        throw TransportError(
          kind: .fatal, code: "UNREADABLE_EVENT",
          reason: "\(name)-\(record.partition) offset \(record.offset): \(error.detail)")
      }
    }
    state.withLock { [events, letters] state in
      for received in events where received.event.id.cause.topic == .prices {
        let sent = received.event.id.cause.recordTime.nanoseconds / 1_000_000
        state.latency.record(microseconds: max(0, now - sent) * 1_000)
      }
      state.inbox.append(contentsOf: events)
      state.deadLetterCount += letters.count
      state.deadLetters += letters.prefix(max(0, 10 - state.deadLetters.count))
      for record in batch.records {
        state.positions[batch.topicPartition(of: record)] = record.offset + 1
      }
    }
  }

  private func reason(of record: RecordMetadata, in batch: RecordBatch) -> String {
    func header(_ name: String) -> String {
      let value = batch.headers(of: record).first { $0.name == name }?.value
      return value.map { String(decoding: $0, as: UTF8.self) } ?? "?"
    }
    return "\(header("dlq.topic"))-\(header("dlq.partition")) offset \(header("dlq.offset")): "
      + "\(header("dlq.reason")) (\(header("dlq.detail")))"
  }
}
