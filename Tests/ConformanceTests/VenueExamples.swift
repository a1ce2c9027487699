import FixedPoint
import MarginDomain
import MarginModel

/// One example of a venue's margin: `inputs` and `expect`, in the lists `margin` and `derive_srm`.
struct VenueExample {
  /// The lists of `option_vectors` that hold such examples; the second one when it has cases.
  static let families = ["margin", "derive_srm"]

  let id: String
  let venue: String
  let kind: String
  let inputs: CaseInputs
  /// Market and parameters that the file gives once for several examples.
  let shared: CaseInputs

  /// Compares every key that an example expects, to 1e-9 relative.
  static func outcome(
    of row: JSONValue, members: [String: JSONValue]
  ) -> OptionFamily.Outcome {
    guard let values = row.object, case .text(let id)? = values["id"],
      let expected = values["expect"]?.object, let inputs = values["inputs"]?.object
    else { return .fails("\(row): expected id, inputs and expect") }
    func text(_ key: String) -> String {
      if case .text(let text)? = values[key] { text } else { "" }
    }
    let example = VenueExample(
      id: id, venue: text("venue"), kind: text("kind"), inputs: CaseInputs(values: inputs),
      shared: CaseInputs(values: members["derive_srm"]?.object ?? [:]))
    guard let billionth = ExactRatio(text: "1e-9") else { return .fails("1e-9 is no number") }
    let tolerance = Tolerance.relative(billionth, floor: billionth)
    do {
      let answers = try example.answers()
      let wrong = expected.sorted { $0.key < $1.key }.compactMap { key, value in
        guard let answer = answers[key] else { return "\(key) is not answered" as String? }
        return answer.difference(from: value, within: tolerance).map { "\(key) is \($0)" }
      }
      return wrong.isEmpty ? .passes : .fails("\(id): \(wrong.joined(separator: ", "))")
    } catch let error as DomainRangeError {
      return .refused("\(id): \(error)")
    } catch let error as OptionRangeError {
      return .refused("\(id): \(error)")
    } catch {
      return .fails("\(id): \(error)")
    }
  }

  /// The answers by the keys of the example; the venue says which rulebook, the inputs which rule.
  private func answers() throws -> [String: MarginAnswer] {
    switch venue {
    case "Paradex" where inputs.has("MMR"): return try partialLiquidation()
    case "Paradex": return try premiumForm()
    case "Bybit": return try indexForm(feeForm(), strikeKey: "K", indexKey: "index")
    case "OKX": return try orderMargin()
    case "Bit.com": return try indexForm(OptionVenue.indexForm, strikeKey: "K", indexKey: "S")
    case "CME SPAN": return try scanRisk()
    case "Deribit inverse": return try coinForm()
    case "Deri V4": return try deltaGamma()
    case "Derive SRM": return try nettedExpiries()
    default: throw VectorFile.Failure(description: "no rulebook of \(venue), \(kind)")
    }
  }

  private func answer(_ asked: PositionRequirement) -> [String: MarginAnswer] {
    ["IM": MarginAnswer(asked.initial), "MM": MarginAnswer(asked.maintenance)]
  }

  /// A put where the inputs say so, the kind says so, or the id does.
  private var isPut: Bool {
    switch inputs.values["call"] {
    case .bool(let isCall)?: return !isCall
    default: return "\(kind) \(id)".lowercased().contains("put")
    }
  }
}

extension VenueExample {
  private func premiumForm() throws -> [String: MarginAnswer] {
    var terms = try OptionVenue.preset("paradex").terms
    terms.longInitialValueRate = try inputs.rate("premium_im")
    let rules = StandardOptionRules(
      shortInitialRate: try inputs.rate("short_itm_im"),
      shortInitialFloor: try inputs.rate("short_otm_im"),
      shortMaintenanceRate: try inputs.rate("short_itm_mm"),
      shortMaintenanceFloor: try inputs.rate("short_otm_mm"),
      putCap: try inputs.rate("put_cap"), longInitialRate: try inputs.rate("long_itm_im"),
      longMaintenanceValueRate: try inputs.rate("premium_mm"),
      longMaintenanceRate: try inputs.rate("long_itm_mm"), terms: terms)
    let index = try inputs.price("S")
    let option = Instrument.perpetualOption(
      isPut: isPut, strike: try inputs.has("K") ? inputs.price("K") : index, periodHours: .one)
    let isLong = kind.contains("long")
    return answer(
      rules.requirement(
        of: isLong ? .one : -.one, in: option,
        mark: try inputs.has("mark") ? inputs.optionPrice("mark") : .zero, index: index,
        settlementIndex: .one))
  }

