import FixedPoint

extension OptionTerms {
  /// Why no model values an option with these terms.
  public struct ModelFault: Sendable {
    /// The field at fault, as the schemas name it.
    public let field: StaticString
    /// What is wrong and what was expected.
    public let sentence: String
  }

  /// What prevents these terms from being valued, apart from the range of each number.
  ///
  /// Payments at intervals are valued without interest and carry; a dated option has neither
  /// payments nor carry; and the value of a perpetual one is finite only where carry is below
  /// interest + 1 / funding period.
  ///
  /// - Parameter isPerpetual: whether the option has no expiry.
  /// - Returns: the first fault, or nil.
  /// - Source: margin-method.md 1.1 (ρ + κ > b), 1.8.
  public func modelFault(isPerpetual: Bool) -> ModelFault? {
    guard isPerpetual else {
      if paymentIntervalHours != nil {
        return ModelFault(
          field: "payment_interval_hours", sentence: "it is there, expected none of a dated option")
      }
      return carryRate.isZero
        ? nil
        : ModelFault(field: "carry_rate", sentence: "it is there, expected none of a dated option")
    }
    if paymentIntervalHours != nil, !interestRate.isZero || !carryRate.isZero {
      return ModelFault(
        field: "payment_interval_hours",
        sentence: "it stands beside interest or carry, expected one or the other")
    }
    if let paymentIntervalHours, !isShareAdmitted(paymentIntervalHours) {
      return ModelFault(
        field: "payment_interval_hours",
        sentence: "it is \(paymentIntervalHours), expected 0.0001 to 10000 funding periods")
    }
    // carry − interest must be below 1 / T, T in years of 8,760 hours; a margin of a thousandth is
    // kept.
    let excess = (carryRate - interestRate).rawValue * 1_000
    let isFinite =
      FullWidth.compare(
        excess, times: fundingPeriodHours.rawValue, with: 8_760 * 999 * Rate.one.rawValue,
        times: Rate.one.rawValue) < 0
    return isFinite
      ? nil
      : ModelFault(
        field: "carry_rate",
        sentence: "it is \(carryRate), expected less than interest + 1 / funding period in years")
  }

  private func isShareAdmitted(_ interval: Rate) -> Bool {
    interval.rawValue <= fundingPeriodHours.rawValue * 10_000
      && interval.rawValue * 10_000 >= fundingPeriodHours.rawValue
  }
}
