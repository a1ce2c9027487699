import FixedPoint
public import MarginDomain

/// How much of one asset is exchanged for how much of a debt in another, once all positions are
/// closed.
///
/// The fund takes the asset at index less haircut, the same haircut as in the equity of the ladder.
/// With V(a) = Σ over tiers of index · (part of a in the tier) · (1 − haircut − what a lost peg
/// adds), or index · a · weight(a) where a haircut scales with the size,
///
///     taken = the smallest t with V(n) − V(n − t) ≥ debt · index of the debt
///
/// n the amount that counts, without the units of a tier whose haircut is 1. The last units are
/// taken first, those with the largest haircut: equity is then the same before and after (a debt
/// counts at face value here, even where it weighs more in equity), and neither the number nor the
/// order of the debts changes what is taken for them. If the first units were taken first, an
/// account with two debts would benefit from the small haircut twice. Where V(n) is not enough,
/// everything held is taken, including units that count for nothing, before the rest of the debt is
/// written off. Only in that case do the two statements not hold: units that count for nothing are
/// worth their index to whoever takes them.
///
/// Computed exactly and rounded once, in the fund's favour: what is taken is rounded up to a unit,
/// what it covers is rounded down.
///
/// **Source:** contract.md, Money, Debts; peers.md 3.2 and 3.7 for haircuts by amount.
public struct DebtExchange: Sendable, Equatable {
  /// Of the debt, in its asset, above zero.
  public let covered: AssetAmount
  /// Of the other asset, above zero, at most what is held.
  public let taken: AssetAmount

  /// Makes an exchange; nil where the asset counts for nothing, or for less than one unit of the
  /// debt.
  ///
  /// - Parameters:
  ///   - owed: in the debt's asset, above zero.
  ///   - debtIndex: reporting asset per unit of the debt's asset, above zero.
  ///   - owned: of the other asset, above zero.
  ///   - index: reporting asset per unit of the other asset, above zero.
  ///   - terms: of the other asset.
  public init?(
    owed: AssetAmount, debtIndex: Price, owned: AssetAmount, index: Price, terms: CollateralTerms
  ) {
    let holding = CountedHolding(owned, at: index, terms: terms)
    // Uses the denominator of the holding's parts, so that differences keep it.
    let debt = ExactRatio(owed) * ExactRatio(debtIndex) * ExactRatio(Rate.one)
    let worth = holding.value
    if debt <= worth {
      guard let needed = holding.amount(losing: debt) else { return nil }
      (covered, taken) = (owed, needed)
      return
    }
    guard let part = AssetAmount(worth / ExactRatio(debtIndex), rounding: .floor), part.isPositive
    else { return nil }
    (covered, taken) = (part, owned)
  }
}

/// An amount of an asset and what it counts for, exactly.
private struct CountedHolding {
  let owned: AssetAmount
  let index: Price
  let schedule: HaircutSchedule
  /// What a lost peg adds to every haircut.
  let extra: Rate

  init(_ owned: AssetAmount, at index: Price, terms: CollateralTerms) {
    self.owned = owned
    self.index = index
    schedule = terms.maintenance
    let counts = terms.depeg?.countsForMaintenance == true
    extra = counts ? terms.depeg?.extraHaircut(at: index) ?? .zero : .zero
  }

  /// V of everything held.
  var value: ExactRatio { slices.reduce(.zero) { $0 + $1.value } }

  /// The smallest amount whose removal lowers the value by that much; nil where none does.
  func amount(losing loss: ExactRatio) -> AssetAmount? {
    if case .sizeScaled = schedule { return scaledAmount(losing: loss) }
    var left = loss
    var taken = AssetAmount.zero
    for slice in slices.reversed() where slice.price.isPositive {
      if left <= slice.value {
        return AssetAmount(left / slice.price, rounding: .ceiling).map { taken + $0 }
      }
      left = left - slice.value
      taken += slice.size
    }
    return nil
  }

  /// Bisects between an amount that is too small and one that is enough until they are neighbours.
  ///
  /// A formula would not do, because the weight of what is left changes with the amount, on its own
  /// grid.
  private func scaledAmount(losing loss: ExactRatio) -> AssetAmount? {
    let rest = value - loss
    var (low, high) = (AssetAmount.zero, owned)
    while high - low > .ulp {
      let middle = low + (high - low).scaled(by: 1, over: 2, rounding: .floor)
      let left = CountedHolding(owned - middle, like: self)
      if left.value <= rest { high = middle } else { low = middle }
    }
    return high
  }

  private init(_ owned: AssetAmount, like other: CountedHolding) {
    self.owned = owned
    (index, schedule, extra) = (other.index, other.schedule, other.extra)
  }

  /// A part of the amount under one haircut.
  private struct Slice {
    let size: AssetAmount
    /// Index less haircut, 0 or above.
    let price: ExactRatio
    var value: ExactRatio { ExactRatio(size) * price }
  }

  /// From the first unit to the last.
  private var slices: [Slice] {
    guard case .tiered(let tiers) = schedule else {
      return [slice(owned, haircut: schedule.haircut(of: owned))]
    }
    return tiers.indices.filter { owned > tiers[$0].floor }.map { tier in
      let end = tier + 1 < tiers.count ? min(owned, tiers[tier + 1].floor) : owned
      return slice(end - tiers[tier].floor, haircut: tiers[tier].haircut)
    }
  }

  private func slice(_ size: AssetAmount, haircut: Rate) -> Slice {
    let weight = max(.zero, .one - haircut - extra)
    return Slice(size: size, price: ExactRatio(index) * ExactRatio(weight))
  }
}
