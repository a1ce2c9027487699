public import FixedPoint
public import MarginDomain

/// A unit of which one contract's price moves and all else stands still.
struct OwnContractPath {
  let instrument: Instrument
  let quantity: Quantity
  /// The settlement asset's amount apart from the position's closing flow, exact.
  let held: ExactRatio
  /// Haircut of the settlement asset, 0 to 1.
  let haircut: Rate
  /// Reporting asset per unit of the settlement asset, exact.
  let settlementIndex: ExactRatio
  /// The level of equity / requirement that is looked for.
  let level: ExactRatio
  /// Equity of everything but the settlement asset, reporting asset.
  let equityElsewhere: ExactRatio
  /// Requirement of all other positions, reporting asset.
  let requirementElsewhere: ExactRatio

  /// The prices at which equity is at the level of the requirement, ascending, each once.
  ///
  /// The haircut holds while the settlement asset is positive, and each piece of the requirement
  /// for its own notionals, so every combination is solved in closed form and kept where it holds.
  func prices(meeting requirement: ScheduledRequirement) -> [ExactRatio] {
    var found: [ExactRatio] = []
    for isCredit in haircut.isZero ? [true] : [true, false] {
      for piece in requirement.pieces {
        let equation = self.equation(piece, isCredit: isCredit)
        guard let price = equation.price else { continue }
        let notional =
          instrument.exactNotional(of: quantity, at: price) * settlementIndex
        let isRightBranch =
          haircut.isZero || equation.amount(at: price).isPositive == isCredit
        guard isRightBranch, piece.holds(at: notional), !found.contains(price) else { continue }
        found.append(price)
      }
    }
    return found.sorted()
  }

  private func equation(_ piece: RequirementPiece, isCredit: Bool) -> RequirementPrice {
    // Amounts of the reporting asset are brought to the settlement asset, in which the price is.
    let fixed = level * (requirementElsewhere + piece.fixed) / settlementIndex
    return RequirementPrice(
      payoff: instrument.payoff, units: instrument.units(of: quantity), held: held,
      weight: isCredit ? .one - ExactRatio(haircut) : .one,
      equityElsewhere: equityElsewhere / settlementIndex, requirement: fixed,
      rate: level * piece.rate)
  }
}

extension AccountBook {
  /// The prices of one future at which its unit reaches the liquidation level while every other
  /// price stands still.
  ///
  /// Closed form per tier and per sign of the settlement asset's total, see `RequirementPrice`. The
  /// position's own mark is used only by rules that read the tier there.
  ///
  /// - Parameters:
  ///   - position: one of the book's, a future.
  ///   - market: accepted prices.
  ///   - rulebook: the rules.
  ///   - level: equity / maintenance margin; nil: that of the liquidation.
  /// - Returns: quote per unit, exact, ascending; empty where no price reaches the level. More than
  ///   one only where the requirement jumps or the settlement asset has a haircut.
  /// - Throws: `AssessmentFault`, for another position or an asset without a price or schedule.
  /// - Complexity: O(positions + tiers²).
  /// - Source: contract.md, Levels, `own_contract`; Binance, "How to calculate liquidation price of
  ///   USDⓈ-M futures contracts".
  public func ownContractLiquidationPrices(
    of position: Position, in market: MarketView, by rulebook: Rulebook, level: Rate? = nil
  ) throws(AssessmentFault) -> [ExactRatio] {
    let instrument = position.instrument
    let asset = instrument.settlementAsset
    guard let schedule = rulebook.futures.schedule(of: instrument.symbol) else {
      throw .missingSchedule(instrument.symbol)
    }
    guard let index = market.price(of: asset, reportingAsset: rulebook.reportingAsset) else {
      throw .missingAssetPrice(asset)
    }
    let rest = try rest(without: position, in: market, by: rulebook)
    let path = OwnContractPath(
      instrument: instrument, quantity: position.state.quantity,
      held: ExactRatio(rest.settlement) + ExactRatio(position.state.entryCashFlow),
      haircut: rulebook.collateral.haircut(of: asset), settlementIndex: ExactRatio(index),
      level: ExactRatio(level ?? rulebook.ladder.liquidation.enter),
      equityElsewhere: ExactRatio(rest.totals.equity),
      requirementElsewhere: ExactRatio(rest.totals.maintenanceMargin))
    let mark = market.mark(of: instrument).map {
      Money.value(
        of: instrument.notional(of: position.state.quantity, at: $0), at: index,
        rounding: .ceiling)
    }
    return path.prices(
      meeting: ScheduledRequirement(
        rules: rulebook.futures, schedule: schedule, instrument: instrument,
        quantity: position.state.quantity, leverage: position.leverage, marginRate: nil,
        entryNotional: ExactRatio(position.state.entryCashFlow.magnitude) * ExactRatio(index),
        markNotional: mark))
  }

  /// The unit without one position: what its settlement asset holds, and all other totals.
  private func rest(
    without position: Position, in market: MarketView, by rulebook: Rulebook
  ) throws(AssessmentFault) -> (settlement: AssetAmount, totals: MarginTotals) {
    guard marginMode != .isolated else { return (position.isolatedMargin, MarginTotals()) }
    let asset = position.instrument.settlementAsset
    let others = positions.filter { $0.instrument.symbol != position.instrument.symbol }
    var settlement = balances.first { $0.asset == asset }?.amount ?? .zero
    let elsewhere = balances.filter { $0.asset != asset }
    let assessed = try book(elsewhere, others).assess(in: market, by: rulebook)
    for unit in assessed {
      for (other, result) in zip(others, unit.positions)
      where other.instrument.settlementAsset == asset {
        settlement += result.assessment.worth - result.assessment.worthOutsideEquity
      }
    }
    // The settlement asset moves with the price, so it is taken out of the totals: what the others
    // hold of it is balanced to zero.
    let held = settlement - (balances.first { $0.asset == asset }?.amount ?? .zero)
    let balanced = try book(elsewhere + [(asset, -held)], others).assess(in: market, by: rulebook)
    return (settlement, balanced.first?.totals ?? MarginTotals())
  }

  private func book(
    _ balances: [(asset: Symbol, amount: AssetAmount)], _ positions: [Position]
  ) -> AccountBook {
    AccountBook(
      accountID: accountID, marginMode: marginMode, balances: balances, positions: positions)
  }
}
