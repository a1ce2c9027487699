public import FixedPoint
public import MarginDomain

/// Funding of a position, as a change of the account's cash.
public enum FundingPayment {
  /// One settlement: −q · m · P · F (linear), −q · m · F / P (inverse).
  ///
  /// F funding rate of the interval, P the settlement's price, q signed contracts, m multiplier.
  /// Positive rates are paid by longs.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts.
  ///   - instrument: a perpetual contract.
  ///   - rate: of the whole interval.
  ///   - price: quote per unit, above zero.
  /// - Returns: settlement asset; charges rounded up, credits down.
  /// - Source: contract.md, Inputs, funding.
  public static func settlement(
    of quantity: Quantity, in instrument: Instrument, rate: Rate, price: Price
  ) -> AssetAmount {
    settlement(of: quantity, in: instrument, rate: rate, price: price, rounding: .floor)
  }

  /// One settlement with an explicit rounding; see `settlement(of:in:rate:price:)`.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts.
  ///   - instrument: a perpetual contract.
  ///   - rate: of the whole interval.
  ///   - price: quote per unit, above zero.
  ///   - rounding: direction of the payment's rounding.
  /// - Returns: settlement asset.
  public static func settlement(
    of quantity: Quantity, in instrument: Instrument, rate: Rate, price: Price,
    rounding: RoundingMode
  ) -> AssetAmount {
    let size = instrument.cashFlow(of: quantity, at: price, rounding: .nearestEven)
    let paidByLong = instrument.payoff == .linear ? size : -size
    return paidByLong.times(rate, rounding: rounding)
  }

  /// The accrual since an index: −q · (I − I₀).
  ///
  /// I cumulative index in settlement asset per contract, multiplier included.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts.
  ///   - last: the index up to which the position has paid.
  ///   - index: the new cumulative index.
  /// - Returns: settlement asset; charges rounded up, credits down.
  public static func accrual(
    of quantity: Quantity, from last: AssetAmount, to index: AssetAmount
  ) -> AssetAmount {
    accrual(of: quantity, from: last, to: index, rounding: .floor)
  }

  /// The accrual with an explicit rounding; see `accrual(of:from:to:)`.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts.
  ///   - last: the index up to which the position has paid.
  ///   - index: the new cumulative index.
  ///   - rounding: direction of the payment's rounding.
  /// - Returns: settlement asset.
  public static func accrual(
    of quantity: Quantity, from last: AssetAmount, to index: AssetAmount, rounding: RoundingMode
  ) -> AssetAmount {
    (index - last).scaled(by: -quantity.rawValue, over: Quantity.one.rawValue, rounding: rounding)
  }

  /// What the holder of one unit of a perpetual option pays: (mark − payoff) · t / T.
  ///
  /// - Parameters:
  ///   - mark: quote per unit, 0 or above.
  ///   - payoff: at the index, quote per unit, 0 or above.
  ///   - time: t, 0 or above.
  ///   - period: T in the unit of t, above zero.
  /// - Returns: quote per unit, exact; negative: the long receives.
  /// - Source: margin-method.md 2.1; peers.md 3.9.
  public static func perUnit(
    ofOptionMarkedAt mark: Price, payoff: Price, time: ExactRatio, period: ExactRatio
  ) -> ExactRatio {
    (ExactRatio(mark) - ExactRatio(payoff)) * time / period
  }
}
