import FixedPoint
public import MarginDomain

/// The requirement of one unit of an option, in quote currency, for an inverse option in its coin.
public struct UnitOptionRequirement: Sendable, Equatable {
  /// Margin required to open, quote per unit, 0 or above.
  public let initial: Price
  /// Margin required to keep the position, quote per unit, 0 or above, at most the initial.
  public let maintenance: Price
  /// Makes a requirement.
  public init(initial: Price, maintenance: Price) {
    self.initial = initial
    self.maintenance = maintenance
  }

  /// The requirement of a number of units, 0 or above, rounded up.
  func requirement(of units: ContractUnits, settlementIndex: Price) -> PositionRequirement {
    func money(_ price: Price) -> Money {
      .value(
        of: .linearValue(of: units, at: price, rounding: .ceiling), at: settlementIndex,
        rounding: .ceiling)
    }
    return PositionRequirement(initial: money(initial), maintenance: money(maintenance))
  }
}

extension StandardOptionRules {
  /// Requirement of an option position outside a portfolio.
  ///
  /// |q| · m · the requirement of one unit, in the reporting asset.
  ///
  /// - Parameters:
  ///   - quantity: q, signed contracts.
  ///   - instrument: an option.
  ///   - prices: accepted prices.
  /// - Returns: reporting asset, rounded up; zero for a future.
  /// - Source: margin-method.md 3.1 and 4.7.
  public func requirement(
    of quantity: Quantity, in instrument: Instrument, prices: PositionPrices
  ) -> PositionRequirement {
    let units = instrument.units(of: quantity)
    let perUnit = requirement(perUnitOf: units, in: instrument, prices: prices)
    return perUnit?.requirement(
      of: units.magnitude, settlementIndex: prices.settlementIndex) ?? .zero
  }

  /// Requirement of an option position when only mark and index are known.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts.
  ///   - instrument: an option.
  ///   - mark: V, quote per unit, 0 or above.
  ///   - index: S, quote per unit, above zero.
  ///   - settlementIndex: reporting asset per unit of the settlement asset.
  /// - Returns: reporting asset, rounded up; zero for a future.
  /// - Source: margin-method.md 4.7.
  public func requirement(
    of quantity: Quantity, in instrument: Instrument, mark: Price, index: Price,
    settlementIndex: Price
  ) -> PositionRequirement {
    requirement(
      of: quantity, in: instrument,
      prices: PositionPrices(mark: mark, index: index, settlementIndex: settlementIndex))
  }

  /// Requirement of one unit of a position.
  ///
  /// S index, F forward, K strike, V mark, B the base: S, F or K. OTM = max(0, K − X) for calls,
  /// max(0, X − K) for puts, X = F where the base is F, else S; where the base is the index by the
  /// forward, OTM is that from F times S / F. k the factor of the position's size,
  /// f = |V − payoff(S)| · hours / period the funding term, v the premium term: 0, V or
  /// max(V, entry).
  ///
  ///     short  maintenance  max(cap(max(a′·B − OTM, c·B)), c′·V)·k + φ·B + v + f,  c′·V puts only
  ///            initial      max(cap(max(a·B − OTM, b·B))·k + v + f, w · maintenance)
  ///     long   maintenance  min(f′·V, g·S) + f
  ///            initial      max(min(p·V, e·S) + f, maintenance)
  ///
  /// cap(x) = min(x, d·K) for puts; w is 1 for calls; a′ and c may be others for puts. The initial
  /// requirement is then multiplied by the venue's open-interest multiplier. With `deltaGamma`, its
  /// rule replaces the rates of both sides; without a volatility, or for a dated option, it cannot
  /// be computed and the rates apply. For an inverse option the same holds in coins, see
  /// `coinRequirement`.
  ///
  /// - Parameters:
  ///   - units: signed, q · m; their size chooses k.
  ///   - instrument: an option.
  ///   - prices: accepted prices.
  /// - Returns: quote (an inverse option: coins) per unit, rounded up term by term, initial ≥
  ///   maintenance ≥ 0; nil for a future.
  /// - Source: margin-method.md 3.1, by row; peers.md 3.6, 3.7, 3.9.
  public func requirement(
    perUnitOf units: ContractUnits, in instrument: Instrument, prices: PositionPrices
  ) -> UnitOptionRequirement? {
    guard let option = instrument.optionTerms else { return nil }
    func rule(_ prices: PositionPrices) -> UnitOptionRequirement {
      deltaGammaPerUnit(instrument, prices: prices)
        ?? (units.isNegative
          ? short(option, units: units, in: instrument, prices: prices)
          : long(option, in: instrument, prices: prices))
    }
    let alone =
      instrument.isCoinOption ? coinRequirement(at: prices, rule) : rule(prices)
    let initial = max(alone.initial, alone.maintenance)
    return UnitOptionRequirement(
      initial: prices.initialMultiplier == .one
        ? initial : initial.times(max(.one, prices.initialMultiplier), rounding: .ceiling),
      maintenance: alone.maintenance)
  }

