import FixedPoint
import LiquidationTestKit
import MarginDomain
import MarginModel

@testable import LiquidationEngine

/// Changes of one field of a state each.
enum StateChanges {
  /// Makes the change and says whether there was something to change.
  typealias Change = (inout LiquidationStateMachine, inout SeededRandom) -> Bool

  static var all: [(name: String, change: Change)] {
    marketChanges + contractChanges + holdingChanges + recordChanges
  }

  private static var marketChanges: [(name: String, change: Change)] {
    [
      (
        "time",
        { engine, _ in
          engine.marketMachine.state.now = engine.marginTime?.advanced(byNanoseconds: 1)
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
    ]
  }

  private static var contractChanges: [(name: String, change: Change)] {
    [
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
    ]
  }

  private static var holdingChanges: [(name: String, change: Change)] {
    [
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
    ]
  }

  private static var recordChanges: [(name: String, change: Change)] {
    [
      (
        "sequence of outputs",
        { engine, _ in
          engine.outputSequences[1] += 1
          return true
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
}

extension Instrument {
  fileprivate func withTakerFee(_ fee: Rate) -> Instrument {
    Instrument(
      symbol: symbol, kind: kind, payoff: payoff, underlying: underlying,
      settlementAsset: settlementAsset, multiplier: multiplier, tickSize: tickSize,
      lotSize: lotSize, takerFee: fee, markSource: markSource)
  }
}
