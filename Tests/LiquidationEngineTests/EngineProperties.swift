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
  /// Plays a random stream; the body sees each command with its outcome and events.
  static func play(
    _ random: inout SeededRandom, commands count: Int,
    _ body: (MarginCommand, CommandOutcome, [MarginEvent], LiquidationStateMachine) throws -> Void
  ) throws -> [MarginCommand] {
    var stream = RandomCommands(random: random)
    var engine = LiquidationStateMachine(partition: 0)
    var commands: [MarginCommand] = []
    for command in stream.setup() {
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

  @Test("agrees with the reference ledger after every command, and keeps its invariants")
  func reference() throws {
    var kinds: Set<String> = []
    try Property("engine agrees with the reference ledger", cases: 20).check { random, _ in
      var reference = ReferenceLedger()
      var number = 0
      _ = try Self.play(&random, commands: 400) { command, outcome, events, engine in
        number += 1
        for event in events { kinds.insert(event.id.kind) }
        let expected = reference.apply(command, answer: outcome)
        var faults = engine.invariantViolations() + reference.differences(from: engine)
        if expected != outcome { faults.append("outcome \(outcome), reference \(expected)") }
        guard faults.isEmpty else {
          throw Contradiction(
            description: """
              command \(number) \(command.body): \(faults.joined(separator: "; "))
              \(Self.accounts(named: faults, in: engine))
              """)
        }
      }
    }
    // Streams that reach nothing would prove nothing.
    let expected: Set<String> = [
      "warning", "margin_call", "cleared", "incomplete", "completed", "liquidation_started",
      "liquidation_order", "liquidation_order_cancelled", "liquidation_progress", "takeover",
      "debt_settlement", "liquidation_resolved", "bankrupt",
    ]
    #expect(expected.subtracting(kinds).isEmpty)
  }
}
