internal import Foundation
internal import KafkaTransport
internal import LiquidationWire
internal import LiquidationWorker
internal import MarginDomain
internal import StreamTransport
internal import Telemetry

/// One run of `plimsoll tail`.
final class TailRun {
  /// Longest wait for an answer of the brokers at the start.
  private static let patience = 30_000
  /// How often a closed standard output is noticed when no event comes.
  private static let pollMilliseconds = 500

  private let options: ResolvedOptions
  private let topics: [(name: String, topic: MarginEvent.Topic)]
  private let stop = StopFlag()
  private var decoder = EventDecoder()
  private var watch = SequenceWatch()
  private var remaining: Int
  private var lines = ""

  init(_ options: ResolvedOptions) {
    self.options = options
    let names = TopicNames(options)
    let marginCalls = (name: names.marginCalls, topic: MarginEvent.Topic.marginCalls)
    let liquidations = (name: names.liquidations, topic: MarginEvent.Topic.liquidations)
    switch options[TailCommand.topic] {
    case .marginCalls: topics = [marginCalls]
    case .liquidations: topics = [liquidations]
    case .both: topics = [marginCalls, liquidations]
    }
    remaining = options[TailCommand.count] ?? .max
  }

  /// Prints events until a signal, the requested count, or the reader closes its end.
  func run() -> ExitStatus {
    StandardOutput.outliveReader()
    do throws(TransportError) {
      let connector = try KafkaConnector(
        options: options, logger: Logger(minimumLevel: .error, format: .logfmt))
      let consumer = try connector.manualConsumer(topics: topics.map(\.name))
      defer { consumer.close() }
      let signals = StopSignals { [stop, waker = consumer.waker] _ in
        stop.set()
        waker()
      }
      defer { signals.cancel() }
      let starts = try starts(on: connector)
      watch = SequenceWatch(fromFirstRecord: starts.filter { $0.value == 0 }.map(\.key))
      try consumer.start(at: starts)
      return try follow(consumer)
    } catch {
      let brokers = error.kind == .retriable ? " (brokers \(options[KafkaOptions.brokers]))" : ""
      Console.complain("plimsoll tail: \(error.reason)\(brokers)")
      return error.exitStatus
    }
  }

  private func follow(_ consumer: any ManualConsumer) throws(TransportError) -> ExitStatus {
    var batch = RecordBatch()
    while !stop.isSet, remaining > 0 {
      try consumer.poll(
        into: &batch, maximumRecords: 1_000, timeoutMilliseconds: Self.pollMilliseconds)
      for record in batch.records where remaining > 0 { show(record, of: batch) }
      switch StandardOutput.write(lines) {
      case .written: lines.removeAll(keepingCapacity: true)
      case .readerGone: return .success
      case .failed(let reason):
        Console.complain("plimsoll: standard output cannot be written: \(reason)")
        return .inputOutput
      }
    }
    return .success
  }

  private func show(_ record: RecordMetadata, of batch: RecordBatch) {
    let partition = batch.topicPartition(of: record)
    let topic = topics[Int(record.topicIndex)].topic
    let (key, value) = (batch.key(of: record), batch.value(of: record))
    do throws(WireRefusal) {
      let event = try decoder.decode(topic, key: key, value: value)
      if let notice = watch.notice(of: event.sequence, at: partition) { complain(notice) }
      if let account = options[TailCommand.account], account != event.id.accountID.text { return }
      switch options[TailCommand.format] {
      case .text: lines += EventText.line(event) + "\n"
      case .json: addJSON(value ?? [], of: topic, at: partition, offset: record.offset)
      }
      remaining -= 1
    } catch {
      complain("\(partition) offset \(record.offset) is not an event: \(error.detail)")
    }
  }

  /// One object: where the record stands, then the fields of its message.
  private func addJSON(
    _ value: ArraySlice<UInt8>, of topic: MarginEvent.Topic, at partition: TopicPartition,
    offset: Int64
  ) {
    do throws(JSONFormFault) {
      let fields = try JSONForm.text(of: value, as: TopicMessage(topic)).dropFirst()
      lines +=
        "{\"topic\":\"\(partition.topic)\",\"partition\":\(partition.partition),"
        + "\"offset\":\(offset),\(fields)\n"
    } catch {
      complain("\(partition) offset \(offset) has no JSON form: \(error)")
    }
  }

  private func complain(_ sentence: String) {
    Console.complain("plimsoll tail: \(sentence)")
  }

  /// Where to begin, per partition.
  private func starts(
    on connector: KafkaConnector
  ) throws(TransportError) -> [TopicPartition: Int64] {
    let administrator = try connector.topicAdministrator()
    defer { administrator.close() }
    let names = topics.map(\.name)
    let counts = try administrator.partitionCounts(
      of: names, timeoutMilliseconds: Self.patience)
    var partitions: [TopicPartition] = []
    for name in names {
      guard let count = counts[name] else {
        throw TransportError(
          kind: .refused, code: "UNKNOWN_TOPIC",
          reason: WorkerError.missingTopic(name).description)
      }
      partitions += (0..<count).map { TopicPartition(topic: name, partition: $0) }
    }
    if case .time(let nanoseconds) = options[TailCommand.start] {
      return try administrator.offsets(
        at: (nanoseconds + 999_999) / 1_000_000, of: partitions, timeoutMilliseconds: Self.patience)
    }
    let isFromEnd = options[TailCommand.start] == .end
    var starts: [TopicPartition: Int64] = [:]
    for partition in partitions {
      let bounds = try administrator.watermarks(of: partition, timeoutMilliseconds: Self.patience)
      starts[partition] = isFromEnd ? bounds.high : bounds.low
    }
    return starts
  }
}

/// Standard output of a command that runs until its reader goes away.
enum StandardOutput {
  enum Outcome: Equatable {
    case written
    /// The other end of the pipe is closed, as after `tail | head`.
    case readerGone
    case failed(String)
  }

  /// Makes a closed pipe an error of `write` instead of the end of the process.
  static func outliveReader() { signal(SIGPIPE, SIG_IGN) }

  /// Writes the text; if it is empty, only checks that the reader is still there.
  static func write(_ text: String) -> Outcome {
    guard !text.isEmpty else { return isReaderGone ? .readerGone : .written }
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
      return .written
    } catch {
      return isReaderGone ? .readerGone : .failed(error.localizedDescription)
    }
  }

  private static var isReaderGone: Bool {
    var state = pollfd(fd: FileHandle.standardOutput.fileDescriptor, events: 0, revents: 0)
    guard poll(&state, 1, 0) == 1 else { return false }
    return Int32(state.revents) & (POLLERR | POLLHUP) != 0
  }
}
