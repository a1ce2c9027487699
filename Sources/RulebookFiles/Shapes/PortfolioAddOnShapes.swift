import FixedPoint
import MarginDomain

extension YAMLShape where Value == StaticDiscountRules {
  static var staticDiscount: YAMLShape {
    .mapping("discounts of shocked values") { fields in
      let long = fields.discount("long")
      let short = fields.discount("short")
      guard let long, let short else { return nil }
      return StaticDiscountRules(long: long, short: short)
    }
  }
}

extension YAMLFields {
  fileprivate mutating func discount(_ side: String) -> (base: Rate, scale: Rate, rate: Rate)? {
    let base = required("\(side)_base", .upTo(4))
    let scale = required("\(side)_scale", .upTo(10))
    let rate = required("\(side)_rate", .upTo(10))
    guard let base, let scale, let rate else { return nil }
    return (base, scale, rate)
  }
}

extension YAMLShape where Value == BasisContingencyRules {
  static var basisContingency: YAMLShape {
    .mapping("the basis contingency") { fields in
      let up = fields.required("up", .priceMove)
      let down = fields.required("down", .priceMove)
      let add = fields.required("add", .upTo(20))
      let scale = fields.required("scale", .upTo(20))
      guard let up, let down, let add, let scale else { return nil }
      return BasisContingencyRules(up: up, down: down, add: add, scale: scale)
    }
  }
}

extension YAMLShape where Value == DeltaFloorRules {
  static var deltaFloor: YAMLShape {
    .mapping("the floor by deltas") { fields in
      let net = fields.required("net", .ratio)
      let hedged = fields.required("hedged", .ratio)
      guard let net, let hedged else { return nil }
      return DeltaFloorRules(net: net, hedged: hedged)
    }
  }
}

extension YAMLShape where Value == PortfolioAddOns {
  static var portfolioAddOns: YAMLShape {
    .mapping("charges beside the core") { fields in
      var addOns = PortfolioAddOns()
      addOns.shortOptions = fields.optional("short_options", .stagedRate)
      addOns.futures = fields.optional("futures", .stagedRate)
      let assets = fields.optional(
        "collateral",
        .entries(of: .stagedRate) as YAMLShape<[(key: LocatedValue<String>, value: StagedRate)]>)
      addOns.collateral = fields.symbols(assets ?? [])
        .map { CollateralCharge(asset: $0.symbol, rate: $0.value) }
        .sorted { $0.asset < $1.asset }
      addOns.liquidity = fields.optional("liquidity", .liquidity)
      addOns.vegaTerm = fields.optional("vega_term", .vegaTerm)
      addOns.fundingHours = fields.optional("funding_hours", .upTo(720))
      addOns.chargesClosingFees = fields.optional("closing_fees", .boolean) ?? false
      addOns.chargesModelGap = fields.optional("model_gap", .boolean) ?? false
      addOns.depeg = fields.optional("depeg", .pegRule)
      let pegs = fields.optional(
        "coin_pegs",
        .entries(of: .coinPeg) as YAMLShape<[(key: LocatedValue<String>, value: CoinPeg)]>)
      addOns.coinPegs = fields.symbols(pegs ?? []).map { $0.value.rule(of: $0.symbol) }
        .sorted { $0.asset < $1.asset }
      addOns.confidence = fields.optional("confidence", .confidence)
      return addOns
    }
  }
}

extension YAMLShape where Value == StagedRate {
  fileprivate static var stagedRate: YAMLShape {
    .mapping("maintenance and initial_extra") { fields in
      let maintenance = fields.required("maintenance", .upTo(10))
      let extra = fields.required("initial_extra", .upTo(10))
      guard let maintenance, let extra else { return nil }
      return StagedRate(maintenance: maintenance, initialExtra: extra)
    }
  }
}

extension YAMLShape where Value == LiquidityRules {
  fileprivate static var liquidity: YAMLShape {
    .mapping("the cost of closing size") { fields in
      let impact = fields.required("impact", .upTo(10))
      let volatility = fields.required("usual_daily_volatility", .ratio)
      let usual = fields.optional("usual", .depth(perUnderlying: false))
      let listed = fields.optional(
        "instruments", .entries(of: .depth(perUnderlying: false)) as YAMLShape<[DepthEntry]>)
      let underlyings = fields.optional(
        "underlyings", .entries(of: .depth(perUnderlying: true)) as YAMLShape<[DepthEntry]>)
      let depths = fields.symbols(listed ?? [])
      let markets = fields.symbols(underlyings ?? [])
      guard let impact, let volatility else { return nil }
      return LiquidityRules(
        impact: impact, usualDailyVolatility: volatility, usual: usual,
        listed: depths.map { (symbol: $0.symbol, depth: $0.value) },
        underlyings: markets.map { (symbol: $0.symbol, depth: $0.value) })
    }
  }

  private typealias DepthEntry = (key: LocatedValue<String>, value: LiquidityRules.Depth)
}

extension YAMLShape where Value == LiquidityRules.Depth {
  /// Spreads, and a day's volume in contracts (units where per underlying) or as notional.
  fileprivate static func depth(perUnderlying: Bool) -> YAMLShape {
    .mapping("spread and volume") { fields in
      let spread = fields.required("spread", .ratio)
      let optionSpread = fields.optional("option_spread", .ratio)
      let unit = perUnderlying ? "units" : "contracts"
      let volume = fields.optional(
        "volume",
        .fixed(in: .ulp...DomainLimits.maximumQuantity, "\(unit) a day above 0, at most 1e13"))
      let notional = fields.optional("notional", .positiveNotional)
      guard fields.contains("volume") != fields.contains("notional") else {
        fields.report(
          "does not say once what is traded in a day", expected: "one of volume, notional")
        return nil
      }
      let traded =
        volume.map { perUnderlying ? .underlying($0) : .contracts($0) }
        ?? notional.map { LiquidityRules.Volume.notional($0) }
      guard let spread, let traded else { return nil }
      return LiquidityRules.Depth(spread: spread, optionSpread: optionSpread, volume: traded)
    }
  }
}

extension YAMLShape where Value == VegaTermRules {
  fileprivate static var vegaTerm: YAMLShape {
    .mapping("vega across terms") { fields in
      let days = fields.required("bucket_days", .list(of: .positive) as YAMLShape<[Rate]>)
      let points = fields.required("points", .upTo(10))
      let part = fields.required("part", .ratio)
      guard let days, let points, let part else { return nil }
      if zip(days, days.dropFirst()).contains(where: { $0 >= $1 }) {
        fields.report("do not rise", for: "bucket_days", expected: "ends in rising order")
      }
      return VegaTermRules(bucketDays: days, points: points, part: part)
    }
  }
}

extension YAMLShape where Value == ConfidenceRules {
  fileprivate static var confidence: YAMLShape {
    .mapping("prices of low confidence") { fields in
      let threshold = fields.required("threshold", .ratio)
      let margin = fields.required("margin", .upTo(20))
      let indices =
        fields.optional("indices", .list(of: .symbol) as YAMLShape<[Symbol]>) ?? []
      guard let threshold, let margin else { return nil }
      return ConfidenceRules(threshold: threshold, margin: margin, indices: indices)
    }
  }
}
