import FixedPoint
import MarginDomain

extension YAMLShape where Value: FixedDecimal {
  /// A decimal within bounds, rounded to the scale of its type, nearest even.
  ///
  /// - Parameters:
  ///   - range: The smallest and the largest value that are accepted, after rounding.
  ///   - expected: What is accepted, for the fault.
  /// - Returns: The shape.
  static func fixed(in range: ClosedRange<Value>, _ expected: String) -> YAMLShape {
    parsed(expected: expected) { text in
      guard let value = Value.rounded(text), range.contains(value) else { return nil }
      return value
    }
  }
}

extension YAMLShape where Value: FixedDecimal {
  /// A grid that values of any kind are rounded to, above 0 and at most 1.
  static var grid: YAMLShape { fixed(in: .ulp ... .one, "a grid above 0, at most 1") }
}

extension YAMLShape where Value == Quantity {
  /// A size from 0 to the largest admitted one.
  static var size: YAMLShape {
    fixed(in: .zero...DomainLimits.maximumQuantity, "a size from 0 to 1e13")
  }

  /// A number of contracts above 0, within the admitted range.
  static var positiveQuantity: YAMLShape {
    fixed(in: .ulp...DomainLimits.maximumQuantity, "a quantity above 0, at most 1e13")
  }
}

extension YAMLShape where Value == AssetAmount {
  /// An amount of an asset, from 0 to the largest balance.
  static var amount: YAMLShape {
    fixed(in: .zero...DomainLimits.maximumBalance, "an amount from 0 to 1e15")
  }
}

extension FixedDecimal {
  /// The nearest value of a decimal text of any length; nil when it is not a decimal or does not
  /// fit.
  static func rounded(_ text: String) -> Self? {
    guard let plain = DecimalNotation.plain(text) else { return nil }
    do throws(DecimalText.Fault) {
      return try parse(plain, rounding: .nearestEven)
    } catch {
      return nil
    }
  }
}

extension Rate {
  /// A whole number as a bound.
  static func whole(_ number: Int128) -> Rate { Rate(rawValue: number * Rate.one.rawValue) }
}

extension YAMLShape where Value == Rate {
  /// A factor between whole numbers.
  static func factor(from smallest: Int128, to largest: Int128) -> YAMLShape {
    fixed(in: .whole(smallest) ... .whole(largest), "a factor from \(smallest) to \(largest)")
  }

  /// A ratio from 0 to 1, such as a margin rate or a haircut.
  static var ratio: YAMLShape { fixed(in: .zero ... .one, "a ratio from 0 to 1") }

  /// A ratio from 0 to the largest one admitted.
  static var unboundedRatio: YAMLShape {
    fixed(in: .zero...DomainLimits.maximumRate, "a number from 0 to 1000000")
  }

  /// A number above 0, such as a leverage or a level.
  static var positive: YAMLShape {
    fixed(in: .ulp...DomainLimits.maximumRate, "a number above 0, at most 1000000")
  }
}

extension YAMLShape where Value == Int64 {
  private static var longestSpan: Int64 { 366 * 24 * 3_600 * 1_000_000_000 }

  /// A span in seconds above 0 and at most a year, as nanoseconds.
  static var secondsAsNanoseconds: YAMLShape {
    parsed(expected: "a number of seconds above 0, at most 31622400") { text in
      guard let plain = DecimalNotation.plain(text) else { return nil }
      do throws(DecimalText.Fault) {
        let span = try DecimalText.parse(plain, fractionDigits: 9, rounding: .nearestEven)
        return (1...Int128(longestSpan)).contains(span) ? Int64(span) : nil
      } catch {
        return nil
      }
    }
  }
}

extension YAMLShape where Value == Symbol {
  /// The name of an instrument, an underlying or an asset.
  static var symbol: YAMLShape {
    YAMLShape<String>.identifier.map { Symbol($0) }
  }
}

extension YAMLShape where Value == String {
  /// A name that fits the product's identifiers.
  static var identifier: YAMLShape {
    let most = DomainLimits.maximumIdentifierLength
    return parsed(expected: "a name of 1 to \(most) bytes") {
      (1...most).contains($0.utf8.count) ? $0 : nil
    }
  }
}
