import FixedPoint
public import MarginDomain

/// What scenarios do to a book.
public struct StressResult: Sendable, Equatable {
  /// The book in its own market.
  public var before: StressTally
  /// One per scenario, in their order.
  public var scenarios: [StressTally]
  /// Each account in the scenario that is worst for it; the first of equally bad ones.
  public var worstPoint: StressTally

  /// Adds the result of another part of the book in the same scenarios.
  ///
  /// - Parameter other: of the same test; the order in which parts are added does not matter.
  public mutating func add(_ other: StressResult) {
    before.add(other.before)
    for item in scenarios.indices { scenarios[item].add(other.scenarios[item]) }
    worstPoint.add(other.worstPoint)
  }
}

/// Revalues a book in several markets.
///
/// Accounts do not change: nothing is liquidated, called or paid in between. Every account is
/// assessed as everywhere else: its units are taken up once, and each market is laid over them.
public struct StressTest: Sendable {
  private let accounts: [AccountBook]
  private let rulebook: Rulebook
  private let market: MarketView
  private let scenarios: [MarketView]
  /// What changes of value are attributed to: underlyings, and assets that follow none.
  private let symbols: [Symbol]
  private let rowOfSymbol: [Symbol: Int]
  private let worstCount: Int

  /// Prepares a test.
  ///
  /// - Parameters:
  ///   - accounts: the book.
  ///   - market: the book's own prices.
  ///   - scenarios: the markets to be seen, each from `MarketView.applying`.
  ///   - instruments: at least those that the accounts hold.
  ///   - rulebook: the rules.
  ///   - worstCount: how many of the worst accounts a tally lists, 0 or above.
  public init(
    accounts: [AccountBook], market: MarketView, scenarios: [MarketView],
    instruments: [Instrument], rulebook: Rulebook, worstCount: Int
  ) {
    self.accounts = accounts
    self.rulebook = rulebook
    self.market = market.valued(instruments)
    self.scenarios = scenarios.map { $0.valued(instruments) }
    self.worstCount = worstCount
    let held = accounts.flatMap { account in
      account.positions.map(\.instrument.underlying)
        + (account.balances.map(\.asset) + account.positions.map(\.instrument.settlementAsset))
        .map { market.assets[$0]?.underlying ?? $0 }
    }
    symbols = Set(held).sorted()
    rowOfSymbol = Dictionary(uniqueKeysWithValues: symbols.enumerated().map { ($1, $0) })
  }

  /// How many accounts there are.
  public var accountCount: Int { accounts.count }

  /// Tests some of the accounts; the parts of a whole can be tested side by side and added.
  ///
  /// - Parameter range: indices into the list of accounts.
  /// - Returns: their part of the result.
  /// - Throws: `AssessmentFault`, the first thing that is missing.
  /// - Complexity: one assessment per account and scenario.
  public func result(ofAccounts range: Range<Int>) throws(AssessmentFault) -> StressResult {
    let empty = StressTally(symbols: symbols, worstCount: worstCount)
    var result = StressResult(
      before: empty, scenarios: scenarios.map { _ in empty }, worstPoint: empty)
    let unchanged = [Money](repeating: .zero, count: symbols.count)
    for account in accounts[range] {
      let attribution = Attribution(of: account, market: market, rows: rowOfSymbol)
      let units = try account.unitsByIndex(in: market, by: rulebook)
      let (before, worth) = try value(of: account, units, attribution, in: market)
      let still = StressedAccount(
        accountID: account.accountID, before: before, after: before, scenario: 0)
      result.before.add(still, changes: unchanged)
      var worst: (account: StressedAccount, changes: [Money])?
      for (number, scenario) in scenarios.enumerated() {
        for unit in units { try unit.move(to: scenario) }
        let (after, moved) = try value(of: account, units, attribution, in: scenario)
        var changes = unchanged
        for (item, part) in attribution.rows.enumerated() {
          changes[part] += moved[item] - worth[item]
        }
        let stressed = StressedAccount(
          accountID: account.accountID, before: before, after: after, scenario: number)
        result.scenarios[number].add(stressed, changes: changes)
        if worst.map({ after.isWorse(than: $0.account.after) }) ?? true {
          worst = (stressed, changes)
        }
      }
      if let worst { result.worstPoint.add(worst.account, changes: worst.changes) }
    }
    return result
  }

  /// Where the parts of an account's value belong: its positions, their isolated margins, its cash.
  private struct Attribution {
    let cash: [(asset: Symbol, amount: AssetAmount)]
    let rows: [Int]

    init(of account: AccountBook, market: MarketView, rows table: [Symbol: Int]) {
      cash =
        account.balances
        + account.positions.filter { !$0.isolatedMargin.isZero }.map {
          ($0.instrument.settlementAsset, $0.isolatedMargin)
        }
      let symbols =
        account.positions.map(\.instrument.underlying)
        + cash.map { market.assets[$0.asset]?.underlying ?? $0.asset }
      rows = symbols.map { table[$0] ?? 0 }
    }
  }

  private func value(
    of account: AccountBook, _ byIndex: [BookUnit], _ attribution: Attribution,
    in market: MarketView
  ) throws(AssessmentFault) -> (summary: AccountSummary, worth: [Money]) {
    var units: [UnitAssessment] = []
    for unit in byIndex { units.append(try unit.assessment()) }
    if account.marginMode == .portfolio { units = try account.assess(in: market, by: rulebook) }
    var worth: [Money] = []
    worth.reserveCapacity(attribution.rows.count)
    func price(of asset: Symbol) -> Price? {
      market.price(of: asset, reportingAsset: rulebook.reportingAsset)
    }
    let assessments = units.flatMap(\.positions)
    for (position, entry) in zip(account.positions, assessments) {
      let asset = position.instrument.settlementAsset
      guard let index = price(of: asset) else { throw .missingAssetPrice(asset) }
      worth.append(.value(of: entry.assessment.worth, at: index, rounding: .floor))
    }
    for (asset, amount) in attribution.cash {
      guard !amount.isZero else {
        worth.append(.zero)
        continue
      }
      guard let index = price(of: asset) else { throw .missingAssetPrice(asset) }
      worth.append(.value(of: amount, at: index, rounding: .floor))
    }
    return (AccountSummary(of: units, by: rulebook.ladder), worth)
  }
}
