public import FixedPoint

// The five number types of the domain. `Products.swift` defines which products exist;
// `DomainLimits.swift` states the ranges that the border admits, and why nothing inside can
// overflow.

/// Quote currency per unit of an underlying or an asset; also the price of one option.
///
/// Unit: quote per unit. Scale 1e-12. Admitted: 1e-12 to 1e9 (an option's mark may be 0).
@frozen
public struct Price: FixedDecimal {
  /// Twelve decimals.
  public static let fractionDigits = 12
  /// Units of 1e-12.
  public let rawValue: Int128
  /// Makes a price from units of 1e-12.
  @inlinable public init(rawValue: Int128) { self.rawValue = rawValue }
}

/// Signed number of contracts, or a contract multiplier: positive is long or bought.
///
/// Unit: contracts (for a multiplier: underlying or quote per contract). Scale 1e-8.
/// Admitted magnitude: 1e-8 to 1e13.
@frozen
public struct Quantity: FixedDecimal {
  /// Eight decimals.
  public static let fractionDigits = 8
  /// Units of 1e-8.
  public let rawValue: Int128
  /// Makes a quantity from units of 1e-8.
  @inlinable public init(rawValue: Int128) { self.rawValue = rawValue }
}

/// A signed amount of one asset (dollars of USDC, coins of BTC); the asset is stated next to it.
///
/// Unit: the asset. Scale 1e-12. Positive belongs to the account. A distinct type from `Money`, so
/// that coins are never added to values in the reporting asset.
@frozen
public struct AssetAmount: FixedDecimal {
  /// Twelve decimals.
  public static let fractionDigits = 12
  /// Units of 1e-12.
  public let rawValue: Int128
  /// Makes an amount from units of 1e-12.
  @inlinable public init(rawValue: Int128) { self.rawValue = rawValue }
}

/// A signed value in the rulebook's reporting asset: equity, requirement, notional.
///
/// Unit: the reporting asset. Scale 1e-12.
@frozen
public struct Money: FixedDecimal {
  /// Twelve decimals.
  public static let fractionDigits = 12
  /// Units of 1e-12.
  public let rawValue: Int128
  /// Makes a value from units of 1e-12.
  @inlinable public init(rawValue: Int128) { self.rawValue = rawValue }
}

/// A dimensionless ratio: margin rate, haircut, funding rate, level, leverage, volatility per year.
///
/// Unit: 1 (0.05 is 5 %). Scale 1e-12. Admitted magnitude: up to 1e6.
@frozen
public struct Rate: FixedDecimal {
  /// Twelve decimals.
  public static let fractionDigits = 12
  /// Units of 1e-12.
  public let rawValue: Int128
  /// Makes a ratio from units of 1e-12.
  @inlinable public init(rawValue: Int128) { self.rawValue = rawValue }
}

extension FixedDecimal {
  /// Reads a decimal text of this type's scale.
  ///
  /// - Parameters:
  ///   - text: `[+-]digits[.digits]`.
  ///   - rounding: nil refuses decimals beyond the scale; a mode rounds them.
  /// - Returns: the value.
  /// - Throws: `DecimalText.Fault`.
  public static func parse(
    _ text: String, rounding: RoundingMode? = nil
  ) throws(DecimalText.Fault) -> Self {
    Self(
      rawValue: try DecimalText.parse(text, fractionDigits: fractionDigits, rounding: rounding))
  }

  /// Reads a decimal text given as ASCII bytes.
  ///
  /// - Parameters:
  ///   - bytes: `[+-]digits[.digits]`.
  ///   - rounding: nil refuses decimals beyond the scale; a mode rounds them.
  /// - Returns: the value.
  /// - Throws: `DecimalText.Fault`.
  public static func parse(
    bytes: some Collection<UInt8>, rounding: RoundingMode? = nil
  ) throws(DecimalText.Fault) -> Self {
    Self(
      rawValue: try DecimalText.parse(bytes, fractionDigits: fractionDigits, rounding: rounding))
  }
}
