import FixedPoint
public import MarginDomain

/// Sums over all accounts and the fund of one partition: the two sides of the money identity.
public struct LedgerTotals: Sendable, Equatable {
  /// One per asset, in the order of their definition.
  public let assets: [AssetTotals]
  /// One per instrument, in the order of their definition.
  public let instruments: [InstrumentTotals]
  /// Makes totals.
  public init(assets: [AssetTotals], instruments: [InstrumentTotals]) {
    self.assets = assets
    self.instruments = instruments
  }
  /// True when the identity of every asset holds to the last unit.
  public var isBalanced: Bool { assets.allSatisfy { $0.imbalance.isZero } }
}

/// Sums of one asset.
///
/// Σ cash + isolated margins + entry cash flows of open futures + fund + fees + rounding = Σ
/// transfers + fill flows + funding + snapshot adjustments, exactly.
public struct AssetTotals: Sendable, Equatable {
  /// The asset.
  public let asset: Symbol
  /// Σ cash of accounts, isolated margins not included.
  public internal(set) var accountCash = AssetAmount.zero
  /// Σ isolated margins.
  public internal(set) var isolatedMargin = AssetAmount.zero
  /// Σ entry cash flows of the accounts' open futures.
  public internal(set) var accountEntryFlows = AssetAmount.zero
  /// Cash of the insurance fund; may be negative.
  public internal(set) var fundCash = AssetAmount.zero
  /// Σ entry cash flows of the fund's open futures.
  public internal(set) var fundEntryFlows = AssetAmount.zero
  /// Fees charged less rebates paid.
  public internal(set) var fees = AssetAmount.zero
  /// What charging up and crediting down has left over.
  public internal(set) var rounding = AssetAmount.zero
  /// Σ transfers in less out.
  public internal(set) var transfers = AssetAmount.zero
  /// Σ cash flows of fills, gross of fees, as applied (rounded down per fill).
  public internal(set) var fillFlows = AssetAmount.zero
  /// Σ nominal funding payments, each to the nearest unit.
  public internal(set) var funding = AssetAmount.zero
  /// Σ changes that snapshots made to cash, isolated margins and entry cash flows.
  public internal(set) var snapshotAdjustments = AssetAmount.zero

  /// No sums yet.
  public init(asset: Symbol) { self.asset = asset }

  /// What is held: the left side of the identity.
  public var held: AssetAmount {
    accountCash + isolatedMargin + accountEntryFlows + fundCash + fundEntryFlows + fees + rounding
  }
  /// What came in: the right side of the identity.
  public var received: AssetAmount { transfers + fillFlows + funding + snapshotAdjustments }
  /// held − received: always exactly 0.
  public var imbalance: AssetAmount { held - received }
}

/// Sums of one instrument.
public struct InstrumentTotals: Sendable, Equatable {
  /// The instrument.
  public let symbol: Symbol
  /// Σ signed contracts of accounts.
  public internal(set) var accountQuantity = Quantity.zero
  /// Signed contracts of the insurance fund.
  public internal(set) var fundQuantity = Quantity.zero

  /// No sums yet.
  public init(symbol: Symbol) { self.symbol = symbol }
}
