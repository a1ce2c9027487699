/// The ranges that the border admits, so that nothing inside can overflow 128 bits.
///
/// Headroom, with every scaled value below 2^127 ≈ 1.70e38:
/// * a position: |quantity · multiplier| ≤ 1e13 units at a price ≤ 1e9 is ≤ 1e22 of quote,
///   raw 1e34; an inverse one is ≤ 1e13 / 1e-6 = 1e19 coins (inverse prices start at 1e-6);
/// * a balance: ≤ 1e15 of an asset at an index ≤ 1e9 is ≤ 1e24, raw 1e36;
/// * an account: 1,024 positions + 64 balances ≤ 1.03e25 + 6.4e25 < 7.5e25, raw 7.5e37;
/// * a ledger total is checked when it grows: an event that would carry an account's balance past
///   1e15 is refused, so a total of n accounts is ≤ n · 1e15, and 1e11 accounts fit.
/// Products are taken in 256 bits (`FullWidth`).
public enum DomainLimits {
  /// Smallest price: 1e-12.
  public static let minimumPrice = Price(rawValue: 1)
  /// Largest price: 1e9.
  public static let maximumPrice = Price(rawValue: 1_000_000_000_000_000_000_000)
  /// Smallest price of an inverse contract: 1e-6.
  public static let minimumInversePrice = Price(rawValue: 1_000_000)
  /// Largest magnitude of a quantity: 1e13.
  public static let maximumQuantity = Quantity(rawValue: 1_000_000_000_000_000_000_000)
  /// Largest multiplier: 1e6.
  public static let maximumMultiplier = Quantity(rawValue: 100_000_000_000_000)
  /// Largest magnitude of quantity · multiplier: 1e13.
  public static let maximumUnits = ContractUnits(
    rawValue: 100_000_000_000_000_000_000_000_000_000)
  /// Largest magnitude of a balance, a transfer or a fee: 1e15.
  public static let maximumBalance = AssetAmount(
    rawValue: 1_000_000_000_000_000_000_000_000_000)
  /// Largest magnitude of a ratio: 1e6.
  public static let maximumRate = Rate(rawValue: 1_000_000_000_000_000_000)
  /// Largest rate of a requirement, whatever a schedule scales it by: 10.
  public static let maximumRequirementRate = Rate(rawValue: 10_000_000_000_000)
  /// Largest factor of a venue on an initial requirement: 100.
  public static let maximumInitialMultiplier = Rate(rawValue: 100_000_000_000_000)
  /// Largest open interest of a contract, in contracts: 1e18.
  public static let maximumOpenInterest = Quantity(
    rawValue: 100_000_000_000_000_000_000_000_000)
  /// Smallest volatility per year: 0.01 %.
  public static let minimumVolatility = Rate(rawValue: 100_000_000)
  /// Largest volatility per year: 100,000 %.
  public static let maximumVolatility = Rate(rawValue: 1_000_000_000_000_000)
  /// Shortest funding period of a perpetual option: 0.001 hours.
  public static let minimumFundingPeriodHours = Rate(rawValue: 1_000_000_000)
  /// Longest funding period of a perpetual option: 876,000 hours (a hundred years).
  public static let maximumFundingPeriodHours = Rate(rawValue: 876_000_000_000_000_000)
  /// Moves of a price or a volatility that a scenario may state, relative: −0.99 to 10.
  public static let scenarioMoves =
    Rate(
      rawValue: -990_000_000_000)...Rate(
      rawValue: 10_000_000_000_000)
  /// Largest magnitude of interest and carry in an option's model per year: 10 (1,000 %).
  public static let maximumModelRate = Rate(rawValue: 10_000_000_000_000)
  /// Largest number of positions of one account.
  public static let maximumPositions = 1_024
  /// Largest number of resting orders of one account: 10,000.
  public static let maximumRestingOrders = 10_000
  /// Largest number of assets of one account.
  public static let maximumBalances = 64
  /// Longest identifier (account, symbol, order …) in UTF-8 bytes.
  public static let maximumIdentifierLength = 128
}
