/// Floating point never meets money: which files may use it at all.
enum NumberRules {
  /// Targets whose numbers are exact, from the bytes of an input to the bytes of an output.
  static let exactTargets: Set<String> = [
    "FixedPoint", "MarginDomain", "MarginModel", "LiquidationEngine", "StreamTransport",
    "LiquidationWire", "RulebookFiles",
  ]

  /// Valuation and statistics files of the margin model, whose results are quantised to fixed
  /// point before they meet money.
  static let floatingPointFiles: Set<String> = [
    "Sources/MarginModel/Options/CarriedPerpetualOption.swift",
    "Sources/MarginModel/Options/CarriedPerpetualOptionGreeks.swift",
    "Sources/MarginModel/Options/DatedOption.swift",
    "Sources/MarginModel/Options/DatedOptionGreeks.swift",
    "Sources/MarginModel/Options/DiscretePerpetualOption.swift",
    "Sources/MarginModel/Options/DiscretePerpetualOptionGreeks.swift",
    "Sources/MarginModel/Options/GaussRule.swift",
    "Sources/MarginModel/Options/ModelMark.swift",
    "Sources/MarginModel/Options/OptionBatch.swift",
    "Sources/MarginModel/Options/OptionBatchKernels.swift",
    "Sources/MarginModel/Options/OptionGrid.swift",
    "Sources/MarginModel/Options/OptionLanes.swift",
    "Sources/MarginModel/Options/OptionRange.swift",
    "Sources/MarginModel/Options/OptionSeries+Instrument.swift",
    "Sources/MarginModel/Options/OptionSeries.swift",
    "Sources/MarginModel/Options/OptionValuation.swift",
    "Sources/MarginModel/Options/PerpetualOptionGreeks.swift",
    "Sources/MarginModel/Options/PerpetualOptionValue.swift",
    "Sources/MarginModel/Options/ReducedBasket.swift",
    "Sources/MarginModel/Report/PositionGreeks.swift",
    "Sources/MarginModel/Scenarios/FilteredScenarios.swift",
    "Sources/MarginModel/Scenarios/ScenarioOption.swift",
    "Sources/MarginModel/Scenarios/VolatilityEstimate.swift",
    "Sources/MarginModel/Scenarios/VolatilityShock.swift",
    "Sources/MarginModel/Standard/DeltaGammaRequirement.swift",
  ]

  private static let types: Set<String> = [
    "CGFloat", "Double", "Float", "Float16", "Float32", "Float64", "Float80", "FloatLiteralType",
    "BinaryFloatingPoint", "FloatingPoint", "TimeInterval",
  ]

  /// Every use of floating point: a type of it, or a literal with a point or an exponent.
  static func uses(in source: SwiftSource) -> [Finding] {
    source.tokens.compactMap { token in
      let isLiteral =
        token.kind == .number && !token.text.hasPrefix("0x")
        && token.text.contains { ".eE".contains($0) }
      guard isLiteral || (token.kind == .word && types.contains(token.text)) else { return nil }
      return source.finding(token.line, "\(token.text) is floating point in an exact target")
    }
  }

  static func restriction(allowedFiles: Set<String> = floatingPointFiles) -> RestrictedUse {
    RestrictedUse(name: "floating point", allowedFiles: allowedFiles) { source in
      let isExact = source.path.hasPrefix("Sources/") && exactTargets.contains(source.target)
      return isExact ? uses(in: source) : []
    }
  }
}
