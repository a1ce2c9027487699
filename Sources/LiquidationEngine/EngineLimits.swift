import FixedPoint
public import MarginDomain

/// Bounds of the engine's collections and of what one input may do, beyond `DomainLimits`.
///
/// Together with `DomainLimits` they leave this headroom below 2^127 ≈ 1.70e38 raw units:
/// * a position whose value passes `maximumPositionValue` (1e22 of the reporting asset, raw 1e34)
///   is not evaluated; 1,024 of them are ≤ 1.03e25, with rates ≤ 10 a requirement is ≤ 1.13e26,
///   raw 1.13e38;
/// * an asset's net amount whose value passes `maximumAssetValue` (1e24, raw 1e36) is not
///   evaluated; 64 of them are ≤ 6.4e25, raw 6.4e37;
/// * a ledger sum beyond `maximumLedgerSum` (raw 1e37) refuses whatever would move it further; a
///   single input moves it by at most 2e34 before the next check.
public struct EngineLimits: Sendable, Equatable {
  /// Largest number of accounts.
  public var maximumAccounts = 50_000_000
  /// Largest number of instruments, and of underlyings and assets together.
  public var maximumSymbols = 100_000
  /// Largest number of definitions that wait for their effective time.
  public var maximumScheduledDefinitions = 10_000
  /// How far an event time may lie after its record's timestamp before there is a rulebook.
  public var maximumTimeAheadNanoseconds: Int64 = 60_000_000_000
  /// Largest rate of one funding interval in magnitude.
  public var maximumFundingRate = Rate.one
  /// Smallest leverage that an account may choose.
  public var minimumLeverage = Rate.one
  /// Largest rate of a requirement in a rulebook.
  public var maximumRequirementRate = Rate(rawValue: 10 * Rate.one.rawValue)
  /// Largest value of one position that is evaluated, reporting asset.
  public var maximumPositionValue = Money(rawValue: 10_000_000_000_000_000_000_000_000_000_000_000)
  /// Largest value of an asset's net amount that is evaluated, reporting asset.
  public var maximumAssetValue = Money(
    rawValue: 1_000_000_000_000_000_000_000_000_000_000_000_000)
  /// Largest magnitude of a ledger sum that may still grow, in its asset.
  public var maximumLedgerSum = AssetAmount(
    rawValue: 10_000_000_000_000_000_000_000_000_000_000_000_000)

  /// The limits of a production engine.
  public static let standard = EngineLimits()

  /// Makes the standard limits, to be changed by tests.
  public init() {}
}
