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
  /// Every stored property of the state, by type. A field that is added to one of these types has
  /// to be listed, and to be digested or to follow from what is.
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

  /// Changes of one field each; each says whether there was something to change.
  private typealias Change = (inout LiquidationStateMachine, inout SeededRandom) -> Bool
  private static var changes: [(name: String, change: Change)] {
    [
      (
        "time",
        { engine, _ in
          engine.marketMachine.state.now = engine.marginTime?.advanced(byNanoseconds: 1)
          return true
        }
      ),
      (
        "sequence of outputs",
        { engine, _ in
          engine.outputSequences[1] += 1
          return true
        }
      ),
      (
        "feed volatility",
        { engine, random in
          feed(&engine, &random) {
            $0.volatility = Rate(rawValue: ($0.volatility ?? .zero).rawValue + 1)
          }
        }
      ),
      (
        "feed band",
        { engine, random in
          feed(&engine, &random) {
            _ = $0.band.offer(.one, at: EventTime(nanoseconds: 77), rules: nil)
          }
        }
      ),
      (
        "feed facts",
        { engine, random in
          feed(&engine, &random) { $0.facts.confidence = Rate(rawValue: 12_345) }
        }
      ),
      (
        "contract terms",
        { engine, random in
          contract(&engine, &random) { $0.terms = $0.terms.withTakerFee(Rate(rawValue: 77)) }
        }
      ),
      (
        "contract mark",
        { engine, random in
          contract(&engine, &random) {
            $0.mark = AcceptedPrice(price: Price(rawValue: 123), time: EventTime(nanoseconds: 5))
          }
        }
      ),
      (
        "funding rate",
        { engine, random in
          contract(&engine, &random) {
            $0.fundingRate = StatedFundingRate(rate: Rate(rawValue: 9), intervalHours: .one)
          }
        }
      ),
      (
        "funding time",
        { engine, random in
          contract(&engine, &random) { $0.fundingTime = EventTime(nanoseconds: 3) }
        }
      ),
      (
        "funding index",
        { engine, random in
          contract(&engine, &random) { $0.fundingIndex = AssetAmount(rawValue: 3) }
        }
      ),
      (
        "priced at",
        { engine, random in
          contract(&engine, &random) { $0.pricedAt = EventTime(nanoseconds: 3) }
        }
      ),
      (
        "final price",
        { engine, random in
          contract(&engine, &random) { $0.finalPrice = Price(rawValue: 3) }
        }
      ),
      (
        "cash",
        { engine, random in
          account(&engine, &random) { $0.addCash(.ulp, of: 0) }
        }
      ),
      (
        "mode",
        { engine, random in
          account(&engine, &random) { $0.mode = $0.mode == .cross ? .isolated : .cross }
        }
      ),
      ("incomplete", { engine, random in account(&engine, &random) { $0.isIncomplete.toggle() } }),
      ("credit", { engine, random in account(&engine, &random) { $0.credit += 1 } }),
      (
        "breach source",
        { engine, random in
          account(&engine, &random) { $0.status.breachSource = 99 }
        }
      ),
      (
        "confirmations",
        { engine, random in
          account(&engine, &random) { $0.status.confirmations += 1 }
        }
      ),
      (
        "position",
        { engine, random in
          position(&engine, &random) { $0.leverage = Rate(rawValue: $0.leverage.rawValue + 1) }
        }
      ),
      (
        "isolated margin",
        { engine, random in
          position(&engine, &random) { $0.isolatedMargin += .ulp }
        }
      ),
      (
        "entry of an option",
        { engine, random in
          position(&engine, &random) { $0.optionEntryFlow += .ulp }
        }
      ),
      (
        "status of a position",
        { engine, random in
          position(&engine, &random) { $0.status.confirmations += 1 }
        }
      ),
      (
        "account sequence",
        { engine, random in
          record(&engine, &random) { $0.sequence += 1 }
        }
      ),
      (
        "number of liquidations",
        { engine, random in
          record(&engine, &random) { $0.liquidationCount += 1 }
        }
      ),
      ("was bankrupt", { engine, random in record(&engine, &random) { $0.wasBankrupt.toggle() } }),
      (
        "leverage",
        { engine, random in
          record(&engine, &random) { $0.setLeverage(Rate(rawValue: 13), of: 1) }
        }
      ),
      (
        "sums",
        { engine, _ in
          var entry = LedgerEntry(asset: 0)
          entry.fees = .ulp
          entry.transfers = .ulp
          engine.sums.post(entry)
          return true
        }
      ),
    ]
  }

  private static func feed(
    _ engine: inout LiquidationStateMachine, _ random: inout SeededRandom,
    _ change: (inout FeedState) -> Void
  ) -> Bool {
    let count = engine.marketMachine.state.feeds.count
    change(&engine.marketMachine.state.feeds[random.integer(0...(count - 1))])
    return true
  }

  private static func contract(
    _ engine: inout LiquidationStateMachine, _ random: inout SeededRandom,
    _ change: (inout InstrumentState) -> Void
  ) -> Bool {
    let count = engine.marketMachine.state.instruments.count
    change(&engine.marketMachine.state.instruments[random.integer(0...(count - 1))])
    return true
  }

  private static func account(
    _ engine: inout LiquidationStateMachine, _ random: inout SeededRandom,
    _ change: (inout AccountHoldings) -> Void
  ) -> Bool {
    guard engine.accounts.count > 0 else { return false }
    change(&engine.accounts[changing: random.integer(0...(engine.accounts.count - 1))])
    return true
  }

  private static func record(
    _ engine: inout LiquidationStateMachine, _ random: inout SeededRandom,
    _ change: (inout AccountRecord) -> Void
  ) -> Bool {
    guard engine.accounts.count > 0 else { return false }
    change(&engine.accounts[changingRecord: random.integer(0...(engine.accounts.count - 1))])
    return true
  }

  private static func position(
    _ engine: inout LiquidationStateMachine, _ random: inout SeededRandom,
    _ change: (inout PositionSlot) -> Void
  ) -> Bool {
    let held = engine.accounts.indices.filter { !engine.accounts[$0].positions.isEmpty }
    guard let account = random.element(of: held) else { return false }
    let count = engine.accounts[account].positions.count
    change(&engine.accounts[changing: account].positions[random.integer(0...(count - 1))])
    return true
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
      for (name, change) in Self.changes {
        var other = engine
        guard change(&other, &random) else { continue }
        changed[name, default: 0] += 1
        guard other.stateDigest() != digest else {
          throw Contradiction(description: "\(name) is not in the digest")
        }
      }
    }
    #expect(changed.count == Self.changes.count, "some fields were never changed")
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

extension Instrument {
  fileprivate func withTakerFee(_ fee: Rate) -> Instrument {
    Instrument(
      symbol: symbol, kind: kind, payoff: payoff, underlying: underlying,
      settlementAsset: settlementAsset, multiplier: multiplier, tickSize: tickSize,
      lotSize: lotSize, takerFee: fee, markSource: markSource)
  }
}
