import FixedPoint
public import MarginDomain

extension RiskArray {
  /// Values a contract in every column of its underlying's grid.
  ///
  /// Options: V(S·(1+move), σ′) − V(S, σ) by the model, forwards moving with the index. Linear
  /// futures: P′ − P with P′ = P + move·S or P·(1+move) as the rules say. Inverse ones: (1/P −
  /// 1/P′) in coin. If the settlement asset moves too, amounts are converted at its price in that
  /// column.
  ///
  /// - Parameters:
  ///   - instrument: the contract.
  ///   - inputs: prices; an option has a volatility.
  ///   - grid: of the contract's underlying.
  ///   - settlementGrid: of the underlying that the settlement asset follows; nil: none.
  ///   - rules: shocks and add-ons.
  /// - Returns: the array, each change to the nearest unit of 1e-12, or nil for an option without a
  ///   volatility and for one that is priced in its coin.
  /// - Complexity: O(columns) valuations; one allocation, the array of changes.
  /// - Source: margin-method.md 4.4.
  public static func make(
    of instrument: Instrument, at inputs: RiskInputs, grid: ScenarioGrid,
    settlementGrid: ScenarioGrid?, rules: PortfolioRules
  ) -> RiskArray? {
    // The model's values are in quote; scenarios do not revalue options priced in a coin.
    if instrument.isCoinOption { return nil }
    let option = ScenarioOption(instrument, inputs)
    guard instrument.isFuture || option != nil else { return nil }
    let maker = RiskArrayMaker(
      instrument: instrument, inputs: inputs, rules: rules, option: option)
    return RiskArray(
      symbol: instrument.symbol, group: instrument.riskGroup,
      strike: instrument.optionTerms?.strike ?? .zero,
      value: maker.reporting(maker.base, settlementMove: .zero),
      changes: maker.changes(in: grid, settlementGrid: settlementGrid), profile: maker.profile)
  }
}

extension Instrument {
  /// The group in which the contract is valued in scenarios.
  fileprivate var riskGroup: RiskArray.Group {
    switch kind {
    case .perpetualFuture, .datedFuture: return .futures
    case .perpetualOption(let terms): return .perpetual(hours: terms.fundingPeriodHours)
    case .datedOption(_, let expiry, _): return .expiry(expiry)
    }
  }
}

/// Values one contract.
struct RiskArrayMaker {
  let instrument: Instrument
  let inputs: RiskInputs
  let rules: PortfolioRules
  let option: ScenarioOption?
  /// The option's value in the unmoved market; 0 for a future.
  let base: Price

  init(
    instrument: Instrument, inputs: RiskInputs, rules: PortfolioRules, option: ScenarioOption?
  ) {
    self.instrument = instrument
    self.inputs = inputs
    self.rules = rules
    self.option = option
    base = option?.value ?? .zero
  }

  /// Change of one unit in every column, reporting asset.
  func changes(in grid: ScenarioGrid, settlementGrid: ScenarioGrid?) -> [Price] {
    let shocks = option?.shockedVolatilities(by: rules)
    var values: [Price] = []
    values.reserveCapacity(grid.columns.count)
    for (row, column) in grid.columns.enumerated() {
      guard let option, let shocks else {
        values.append(.zero)
        continue
      }
      // Joint rows repeat rows of the scan, and comparing is cheaper than valuing.
      let isJoint = grid.jointColumns.contains(row)
      let known = isJoint ? grid.columns[..<row].firstIndex(of: column) : nil
      values.append(known.map { values[$0] } ?? option.value(column, shocks, rules))
    }
    for (row, column) in grid.columns.enumerated() {
      let move = settlementGrid?.move(in: row, of: grid) ?? .zero
      values[row] =
        option == nil
        ? futureChange(move: column.move, settlementMove: move)
        : reporting(values[row] - base, settlementMove: move)
    }
    return values
  }

  /// Change of one unit of a future whose underlying moves, reporting asset.
  func futureChange(move: Rate, settlementMove: Rate) -> Price {
    let step: Price
    switch rules.futuresShock {
    case .keepsBasis: step = inputs.index.times(move, rounding: .nearestEven)
    case .proportional: step = inputs.mark.times(move, rounding: .nearestEven)
    }
    switch instrument.payoff {
    case .linear: return reporting(step, settlementMove: settlementMove)
    case .inverse:
      // (1/P − 1/P′) · X = (P′ − P)/P · X/P′ with X the coin's price in the column.
      let moved = max(DomainLimits.minimumInversePrice, inputs.mark + step)
      let coin = reporting(.one, settlementMove: settlementMove)
      let relative = (moved - inputs.mark).scaled(
        by: coin.rawValue, over: moved.rawValue, rounding: .nearestEven)
      return relative.scaled(
        by: Price.one.rawValue, over: inputs.mark.rawValue, rounding: .nearestEven)
    }
  }

  /// An amount of the settlement asset in the reporting asset, at the asset's moved price.
  func reporting(_ amount: Price, settlementMove: Rate) -> Price {
    if settlementMove.isZero, inputs.prices.settlementIndex == .one { return amount }
    let price = inputs.prices.settlementIndex.times(
      .one + settlementMove, rounding: .nearestEven)
    return amount.scaled(
      by: price.rawValue, over: Price.one.rawValue, rounding: .nearestEven)
  }

