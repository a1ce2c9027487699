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
    "Sources/MarginModel/CarriedPerpetualOption.swift",
    "Sources/MarginModel/CarriedPerpetualOptionGreeks.swift",
    "Sources/MarginModel/DatedOption.swift",
    "Sources/MarginModel/DatedOptionGreeks.swift",
    "Sources/MarginModel/DeltaGammaRequirement.swift",
    "Sources/MarginModel/DiscretePerpetualOption.swift",
    "Sources/MarginModel/DiscretePerpetualOptionGreeks.swift",
    "Sources/MarginModel/FilteredScenarios.swift",
    "Sources/MarginModel/GaussRule.swift",
    "Sources/MarginModel/ModelMark.swift",
    "Sources/MarginModel/OptionBatch.swift",
    "Sources/MarginModel/OptionBatchKernels.swift",
    "Sources/MarginModel/OptionGrid.swift",
    "Sources/MarginModel/OptionLanes.swift",
    "Sources/MarginModel/OptionRange.swift",
    "Sources/MarginModel/OptionSeries+Instrument.swift",
    "Sources/MarginModel/OptionSeries.swift",
    "Sources/MarginModel/OptionValuation.swift",
    "Sources/MarginModel/PerpetualOptionGreeks.swift",
    "Sources/MarginModel/PerpetualOptionValue.swift",
    "Sources/MarginModel/PositionGreeks.swift",
    "Sources/MarginModel/ReducedBasket.swift",
    "Sources/MarginModel/ScenarioOption.swift",
    "Sources/MarginModel/VolatilityEstimate.swift",
    "Sources/MarginModel/VolatilityShock.swift",
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
