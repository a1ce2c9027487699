internal import Foundation
internal import KafkaTransport
internal import StreamTransport
internal import Telemetry

/// What `topics create` and `topics check` do.
struct TopicsRun {
  private let options: ResolvedOptions
  private let administrator: any TopicAdministrator
  private let patience: Int

  /// `topics check`: prints the topics, and a sentence per fault.
  static func check(_ options: ResolvedOptions) -> ExitStatus {
    func given(_ option: Option<Int>) -> Int? {
      options.source(of: option) == .unset ? nil : options[option]
    }
    let plan = TopicPlan(
      options, accountPartitions: given(TopicsOptions.partitions),
      broadcastPartitions: given(TopicsOptions.broadcastPartitions))
    if let problem = plan.contradiction { return refuse(options, problem) }
    return perform(options) { run throws(TransportError) in try run.check(plan) }
  }

  /// `topics create`: creates the missing topics, and checks the others.
  static func create(_ options: ResolvedOptions) -> ExitStatus {
    let plan = TopicPlan(
      options, accountPartitions: options[TopicsOptions.partitions],
      broadcastPartitions: options[TopicsOptions.broadcastPartitions])
    let making = TopicMaking(options)
    if let problem = plan.contradiction ?? making.contradiction {
      return refuse(options, problem)
    }
    return perform(options) { run throws(TransportError) in try run.create(plan, making) }
  }

  private static func refuse(_ options: ResolvedOptions, _ problem: String) -> ExitStatus {
    Console.complain("plimsoll \(options.commandName): \(problem)")
    return .usage
  }

  /// Runs a command's work with an administrator client, and reports failures.
  private static func perform(
    _ options: ResolvedOptions, _ work: (TopicsRun) throws(TransportError) -> ExitStatus
  ) -> ExitStatus {
    do throws(TransportError) {
      let connector = try KafkaConnector(
        options: options, logger: Logger(minimumLevel: .error, format: .logfmt))
      let administrator = try connector.topicAdministrator()
      defer { administrator.close() }
      let run = TopicsRun(
        options: options, administrator: administrator,
        patience: Int(options[WaitingOptions.timeout].milliseconds))
      if let refusal = try run.refuseEmbeddedBroker() { return refusal }
      return try work(run)
    } catch {
      let brokers = error.kind == .retriable ? " (brokers \(options[KafkaOptions.brokers]))" : ""
      Console.complain("plimsoll \(options.commandName): \(error.reason)\(brokers)")
      return error.exitStatus
    }
  }

  /// Asks repeatedly until the time-out, because a new topic has no leader for a moment.
  private func facts(
    of topics: [PlannedTopic]
  ) throws(TransportError) -> [String: TopicFacts] {
    let deadline = ContinuousClock.now.advanced(by: .milliseconds(patience))
    while true {
      do throws(TransportError) {
        return try TopicFacts.ask(administrator, about: topics, timeoutMilliseconds: patience)
      } catch {
        guard error.kind == .retriable, ContinuousClock.now < deadline else { throw error }
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
  }

  private func refuseEmbeddedBroker() throws(TransportError) -> ExitStatus? {
    guard try administrator.isEmbeddedBroker(timeoutMilliseconds: patience) else { return nil }
    Console.complain(
      "plimsoll \(options.commandName): the embedded broker knows no topic administration, and "
        + "'plimsoll demo' makes its own topics; this command needs a real Kafka cluster")
    return .unavailable
  }

  private func check(_ plan: TopicPlan) throws(TransportError) -> ExitStatus {
    let facts = try facts(of: plan.topics)
    let faults = TopicFaults.of(plan, in: facts)
    let verdict =
      faults.isEmpty
      ? "all topics are as the worker needs them\n"
      : faults.map { $0 + "\n" }.joined()
    let written = Console.write(TopicOverview.text(plan, facts) + "\n" + verdict)
    guard written == .success else { return written }
    return faults.isEmpty ? .success : .negative
  }

  private func create(
    _ plan: TopicPlan, _ making: TopicMaking
  ) throws(TransportError) -> ExitStatus {
    let specifications = plan.topics.map { topic in
      making.specification(of: topic, partitionCount: topic.partitionCount ?? 1)
    }
    let outcome = try administrator.create(specifications, timeoutMilliseconds: patience)
    let made = specifications.filter { outcome[$0.name] == .created }
    try waitUntilKnown(made.map(\.name))
    let others = plan.topics.filter { outcome[$0.name] == .existed }
    return report(plan, specifications, outcome, try facts(of: others))
  }

  /// Waits until all brokers know the new topics, so that whatever runs next finds them.
  private func waitUntilKnown(_ names: [String]) throws(TransportError) {
    let deadline = ContinuousClock.now.advanced(by: .milliseconds(patience))
    while !names.isEmpty {
      let known = try administrator.partitionCounts(of: names, timeoutMilliseconds: patience)
      if known.count == names.count { return }
      guard ContinuousClock.now < deadline else {
        let missing = names.filter { known[$0] == nil }.joined(separator: ", ")
        throw TransportError(
          kind: .retriable, code: "NOT_KNOWN_YET",
          reason: "made, but not known to the cluster within --timeout: \(missing)")
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
  }

  private func report(
    _ plan: TopicPlan, _ specifications: [TopicSpecification],
    _ outcome: [String: TopicCreation], _ facts: [String: TopicFacts]
  ) -> ExitStatus {
    var status = ExitStatus.success
    var lines = ""
    for (topic, specification) in zip(plan.topics, specifications) {
      let partitions = TopicFaults.partitionText(Int(specification.partitionCount))
      switch outcome[topic.name] {
      case .created: lines += "created  \(topic.name)  \(partitions)\n"
      case .existed:
        let faults = differences(of: topic, specification, facts[topic.name])
        lines += "existed  \(topic.name)\(faults.isEmpty ? "  \(partitions)" : "")\n"
        lines += faults.map { "differs  \($0)\n" }.joined()
        if !faults.isEmpty, status == .success { status = .negative }
      case .failed(let error):
        lines += "failed   \(topic.name)  \(error.reason)\n"
        status = .unavailable
      case nil:
        lines += "failed   \(topic.name)  the cluster said nothing about it\n"
        status = .unavailable
      }
    }
    let written = Console.write(lines)
    return written == .success ? status : written
  }

  private func differences(
    of topic: PlannedTopic, _ specification: TopicSpecification, _ found: TopicFacts?
  ) -> [String] {
    guard let found else { return ["\(topic.name): it is gone again"] }
    var faults: [String] = []
    if found.partitionCount != Int(specification.partitionCount) {
      let text = TopicFaults.partitionText(found.partitionCount)
      faults.append("\(topic.name): \(text), expected \(specification.partitionCount)")
    }
    for (name, value) in specification.settings.sorted(by: { $0.key < $1.key }) {
      let present = found.settings[name] ?? "unknown"
      guard present != value else { continue }
      faults.append("\(topic.name): \(name) is \(present), expected \(value)")
    }
    return faults
  }
}
