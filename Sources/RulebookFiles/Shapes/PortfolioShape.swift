import FixedPoint
import MarginDomain

extension YAMLShape where Value == PortfolioRules {
  /// The part `portfolio`.
  static var portfolioRules: YAMLShape {
    .mapping("the rules of portfolio margin") { fields in
      let grid = fields.optional("grid", .scenarioGrid) ?? []
      let rows =
        fields.optional("rows", .list(of: .scenarioRow) as YAMLShape<[ScenarioRow]>) ?? []
      let shock = fields.required("volatility_shock", .volatilityShock)
      let ranges = fields.optional("price_scan_range", .scanRanges)
      let diversification = fields.optional("diversification", .ratio) ?? .one
      let initial = fields.required("initial_factor", .positive)
      let maintenance = fields.required("maintenance_factor", .positive)
      let scenarios = grid + rows
      var rules = PortfolioRules(
        scenarios: scenarios, volatilityShock: shock ?? .none,
        priceScanRanges: ranges ?? PerSymbol(usual: .zero), diversification: diversification,
        initialFactor: initial ?? .one, maintenanceFactor: maintenance ?? .one)
      fields.readShocks(into: &rules)
      fields.readCore(into: &rules)
      fields.checkPortfolio(rules, hasRanges: ranges != nil)
      if initial != nil, maintenance != nil, ranges != nil, !scenarios.isEmpty {
        fields.report(rules.faults())
      }
      guard shock != nil, initial != nil, maintenance != nil, !scenarios.isEmpty else {
        return nil
      }
      return rules
    }
  }
}

extension VolatilityShockRules {
  /// Replaces a shock that was refused.
  fileprivate static let none = VolatilityShockRules(
    up: .zero, down: .zero, shortPower: .zero, longPower: .zero, dayFloor: .one)
}

extension YAMLFields {
  fileprivate mutating func readShocks(into rules: inout PortfolioRules) {
    rules.skewShock = optional("skew_shock", .skewShock)
    if let weight = optional("tail_weight", .tailWeight) { rules.tailWeight = weight }
    if let shock = optional("futures_shock", .futuresShock) { rules.futuresShock = shock }
    if let moves = optional("collateral_moves", .boolean) { rules.collateralMoves = moves }
    rules.jointScenarios =
      optional("joint_rows", .list(of: .jointScenario) as YAMLShape<[JointScenario]>) ?? []
    if let betas = optional("betas", .betas) { rules.betas = betas }
  }

  fileprivate mutating func readCore(into rules: inout PortfolioRules) {
    rules.expectedShortfall = optional("expected_shortfall", .expectedShortfall)
    rules.staticDiscount = optional("static_discount", .staticDiscount)
    rules.basisContingency = optional("basis_contingency", .basisContingency)
    rules.deltaFloor = optional("delta_floor", .deltaFloor)
    if let addOns = optional("add_ons", .portfolioAddOns) { rules.addOns = addOns }
    rules.orders = optional("orders", .optionOrders) ?? rules.orders
  }

  /// Reports contradictions between the parts.
  fileprivate mutating func checkPortfolio(_ rules: PortfolioRules, hasRanges: Bool) {
    if rules.scenarios.isEmpty, !contains("grid"), !contains("rows") {
      report("holds no row", expected: "grid, rows or both")
    }
    if rules.usesPriceScanRanges, !hasRanges, !contains("price_scan_range") {
      report(
        "is missing, and rows are stated by it", for: "price_scan_range",
        expected: "usual, and symbols of their own")
    }
    let changes = rules.scenarios.map(\.volatility) + rules.jointScenarios.map(\.volatility)
    if changes.contains(where: \.isSkew), rules.skewShock == nil, !contains("skew_shock") {
      report("is missing, and a row tilts the smile", for: "skew_shock", expected: "its shape")
    }
    if rules.scenarios.contains(where: { $0.weight == .tail }), !contains("tail_weight") {
      report("is missing, and a row weighs tail", for: "tail_weight", expected: "factor")
    }
  }
}

extension PriceShock {
  /// Its wording in the names of rows.
  fileprivate var words: String {
    let (word, move): (String, Rate)
    switch self {
    case .absolute(let value): (word, move) = ("price", value)
    case .scanRange(let value): (word, move) = ("range", value)
    }
    let percent = Rate(rawValue: move.rawValue * 100)
    return "\(word) \(move.isNegative ? "" : "+")\(percent)%"
  }
}