  private func partialLiquidation() throws -> [String: MarginAnswer] {
    let rule = PartialLiquidation(
      step: .thousandths(200),
      targetRatio: .thousandths(900),
      feeRate: .thousandths(500))
    let key = "account_value"  // glossary-ok: the case's key
    let left = rule.outcome(
      closing: try inputs.rate("share"), equity: try inputs.money(key),
      maintenanceMargin: try inputs.money("MMR"))
    // The table states the ratio with three decimals.
    return [
      "MMR": MarginAnswer(left.maintenanceMargin), "penalty": MarginAnswer(left.fee),
      key: MarginAnswer(left.equity),
      "margin_ratio": MarginAnswer(
        left.marginRatio?.rounded(
          toMultipleOf: .thousandths(1), rounding: .nearestEven)),
    ]
  }

  private func feeForm() throws -> StandardOptionRules {
    let preset = try OptionVenue.preset("bybit-uta")
    var terms = preset.terms
    if inputs.has("liq_fee") { terms.maintenanceFeeRate = try inputs.rate("liq_fee") }
    let maintenance = try inputs.has("mm") ? inputs.rate("mm") : preset.shortMaintenanceRate
    terms.putMaintenanceMarkRate = maintenance
    return preset.with(maintenanceRate: maintenance, terms: terms)
  }

  private func indexForm(
    _ rules: StandardOptionRules, strikeKey: String, indexKey: String
  ) throws -> [String: MarginAnswer] {
    let size = try inputs.has("size") ? inputs.quantity("size") : .one
    let option = Instrument.datedOption(isPut: isPut, strike: try inputs.price(strikeKey))
    let entryKey = ["avg", "avg_price", "order_price", "entry"].first(where: inputs.has)
    return answer(
      rules.requirement(
        of: -size.magnitude, in: option,
        prices: PositionPrices(
          mark: try inputs.optionPrice("mark"), index: try inputs.price(indexKey),
          settlementIndex: .one, optionEntry: try entryKey.map(inputs.optionPrice))))
  }

  private func coinForm() throws -> [String: MarginAnswer] {
    let option = Instrument.datedOption(
      isPut: isPut, strike: try inputs.price("K"), payoff: .inverse)
    let forward = try inputs.price("F")
    let asked = try OptionVenue.preset("deribit-standard").requirement(
      perUnitOf: option.units(of: -.one), in: option,
      prices: PositionPrices(
        mark: try inputs.optionPrice("mark"), index: forward, settlementIndex: forward,
        forward: forward))
    return ["IM": MarginAnswer(asked?.initial), "MM": MarginAnswer(asked?.maintenance)]
  }

  private func deltaGamma() throws -> [String: MarginAnswer] {
    var terms = try OptionVenue.preset("deri").terms
    terms.deltaGamma = DeltaGammaRule(
      initialRatio: try inputs.rate("im_ratio"), maintenanceRatio: try inputs.rate("mm_ratio"))
    let hours = ExactRatio(8_760) * (try inputs.exact("T"))
    let option = Instrument.perpetualOption(
      isPut: isPut, strike: try inputs.price("K"),
      periodHours: Rate(hours, rounding: .nearestEven) ?? .one)
    let rules = OptionVenue.rules(maintenanceRate: .zero, terms: terms)
    let index = try inputs.price("S")
    return answer(
      rules.requirement(
        of: -.one, in: option,
        prices: PositionPrices(
          mark: .zero, index: index, settlementIndex: .one, volatility: try inputs.rate("sigma"))))
  }

  private func scanRisk() throws -> [String: MarginAnswer] {
    var net: ScenarioOutcomes?
    for key in inputs.values.keys.sorted() {
      let rows = try (inputs.values[key]?.list ?? []).map { row in
        try CaseInputs(values: [key: row]).money(key)
      }
      if net == nil { net = ScenarioOutcomes(rows) } else { net?.add(ScenarioOutcomes(rows)) }
    }
    return [
      "net": .list((net?.outcomes ?? []).map { MarginAnswer($0) }),
      "scan_risk": MarginAnswer(net?.scanRisk),
    ]
  }
}
