import FixedPoint
import MarginDomain

extension YAMLShape where Value == ContingencyRules {
  /// The part `contingencies`.
  static var contingencyRules: YAMLShape {
    .mapping("what prices in doubt add") { fields in
      let depeg = fields.optional("depeg", .pegRule)
      let confidence = fields.optional("confidence", .confidence)
      if !fields.contains("depeg"), !fields.contains("confidence") {
        fields.report("adds nothing", expected: "depeg, confidence or both")
        return nil
      }
      let rules = ContingencyRules(depeg: depeg, confidence: confidence)
      fields.report(rules.faults())
      return rules
    }
  }
}

extension YAMLShape where Value == ContingencyRules.Confidence {
  fileprivate static var confidence: YAMLShape {
    .mapping("thresholds and a factor") { fields in
      let future = fields.required("future_threshold", .ratio)
      let option = fields.required("option_threshold", .ratio)
      let collateral = fields.required("collateral_threshold", .ratio)
      let factor = fields.required("factor", .ratio)
      guard let future, let option, let collateral, let factor else { return nil }
      return ContingencyRules.Confidence(
        futureThreshold: future, optionThreshold: option, collateralThreshold: collateral,
        factor: factor)
    }
  }
}
