import FixedPoint
public import MarginDomain

/// Orders that rest in an asset, bought and sold for the reporting asset.
///
/// No account can hold such orders yet: in books and workers, orders rest in contracts. A venue's
/// published examples are checked against it.
public struct SpotOrders: Sendable, Equatable {
  /// Σ bought, in the asset, 0 or above.
  public let buys: AssetAmount
  /// Σ sold, in the asset, 0 or above.
  public let sells: AssetAmount
  /// Number of orders.
  public let count: Int64
  /// Makes a sum of orders.
  public init(buys: AssetAmount, sells: AssetAmount, count: Int64) {
    self.buys = buys
    self.sells = sells
    self.count = count
  }
}

extension CollateralTerms {
  /// What a holding counts for when the worse side of its resting orders is filled at the index.
  ///
  /// Buys filled: value(held + buys), with buys · index owed. Sells filled: value(held − sells),
  /// with sells · index received. The case with the smaller initial excess counts, and each order
  /// costs a charge.
  ///
  /// - Parameters:
  ///   - held: in the asset, signed.
  ///   - orders: in the asset.
  ///   - prices: of the asset.
  ///   - debtSide: whether what is owed counts in equity or in the requirements.
  ///   - chargePerOrder: added to the initial requirement, reporting asset, 0 or above.
  /// - Returns: reporting asset.
  /// - Source: peers.md 3.2, worst-case fill of open orders.
  public func worstFill(
    of held: AssetAmount, orders: SpotOrders, at prices: CollateralPrices,
    debtSide: CollateralRules.DebtSide, chargePerOrder: Money
  ) -> CollateralValue {
    var bought = value(of: held + orders.buys, at: prices, debtSide: debtSide)
    bought.owe(.value(of: orders.buys, at: prices.index, rounding: .ceiling), debtSide)
    var sold = value(of: held - orders.sells, at: prices, debtSide: debtSide)
    let received = Money.value(of: orders.sells, at: prices.index, rounding: .floor)
    sold.initial += received
    sold.maintenance += received
    sold.net += received
    func room(_ value: CollateralValue) -> Money { value.initial - value.initialDebt }
    var worst = room(bought) <= room(sold) ? bought : sold
    worst.initialDebt += Money(rawValue: chargePerOrder.rawValue * Int128(orders.count))
    return worst
  }
}

extension CollateralValue {
  fileprivate mutating func owe(_ amount: Money, _ side: CollateralRules.DebtSide) {
    net -= amount
    switch side {
    case .equity:
      maintenance -= amount
      initial -= amount
    case .requirement:
      maintenanceDebt += amount
      initialDebt += amount
    }
  }
}
