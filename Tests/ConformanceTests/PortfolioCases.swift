import FixedPoint
import MarginDomain

extension PortfolioRules {
  /// The rules that a case's parameters and scenarios state.
  static func scenarios(_ inputs: CaseInputs) throws -> PortfolioRules {
    let values = CaseInputs(values: inputs.values["params"]?.object ?? [:])
    var rules = PortfolioRules(
      scenarios: try inputs.rows("scenarios").map { try $0.scenarioRow },
      volatilityShock: try values.volatilityShock, priceScanRanges: PerSymbol(usual: .zero),
      initialFactor: try values.rate("im_factor"), maintenanceFactor: try values.rate("mm_factor"))
    rules.futuresShock = .proportional
    rules.skewShock = SkewShock(
      linear: (try values.rate("linear_cap"), try values.rate("linear_cbase")),
      absolute: (try values.rate("abs_cap"), try values.rate("abs_cbase")),
      minimumWidth: try values.rate("min_kstar"), widthScale: try values.rate("width_scale"),
      volatility: try values.rate("vol_static"), volatilitySlope: try values.rate("vol_scale"))
    rules.staticDiscount = StaticDiscountRules(
      long: (
        try values.rate("long_discount"), try values.rate("long_rate_mult"),
        try values.rate("long_rate_add")
      ),
      short: (
        try values.rate("short_discount"), try values.rate("short_rate_mult"),
        try values.rate("short_rate_add")
      ))
    rules.basisContingency = BasisContingencyRules(
      up: try values.rate("basis_up") - .one, down: try values.rate("basis_down") - .one,
      add: try values.rate("basis_add"), scale: try values.rate("basis_mult"))
    rules.addOns.shortOptions = try values.staged("mm_option_pct", "im_option_pct")
    rules.addOns.futures = try values.staged("mm_perp_pct", "im_perp_pct")
    rules.addOns.depeg = PegRule(
      asset: ScenarioPortfolio.cash, threshold: try values.price("peg_threshold"),
      factor: try values.rate("peg_factor"))
    rules.addOns.confidence = ConfidenceRules(
      threshold: try values.rate("conf_threshold"), margin: try values.rate("conf_margin"),
      indices: [ScenarioPortfolio.index])
    return rules
  }
}

extension CaseInputs {
  fileprivate var scenarioRow: ScenarioRow {
    get throws {
      let word = try text("vol")
      let changes: [String: VolatilityChange] = [
        "None": .same, "Up": .up, "Down": .down, "Linear": .skewLinear, "Abs": .skewAbsolute,
      ]
      guard let change = changes[word] else {
        throw VectorFile.Failure(description: "vol: unknown word \(word)")
      }
      return ScenarioRow(
        name: word, price: .absolute(try rate("spot") - .one), volatility: change,
        weight: .fixed(try rate("damp")))
    }
  }

  fileprivate var volatilityShock: VolatilityShockRules {
    get throws {
      VolatilityShockRules(
        up: try rate("vol_up"), down: try rate("vol_down"), shortPower: try rate("short_power"),
        longPower: try rate("long_power"), dayFloor: try rate("dte_floor_days"),
        minimumUpVolatility: try rate("min_vol_up"))
    }
  }

  fileprivate func staged(_ maintenance: String, _ initialExtra: String) throws -> StagedRate {
    StagedRate(maintenance: try rate(maintenance), initialExtra: try rate(initialExtra))
  }
}

extension Rulebook {
  /// A rulebook for accounts in portfolio margin that settle in `CASH`, without haircuts.
  static func portfolio(_ rules: PortfolioRules, assets: [Symbol]) -> Rulebook {
    let plain = Rulebook.venue(.venue())
    return Rulebook(
      id: plain.id, reportingAsset: ScenarioPortfolio.cash, futures: plain.futures,
      options: plain.options,
      collateral: CollateralRules(haircuts: assets.map { ($0, .zero) }, debtOrder: []),
      ladder: plain.ladder, liquidation: plain.liquidation, market: plain.market,
      portfolio: rules)
  }
}

