import FixedPoint
public import MarginDomain

/// Accounts of an imaginary venue, each made only from the seed and its number.
///
/// Forty of a hundred hold one isolated future; the others are cross: one to three positions on
/// dollars, on coins with a haircut, buyers and writers of options. Capital is log-normal (median
/// 300 dollars, a tail into the millions), leverage mostly 2 to 10 with a tail to 100 as far as
/// the rulebook's tiers allow, and four of five futures are long: the market before a crash.
/// Entry prices lie around the opening mark, closer the higher the leverage, so that nobody opens
/// below the warning level of a rulebook whose maintenance rates are half its initial ones.
///
/// Events of one account, sequences from 1: transfers in; settings (margin mode, leverage); fills,
/// of which an isolated one takes its margin from the cash.
public struct SyntheticAccounts: Sendable {
  /// Seed of all of them.
  public let seed: UInt64
  /// How many there are, numbered from 0.
  public let count: Int
  let market: AccountMarket

  /// Describes accounts; they are made on demand.
  ///
  /// - Parameters:
  ///   - seed: the same seed gives the same accounts.
  ///   - count: 0 to 1,000,000.
  ///   - state: opening prices, of the venue's first step.
  ///   - rulebook: its tiers cap the leverage, its haircuts and option rules size the collateral.
  public init(seed: UInt64, count: Int, state: MarketState, rulebook: Rulebook) {
    precondition((0...1_000_000).contains(count), "account ids have six digits")
    self.seed = seed
    self.count = count
    market = AccountMarket(state: state, rulebook: rulebook)
  }

  /// Name of an account: `acct-` and six digits.
  public static func accountID(_ number: Int) -> AccountID {
    let digits = String(number)
    return AccountID("acct-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits)
  }

  /// Events of one account, in the order of their sequence.
  public func events(of number: Int) -> [AccountEvent] {
    var draft = SyntheticAccount(
      accountID: Self.accountID(number), market: market,
      generator: SeededGenerator(seed: seed, stream: UInt64(number)))
    draft.compose()
    return draft.events
  }

  /// Events of a range of accounts, account by account: a chunk to load at once.
  ///
  /// - Parameter numbers: clamped to the accounts that exist.
  /// - Returns: the events in the order in which they are to be published.
  public func events(of numbers: Range<Int>) -> [AccountEvent] {
    numbers.clamped(to: 0..<count).flatMap { events(of: $0) }
  }

  /// The ranges of chunks of `size` accounts, the last one shorter.
  public func chunks(of size: Int) -> [Range<Int>] {
    precondition(size > 0, "a chunk needs an account")
    return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }
}

/// The opening prices and rules that the accounts are made for.
struct AccountMarket: Sendable {
  let state: MarketState
  let rulebook: Rulebook

  var venue: SimulatedVenue { state.venue }

  /// Dollars of an amount as collateral, haircut taken off, per whole unit.
  func collateralPrice(of asset: Symbol) -> Price? {
    guard let index = state.indexPrice(of: asset) else { return nil }
    return index.times(.one - rulebook.collateral.haircut(of: asset), rounding: .floor)
  }

  /// True for assets of which at least half counts as collateral.
  func isUsableCollateral(_ asset: Symbol) -> Bool {
    rulebook.collateral.haircut(of: asset).rawValue * 2 <= Rate.one.rawValue
  }

  /// The leverage chosen, or the largest whole one that the tier of a notional allows.
  func leverage(_ chosen: Rate, for notional: Money, in symbol: Symbol) -> Rate {
    guard let schedule = rulebook.futures.schedule(of: symbol) else { return chosen }
    let initialRate = tierInitialRate(schedule, at: notional)
    guard initialRate.isPositive else { return chosen }
    let largest = Rate.one.scaled(
      by: Rate.one.rawValue, over: initialRate.rawValue, rounding: .floor
    ).rounded(toMultipleOf: .one, rounding: .floor)
    return max(.one, min(chosen, largest))
  }
}