  /// The profile that add-ons read.
  var profile: RiskProfile {
    var profile = RiskProfile()
    profile.confidence = inputs.confidence
    switch instrument.payoff {
    case .linear:
      profile.notional = reporting(inputs.index, settlementMove: .zero)
      profile.quoteAsset = instrument.settlementAsset
    case .inverse:
      profile.notional = reporting(.one, settlementMove: .zero).scaled(
        by: Price.one.rawValue, over: inputs.mark.rawValue, rounding: .nearestEven)
    }
    if let option {
      fillOption(option, &profile)
    } else {
      profile.delta = profile.notional
      profile.fundingPerHour = futureFundingPerHour(of: profile.notional)
    }
    profile.fee = profile.notional.times(instrument.takerFee, rounding: .ceiling)
    fillDepth(&profile)
    return profile
  }

  private func fillOption(_ option: ScenarioOption, _ profile: inout RiskProfile) {
    let sensitivities = option.sensitivities
    profile.delta = reporting(sensitivities.dollarDelta, settlementMove: .zero)
    profile.vega = reporting(sensitivities.vega, settlementMove: .zero)
    profile.termDays = option.termDays
    if rules.addOns.chargesModelGap, !inputs.isModelMark {
      profile.modelGap = reporting(inputs.mark - modelValue, settlementMove: .zero)
    }
    if case .perpetualOption(let terms) = instrument.kind {
      let timeValue = inputs.mark - terms.payoff(at: inputs.index)
      profile.fundingPerHour = reporting(timeValue, settlementMove: .zero).scaled(
        by: Price.one.rawValue, over: terms.fundingPeriodHours.rawValue, rounding: .nearestEven)
    }
    guard case .datedOption = instrument.kind else { return }
    if let rules = rules.basisContingency {
      profile.basis = (
        up: reporting(option.valueMoving(rules.up) - base, settlementMove: .zero),
        down: reporting(option.valueMoving(rules.down) - base, settlementMove: .zero)
      )
      profile.basisPart =
        rules.add
        + rules.scale.scaled(
          by: option.termDays.rawValue, over: 365 * Rate.one.rawValue, rounding: .nearestEven)
    }
    if let rules = rules.staticDiscount {
      profile.discounts = option.discounts(rules, rate: inputs.interestRate ?? .zero)
    }
  }

  /// The model's own mark, to its last unit, so that a mark from the model has no gap.
  private var modelValue: Price {
    // A forward or rate stated for the expiry enters both in the same way.
    if inputs.forward != nil || inputs.interestRate != nil { return base }
    let mark = inputs.volatility.flatMap {
      ModelMark.price(
        of: instrument, index: inputs.index, forward: nil, volatility: $0, asOf: inputs.asOf)
    }
    return mark ?? base
  }

  /// S · F per interval; the notional of one unit is S in the reporting asset.
  private func futureFundingPerHour(of notional: Price) -> Price {
    guard let funding = inputs.funding else { return .zero }
    return notional.scaled(
      by: funding.rate.rawValue, over: funding.intervalHours.rawValue, rounding: .nearestEven)
  }

  private func fillDepth(_ profile: inout RiskProfile) {
    guard let rules = rules.addOns.liquidity,
      let depth = rules.depth(of: instrument.symbol, on: instrument.underlying)
    else { return }
    let mark =
      instrument.payoff == .inverse
      ? profile.notional : reporting(inputs.mark, settlementMove: .zero)
    profile.halfSpread = mark.scaled(
      by: (instrument.isFuture ? depth.spread : depth.optionSpread ?? depth.spread).rawValue,
      over: 2 * Rate.one.rawValue, rounding: .ceiling)
    let daily =
      inputs.underlyingVolatility.map(ScenarioOption.dailyVolatility)
      ?? rules.usualDailyVolatility
    profile.impact = profile.delta.magnitude.times(daily, rounding: .ceiling)
      .times(rules.impact, rounding: .ceiling)
    profile.volume = units(of: depth.volume, notional: profile.notional)
  }

  /// A day's volume in units of the contract, at least one step.
  private func units(of volume: LiquidityRules.Volume, notional: Price) -> ContractUnits {
    let units: ContractUnits
    switch volume {
    case .contracts(let quantity): return instrument.units(of: quantity)
    case .underlying(let quantity):
      let size = ContractUnits(rawValue: quantity.rawValue * 100_000_000)
      switch instrument.payoff {
      case .linear: units = size
      case .inverse:
        units = size.scaled(
          by: inputs.mark.rawValue, over: Price.one.rawValue, rounding: .floor)
      }
    case .notional(let money):
      // Money and prices are of 12 decimals, units of 16.
      units = ContractUnits(
        rawValue: FullWidth.quotient(
          of: money.rawValue, times: 10_000_000_000_000_000, over: max(1, notional.rawValue),
          rounding: .floor))
    }
    return max(units, .ulp)
  }
}
