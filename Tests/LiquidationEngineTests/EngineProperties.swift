import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import MarginDomain
import Testing

/// A statement about the engine that a random stream contradicted.
struct Contradiction: Error, CustomStringConvertible {
  let description: String
}

@Suite("Engine properties")
struct EngineProperties {
  /// Plays a random stream, by a drawn rulebook where none is given; the body sees each command
  /// with its outcome and events.
  static func play(
    _ random: inout SeededRandom, commands count: Int,
    rulebook: Rulebook? = nil,
    _ body: (MarginCommand, CommandOutcome, [MarginEvent], LiquidationStateMachine) throws -> Void
  ) throws -> [MarginCommand] {
    let rulebook = rulebook ?? RandomCommands.drawnRulebook(&random)
    var stream = RandomCommands(random: random)
    var engine = LiquidationStateMachine(partition: 0)
    var commands: [MarginCommand] = []
    for command in stream.setup(rulebook: rulebook) {
      commands.append(command)
      var events: [MarginEvent] = []
      let outcome = engine.apply(command, into: &events)
      try body(command, outcome, events, engine)
    }
    for _ in 0..<count {
      let command = stream.next(engine)
      commands.append(command)
      var events: [MarginEvent] = []
      let outcome = engine.apply(command, into: &events)
      try body(command, outcome, events, engine)
    }
    return commands
  }

  /// The accounts that a fault names, for its message.
  static func accounts(named faults: [String], in engine: LiquidationStateMachine) -> String {
    RandomCommands.accounts.filter { name in faults.contains { $0.hasPrefix(name + " ") } }
      .compactMap { engine.account(AccountID($0)) }.map { "\($0)" }.joined(separator: "\n")
  }

  /// Compares engine and reference ledger after every command of random streams; the body sees each
  /// event.
  static func checkReference(
    _ name: String, cases: Int, rulebook: Rulebook? = nil,
    _ body: (MarginEvent) -> Void
  ) throws {
    try Property(name, cases: cases).check { random, _ in
      var reference = ReferenceLedger()
      var number = 0
      _ = try play(&random, commands: 400, rulebook: rulebook) { command, outcome, events, engine in
        number += 1
        events.forEach(body)
        let expected = reference.apply(command, answer: outcome)
        var faults = engine.invariantViolations() + reference.differences(from: engine)
        if expected != outcome { faults.append("outcome \(outcome), reference \(expected)") }
        guard faults.isEmpty else {
          throw Contradiction(
            description: """
              command \(number) \(command.body): \(faults.joined(separator: "; "))
              \(accounts(named: faults, in: engine))
              """)
        }
      }
    }
  }

  @Test("agrees with the reference ledger after every command, and keeps its invariants")
  func reference() throws {
    var kinds: Set<String> = []
    try Self.checkReference("engine agrees with the reference ledger", cases: 20) {
      kinds.insert($0.id.kind)
    }
    // Streams that reach nothing would prove nothing.
    let expected: Set<String> = [
      "warning", "margin_call", "cleared", "incomplete", "completed", "liquidation_started",
      "liquidation_order", "liquidation_order_cancelled", "liquidation_progress", "takeover",
      "debt_settlement", "liquidation_resolved", "bankrupt",
    ]
    #expect(expected.subtracting(kinds).isEmpty)
  }

  @Test("never opens a second liquidation of a unit, and resolves what it opened once")
  func liquidations() throws {
    try Property("one liquidation at a time", cases: 30).check { random, _ in
      var open: [String: String] = [:]
      _ = try Self.play(&random, commands: 400) { _, _, events, _ in
        for event in events {
          let unit = "\(event.id.accountID) \(event.unit)"
          switch event.body {
          case .liquidationStarted(let body):
            guard open[unit] == nil else { throw Contradiction(description: "second: \(event)") }
            open[unit] = body.liquidationID
          case .liquidationResolved(let body):
            guard open[unit] == body.liquidationID else {
              throw Contradiction(description: "not open: \(event)")
            }
            open[unit] = nil
          default: break
          }
        }
      }
    }
  }

