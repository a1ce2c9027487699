import FixedPoint
public import MarginDomain

extension MarginTier {
  /// Maintenance requirement: max(0, N · rate · fraction − amount).
  ///
  /// - Parameter notional: N, reporting asset, 0 or above.
  /// - Returns: reporting asset, rounded up.
  /// - Source: Binance, "How to calculate maintenance margin"; peers.md 3.7.
  public func maintenanceMargin(of notional: Money) -> Money {
    var asked = notional.times(maintenanceRate, rounding: .ceiling)
    if maintenanceFraction != .one { asked = asked.times(maintenanceFraction, rounding: .ceiling) }
    return max(.zero, asked - maintenanceAmount)
  }

  /// Maintenance amounts that make the requirement continuous at each floor.
  ///
  /// a₀ = 0; aₙ = aₙ₋₁ + floorₙ · (rateₙ − rateₙ₋₁).
  ///
  /// - Parameters:
  ///   - floors: ascending, the first 0.
  ///   - rates: maintenance rates, as many.
  /// - Returns: one amount per tier, reporting asset, to the nearest unit.
  /// - Source: peers.md 3.7.
  public static func maintenanceAmounts(floors: [Money], rates: [Rate]) -> [Money] {
    precondition(floors.count == rates.count, "floors and rates must be as many")
    var amounts: [Money] = []
    var amount = Money.zero
    for index in 0..<floors.count {
      if index > 0 {
        amount += floors[index].times(rates[index] - rates[index - 1], rounding: .nearestEven)
      }
      amounts.append(amount)
    }
    return amounts
  }
}

extension MarginSchedule {
  /// One pair of rates: initial 1 / leverage, maintenance half of it.
  ///
  /// - Parameter maximumLeverage: the largest leverage offered, above zero.
  /// - Returns: a flat schedule, its rates rounded up.
  /// - Source: Hyperliquid, "Margining": maintenance is half of the initial margin at the largest
  ///   leverage; peers.md 3.7.
  public static func halfOfInitial(maximumLeverage: Rate) -> MarginSchedule {
    func reciprocal(of leverage: Rate) -> Rate {
      Rate.one.scaled(by: Rate.one.rawValue, over: leverage.rawValue, rounding: .ceiling)
    }
    return .flat(
      initialRate: reciprocal(of: maximumLeverage),
      maintenanceRate: reciprocal(of: maximumLeverage + maximumLeverage))
  }
}

extension FuturesRules {
  /// Requirement of a future.
  ///
  /// Initial = N · initial rate, maintenance = max(0, N · rate − amount), plus the closing fee: on
  /// the maintenance side always, on the initial side where it is set aside at opening.
  ///
  /// - Parameters:
  ///   - notional: N, reporting asset, 0 or above, from the mark or the entry price.
  ///   - leverage: chosen by the account, above zero, or nil.
  ///   - closingFee: reporting asset, 0 or above; see `ClosingFee`.
  ///   - schedule: the instrument's schedule.
  /// - Returns: reporting asset, rounded up.
  /// - Source: contract.md, Levels, native futures; Bybit, "Initial Margin (USDT Contract)", for
  ///   the fee to close in the initial requirement.
  public func requirement(
    of notional: Money, leverage: Rate?, closingFee: Money, schedule: MarginSchedule
  ) -> PositionRequirement {
    requirement(
      of: notional, leverage: leverage, closingFee: closingFee, tier: schedule.tier(at: notional))
  }

  /// Requirement of a future whose tier is known; see
  /// `requirement(of:leverage:closingFee:schedule:)`.
  ///
  /// - Parameters:
  ///   - notional: N, reporting asset, 0 or above.
  ///   - leverage: chosen by the account, above zero, or nil.
  ///   - closingFee: reporting asset, 0 or above.
  ///   - tier: the rates that hold for the position.
  /// - Returns: reporting asset, rounded up or as `amountRounding` says.
  public func requirement(
    of notional: Money, leverage: Rate?, closingFee: Money, tier: MarginTier
  ) -> PositionRequirement {
    FuturesFormula(self).requirement(
      of: notional, leverage: leverage, closingFee: closingFee, tier: tier)
  }

