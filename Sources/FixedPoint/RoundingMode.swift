/// How a product or quotient that is not exact is brought to the scale of its type.
///
/// There is no default anywhere: whoever multiplies or divides money says which way it goes.
/// Charges to an account use the mode that makes the charge larger, credits the one that makes
/// the credit smaller; thresholds name their own.
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
