import FixedPoint
public import MarginDomain

extension AssetAmount {
  /// Cash that makes a position meet its initial requirement as a unit of its own.
  ///
  ///     N = the smallest n ≥ 0 with equity(n) − requirement(n) ≥ 0
  ///
  /// both for the initial margin, of the unit that has n beside the position and the orders of its
  /// contract. The unit is valued with each n as a worker values it, so that haircuts that grow
  /// with the amount, average prices, a lost peg and debts in the requirements count as they will.
  /// With one haircut N = ⌈⌈requirement / (1 − haircut)⌉ / index⌉ − worth.
  ///
  /// - Parameter excess: equity less requirement for the initial margin of the unit with a margin,
  ///   reporting asset; nil where it cannot be valued.
  /// - Returns: settlement asset, 0 or above; nil where no admitted balance is enough, as when the
  ///   asset counts for nothing, or the unit cannot be valued.
  /// - Throws: what valuing throws.
  /// - Complexity: a few valuations where haircuts are flat, at most three per bit of the amount.
  /// - Source: contract.md, Levels: an isolated position has margin of its own.
  public static func isolatedMargin<Fault: Error>(
    excess: (AssetAmount) throws(Fault) -> Money?
  ) throws(Fault) -> AssetAmount? {
    guard let bare = try excess(.zero) else { return nil }
    if !bare.isNegative { return .zero }
    var enough = AssetAmount.one
    var left = try excess(enough)
    while let short = left, short.isNegative {
      guard enough < DomainLimits.maximumBalance else { return nil }
      enough = min(DomainLimits.maximumBalance, enough + enough)
      left = try excess(enough)
    }
    guard let left else { return nil }
    let spare = try ExcessSearch.largest(of: enough, excess: left) { amount throws(Fault) in
      // What was valued with more and with nothing is valued between them.
      try excess(enough - amount) ?? bare
    }
    return enough - spare
  }
}
