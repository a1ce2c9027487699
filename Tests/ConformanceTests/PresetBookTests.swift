import FixedPoint
import MarginDomain
import MarginModel
import RulebookFiles
import Testing

/// The whole accounts of `option_vectors`, written as books that name a preset and none of its
/// numbers: what `plimsoll explain` is asked.
@Suite("Vectors as books of presets")
struct PresetBookTests {
  private static func members() throws -> [String: JSONValue] {
    try VectorFile(name: "option_vectors", variable: "PLIMSOLL_OPTION_VECTORS").members()
  }

  private func expectNear(_ amount: Money, _ expected: JSONValue?, _ id: String) throws {
    let number = try #require(expected?.exact, "\(id)")
    let error = (ExactRatio(amount) - number).magnitude
    let scale = max(number.magnitude, ExactRatio.one)
    #expect(error * ExactRatio(1_000_000_000) <= scale, "\(id): \(amount), expected \(number)")
  }

  @Test("netted expiries under derive-srm")
  func nettedExpiries() throws {
    let members = try Self.members()
    let shared = CaseInputs(values: members["derive_srm"]?.object ?? [:])
    let market = CaseInputs(values: shared.values["market"]?.object ?? [:])
    let examples = (members["margin"]?.list ?? []).compactMap(\.object)
      .filter { $0["venue"]?.decimalText == "Derive SRM" }
    for example in examples {
      let id = example["id"]?.decimalText ?? ""
      let inputs = CaseInputs(values: example["inputs"]?.object ?? [:])
      var sheet = BookSheet(preset: "derive-srm", mode: "CROSS")
      try sheet.take(inputs, market: market)
      let totals = try sheet.totals()
      try expectNear(totals.initialExcess, example["expect"]?.object?["IM_full"], id)
      try expectNear(totals.maintenanceExcess, example["expect"]?.object?["MM_full"], id)
    }
  }

  @Test("scenarios under derive-pmrm2, where the case charges coins as the preset's market does")
  func scenarios() throws {
    let cases = try Self.members()["derive_pmrm2"]?.object?["cases"]?.list ?? []
    let charges = try Rulebook.preset("derive-pmrm2").portfolio?.addOns.collateral ?? []
    var count = 0
    for inputs in cases.compactMap(\.object).map(CaseInputs.init(values:)) {
      let isOfMarket = try inputs.rows("collateral").allSatisfy { row in
        let charge = charges.first { "\($0.asset)" == row.values["name"]?.decimalText }
        return try charge?.rate.maintenance == row.rate("mm_haircut")
      }
      guard isOfMarket else { continue }
      count += 1
      var sheet = BookSheet(preset: "derive-pmrm2", mode: "PORTFOLIO")
      try sheet.take(inputs)
      let totals = try sheet.totals()
      let id = try inputs.text("id")
      let expected = inputs.values["expect"]?.object ?? [:]
      try expectNear(totals.initialExcess, expected["IM"], id)
      try expectNear(totals.maintenanceExcess, expected["MM"], id)
      try expectNear(totals.netEquity, expected["portfolio_mtm"], id)
    }
    #expect(cases.isEmpty || count > 0)
  }
}

/// A book while a case's rows are written into it.
private struct BookSheet {
  let preset: String
  let mode: String
  var head: [String] = []
  var assets: [String] = []
  var underlyings: [String] = []
  var instruments: [String] = []
  var marks: [String] = []
  var balances: [String] = []
  var positions: [String] = []

  /// The account's totals by the path of `explain`.
  func totals() throws -> MarginTotals {
    func list(_ key: String, _ rows: [String]) -> String {
      "\(key): [\n  \(rows.joined(separator: ",\n  "))\n]\n"
    }
    let account =
      "{ account_id: a, margin_mode: \(mode), balances: { \(balances.joined(separator: ", ")) },\n"
      + "  positions: [ \(positions.joined(separator: ",\n    ")) ] }"
    let text =
      "as_of_ns: \"1\"\nreporting_asset: USDC\nrulebook: { id: \(preset) }\n"
      + head.map { $0 + "\n" }.joined() + list("assets", assets) + list("underlyings", underlyings)
      + list("instruments", instruments) + list("marks", marks) + list("accounts", [account])
    let book = try BookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "book"))
    return try book.accounts[0].book.assess(in: book.market, by: book.rulebook)[0].totals
  }

  mutating func addContract(
    _ symbol: String, _ kind: String, on underlying: String, mark: String
  ) {
    instruments.append(
      "{ symbol: \(symbol), kind: \(kind), underlying: \(underlying), settlement_asset: USDC, "
        + "multiplier: 1 }")
    marks.append("{ symbol: \(symbol), \(mark) }")
  }

  /// An option on a forward; times count from the book's moment.
  mutating func addOption(
    isCall: Bool, strike: Price, seconds: Int64, forward: String, on underlying: String,
    quantity: Quantity, mark: String
  ) {
    let symbol = "o\(positions.count)"
    addContract(
      symbol,
      "DATED_OPTION, option: \(isCall ? "CALL" : "PUT"), strike: \(strike), forward: \(forward), "
        + "expiry_ns: \"\(seconds * 1_000_000_000 + 1)\"", on: underlying, mark: mark)
    positions.append("{ symbol: \(symbol), quantity: \(quantity) }")
  }

  mutating func addForward(
    _ symbol: String, seconds: Int64, on underlying: String, mark: String
  ) {
    addContract(
      symbol,
      "DATED_FUTURE, payoff: LINEAR, expiry_ns: \"\(seconds * 1_000_000_000 + 1)\"",
      on: underlying, mark: mark)
  }
}

