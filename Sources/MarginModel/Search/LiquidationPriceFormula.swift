public import FixedPoint
public import MarginDomain

/// One future with margin of its own, as its closed-form prices see it.
public struct IsolatedPosition: Sendable {
  /// What stands behind the position.
  public enum Margin: Sendable, Equatable {
    /// An amount of the settlement asset, added margin included.
    case amount(AssetAmount)
    /// The entry notional / leverage, exactly; without leverage the whole entry notional.
    case entryNotionalOverLeverage
  }

  /// The contract, a future.
  public let instrument: Instrument
  /// Signed contracts, not zero.
  public let quantity: Quantity
  /// Average entry price, quote per unit, above zero.
  public let entryPrice: Price
  /// Leverage chosen, above zero, or nil.
  public let leverage: Rate?
  /// What stands behind it.
  public let margin: Margin

  /// Makes a position.
  ///
  /// - Parameters:
  ///   - instrument: the contract, a future.
  ///   - quantity: signed contracts, not zero.
  ///   - entryPrice: quote per unit, above zero.
  ///   - leverage: above zero, or nil.
  ///   - margin: what stands behind it.
  public init(
    instrument: Instrument, quantity: Quantity, entryPrice: Price, leverage: Rate?, margin: Margin
  ) {
    self.instrument = instrument
    self.quantity = quantity
    self.entryPrice = entryPrice
    self.leverage = leverage
    self.margin = margin
  }

  /// |q| · m · E or |q| · m / E, settlement asset, exact.
  public var entryNotional: ExactRatio {
    instrument.exactNotional(of: quantity, at: ExactRatio(entryPrice))
  }

  /// A of `RequirementPrice`: margin + entry cash flow, settlement asset, exact.
  var held: ExactRatio {
    let flow = instrument.exactCashFlow(of: quantity, at: ExactRatio(entryPrice))
    switch margin {
    case .amount(let amount): return ExactRatio(amount) + flow
    case .entryNotionalOverLeverage:
      return (leverage.map { entryNotional / ExactRatio($0) } ?? entryNotional) + flow
    }
  }

  /// Margin / entry notional where the margin is an amount, else nil.
  var marginRate: ExactRatio? {
    guard case .amount(let amount) = margin else { return nil }
    return ExactRatio(amount) / entryNotional
  }

  /// The price at which margin + unrealized profit = requirement + rate · notional at that price.
  ///
  /// - Parameters:
  ///   - requirement: settlement asset, fixed.
  ///   - rate: on the notional at the price, 0 or above.
  /// - Returns: quote per unit, exact; nil where no positive price solves it.
  /// - Source: `RequirementPrice`.
  public func price(requiring requirement: AssetAmount, rate: Rate) -> ExactRatio? {
    RequirementPrice(
      payoff: instrument.payoff, units: instrument.units(of: quantity), held: held,
      requirement: ExactRatio(requirement), rate: ExactRatio(rate)
    ).price
  }
}

extension FuturesRules {
  /// The price at which an isolated position's margin falls to its maintenance requirement.
  ///
  /// Notional, tier, rates and fees are these rules'. The settlement asset counts 1 in the
  /// reporting asset, in which the floors and amounts of the schedule are stated.
  ///
  /// - Parameters:
  ///   - position: the position.
  ///   - schedule: the instrument's schedule.
  ///   - mark: the mark, for rules that read the tier there; without one the tier is read at the
  ///     liquidation price.
  /// - Returns: quote per unit, exact; nil where no positive price solves it.
  /// - Source: `RequirementPrice`.
  public func liquidationPrice(
    of position: IsolatedPosition, schedule: MarginSchedule, mark: Price? = nil
  ) -> ExactRatio? {
    let instrument = position.instrument
    let requirement = ScheduledRequirement(
      rules: self, schedule: schedule, instrument: instrument, quantity: position.quantity,
      leverage: position.leverage, marginRate: position.marginRate,
      entryNotional: position.entryNotional,
      markNotional: mark.map {
        Money(rawValue: instrument.notional(of: position.quantity, at: $0).rawValue)
      })
    let path = OwnContractPath(
      instrument: instrument, quantity: position.quantity, held: position.held, haircut: .zero,
      settlementIndex: .one, level: .one, equityElsewhere: .zero, requirementElsewhere: .zero)
    return path.prices(meeting: requirement).first
  }

  /// The price at which closing an isolated position leaves nothing of its margin.
  ///
  ///     linear:   (q·m·E − M) / (q·m ∓ φ·|q|·m)      inverse:  (q·m ± φ·|q|·m) / (q·m/E + M)
  ///
  /// M margin, E entry price, φ the taker fee where the rules count the fee to close at the
  /// bankruptcy price, else 0.
  ///
  /// - Parameter position: the position.
  /// - Returns: quote per unit, exact; nil where no positive price solves it.
  /// - Source: Bybit, "How to calculate liquidation price (inverse contract)"; `RequirementPrice`.
  public func bankruptcyPrice(of position: IsolatedPosition) -> ExactRatio? {
    let fee = closingFee == .atBankruptcyPrice ? position.instrument.takerFee : .zero
    return position.price(requiring: .zero, rate: fee)
  }

  /// A liquidation price as it is reported: on the tick and in the direction of these rules.
  ///
  /// - Parameters:
  ///   - price: quote per unit, exact.
  ///   - quantity: signed contracts; the side chooses the direction.
  ///   - instrument: the contract, for its tick.
  /// - Returns: quote per unit; without a rounding rule to the nearest unit of the scale; nil where
  ///   it does not fit.
  public func reportedLiquidationPrice(
    _ price: ExactRatio, of quantity: Quantity, in instrument: Instrument
  ) -> Price? {
    liquidationPriceRounding.reported(price, of: quantity, in: instrument)
  }

  /// A bankruptcy price as it is reported; see `reportedLiquidationPrice(_:of:in:)`.
  ///
  /// - Parameters:
  ///   - price: quote per unit, exact.
  ///   - quantity: signed contracts; the side chooses the direction.
  ///   - instrument: the contract, for its tick.
  /// - Returns: quote per unit, or nil where it does not fit.
  public func reportedBankruptcyPrice(
    _ price: ExactRatio, of quantity: Quantity, in instrument: Instrument
  ) -> Price? {
    bankruptcyPriceRounding.reported(price, of: quantity, in: instrument)
  }
}

extension PriceRounding? {
  fileprivate func reported(
    _ price: ExactRatio, of quantity: Quantity, in instrument: Instrument
  ) -> Price? {
    guard let self else { return Price(price, rounding: .nearestEven) }
    return Price(
      price, toMultipleOf: instrument.tickSize,
      rounding: quantity.isNegative ? self.short : self.long)
  }
}
