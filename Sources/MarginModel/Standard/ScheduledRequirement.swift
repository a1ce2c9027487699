import FixedPoint
import MarginDomain

/// One linear piece of a future's requirement as a function of its notional.
///
/// Requirement in the reporting asset: rate · N(P) + amount, with N at price P.
struct RequirementPiece {
  /// Part that grows with the notional at the price.
  let rate: ExactRatio
  /// Part that does not.
  let fixed: ExactRatio
  /// Notionals of the reporting asset for which the piece holds, the upper end excluded.
  let lower: ExactRatio
  let upper: ExactRatio?

  func holds(at notional: ExactRatio) -> Bool {
    notional >= lower && (upper.map { notional < $0 } ?? true)
  }
}

/// A future's maintenance requirement, exactly, as pieces over the price that moves.
struct ScheduledRequirement {
  let rules: FuturesRules
  let schedule: MarginSchedule
  let instrument: Instrument
  let quantity: Quantity
  let leverage: Rate?
  /// Margin / entry notional of an isolated position without leverage; else nil.
  let marginRate: ExactRatio?
  /// At the average entry price, reporting asset, exact.
  let entryNotional: ExactRatio
  /// At the mark, reporting asset; nil where no mark is known.
  let markNotional: Money?

  /// The pieces that may hold at a liquidation price.
  ///
  /// Notional at the entry price: one piece without a rate but for a fee at the mark. Tier read at
  /// the mark: that tier at every price. Else one piece per tier, and one more where a tier's
  /// amount exceeds N · rate and the requirement is 0.
  var pieces: [RequirementPiece] {
    switch rules.notionalBasis {
    case .entry: return [entryPiece]
    case .mark, .largestLoss: break
    }
    if rules.tierBasis == .mark, let markNotional {
      return pieces(of: tier(at: markNotional), lower: .zero, upper: nil)
    }
    let tiers = allTiers
    return (0..<tiers.count).flatMap { index in
      let next = index + 1
      return pieces(
        of: tiers[index], lower: ExactRatio(tiers[index].floor),
        upper: next < tiers.count ? ExactRatio(tiers[next].floor) : nil)
    }
  }

  private var entryPiece: RequirementPiece {
    // The tier is found on the scale of its floors, rounded up as the assessment does.
    let rounded = Money(entryNotional, rounding: .ceiling) ?? Money(rawValue: .max)
    let tier = tier(at: rounded)
    let margin = maintenanceRate(of: tier) * entryNotional - ExactRatio(tier.maintenanceAmount)
    let fee = bankruptcyFeeRate(of: tier) * entryNotional
    return RequirementPiece(
      rate: markFeeRate, fixed: max(.zero, margin) + fee, lower: .zero, upper: nil)
  }

  private func pieces(
    of tier: MarginTier, lower: ExactRatio, upper: ExactRatio?
  ) -> [RequirementPiece] {
    let fees = markFeeRate + bankruptcyFeeRate(of: tier)
    let rate = maintenanceRate(of: tier)
    let amount = ExactRatio(tier.maintenanceAmount)
    guard amount.isPositive else {
      return [
        RequirementPiece(rate: rate + fees, fixed: -amount, lower: lower, upper: upper)
      ]
    }
    guard rate.isPositive else {
      return [RequirementPiece(rate: fees, fixed: .zero, lower: lower, upper: upper)]
    }
    let start = amount / rate
    let charged = RequirementPiece(
      rate: rate + fees, fixed: -amount, lower: max(lower, start), upper: upper)
    guard start > lower else { return [charged] }
    let end = upper.map { min($0, start) } ?? start
    return [RequirementPiece(rate: fees, fixed: .zero, lower: lower, upper: end), charged]
  }

  private var markFeeRate: ExactRatio {
    rules.closingFee == .atMark ? ExactRatio(instrument.takerFee) : .zero
  }

  /// φ · max(0, 1 ∓ i), i the initial rate that the position was opened with.
  ///
  /// See `FuturesRules.bankruptcyClosingFee`.
  private func bankruptcyFeeRate(of tier: MarginTier) -> ExactRatio {
    guard rules.closingFee == .atBankruptcyPrice else { return .zero }
    let initial = leverage == nil ? marginRate ?? initialRate(of: tier) : initialRate(of: tier)
    let part =
      instrument.notionalShrinksWithLosses(of: quantity)
      ? ExactRatio.one - initial : ExactRatio.one + initial
    return max(.zero, part) * ExactRatio(instrument.takerFee)
  }

  private func initialRate(of tier: MarginTier) -> ExactRatio {
    let byTier = ExactRatio(tier.initialRate)
    guard let leverage else { return byTier }
    let reciprocal = ExactRatio.one / ExactRatio(leverage)
    switch rules.initialRate {
    case .largerOfLeverageAndTier: return max(byTier, reciprocal)
    case .leverage: return reciprocal
    case .tierDividedByLeverage: return byTier * reciprocal
    }
  }

  private func maintenanceRate(of tier: MarginTier) -> ExactRatio {
    let byTier = ExactRatio(tier.maintenanceRate) * ExactRatio(tier.maintenanceFraction)
    guard rules.maintenanceRate == .tierDividedByLeverage, let leverage else { return byTier }
    return byTier / ExactRatio(leverage)
  }

  /// The rates at a notional; schedules that scale by units give the same rates at every price.
  private func tier(at notional: Money) -> MarginTier {
    schedule.tier(
      of: ScheduleSize(
        notional: notional, units: instrument.units(of: quantity.magnitude),
        settlementAmount: .zero, openInterest: nil))
  }

  /// Every tier, ascending; any other schedule is one tier from 0.
  private var allTiers: [MarginTier] {
    guard case .tiered(let tiers) = schedule else { return [tier(at: .zero)] }
    return tiers
  }
}