extension BookSheet {
  /// An example of `margin`: a market that the file gives once, lists by place.
  mutating func take(_ inputs: CaseInputs, market: CaseInputs) throws {
    let confidences = CaseInputs(values: inputs.values["conf"]?.object ?? [:])
    func confidence(_ key: String) throws -> String {
      "confidence: \(confidences.has(key) ? try confidences.rate(key) : .one)"
    }
    let times = CaseInputs(values: market.values["seconds_to_expiry"]?.object ?? [:])
    try takeMarket(inputs, market: market, times: times, confidence: confidence)
    for row in (inputs.values["options"]?.list ?? []).compactMap(\.list) {
      let option = CaseInputs(values: ["K": row[2], "q": row[4]])
      let name = row[0].decimalText ?? ""
      let date = row[3].decimalText ?? ""
      let volatility = try market.rate("vol")
      addOption(
        isCall: row[1].decimalText == "c", strike: try option.price("K"),
        seconds: try times.integer(date), forward: "\(name)-\(date)", on: name,
        quantity: try option.quantity("q"),
        mark: "implied_volatility: \(volatility), \(try confidence("\(name).vol.\(date)"))")
    }
    for row in (inputs.values["perps"]?.list ?? []).compactMap(\.list) {
      let future = CaseInputs(values: ["q": row[1], "entry": row[2]])
      positions.append(
        "{ symbol: \(row[0].decimalText ?? "")-perp, quantity: \(try future.quantity("q")), "
          + "entry_price: \(try future.price("entry")) }")
    }
    for row in (inputs.values["bases"]?.list ?? []).compactMap(\.list) {
      let amount = try CaseInputs(values: ["q": row[1]]).amount("q")
      balances.append("\((row[0].decimalText ?? "").uppercased()): \(amount)")
    }
  }

  private mutating func takeMarket(
    _ inputs: CaseInputs, market: CaseInputs, times: CaseInputs,
    confidence: (String) throws -> String
  ) throws {
    let cash = ["stable", "stable_price", "usdc"].first(where: inputs.has)
    assets.append("{ asset: USDC, index_price: \(try cash.map { try inputs.price($0) } ?? .one) }")
    balances.append("USDC: \(try inputs.amount("cash"))")
    for name in ["btc", "eth"] where market.has(name) {
      let facts = CaseInputs(values: market.values[name]?.object ?? [:])
      let spot = try facts.price("spot")
      underlyings.append(
        "{ symbol: \(name), index_price: \(spot), \(try confidence("\(name).spot")) }")
      assets.append("{ asset: \(name.uppercased()), underlying: \(name) }")
      addContract(
        "\(name)-perp", "PERPETUAL_FUTURE, payoff: LINEAR", on: name,
        mark: "mark_price: \(try facts.price("perp")), \(try confidence("\(name).perp"))")
      let forwards = CaseInputs(values: facts.values["fwd"]?.object ?? [:])
      for date in forwards.values.keys.sorted() {
        addForward(
          "\(name)-\(date)", seconds: try times.integer(date), on: name,
          mark: "mark_price: \(try forwards.price(date)), "
            + "\(try confidence("\(name).fwd.\(date)"))")
      }
    }
  }

  /// A case of `derive_pmrm2`: one market, whose profit since entry is already cash.
  mutating func take(_ inputs: CaseInputs) throws {
    let market = "BTC-USD"
    head.append("reporting_asset_price: \(try inputs.price("stable"))")
    underlyings.append("{ symbol: \(market), index_price: \(try inputs.price("spot")) }")
    let cash =
      try inputs.amount("cash") + inputs.amount("perp_pnl") + inputs.amount("perp_funding")
    balances.append("USDC: \(cash)")
    for row in try inputs.rows("collateral") {
      let moves = row.flag("risk_cancelling") ? ", underlying: \(market)" : ""
      let name = try row.text("name")
      assets.append("{ asset: \(name), index_price: \(try row.price("price"))\(moves) }")
      balances.append("\(name): \(try row.amount("qty"))")
    }
    if try !inputs.amount("perps").isZero {
      let mark = try inputs.price("perp_price")
      addContract(
        "perp", "PERPETUAL_FUTURE, payoff: LINEAR", on: market, mark: "mark_price: \(mark)")
      positions.append(
        "{ symbol: perp, quantity: \(try inputs.quantity("perps")), entry_price: \(mark) }")
    }
    for feed in try inputs.rows("feeds") {
      let seconds = try feed.integer("seconds")
      addForward(
        "f\(seconds)", seconds: seconds, on: market,
        mark: "mark_price: \(try feed.price("forward")), interest_rate: \(try feed.rate("rate"))")
    }
    for option in try inputs.rows("options") {
      let seconds = try option.integer("seconds")
      addOption(
        isCall: option.flag("call"), strike: try option.price("K"), seconds: seconds,
        forward: "f\(seconds)", on: market, quantity: try option.quantity("qty"),
        mark: "implied_volatility: \(try option.rate("vol"))")
    }
  }
}
