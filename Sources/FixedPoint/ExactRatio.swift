/// A rational number without rounding, in which closed forms are computed before a single rounding.
///
/// A price that solves an equation is a quotient of sums of products of several scaled numbers. No
/// intermediate scale can hold them all, so the whole fraction is kept exactly and rounded once, to
/// the scale of the result or to a tick.
///
/// Operations: `+`, `−`, `·`, `/` and comparisons are exact; `rounded(toUnitsOf:rounding:)` and
/// `FixedDecimal.init(_:rounding:)` round once. Not for hot paths: every operation allocates.
public struct ExactRatio: Sendable, Comparable, CustomStringConvertible {
  private let isBelowZero: Bool
  private let numerator: WideMagnitude
  private let denominator: WideMagnitude

  /// Zero.
  public static let zero = ExactRatio(0)
  /// One.
  public static let one = ExactRatio(1)

  private init(isBelowZero: Bool, numerator: WideMagnitude, denominator: WideMagnitude) {
    self.isBelowZero = isBelowZero && !numerator.isZero
    self.numerator = numerator
    self.denominator = denominator
  }

  /// An integer.
  public init(_ value: Int128) {
    self.init(
      isBelowZero: value < 0, numerator: WideMagnitude(value.magnitude), denominator: .one)
  }

  /// The exact value of a scaled number.
  public init<Number: FixedDecimal>(_ value: Number) {
    self.init(
      isBelowZero: value.rawValue < 0, numerator: WideMagnitude(value.rawValue.magnitude),
      denominator: WideMagnitude(
        UInt128(DecimalText.power(ofTen: Number.fractionDigits))))
  }

  /// Exact sum.
  public static func + (left: ExactRatio, right: ExactRatio) -> ExactRatio {
    let hasOneDenominator = left.denominator == right.denominator
    let first = hasOneDenominator ? left.numerator : left.numerator * right.denominator
    let second = hasOneDenominator ? right.numerator : right.numerator * left.denominator
    let denominator =
      hasOneDenominator ? left.denominator : left.denominator * right.denominator
    if left.isBelowZero == right.isBelowZero {
      return ExactRatio(
        isBelowZero: left.isBelowZero, numerator: first + second, denominator: denominator)
    }
    if first.order(against: second) >= 0 {
      return ExactRatio(
        isBelowZero: left.isBelowZero, numerator: first - second, denominator: denominator)
    }
    return ExactRatio(
      isBelowZero: right.isBelowZero, numerator: second - first, denominator: denominator)
  }

  /// Exact difference.
  public static func - (left: ExactRatio, right: ExactRatio) -> ExactRatio { left + (-right) }

  /// Exact negation.
  public static prefix func - (value: ExactRatio) -> ExactRatio {
    ExactRatio(
      isBelowZero: !value.isBelowZero, numerator: value.numerator,
      denominator: value.denominator)
  }

  /// Exact product.
  public static func * (left: ExactRatio, right: ExactRatio) -> ExactRatio {
    ExactRatio(
      isBelowZero: left.isBelowZero != right.isBelowZero,
      numerator: left.numerator * right.numerator,
      denominator: left.denominator * right.denominator)
  }

  /// Exact quotient.
  ///
  /// - Precondition: right ≠ 0.
  public static func / (left: ExactRatio, right: ExactRatio) -> ExactRatio {
    precondition(!right.isZero, "an exact ratio was divided by zero")
    return ExactRatio(
      isBelowZero: left.isBelowZero != right.isBelowZero,
      numerator: left.numerator * right.denominator,
      denominator: left.denominator * right.numerator)
  }

  /// Order of the values.
  public static func < (left: ExactRatio, right: ExactRatio) -> Bool {
    (left - right).isNegative
  }

  /// Equality of the values; the fractions need not be in lowest terms.
  public static func == (left: ExactRatio, right: ExactRatio) -> Bool { (left - right).isZero }

  /// True for values below zero.
  public var isNegative: Bool { isBelowZero }
  /// True for values above zero.
  public var isPositive: Bool { !isBelowZero && !isZero }
  /// True for exactly zero.
  public var isZero: Bool { numerator.isZero }
  /// The value without its sign.
  public var magnitude: ExactRatio { isBelowZero ? -self : self }

  /// The value in units of 10^−fractionDigits, rounded once.
  ///
  /// - Parameters:
  ///   - fractionDigits: scale, 0 to 38.
  ///   - rounding: direction of the single rounding.
  /// - Returns: the scaled integer, or nil when it does not fit 128 bits.
  public func rounded(toUnitsOf fractionDigits: Int, rounding: RoundingMode) -> Int128? {
    let scale = WideMagnitude(UInt128(DecimalText.power(ofTen: fractionDigits)))
    var (quotient, remainder) = (numerator * scale).quotientAndRemainder(dividingBy: denominator)
    if !remainder.isZero, isRoundedAway(quotient, remainder, rounding) {
      quotient = quotient + .one
    }
    guard let value = quotient.value, value <= UInt128(Int128.max) else { return nil }
    return isBelowZero ? -Int128(value) : Int128(value)
  }

  private func isRoundedAway(
    _ quotient: WideMagnitude, _ remainder: WideMagnitude, _ rounding: RoundingMode
  ) -> Bool {
    switch rounding {
    case .towardZero: return false
    case .awayFromZero: return true
    case .floor: return isBelowZero
    case .ceiling: return !isBelowZero
    case .nearestEven:
      let half = remainder.order(against: denominator - remainder)
      return half == 0 ? quotient.isOdd : half > 0
    }
  }

  /// Decimal text to eighteen decimals, for messages; `out of range` beyond 128 bits.
  public var description: String {
    rounded(toUnitsOf: 18, rounding: .nearestEven)
      .map { DecimalText.text(of: $0, fractionDigits: 18) } ?? "out of range"
  }
}

extension FixedDecimal {
  /// Rounds a rational number once to this type's scale; nil when it does not fit.
  ///
  /// - Parameters:
  ///   - value: any rational number.
  ///   - rounding: direction of the single rounding.
  public init?(_ value: ExactRatio, rounding: RoundingMode) {
    guard let raw = value.rounded(toUnitsOf: Self.fractionDigits, rounding: rounding) else {
      return nil
    }
    self.init(rawValue: raw)
  }

  /// Rounds a rational number once to a multiple of a step; nil when it does not fit.
  ///
  /// - Parameters:
  ///   - value: any rational number.
  ///   - step: the grid, above zero.
  ///   - rounding: direction of the single rounding.
  public init?(_ value: ExactRatio, toMultipleOf step: Self, rounding: RoundingMode) {
    precondition(step.isPositive, "a rounding step must be above zero")
    guard let steps = (value / ExactRatio(step)).rounded(toUnitsOf: 0, rounding: rounding) else {
      return nil
    }
    let (raw, overflow) = steps.multipliedReportingOverflow(by: step.rawValue)
    guard !overflow else { return nil }
    self.init(rawValue: raw)
  }
}
