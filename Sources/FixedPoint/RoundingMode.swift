/// How an inexact product or quotient is rounded to the scale of its type.
///
/// There is no default anywhere: whoever multiplies or divides money states the direction. Charges
/// to an account use the mode that makes the charge larger, credits the mode that makes the credit
/// smaller; thresholds state their own.
public enum RoundingMode: Sendable, Equatable, CaseIterable {
  /// Toward zero: the magnitude never grows.
  case towardZero
  /// Away from zero: the magnitude never shrinks.
  case awayFromZero
  /// Toward minus infinity: for a signed change of cash, never in the account's favour.
  case floor
  /// Toward plus infinity: for a requirement, never in the account's favour.
  case ceiling
  /// To the nearest value; a tie goes to the even neighbour.
  case nearestEven
}
