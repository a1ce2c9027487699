import FixedPoint
public import MarginDomain

/// Mean loss over the worst part of a weighted set of losses.
///
/// With n ordinary and m stressed vectors and stressed weight w, each ordinary one weighs (1 − w)/n
/// and each stressed one w/m; the tail is the worst 1 − confidence of the total weight, with the
/// last vector counted in part. VaR is the loss of that last vector, so that ES ≥ VaR. Weights are
/// integers over one denominator, so only the result is rounded.
/// - Source: margin-method.md 3.3; Acerbi and Tasche, "On the coherence of expected shortfall"
///   (2002), for the part of the last loss.
public struct ExpectedShortfall: Sendable, Equatable {
  /// ES, reporting asset, rounded up; negative when even the tail gains.
  public let amount: Money
  /// VaR at the same confidence, reporting asset.
  public let valueAtRisk: Money
  /// Indices of the vectors in the tail, worst first; ties in the order of the table.
  public let tail: [Int]
  /// Integer weight of each vector of the tail.
  let weights: [Int128]
  /// Loss of each vector of the tail.
  private let losses: [Money]

  /// Computes the tail of a set of profits; nil without vectors.
  ///
  /// - Parameters:
  ///   - profits: one per vector, signed.
  ///   - rules: vectors, confidence and stressed weight.
  /// - Complexity: O(n log n).
  public init?(of profits: [Money], by rules: ExpectedShortfallRules) {
    guard !profits.isEmpty, profits.count == rules.vectors.count else { return nil }
    let stressed = Int128(rules.vectors.count { $0.isStressed })
    let ordinary = Int128(rules.vectors.count) - stressed
    // If one kind has no vectors, the other has all the weight.
    let stressedWeight =
      stressed == 0 ? 0 : ordinary == 0 ? Rate.one.rawValue : rules.stressedWeight.rawValue
    let ordinaryWeight = Rate.one.rawValue - stressedWeight
    func weight(_ index: Int) -> Int128 {
      rules.vectors[index].isStressed
        ? stressedWeight * max(1, ordinary) : ordinaryWeight * max(1, stressed)
    }
    let whole = max(1, ordinary) * max(1, stressed)
    let mass = max(1, (Rate.one.rawValue - rules.confidence.rawValue) * whole)
    let order = ExpectedShortfall.worst(of: profits, reaching: mass, weight: weight)
    var open = mass
    var sum = ExactSum()
    var indices: [Int] = []
    var taken: [Int128] = []
    for index in order where open > 0 {
      let part = min(open, weight(index))
      guard part > 0 else { continue }
      sum.add(-profits[index].rawValue, times: part)
      open -= part
      indices.append(index)
      taken.append(part)
    }
    let covered = max(1, mass - open)
    amount = Money(rawValue: sum.quotient(over: covered, rounding: .ceiling))
    valueAtRisk = indices.last.map { -profits[$0] } ?? .zero
    tail = indices
    weights = taken
    losses = indices.map { -profits[$0] }
  }

  /// Indices, worst first, ties in the order of the table: as many as could be needed to reach a
  /// weight.
  private static func worst(
    of profits: [Money], reaching mass: Int128, weight: (Int) -> Int128
  ) -> [Int] {
    var lightest = mass
    for index in profits.indices {
      let own = weight(index)
      if own > 0 { lightest = min(lightest, own) }
    }
    // The tail holds at most as many vectors as the lightest kind alone would need.
    let count = Int(min(Int128(profits.count), (mass + lightest - 1) / lightest))
    var order: [Int] = []
    order.reserveCapacity(count + 1)
    for index in profits.indices where weight(index) > 0 {
      if order.count == count, let last = order.last, profits[last] <= profits[index] { continue }
      let rank = order.firstIndex { profits[index] < profits[$0] } ?? order.endIndex
      order.insert(index, at: rank)
      if order.count > count { order.removeLast() }
    }
    return order
  }

  /// VaR at a confidence at or above that of the rules: the loss of the last vector of its tail.
  ///
  /// - Parameters:
  ///   - confidence: below that of the rules the answer is `valueAtRisk`, which is no less than the
  ///     true value.
  ///   - rules: those of the shortfall.
  /// - Returns: reporting asset, signed.
  func loss(at confidence: Rate, by rules: ExpectedShortfallRules) -> Money {
    let part = max(.zero, Rate.one - confidence)
    let whole = Rate.one - rules.confidence
    let mass = weights.reduce(0, +)
    var sum: Int128 = 0
    for (index, weight) in weights.enumerated() {
      sum += weight
      // sum / mass of the tail reaches (1 − confidence) / (1 − the rules' confidence).
      let reaches = FullWidth.compare(
        sum, times: whole.rawValue, with: mass, times: part.rawValue)
      if reaches >= 0 { return losses[index] }
    }
    return valueAtRisk
  }
}
