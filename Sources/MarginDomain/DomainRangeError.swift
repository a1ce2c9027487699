public import FixedPoint

/// A number outside the range that `DomainLimits` admits.
public struct DomainRangeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What the number is.
  public let name: String
  /// What was given, as a decimal.
  public let value: String
  /// What is admitted, both bounds included.
  public let expected: String

  /// Makes an error.
  ///
  /// - Parameters:
  ///   - name: what the number is.
  ///   - value: what was given, as a decimal.
  ///   - expected: what is admitted.
  public init(name: String, value: String, expected: String) {
    self.name = name
    self.value = value
    self.expected = expected
  }

  /// The name, the value and the range expected.
  public var description: String { "\(name) \(value): expected \(expected)" }
}

extension DomainLimits {
  /// Refuses a number outside a range.
  ///
  /// - Parameters:
  ///   - value: any scaled number.
  ///   - range: what is admitted.
  ///   - name: what the number is, for the error.
  /// - Returns: the number.
  /// - Throws: `DomainRangeError`.
  @discardableResult
  public static func checked<Number: FixedDecimal>(
    _ value: Number, in range: ClosedRange<Number>, as name: String
  ) throws(DomainRangeError) -> Number {
    guard range.contains(value) else {
      throw DomainRangeError(
        name: name, value: value.description,
        expected: "\(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
}