/// The same family as `option_vectors` writes it, brought to the words of `margin_cases`.
enum ScenarioVectors {
  /// Outcomes of every case of the member `derive_pmrm2`.
  static func outcomes(of member: JSONValue) -> [OptionFamily.Outcome] {
    guard let members = member.object, let parameters = members["parameters"]?.object,
      let cases = members["cases"]?.list
    else { return [.fails("expected parameters and cases")] }
    return cases.map { value in
      do {
        return try outcome(of: value.object ?? [:], parameters)
      } catch {
        return .fails("\(error)")
      }
    }
  }

  private static func outcome(
    of row: [String: JSONValue], _ parameters: [String: JSONValue]
  ) throws -> OptionFamily.Outcome {
    guard case .text(let id)? = row["id"], let expect = row["expect"]?.object,
      let list = expect["scenario_pnl"]?.list
    else { throw VectorFile.Failure(description: "a case without id or expected rows") }
    let inputs = CaseInputs(values: inputs(of: row, parameters))
    var answers = try MarginFamily.scenarioPortfolio(inputs)
    let names = [
      "IM": "initial_margin", "MM": "maintenance_margin", "portfolio_mtm": "mark_to_market",
      "forward_contingency": "basis_contingency",
    ]
    for (name, own) in names { answers[name] = answers[own] }
    answers.merge(worst(of: answers["scenario_pnl"], inputs)) { own, _ in own }
    // Differences of large values: 1e-9 of the largest row is what a row can be known to.
    let largest = list.compactMap(\.exact).map(\.magnitude).max() ?? .zero
    let billionth = ExactRatio(1) / ExactRatio(1_000_000_000)
    let tolerance = Tolerance.relative(
      billionth, floor: max(billionth * largest, billionth / ExactRatio(1_000)))
    let wrong = expect.sorted { $0.key < $1.key }.compactMap { key, expected in
      guard let answer = answers[key] else { return "\(key) is not answered" as String? }
      return answer.difference(from: expected, within: tolerance).map { "\(key) is \($0)" }
    }
    return wrong.isEmpty ? .passes : .fails("\(id): \(wrong.joined(separator: ", "))")
  }

  /// The worst row of each kind: rows of full weight, weighted rows, and rows that tilt the smile.
  private static func worst(
    of rows: MarginAnswer?, _ inputs: CaseInputs
  ) -> [String: MarginAnswer] {
    guard case .list(let answers)? = rows, let scenarios = try? inputs.rows("scenarios") else {
      return [:]
    }
    var worst: [String: ExactRatio] = [:]
    for (answer, scenario) in zip(answers, scenarios) {
      guard case .number(let profit) = answer, let word = try? scenario.text("vol") else {
        continue
      }
      let isFull = scenario.values["damp"]?.exact == .one
      let kind =
        ["Linear", "Abs"].contains(word)
        ? "worst_skew" : isFull ? "worst_regular" : "worst_tail"
      worst[kind] = min(worst[kind] ?? profit, profit)
    }
    return worst.mapValues { .number($0) }
  }

  private static func inputs(
    of row: [String: JSONValue], _ parameters: [String: JSONValue]
  ) -> [String: JSONValue] {
    var values: [String: JSONValue] = [
      "cash": row["cash"] ?? .null, "spot": row["spot"] ?? .null, "spot_conf": .number(1),
      "stable_price": row["stable"] ?? .null, "perps": row["perps"] ?? .null,
      "perp_price": row["perp_price"] ?? .null, "perp_conf": .number(1),
      "params": .object(renamed(parameters)),
    ]
    let profit = (row["perp_pnl"]?.double ?? 0) + (row["perp_funding"]?.double ?? 0)
    values["perp_value"] = .number(profit)
    values["scenarios"] = .list(
      (parameters["Scenarios"]?.list ?? []).compactMap(\.object).map { scenario in
        let word = scenario["VolShockDirection"].flatMap(words(_:)) ?? .null
        return .object([
          "spot": scenario["SpotShock"] ?? .null, "vol": word,
          "damp": scenario["DampeningFactor"] ?? .null,
        ])
      })
    let options = (row["options"]?.list ?? []).compactMap(\.object)
    values["expiries"] = .list(
      (row["feeds"]?.list ?? []).compactMap(\.object).map { expiry($0, options) })
    values["collaterals"] = .list(
      (row["collateral"]?.list ?? []).compactMap(\.object).map { collateral in
        var asset = collateral
        asset["amount"] = collateral["qty"]
        asset["conf"] = .number(1)
        return .object(asset)
      })
    return values
  }