  /// Initial margin without any fee: N times the rate that `initialRate` names.
  ///
  /// - Parameters:
  ///   - notional: N, reporting asset, 0 or above.
  ///   - leverage: chosen by the account, above zero, or nil.
  ///   - tier: the tier of N.
  /// - Returns: reporting asset, rounded once, up or as `amountRounding` says.
  public func initialMargin(of notional: Money, leverage: Rate?, tier: MarginTier) -> Money {
    FuturesFormula(self).initialMargin(of: notional, leverage: leverage, tier: tier)
  }

  /// Maintenance margin without any fee: max(0, N · rate · fraction − amount).
  ///
  /// Where the tier has a fraction, the product of notional and rate is rounded before it is
  /// applied.
  ///
  /// - Parameters:
  ///   - notional: N, reporting asset, 0 or above.
  ///   - leverage: chosen by the account, above zero, or nil.
  ///   - tier: the tier of N.
  /// - Returns: reporting asset, rounded up or as `amountRounding` says.
  public func maintenanceMargin(of notional: Money, leverage: Rate?, tier: MarginTier) -> Money {
    FuturesFormula(self).maintenanceMargin(of: notional, leverage: leverage, tier: tier)
  }

  /// Rounding of requirements.
  var requirementRounding: RoundingMode { amountRounding?.requirement ?? .ceiling }

  /// A requirement on the grid of these rules.
  func onGrid(_ requirement: Money) -> Money { FuturesFormula(self).onGrid(requirement) }

  /// Notional in the reporting asset: |q| · m · P (inverse: |q| · m / P) at the settlement index.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts; 0 has no notional.
  ///   - instrument: a future.
  ///   - price: P, quote per unit, above zero.
  ///   - settlementIndex: reporting asset per unit of the settlement asset.
  /// - Returns: reporting asset, 0 or above, rounded up or as `amountRounding` says.
  public func notional(
    of quantity: Quantity, in instrument: Instrument, at price: Price, settlementIndex: Price
  ) -> Money {
    let rounding = amountRounding?.notional ?? .ceiling
    let size = instrument.notional(of: quantity, at: price, rounding: rounding)
    return notional(of: size, settlementIndex: settlementIndex)
  }

  func notional(of size: AssetAmount, settlementIndex: Price) -> Money {
    let rounding = amountRounding?.notional ?? .ceiling
    let value = Money.value(of: size, at: settlementIndex, rounding: rounding)
    guard let amountRounding else { return value }
    return value.rounded(toMultipleOf: amountRounding.step, rounding: rounding)
  }

  /// Fee to close at the bankruptcy price of a position margined with its initial margin.
  ///
  /// That price is where the initial margin i · N is used up, so that the notional there is
  /// N · (1 − i) for a long linear or a short inverse position and N · (1 + i) for the others:
  ///
  ///     fee = φ · max(0, N ∓ i · N)
  ///
  /// - Parameters:
  ///   - notional: N, reporting asset, 0 or above.
  ///   - initialMargin: i · N, reporting asset.
  ///   - shrinks: true where the notional at the bankruptcy price is below N.
  ///   - takerFee: φ, 0 to 1.
  /// - Returns: reporting asset, rounded up.
  /// - Source: Bybit, "Order Cost (USDT Contract)": fee to close = N · (1 ∓ 1 / leverage) · taker
  ///   fee; peers.md 3.7.
  public func bankruptcyClosingFee(
    of notional: Money, initialMargin: Money, shrinks: Bool, takerFee: Rate
  ) -> Money {
    FuturesFormula(self).bankruptcyClosingFee(
      of: notional, initialMargin: initialMargin, shrinks: shrinks, takerFee: takerFee)
  }
}