  private func short(
    _ option: OptionTerms, units: ContractUnits, in instrument: Instrument,
    prices: PositionPrices
  ) -> UnitOptionRequirement {
    let base = basePrice(of: option, prices: prices)
    let distance = outOfTheMoney(option, prices: prices)
    let factor = terms.factor(of: units.magnitude)
    func part(_ rate: Rate, floor: Rate, atLeast least: Price) -> Price {
      var part = max(
        base.times(rate, rounding: .ceiling) - distance, base.times(floor, rounding: .ceiling))
      if option.right == .put, let putCap {
        part = min(part, option.strike.times(putCap, rounding: .ceiling))
      }
      part = max(part, least)
      return factor == .one ? part : part.times(factor, rounding: .ceiling)
    }
    let isPut = option.right == .put
    let markFloor =
      isPut ? prices.mark.times(terms.putMaintenanceMarkRate, rounding: .ceiling) : .zero
    let funding = fundingTerm(option, in: instrument, prices: prices)
    let mark = terms.includesMark ? prices.mark : .zero
    let maintenance =
      part(
        isPut ? terms.putMaintenanceRate ?? shortMaintenanceRate : shortMaintenanceRate,
        floor: isPut ? terms.putMaintenanceFloor ?? shortMaintenanceFloor : shortMaintenanceFloor,
        atLeast: markFloor)
      + base.times(terms.maintenanceFeeRate, rounding: .ceiling) + mark + funding
    let initial =
      part(shortInitialRate, floor: shortInitialFloor, atLeast: .zero) + premium(prices) + funding
    return UnitOptionRequirement(
      initial: isPut
        ? max(initial, maintenance.times(terms.putInitialFactor, rounding: .ceiling)) : initial,
      maintenance: maintenance)
  }

  private func long(
    _ option: OptionTerms, in instrument: Instrument, prices: PositionPrices
  ) -> UnitOptionRequirement {
    func part(_ valueRate: Rate, cap: Rate?) -> Price {
      let value = prices.mark.times(valueRate, rounding: .ceiling)
      return cap.map { min(value, prices.index.times($0, rounding: .ceiling)) } ?? value
    }
    let funding = fundingTerm(option, in: instrument, prices: prices)
    return UnitOptionRequirement(
      initial: part(terms.longInitialValueRate, cap: longInitialRate) + funding,
      maintenance: part(longMaintenanceValueRate, cap: longMaintenanceRate) + funding)
  }

  /// B: the price that the rates apply to.
  private func basePrice(of option: OptionTerms, prices: PositionPrices) -> Price {
    switch terms.base {
    case .index, .indexByForward: prices.index
    case .forward: prices.forward ?? prices.index
    case .strike: option.strike
    }
  }

  private func outOfTheMoney(_ option: OptionTerms, prices: PositionPrices) -> Price {
    let forward = prices.forward ?? prices.index
    let price = terms.base == .forward || terms.base == .indexByForward ? forward : prices.index
    let distance: Price
    switch option.right {
    case .call: distance = max(.zero, option.strike - price)
    case .put: distance = max(.zero, price - option.strike)
    }
    guard terms.base == .indexByForward else { return distance }
    return distance.scaled(by: prices.index.rawValue, over: forward.rawValue, rounding: .floor)
  }

  private func premium(_ prices: PositionPrices) -> Price {
    guard terms.includesMark else { return .zero }
    switch terms.premium {
    case .mark: return prices.mark
    case .largerOfMarkAndEntry: return max(prices.mark, prices.optionEntry ?? prices.mark)
    }
  }

  /// |V − payoff| · hours / period of a perpetual option, rounded up; 0 for a dated one.
  private func fundingTerm(
    _ option: OptionTerms, in instrument: Instrument, prices: PositionPrices
  ) -> Price {
    guard !terms.fundingHours.isZero, case .perpetualOption = instrument.kind else { return .zero }
    return (prices.mark - option.payoff(at: prices.index)).magnitude.scaled(
      by: terms.fundingHours.rawValue, over: option.fundingPeriodHours.rawValue,
      rounding: .ceiling)
  }

  /// The requirement by delta and gamma; nil where the rules have none or it cannot be computed.
  private func deltaGammaPerUnit(
    _ instrument: Instrument, prices: PositionPrices
  ) -> UnitOptionRequirement? {
    guard let rule = terms.deltaGamma, case .perpetualOption = instrument.kind,
      let volatility = prices.volatility
    else { return nil }
    return rule.requirement(of: instrument, index: prices.index, volatility: volatility)
  }
}

extension OptionRequirementTerms {
  /// The factor of a size: that of the last step whose floor is at or below it, 1 below all.
  ///
  /// - Parameter units: |q| · m, units of the underlying.
  /// - Returns: the factor on the short's rates.
  /// - Complexity: O(steps).
  /// - Source: OKX, "Option margin": the margin factor rises with the seller's positions.
  public func factor(of units: ContractUnits) -> Rate {
    sizeFactors.last { ContractUnits(quantity: $0.floor, multiplier: .one) <= units }?.factor
      ?? .one
  }
}
