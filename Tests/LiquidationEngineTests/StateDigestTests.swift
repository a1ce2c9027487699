import FixedPoint
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

@testable import LiquidationEngine

/// Whether a stored property belongs to the digest.
private enum Coverage: Equatable {
  /// Changing it gives another digest, as the test of changes shows.
  case digested
  /// It follows from what is digested, or is no state.
  case derived(String)
}

@Suite("State digest")
struct StateDigestTests {
  /// Every stored property of the state, by type.
  ///
  /// A field that is added to one of these types has to be listed, and to be digested or to follow
  /// from what is.
  private static var fields: [(type: Any, fields: [String: Coverage])] {
    [
      (
        LiquidationStateMachine(partition: 0),
        [
          "partition": .derived("named by the task"), "limits": .derived("configuration"),
          "marketMachine": .digested, "accounts": .digested, "fund": .digested, "sums": .digested,
          "index": .derived("dependencies of accounts"), "counters": .derived("statistics"),
          "outputSequences": .digested, "expiries": .derived("open liquidations"),
          "keys": .derived("a buffer"), "cause": .derived("the record being applied"),
          "commandNumber": .derived("tells one record from the next"),
        ]
      ),
      (
        MarketMachine(),
        [
          "state": .digested, "counters": .derived("statistics"), "scheduled": .digested,
          "limits": .derived("configuration"),
        ]
      ),
      (
        FeedState(symbol: Symbol("A")),
        [
          "symbol": .digested, "order": .digested, "band": .digested, "volatility": .digested,
          "facts": .digested, "ladder": .digested, "instruments": .derived("terms of instruments"),
          "assets": .derived("definitions of assets"),
        ]
      ),
      (
        AccountHoldings(),
        [
          "mode": .digested, "isIncomplete": .digested, "credit": .digested, "status": .digested,
          "cash": .digested, "positions": .digested, "orders": .digested,
        ]
      ),
      (
        AccountRecord(id: AccountID("a")),
        [
          "id": .digested, "sequence": .digested, "leverages": .digested, "liquidations": .digested,
          "liquidationCount": .digested, "wasBankrupt": .digested,
          "dependencies": .derived("holdings and definitions"),
          "eventCommand": .derived("tells one record from the next"),
          "eventOrdinal": .derived("counts within one record"),
        ]
      ),
      (
        UnitStatus(),
        [
          "state": .digested, "firstBreach": .digested, "lastBreach": .digested,
          "breachSource": .digested, "confirmations": .digested,
        ]
      ),
      (
        PriceBand(),
        [
          "accepted": .digested, "held": .digested, "firstHeld": .digested,
          "confirmations": .digested,
        ]
      ),
      (RecordOrder(), ["time": .digested, "sourceSequence": .digested]),
      (
        MarketFacts(),
        [
          "openInterest": .digested, "averagePrice": .digested, "totalDeposits": .digested,
          "confidence": .digested, "initialMultiplier": .digested,
        ]
      ),
    ]
  }

  @Test("knows every stored property of the state")
  func allFields() {
    for (value, fields) in Self.fields {
      let found = Set(Mirror(reflecting: value).children.compactMap(\.label))
      #expect(found == Set(fields.keys), "of \(type(of: value))")
    }
  }

  @Test("differs when any one field differs")
  func anyField() throws {
    var changed: [String: Int] = [:]
    try Property("every field is in the digest", cases: 10).check { random, _ in
      var engine = LiquidationStateMachine(partition: 0)
      let rulebook = RandomCommands.drawnRulebook(&random)
      var stream = RandomCommands(random: random)
      var events: [MarginEvent] = []
      for command in stream.setup(rulebook: rulebook) { _ = engine.apply(command, into: &events) }
      for _ in 0..<150 { _ = engine.apply(stream.next(engine), into: &events) }
      let digest = engine.stateDigest()
      guard engine.stateDigest() == digest else {
        throw Contradiction(description: "one state has two digests")
      }
      for (name, change) in StateChanges.all {
        var other = engine
        guard change(&other, &random) else { continue }
        changed[name, default: 0] += 1
        guard other.stateDigest() != digest else {
          throw Contradiction(description: "\(name) is not in the digest")
        }
      }
    }
    #expect(changed.count == StateChanges.all.count, "some fields were never changed")
  }

  @Test("reads the content of rules, whatever their name")
  func content() {
    func digest(_ feeRate: Rate) -> UInt64 {
      var engine = LiquidationStateMachine(partition: 0)
      var builder = CommandBuilder()
      var events: [MarginEvent] = []
      let rulebook = NativeRules.rulebook(feeRate: feeRate)
      #expect(engine.apply(builder.define(.rulebook(rulebook)), into: &events) == .applied)
      return engine.stateDigest()
    }
    #expect(digest(.zero) != digest(.ulp))
  }
}
