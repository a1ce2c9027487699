import FixedPoint
import MarginDomain
import MarginModel
import MarketSimulator
import Testing

@Suite("Synthetic accounts")
struct SyntheticAccountsTests {
  private struct Setting {
    let accounts: SyntheticAccounts
    let exchange: SimulatedExchange
    let state: MarketState
    let rulebook: Rulebook
  }

  private func setting(seed: UInt64, count: Int) throws -> Setting {
    var exchange = SimulatedExchange(
      table: try MarketTable.crashOfOctober2025(), depth: dollars(1_000_000))
    _ = exchange.advance()
    let state = try #require(exchange.state)
    let rulebook = try nativeRulebook()
    return Setting(
      accounts: SyntheticAccounts(seed: seed, count: count, state: state, rulebook: rulebook),
      exchange: exchange, state: state, rulebook: rulebook)
  }

  @Test("the same seed gives the same events, another seed others, whatever the chunks")
  func determinism() throws {
    let first = try setting(seed: 1, count: 300).accounts
    let again = try setting(seed: 1, count: 300).accounts
    let other = try setting(seed: 2, count: 300).accounts
    let whole = first.events(of: 0..<300)
    let chunked = again.chunks(of: 70).flatMap { again.events(of: $0) }
    #expect(whole == chunked)
    #expect(again.chunks(of: 70).map(\.count) == [70, 70, 70, 70, 20])
    #expect(whole != other.events(of: 0..<300))
    #expect(first.events(of: 290..<400).last == whole.last)
  }

  @Test("the first account of seed 1 is what it has always been")
  func golden() throws {
    let events = try setting(seed: 1, count: 1).accounts.events(of: 0)
    #expect(events.map(\.accountSequence) == Array(1...UInt64(events.count)))
    #expect(events.allSatisfy { $0.accountID == AccountID("acct-000000") })
    #expect(events.map(line) == Self.goldenLines)
  }

  static let goldenLines = [
    "transfer 2.15241093 AVAX", "transfer 81.85 USDC",
    "settings cross AVAX-PERP-INV 3x DOT-PERP 10x BCH-PERP 10x",
    "fill -10 AVAX-PERP-INV at 26.844 fee 0.00186261362",
    "fill 90 DOT-PERP at 3.7214 fee 0.167463", "fill 0.6 BCH-PERP at 545.69 fee 0.163707",
  ]

  private func line(_ event: AccountEvent) -> String {
    switch event.body {
    case .transfer(let transfer): return "transfer \(transfer.amount) \(transfer.asset)"
    case .settings(let settings):
      let mode = settings.marginMode.map { "\($0)" } ?? "unchanged"
      return "settings \(mode)"
        + settings.leverages.map { " \($0.symbol) \($0.leverage)x" }.joined()
        + settings.isolatedMarginChanges.map { " margin \($0.amount)" }.joined()
    case .fill(let fill):
      return "fill \(fill.quantity) \(fill.symbol) at \(fill.price) fee \(fill.fee)"
    case .restingOrders, .liquidationAnswer, .snapshot: return "unexpected"
    }
  }

  @Test("modes, sides, leverage and kinds are spread as they are in a market before a crash")
  func distribution() throws {
    let setting = try setting(seed: 7, count: 4_000)
    var isolated = 0
    var longs = 0
    var shorts = 0
    var leverages: [Int] = []
    var fillsPerAccount: [Int] = [0, 0, 0, 0, 0, 0]
    var optionBuys = 0
    var optionSales = 0
    var assets: Set<String> = []
    for number in 0..<4_000 {
      let events = setting.accounts.events(of: number)
      var fills = 0
      for event in events {
        switch event.body {
        case .settings(let settings):
          if settings.marginMode == .isolated { isolated += 1 }
          leverages += settings.leverages.map { Int($0.leverage.rawValue / Rate.one.rawValue) }
        case .fill(let fill):
          fills += 1
          let instrument = try #require(setting.exchange.venue.instrument(fill.symbol))
          #expect(fill.quantity.rawValue % instrument.lotSize.rawValue == 0)
          #expect(fill.price.rawValue % instrument.tickSize.rawValue == 0)
          if instrument.isFuture {
            if fill.quantity.isPositive { longs += 1 } else { shorts += 1 }
          } else if fill.quantity.isPositive {
            optionBuys += 1
          } else {
            optionSales += 1
          }
        case .transfer(let transfer):
          #expect(transfer.amount.isPositive)
          assets.insert(transfer.asset.text)
        case .restingOrders, .liquidationAnswer, .snapshot: Issue.record("not an opening event")
        }
      }
      fillsPerAccount[fills] += 1
    }
    leverages.sort()
    let quantiles = [10, 50, 90, 99].map { leverages[leverages.count * $0 / 100] }
    print("isolated \(isolated), longs \(longs), shorts \(shorts), leverage \(quantiles)")
    print("option buys \(optionBuys), sales \(optionSales), fills \(fillsPerAccount)")
    #expect((1_480...1_720).contains(isolated))
    #expect(longs * 100 / (longs + shorts) >= 76 && longs * 100 / (longs + shorts) <= 84)
    #expect(quantiles[0] == 2 || quantiles[0] == 3)
    #expect((5...8).contains(quantiles[1]))
    #expect((20...25).contains(quantiles[2]))
    #expect(quantiles[3] >= 50)
    #expect(optionBuys > 300 && optionSales > 150)
    #expect(fillsPerAccount[0] == 0 && fillsPerAccount[1] > 2_000)
    #expect(fillsPerAccount[2] > 500 && fillsPerAccount[3] > 80)
    #expect(assets == ["USDC", "USDT", "BTC", "AVAX", "BCH"])
  }

  @Test("nobody opens below the warning level, and leverage keeps to the tiers")
  func openingLevels() throws {
    let setting = try setting(seed: 11, count: 4_000)
    var ledger = ClientLedger(venue: setting.exchange.venue)
    for event in setting.accounts.events(of: 0..<4_000) { ledger.apply(event) }
    var levels: [Rate] = []
    for (account, client) in ledger.clients {
      let totals = ledger.margin(of: client, in: setting.state, under: setting.rulebook)
      let level = try #require(totals.marginLevel)
      #expect(level >= (try rate("1.25")), "\(account) opens at \(level)")
      levels.append(level)
      for (_, amount) in client.isolated { #expect(!amount.isNegative) }
      if client.mode == .isolated {
        #expect(client.cash.values.allSatisfy { !$0.isNegative }, "\(account)")
      }
    }
    levels.sort()
    let shown = [0, 10, 50, 90].map { levels[levels.count * $0 / 100] }
    print("opening margin levels at 0, 10, 50, 90 %: \(shown)")
    #expect(levels.count == 4_000)
    #expect(levels[400] < (try rate("5")))
  }

  @Test("a market without options and a rulebook without haircuts still give whole accounts")
  func otherMarkets() throws {
    var exchange = SimulatedExchange(
      table: try table(["0.00012", "0.00011"]), depth: dollars(1_000))
    _ = exchange.advance()
    let state = try #require(exchange.state)
    let accounts = SyntheticAccounts(
      seed: 3, count: 200, state: state, rulebook: try nativeRulebook())
    for number in 0..<200 {
      let events = accounts.events(of: number)
      try exchange.record(events)
      #expect(events.contains { if case .fill = $0.body { true } else { false } })
    }
  }
}
