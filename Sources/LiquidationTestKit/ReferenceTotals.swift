import FixedPoint
import MarginDomain
import MarginModel

/// Equity and requirements of one unit of the reference ledger, reporting asset.
///
/// Sums of its own: `MarginTotals` is part of what is checked.
struct ReferenceTotals {
  var equity = Money.zero
  /// What counts for the initial requirement.
  var initialEquity = Money.zero
  var netEquity = Money.zero
  var initialMargin = Money.zero
  var maintenanceMargin = Money.zero
  /// What the value of limited options adds to the equity for the initial requirement.
  var limitedValue = Money.zero

  var initialExcess: Money { initialEquity - initialMargin }

  mutating func ask(_ requirement: PositionRequirement) {
    initialMargin += requirement.initial
    maintenanceMargin += requirement.maintenance
    initialEquity -= requirement.withheldProfit
  }

  /// Counts options no further than a part of the equity.
  mutating func limitOptions(to limit: Rate) {
    let most = max(.zero, equity).times(limit, rounding: .floor)
    if limitedValue > most { initialEquity -= limitedValue - most }
  }
}

/// What a unit holds of one asset.
struct ReferenceHolding {
  /// Cash with the worth of what settles in the asset.
  var net = AssetAmount.zero
  /// The part that net equity alone holds.
  var outsideEquity = AssetAmount.zero
  /// Value of options that the rules limit.
  var limited = AssetAmount.zero

  var isNothing: Bool { net.isZero && outsideEquity.isZero && limited.isZero }

  /// What the holding adds to equity by its terms, or by the one haircut that stands for them.
  func value(
    of asset: Symbol, at price: Price, in market: MarketView, by rules: CollateralRules
  ) -> CollateralValue {
    if let terms = rules.terms(of: asset) {
      return terms.value(
        of: net, outsideEquity: outsideEquity, limited: limited,
        at: CollateralPrices(
          index: price,
          average: rules.usesAveragePrices ? market.averageAssetPrices[asset] : nil,
          totalDeposits: market.totalDeposits[asset]), debtSide: rules.debtSide)
    }
    func counted(_ amount: AssetAmount) -> Money {
      let value = Money.value(of: amount, at: price, rounding: .floor)
      guard value > .zero else { return value }
      return value.times(.one - rules.haircut(of: asset), rounding: .floor)
    }
    var value = CollateralValue()
    value.net = .value(of: net, at: price, rounding: .floor)
    value.maintenance = counted(net - outsideEquity)
    value.initial = value.maintenance
    value.limited =
      limited.isZero ? .zero : value.initial - counted(net - outsideEquity - limited)
    return value
  }
}
