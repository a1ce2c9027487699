public import MarginDomain

extension NativeRules {
  /// Credit rules for tests: grades A to C, a loss of 60 %, the step-down of margin-method.md 4.8.
  ///
  /// - Parameter lines: one of an account.
  /// - Returns: rules with those lines.
  public static func credit(
    _ lines: [(account: AccountID, line: CreditRules.Line)]
  ) -> CreditRules {
    let grades: [(name: String, factor: String, probability: String)] = [
      ("A", "1", "0.01"), ("B", "0.5", "0.05"), ("C", "0", "0.2"),
    ]
    return CreditRules(
      grades: grades.map {
        CreditRules.Grade(
          name: $0.name, factor: decimal($0.factor), defaultProbability: decimal($0.probability))
      },
      lossGivenDefault: decimal("0.6"),
      stepDown: CreditRules.StepDown(
        confidence: decimal("0.99"), marginPeriodDays: decimal("4"), reduction: decimal("0.25")),
      lines: lines)
  }
}
