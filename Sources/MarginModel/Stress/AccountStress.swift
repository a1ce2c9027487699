import FixedPoint
public import MarginDomain

/// State and margin of an account in one market; amounts in the reporting asset, summed over its
/// units.
public struct AccountSummary: Sendable, Equatable {
  /// The worst state of its units, by the enter levels.
  public let state: MarginState
  /// With haircuts.
  public let equity: Money
  /// Without haircuts.
  public let netEquity: Money
  /// Σ maintenance requirements.
  public let maintenanceMargin: Money
  /// Σ max(0, −net equity) over the units: what others would have to bear if everything were closed
  /// at the marks.
  public let shortfall: Money

  /// equity − maintenance margin, signed.
  public var maintenanceExcess: Money { equity - maintenanceMargin }

  /// Sums the units of an account.
  init(of units: [UnitAssessment], by ladder: MarginLadder) {
    func sum(_ part: (MarginTotals) -> Money) -> Money {
      units.reduce(.zero) { $0 + part($1.totals) }
    }
    state = units.map { $0.state(by: ladder) }.max() ?? .healthy
    equity = sum(\.equity)
    netEquity = sum(\.netEquity)
    maintenanceMargin = sum(\.maintenanceMargin)
    shortfall = sum { max(.zero, -$0.netEquity) }
  }

  /// Whether this account is worse: the larger shortfall, then the smaller excess.
  func isWorse(than other: AccountSummary) -> Bool {
    if shortfall != other.shortfall { return shortfall > other.shortfall }
    return maintenanceExcess < other.maintenanceExcess
  }
}

/// An account before and in a scenario.
public struct StressedAccount: Sendable, Equatable {
  /// The account.
  public let accountID: AccountID
  /// In the book's own market.
  public let before: AccountSummary
  /// In the scenario.
  public let after: AccountSummary
  /// Which scenario, counted from 0.
  public let scenario: Int

  /// Order of a list of the worst: by `AccountSummary.isWorse`, then by name.
  func precedes(_ other: StressedAccount) -> Bool {
    if after.isWorse(than: other.after) { return true }
    if other.after.isWorse(than: after) { return false }
    return accountID < other.accountID
  }
}

/// Losses and gains in a scenario from one underlying, or from an asset that follows none;
/// reporting asset.
public struct StressedUnderlying: Sendable, Equatable {
  /// The underlying, or the asset.
  public let symbol: Symbol
  /// Σ over the accounts that lose on it, 0 or above.
  public var loss: Money
  /// Σ over the accounts that gain on it, 0 or above.
  public var gain: Money
}

/// What one scenario does to a book.
public struct StressTally: Sendable, Equatable {
  /// Accounts by state, in the order of `MarginState`.
  public private(set) var counts = [Int](repeating: 0, count: MarginState.allCases.count)
  /// Accounts that are liquidated in the scenario and were not before.
  public private(set) var newlyLiquidated = 0
  /// Accounts in margin call or reduce-only that were healthy or warned before.
  public private(set) var newlyCalled = 0
  /// Accounts with a shortfall.
  public private(set) var insolvent = 0
  /// Σ shortfalls.
  public private(set) var shortfall = Money.zero
  /// Σ equity.
  public private(set) var equity = Money.zero
  /// Σ net equity.
  public private(set) var netEquity = Money.zero
  /// Σ maintenance margin.
  public private(set) var maintenanceMargin = Money.zero
  /// Losses and gains, by symbol.
  public private(set) var underlyings: [StressedUnderlying]
  /// The worst accounts, the worst first; at most as many as were asked for.
  public private(set) var worst: [StressedAccount] = []
  private let worstCount: Int

  init(symbols: [Symbol], worstCount: Int) {
    underlyings = symbols.map { StressedUnderlying(symbol: $0, loss: .zero, gain: .zero) }
    self.worstCount = worstCount
  }

  /// Accounts in a state.
  public func count(of state: MarginState) -> Int { counts[Int(state.rawValue) - 1] }

  /// Counts an account.
  ///
  /// - Parameters:
  ///   - account: before and in the scenario.
  ///   - changes: of its value, per symbol of `underlyings`.
  mutating func add(_ account: StressedAccount, changes: [Money]) {
    let (before, after) = (account.before, account.after)
    counts[Int(after.state.rawValue) - 1] += 1
    if after.state >= .liquidating, before.state < .liquidating { newlyLiquidated += 1 }
    if after.state == .marginCall || after.state == .reduceOnly, before.state < .marginCall {
      newlyCalled += 1
    }
    if after.shortfall.isPositive { insolvent += 1 }
    shortfall += after.shortfall
    equity += after.equity
    netEquity += after.netEquity
    maintenanceMargin += after.maintenanceMargin
    for (index, change) in changes.enumerated() {
      if change.isNegative {
        underlyings[index].loss -= change
      } else {
        underlyings[index].gain += change
      }
    }
    insert(account)
  }

  private mutating func insert(_ account: StressedAccount) {
    guard worstCount > 0 else { return }
    if worst.count == worstCount {
      guard let last = worst.last, account.precedes(last) else { return }
      worst.removeLast()
    }
    let index = worst.firstIndex { account.precedes($0) } ?? worst.count
    worst.insert(account, at: index)
  }

  /// Adds the tally of another part of the book in the same scenario.
  ///
  /// - Parameter other: a tally of the same symbols; the order in which parts are added does not
  ///   matter.
  public mutating func add(_ other: StressTally) {
    for index in counts.indices { counts[index] += other.counts[index] }
    newlyLiquidated += other.newlyLiquidated
    newlyCalled += other.newlyCalled
    insolvent += other.insolvent
    shortfall += other.shortfall
    equity += other.equity
    netEquity += other.netEquity
    maintenanceMargin += other.maintenanceMargin
    for index in underlyings.indices {
      underlyings[index].loss += other.underlyings[index].loss
      underlyings[index].gain += other.underlyings[index].gain
    }
    for account in other.worst { insert(account) }
  }
}