  @Test("numbers events without gaps, names them once, and links the states of a unit")
  func events() throws {
    try Property("sequences, ids and states of events", cases: 30).check { random, _ in
      var sequences: [UInt64] = MarginEvent.Topic.allCases.map { _ in 0 }
      var ids: Set<EventID> = []
      var states: [String: MarginState] = [:]
      _ = try Self.play(&random, commands: 400) { _, _, events, engine in
        for event in events {
          let topic = Int(Self.topic(of: event.body).rawValue)
          sequences[topic] += 1
          let unit = "\(event.id.accountID) \(event.unit)"
          let isNew = ids.insert(event.id).inserted
          // The bankruptcy of an isolated position ends with it; a new one starts healthy.
          let isReopened =
            event.unit != .account && states[unit] == .bankrupt && event.previousState == .healthy
          guard event.sequence == sequences[topic], isNew,
            isReopened || event.previousState == states[unit] ?? .healthy
          else { throw Contradiction(description: "out of line: \(event)") }
          states[unit] = event.newState
        }
        for topic in MarginEvent.Topic.allCases {
          guard engine.statistics.count(of: topic) == sequences[Int(topic.rawValue)] else {
            throw Contradiction(description: "the count of \(topic) differs")
          }
        }
        // A position that is gone took its state along.
        for account in RandomCommands.accounts {
          let units = engine.account(AccountID(account))?.units.map { "\(account) \($0.unit)" }
          for unit in states.keys where unit.hasPrefix("\(account) ") {
            if units?.contains(unit) != true { states[unit] = nil }
          }
        }
      }
    }
  }

  static func topic(of body: MarginEvent.Body) -> MarginEvent.Topic {
    switch body {
    case .warning, .marginCall, .reduceOnly, .cleared, .incomplete, .completed:
      return .marginCalls
    default: return .liquidations
    }
  }

  @Test("gives the same events and digests again, also from a copy made in the middle")
  func replay() throws {
    try Property("replay equality", cases: 30).check { random, _ in
      var events: [MarginEvent] = []
      var digests: [UInt64] = []
      let commands = try Self.play(&random, commands: 300) { _, _, new, engine in
        events += new
        digests.append(engine.stateDigest())
      }
      var engine = LiquidationStateMachine(partition: 0)
      var copy: LiquidationStateMachine?
      var again: [MarginEvent] = []
      var rest: [MarginEvent] = []
      for (number, command) in commands.enumerated() {
        if number == commands.count / 2 { copy = engine }
        _ = engine.apply(command, into: &again)
        if engine.stateDigest() != digests[number] {
          throw Contradiction(description: "another digest after command \(number)")
        }
        _ = copy?.apply(command, into: &rest)
      }
      guard again == events, rest == events.suffix(rest.count) else {
        throw Contradiction(description: "other events in the replay")
      }
      guard copy?.stateDigest() == digests.last else {
        throw Contradiction(description: "the copy ended in another state")
      }
    }
  }

  @Test("does not let the order of different accounts' events change what happens to each")
  func orderIndependence() throws {
    try Property("order independence across accounts", cases: 40).check { random, _ in
      var events: [MarginEvent] = []
      var last: LiquidationStateMachine?
      let commands = try Self.play(&random, commands: 300) { _, _, new, engine in
        events += new
        last = engine
      }
      var engine = LiquidationStateMachine(partition: 0)
      var others: [MarginEvent] = []
      for command in Self.permuted(commands, &random) { _ = engine.apply(command, into: &others) }
      for account in RandomCommands.accounts {
        let id = AccountID(account)
        let first = events.filter { $0.id.accountID == id }.map(Self.essence)
        let second = others.filter { $0.id.accountID == id }.map(Self.essence)
        guard first == second, last?.account(id) == engine.account(id) else {
          throw Contradiction(description: "account \(account) fared differently")
        }
      }
    }
  }

  /// What an event says, without the names that come from its place in the log.
  static func essence(_ event: MarginEvent) -> String {
    "\(event.unit) \(event.previousState) \(event.newState) \(event.evidence) \(event.body)"
  }

  /// The commands with runs of account events of one event time reordered across accounts.
  static func permuted(
    _ commands: [MarginCommand], _ random: inout SeededRandom
  ) -> [MarginCommand] {
    var result: [MarginCommand] = []
    var run: [(account: AccountID, command: MarginCommand)] = []
    var time: EventTime?
    func flush(_ random: inout SeededRandom) {
      while let pick = random.element(of: run.map(\.account)) {
        if let next = run.firstIndex(where: { $0.account == pick }) {
          result.append(run.remove(at: next).command)
        }
      }
    }
    for command in commands {
      guard case .applyAccountEvent(let event) = command.body else {
        flush(&random)
        result.append(command)
        continue
      }
      if event.eventTime != time { flush(&random) }
      time = event.eventTime
      run.append((event.accountID, command))
    }
    flush(&random)
    return result
  }
}
