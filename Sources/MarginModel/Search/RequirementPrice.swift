public import FixedPoint
public import MarginDomain

/// The price of one contract at which the equity behind it equals its requirement, all else still.
///
/// U signed units (q · m), A what the position's asset holds apart from the closing flow (margin or
/// cash and the entry cash flow), w the part of it that counts (1 − haircut), B equity elsewhere,
/// R the requirement that does not depend on the price, k the rate on the notional at the price:
///
///     linear:   w · (A + U·P) + B = R + k · |U| · P     P = (R − B − w·A) / (w·U − k·|U|)
///     inverse:  w · (A − U/P) + B = R + k · |U| / P     P = (w·U + k·|U|) / (w·A + B − R)
///
/// With R the requirement and k its rate this is a liquidation price, with R = 0 and k the fee to
/// close a bankruptcy price. One fraction, no rounding.
///
/// - Source: Binance, "How to calculate liquidation price of USDⓈ-M futures contracts", is the case
///   w = 1; the others of peers.md 3.7 are cases of it.
public struct RequirementPrice: Sendable {
  /// Linear or inverse.
  public let payoff: Instrument.Payoff
  /// U, signed, not zero.
  public let units: ContractUnits
  /// A, settlement asset.
  public let held: ExactRatio
  /// w, 0 to 1.
  public let weight: ExactRatio
  /// B, settlement asset.
  public let equityElsewhere: ExactRatio
  /// R, settlement asset; may be negative (a maintenance amount).
  public let requirement: ExactRatio
  /// k, 0 or above.
  public let rate: ExactRatio

  /// Makes an equation.
  ///
  /// - Parameters:
  ///   - payoff: linear or inverse.
  ///   - units: U, signed, not zero.
  ///   - held: A, settlement asset.
  ///   - weight: w, 0 to 1.
  ///   - equityElsewhere: B, settlement asset.
  ///   - requirement: R, settlement asset.
  ///   - rate: k, 0 or above.
  public init(
    payoff: Instrument.Payoff, units: ContractUnits, held: ExactRatio, weight: ExactRatio = .one,
    equityElsewhere: ExactRatio = .zero, requirement: ExactRatio, rate: ExactRatio
  ) {
    self.payoff = payoff
    self.units = units
    self.held = held
    self.weight = weight
    self.equityElsewhere = equityElsewhere
    self.requirement = requirement
    self.rate = rate
  }

  /// P, quote per unit, exact; nil where no positive price solves the equation.
  public var price: ExactRatio? {
    let signed = weight * ExactRatio(units)
    let charged = rate * ExactRatio(units.magnitude)
    let missing = requirement - equityElsewhere - weight * held
    switch payoff {
    case .linear: return quotient(missing, signed - charged)
    case .inverse: return quotient(signed + charged, -missing)
    }
  }

  /// What the position's asset amounts to at a price: A + U·P or A − U/P.
  func amount(at price: ExactRatio) -> ExactRatio {
    switch payoff {
    case .linear: return held + ExactRatio(units) * price
    case .inverse: return held - ExactRatio(units) / price
    }
  }

  private func quotient(_ dividend: ExactRatio, _ divisor: ExactRatio) -> ExactRatio? {
    guard !divisor.isZero else { return nil }
    let price = dividend / divisor
    return price.isPositive ? price : nil
  }
}

extension Instrument {
  /// |q| · m · P or |q| · m / P, settlement asset, exact.
  func exactNotional(of quantity: Quantity, at price: ExactRatio) -> ExactRatio {
    let units = ExactRatio(units(of: quantity.magnitude))
    return payoff == .linear ? units * price : units / price
  }

  /// Cash flow of buying q at P: −q · m · P or q · m / P, settlement asset, exact.
  func exactCashFlow(of quantity: Quantity, at price: ExactRatio) -> ExactRatio {
    let size = exactNotional(of: quantity, at: price)
    return quantity.isNegative == (payoff == .linear) ? size : -size
  }

  /// Unrealized profit of a future: q · m · (P − E), inverse q · m · (1/E − 1/P).
  ///
  /// - Parameters:
  ///   - quantity: signed contracts.
  ///   - entry: E, quote per unit, above zero.
  ///   - mark: P, quote per unit, above zero.
  /// - Returns: settlement asset, exact.
  public func unrealizedProfit(
    of quantity: Quantity, from entry: Price, to mark: Price
  ) -> ExactRatio {
    exactCashFlow(of: quantity, at: ExactRatio(entry))
      - exactCashFlow(of: quantity, at: ExactRatio(mark))
  }
}
