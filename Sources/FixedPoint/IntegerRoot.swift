extension FullWidth {
  /// The largest integer whose square is at most a number: ⌊√x⌋, exact.
  ///
  /// - Parameter value: x, any natural number.
  /// - Returns: the root, rounded down.
  /// - Complexity: O(log log x) steps of Newton's method from above.
  public static func squareRoot(of value: UInt128) -> UInt128 {
    guard value > 1 else { return value }
    // 2^⌈bits / 2⌉ is at or above the root; from there the steps decrease until they reach it.
    let bits = UInt128.bitWidth - value.leadingZeroBitCount
    var root: UInt128 = 1 << UInt128((bits + 1) / 2)
    while true {
      let next = (root + value / root) / 2
      if next >= root { return root }
      root = next
    }
  }
}