extension VolatilityChange {
  /// Its wording in the names of rows.
  fileprivate var words: String {
    switch self {
    case .same: return "vol same"
    case .up: return "vol up"
    case .down: return "vol down"
    case .factor(let factor): return "vol x\(factor)"
    case .skewLinear: return "skew linear"
    case .skewAbsolute: return "skew absolute"
    }
  }
}

extension YAMLShape where Value == [ScenarioRow] {
  /// Every price with every volatility, prices first.
  fileprivate static var scenarioGrid: YAMLShape {
    .mapping("prices and volatilities") { fields in
      let multiples = fields.required(
        "range_multiples", .list(of: .rangeMultiple) as YAMLShape<[Rate]>)
      let changes = fields.required(
        "volatilities", .list(of: .volatilityChange) as YAMLShape<[VolatilityChange]>)
      guard let multiples, let changes else { return nil }
      if multiples.isEmpty || changes.isEmpty {
        fields.report("holds no row", expected: "a price and a volatility, or more")
        return nil
      }
      return multiples.flatMap { multiple in
        let price = PriceShock.scanRange(multiple)
        return changes.map {
          ScenarioRow(name: "\(price.words) \($0.words)", price: price, volatility: $0)
        }
      }
    }
  }
}

extension YAMLShape where Value == ScenarioRow {
  fileprivate static var scenarioRow: YAMLShape {
    .mapping("a row") { fields in
      let price = fields.priceShock()
      let change = fields.required("volatility", .volatilityChange)
      let weight = fields.optional("weight", .rowWeight) ?? .fixed(.one)
      let name = fields.optional("name", .identifier)
      guard let price, let change else { return nil }
      return ScenarioRow(
        name: name ?? "\(price.words) \(change.words)", price: price, volatility: change,
        weight: weight)
    }
  }
}

extension YAMLShape where Value == JointScenario {
  fileprivate static var jointScenario: YAMLShape {
    .mapping("a joint row") { fields in
      let price = fields.priceShock()
      let change = fields.required("volatility", .volatilityChange)
      let only = fields.optional("only", .list(of: .symbol) as YAMLShape<[Symbol]>)
      let allBut = fields.optional("all_but", .list(of: .symbol) as YAMLShape<[Symbol]>)
      let name = fields.optional("name", .identifier)
      if only != nil, allBut != nil {
        fields.report("names both kinds of members", for: "all_but", expected: "one of them")
      }
      guard let price, let change else { return nil }
      let members = only.map { JointMembers.only($0) } ?? allBut.map { .allBut($0) } ?? .all
      let who =
        only.map { $0.map(\.text).joined(separator: ", ") } ?? (allBut == nil ? "all" : "others")
      return JointScenario(
        name: name ?? "\(who) \(price.words) \(change.words)", price: price, volatility: change,
        members: members)
    }
  }
}

extension YAMLFields {
  /// `price` or `range_multiple`, one of them.
  fileprivate mutating func priceShock() -> PriceShock? {
    let isAbsolute = contains("price")
    if isAbsolute == contains("range_multiple") {
      report(
        isAbsolute ? "names both ways to move the price" : "does not say how the price moves",
        expected: "one of price, range_multiple")
      return nil
    }
    if isAbsolute { return required("price", .priceMove).map { .absolute($0) } }
    return required("range_multiple", .rangeMultiple).map { .scanRange($0) }
  }
}

extension YAMLShape where Value == VolatilityChange {
  fileprivate static var volatilityChange: YAMLShape {
    parsed(expected: "same, up, down, skew_linear, skew_absolute, or a factor from 0 to 100") {
      switch $0 {
      case "same": return .same
      case "up": return .up
      case "down": return .down
      case "skew_linear": return .skewLinear
      case "skew_absolute": return .skewAbsolute
      default:
        let most = Rate(rawValue: 100 * Rate.one.rawValue)
        guard let factor = Rate.rounded($0), (.zero...most).contains(factor) else { return nil }
        return .factor(factor)
      }
    }
  }
}

extension YAMLShape where Value == ScenarioRow.Weight {
  fileprivate static var rowWeight: YAMLShape {
    parsed(expected: "tail, or a weight from 0 to 100") {
      if $0 == "tail" { return .tail }
      let most = Rate(rawValue: 100 * Rate.one.rawValue)
      guard let weight = Rate.rounded($0), (.zero...most).contains(weight) else { return nil }
      return .fixed(weight)
    }
  }
}
