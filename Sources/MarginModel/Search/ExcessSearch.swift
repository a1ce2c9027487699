import FixedPoint
import MarginDomain

/// How much may leave a unit before its excess turns negative.
enum ExcessSearch {
  /// The largest amount that leaves an excess of 0 or above, by false position between one that
  /// does and one that does not, halving every third step.
  ///
  /// - Parameters:
  ///   - whole: most that may leave, above zero.
  ///   - excess: before anything leaves, 0 or above.
  ///   - steps: most steps between the two ends; as many as it takes to find neighbours when nil,
  ///     at most three for every halving.
  ///   - after: the excess once an amount has left.
  /// - Returns: 0 to `whole`, an amount that was tried or 0. Where a value grid makes the excess
  ///   rise for a moment, one of several such amounts.
  /// - Throws: what `after` throws.
  static func largest<Fault: Error>(
    of whole: AssetAmount, excess: Money, steps: Int? = nil,
    after: (AssetAmount) throws(Fault) -> Money
  ) throws(Fault) -> AssetAmount {
    var low = (amount: AssetAmount.zero, excess: excess)
    var high = (amount: whole, excess: try after(whole))
    guard high.excess.isNegative else { return whole }
    var step = 0
    while step < steps ?? .max, high.amount - low.amount > .ulp {
      let width = high.amount - low.amount
      var part = width.scaled(by: 1, over: 2, rounding: .floor)
      if step % 3 != 2 {
        part = width.scaled(
          by: low.excess.rawValue, over: (low.excess - high.excess).rawValue, rounding: .floor)
      }
      // Steps that would not move an end try the amount next to it.
      part = min(max(part, .ulp), width - .ulp)
      let middle = low.amount + part
      let left = try after(middle)
      if left.isNegative { high = (middle, left) } else { low = (middle, left) }
      step += 1
    }
    return low.amount
  }
}
