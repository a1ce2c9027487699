import FixedPoint
import LiquidationTestKit
import MarginDomain
import Testing

@testable import LiquidationEngine

@Suite("Shared market")
struct SharedMarketTests {
  /// Partitions that share one market.
  private struct Group {
    var market = MarketMachine()
    var engines: [LiquidationStateMachine]

    mutating func apply(
      _ command: MarginCommand, to partition: Int, into events: inout [[MarginEvent]]
    ) -> CommandOutcome {
      guard command.isBroadcast else {
        return engines[partition].apply(command, in: &market, into: &events[partition])
      }
      for index in engines.indices { engines[index].beginBroadcast(command) }
      let record = market.begin(command)
      var outcome = record.outcome
      for step in record.steps {
        for index in engines.indices {
          engines[index].endExpiries(before: step, in: &market, into: &events[index])
        }
        let change = market.perform(step)
        for index in engines.indices {
          engines[index].react(to: change, in: &market, into: &events[index])
        }
        outcome = change.outcome
      }
      for index in engines.indices { engines[index].finishBroadcast(outcome) }
      return outcome
    }
  }

  @Test("partitions that share a market decide as each with a market of its own")
  func sharing() throws {
    var eventCount = 0
    try Property("sharing a market shows nowhere", cases: 20).check { random, _ in
      let rulebook = RandomCommands.drawnRulebook(&random)
      var stream = RandomCommands(random: random)
      var alone = (0..<3).map { LiquidationStateMachine(partition: Int32($0)) }
      var group = Group(engines: alone)
      var commands = stream.setup(rulebook: rulebook)
      for _ in 0..<300 {
        let command = commands.isEmpty ? stream.next(alone[0]) : commands.removeFirst()
        let partition = random.integer(0...2) == 0 ? random.integer(1...2) : 0
        var expected: [[MarginEvent]] = [[], [], []]
        var found: [[MarginEvent]] = [[], [], []]
        var outcome = CommandOutcome.applied
        for index in alone.indices where command.isBroadcast || index == partition {
          outcome = alone[index].apply(command, into: &expected[index])
        }
        let shared = group.apply(command, to: partition, into: &found)
        eventCount += found.joined().count
        guard shared == outcome, found == expected else {
          throw Contradiction(description: "\(command.body): \(found) instead of \(expected)")
        }
      }
      for index in alone.indices {
        let viewed = group.engines[index].viewing(group.market)
        let faults = viewed.invariantViolations()
        guard faults.isEmpty, viewed.stateDigest() == alone[index].stateDigest(),
          viewed.accountIDs.map({ viewed.account($0) })
            == alone[index].accountIDs.map({ alone[index].account($0) })
        else { throw Contradiction(description: "partition \(index) differs: \(faults)") }
      }
      guard group.market.stateDigest() == alone[0].marketMachine.stateDigest() else {
        throw Contradiction(description: "the shared market differs")
      }
    }
    #expect(eventCount > 500)
  }

  @Test("events of accounts do not move market time")
  func time() {
    var engine = LiquidationStateMachine(partition: 0)
    var builder = CommandBuilder()
    var events: [MarginEvent] = []
    for command in [
      builder.define(.underlying(Symbol("BTC-USD"))),
      builder.define(.asset(CollateralAsset(symbol: Symbol("USDC"), underlying: nil))),
    ] {
      #expect(engine.apply(command, into: &events) == .applied)
    }
    builder.advance(bySeconds: 5)
    #expect(engine.apply(builder.transfer("anna", "USDC", .one), into: &events) == .applied)
    #expect(engine.marginTime == nil)
  }
}
