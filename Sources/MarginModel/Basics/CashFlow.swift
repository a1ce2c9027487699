public import FixedPoint
public import MarginDomain

extension Instrument {
  /// Cash flow of a fill to the account, gross of fees.
  ///
  /// Linear contracts and options: −q · m · P, coins where the option's price is in coins. Inverse
  /// futures: +q · m / P (coins; a long inverse position gains when 1/P falls). q signed contracts
  /// bought, m multiplier, P price.
  ///
  /// The flow of a future is not paid at once: the position keeps it as its entry cash flow
  /// (`PositionState`). That of an option is paid as premium.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts, positive bought.
  ///   - price: quote per unit, above zero (an option's may be 0).
  /// - Returns: settlement asset; rounded down, so never in the account's favour.
  /// - Source: contract.md, Money; peers.md 3.7 for inverse contracts.
  public func cashFlow(of quantity: Quantity, at price: Price) -> AssetAmount {
    cashFlow(of: quantity, at: price, rounding: .floor)
  }

  /// Cash flow of a fill with an explicit rounding; see `cashFlow(of:at:)`.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts, positive bought.
  ///   - price: quote per unit.
  ///   - rounding: direction of the single rounding.
  /// - Returns: settlement asset.
  public func cashFlow(
    of quantity: Quantity, at price: Price, rounding: RoundingMode
  ) -> AssetAmount {
    pricePayoff.cashFlow(of: units(of: quantity), at: price, rounding: rounding)
  }

  /// Size of a position in its settlement asset: |q| · m · P, inverse |q| · m / P.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts.
  ///   - price: quote per unit, above zero.
  /// - Returns: settlement asset, 0 or above, rounded up.
  public func notional(of quantity: Quantity, at price: Price) -> AssetAmount {
    notional(of: quantity, at: price, rounding: .ceiling)
  }

  /// Size of a position with an explicit rounding; see `notional(of:at:)`.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts.
  ///   - price: quote per unit, above zero.
  ///   - rounding: direction of the single rounding.
  /// - Returns: settlement asset, 0 or above.
  public func notional(
    of quantity: Quantity, at price: Price, rounding: RoundingMode
  ) -> AssetAmount {
    pricePayoff.value(of: units(of: quantity).magnitude, at: price, rounding: rounding)
  }
}

extension Instrument.Payoff {
  /// Cash flow of buying units; see `Instrument.cashFlow(of:at:)`.
  func cashFlow(of units: ContractUnits, at price: Price, rounding: RoundingMode) -> AssetAmount {
    value(of: self == .linear ? -units : units, at: price, rounding: rounding)
  }

  /// What units are worth in the settlement asset: units · P, inverse units / P.
  func value(of units: ContractUnits, at price: Price, rounding: RoundingMode) -> AssetAmount {
    switch self {
    case .linear: return .linearValue(of: units, at: price, rounding: rounding)
    case .inverse: return .inverseValue(of: units, at: price, rounding: rounding)
    }
  }
}
