import FixedPoint
import MarginDomain

/// Square roots of sizes on a grid.
enum SizeRoot {
  /// factor · √size, the root rounded down to its grid and the product to a grid of its own.
  ///
  /// With r the grid of the root, √size = r · ⌊√(⌊size / r²⌋ + addend)⌋, exact integers.
  ///
  /// - Parameters:
  ///   - factor: 0 or above.
  ///   - size: 0 or above, any scaled number.
  ///   - step: r, above zero.
  ///   - addend: units of r² added to the size.
  ///   - grid: of the product, above zero.
  /// - Returns: the product; the largest rate admitted where it does not fit.
  static func growth<Number: FixedDecimal>(
    _ factor: Rate, rootOf size: Number, step: Rate, addend: Int64, grid: Rate
  ) -> Rate {
    // size · 10^−d / (r · 10^−12)² = size · 10^(24 − d) / r².
    let scale = DecimalText.power(ofTen: 24 - Number.fractionDigits)
    let squares = FullWidth.checkedQuotient(
      of: size.rawValue, times: scale, over: step.rawValue * step.rawValue, rounding: .floor)
    guard let squares, squares < Int128.max - Int128(addend) else {
      return DomainLimits.maximumRate
    }
    let root = FullWidth.squareRoot(of: UInt128(squares + Int128(addend)))
    let product = FullWidth.checkedQuotient(
      of: Int128(root) * factor.rawValue, times: step.rawValue, over: Rate.one.rawValue,
      rounding: .floor)
    guard let product, product < DomainLimits.maximumRate.rawValue else {
      return DomainLimits.maximumRate
    }
    return Rate(rawValue: product).rounded(toMultipleOf: grid, rounding: .floor)
  }
}

extension ContractUnits {
  /// A size given as a quantity, exact.
  init(size: Quantity) {
    self.init(
      rawValue: size.rawValue
        * DecimalText.power(
          ofTen: Self.fractionDigits - Quantity.fractionDigits))
  }

  /// A size given in the settlement asset, exact.
  init(settlementAmount: AssetAmount) {
    self.init(
      rawValue: settlementAmount.rawValue
        * DecimalText.power(
          ofTen: Self.fractionDigits - AssetAmount.fractionDigits))
  }
}