  private static func expiry(
    _ feed: [String: JSONValue], _ options: [[String: JSONValue]]
  ) -> JSONValue {
    let own = options.filter { $0["seconds"]?.double == feed["seconds"]?.double }
    return .object([
      "sec_to_expiry": feed["seconds"] ?? .null, "forward": feed["forward"] ?? .null,
      "rate": feed["rate"] ?? .null, "forward_conf": .number(1), "rate_conf": .number(1),
      "vol_conf": .number(1),
      "options": .list(
        own.map { option in
          .object([
            "strike": option["K"] ?? .null, "is_call": option["call"] ?? .null,
            "amount": option["qty"] ?? .null, "vol": option["vol"] ?? .null,
          ])
        }),
    ])
  }

  private static func words(_ word: JSONValue) -> JSONValue? {
    guard case .text(let text) = word else { return nil }
    return .text(["LINEAR": "Linear", "ABS": "Abs"][text] ?? text)
  }

  private static func renamed(_ parameters: [String: JSONValue]) -> [String: JSONValue] {
    let groups = ["SkewShock", "VolShock", "Margin", "BasisContingency", "OtherContingency"]
    var all: [String: JSONValue] = [:]
    for group in groups { all.merge(parameters[group]?.object ?? [:]) { own, _ in own } }
    return names.compactMapValues { all[$0] }
  }

  /// The parameters' names: those of `margin_cases`, and those of this file.
  private static let names: [String: String] = [
    "linear_cap": "LINEAR_SCALE_CAP", "linear_cbase": "LINEAR_CBASE", "abs_cap": "ABS_SCALE_CAP",
    "abs_cbase": "ABS_CBASE", "min_kstar": "MIN_K_STAR", "width_scale": "MIN_WIDTH_SCALE",
    "vol_static": "VOL_PARAM_STATIC", "vol_scale": "VOL_PARAM_SCALE", "vol_up": "VOLRANGEUP",
    "vol_down": "VOLRANGEDOWN", "short_power": "SHORTTERMPOWER", "long_power": "LONGTERMPOWER",
    "dte_floor_days": "DTE_FLOOR", "min_vol_up": "MIN_VOL_EVAL_SHOCKED",
    "im_factor": "IM_LOSS_FACTOR", "mm_factor": "MM_LOSS_FACTOR",
    "short_rate_mult": "SHORT_RATE_MULTSCALE", "long_rate_mult": "LONG_RATE_MULTSCALE",
    "short_rate_add": "SHORT_RATE_ADDSCALE", "long_rate_add": "LONG_RATE_ADDSCALE",
    "long_discount": "BASE_STATIC_DISCOUNT", "short_discount": "BASE_STATIC_DISCOUNT_NEG",
    "basis_up": "SCENARIO_SPOT_UP", "basis_down": "SCENARIO_SPOT_DOWN",
    "basis_add": "BASIS_CONT_ADD_FACTOR", "basis_mult": "BASIS_CONT_MULT_FACTOR",
    "peg_threshold": "PEG_LOSS_THRESHOLD", "peg_factor": "PEG_LOSS_FACTOR",
    "conf_threshold": "CONF_THRESHOLD", "conf_margin": "CONF_MARGIN",
    "mm_perp_pct": "MM_PERP_PERCENT", "im_perp_pct": "IM_PERP_PERCENT",
    "mm_option_pct": "MM_OPTION_PERCENT", "im_option_pct": "IM_OPTION_PERCENT",
  ]
}
