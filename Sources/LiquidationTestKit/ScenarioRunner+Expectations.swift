import FixedPoint
import LiquidationEngine
import MarginDomain

/// Lines that begin with `expect`.
extension ScenarioRunner {
  mutating func check(_ words: inout LineWords) throws(ScenarioFault) {
    let subject = try words.word("what is expected")
    switch subject {
    case "outcome": try checkOutcome(&words)
    case "detail": try checkDetail(&words)
    case "events": try checkEvents(&words)
    case "order": try checkOrder(&words)
    case "position": try checkPosition(&words)
    case "cash": try checkCash(&words)
    case "fund": try checkFund(&words)
    case "price": try checkPrice(&words)
    case "incomplete":
      let view = try view(try words.word("an account"), words)
      try equal(view.isIncomplete, try words.word("yes or no") == "yes", "incomplete", words)
    case "margin-time":
      let expected = start.advanced(
        byNanoseconds: try words.integer("seconds") * 1_000_000_000)
      try equal(engine.marginTime, expected, "margin time", words)
    case "shortfall":
      let expected: Money = try words.decimal("an amount")
      try equal(engine.statistics.shortfall, expected, "shortfall", words)
    case "unknown":
      let account = AccountID(try words.word("an account"))
      try equal(engine.account(account) == nil, true, "unknown", words)
    default: try checkUnit(subject, &words)
    }
  }

  private func equal<Value: Equatable>(
    _ found: Value, _ expected: Value, _ what: String, _ words: LineWords
  ) throws(ScenarioFault) {
    guard found != expected else { return }
    throw words.fault("\(what) is \(found), not \(expected)")
  }

  private func view(
    _ account: String, _ words: LineWords
  ) throws(ScenarioFault) -> AccountView {
    guard let view = engine.account(AccountID(account)) else {
      throw words.fault("there is no account \(account)")
    }
    return view
  }

  /// Reads `expect ACCOUNT [in SYMBOL] STATE [level L|none] [equity E] [net N] [maintenance`
  /// `M] [initial I]`.
  private func checkUnit(
    _ account: String, _ words: inout LineWords
  ) throws(ScenarioFault) {
    let name: MarginUnit =
      words.take("in") ? .isolatedPosition(Symbol(try words.word("a symbol"))) : .account
    guard let unit = try view(account, words).units.first(where: { $0.unit == name }) else {
      throw words.fault("the account has no unit \(name)")
    }
    try equal(Self.name(of: unit.state), try words.word("a state"), "the state", words)
    while let word = words.peek {
      _ = try words.word("a figure")
      if word == "undecided" {
        try equal(unit.figures == nil, true, "undecided", words)
        continue
      }
      guard let figures = unit.figures else { throw words.fault("a price is missing") }
      let text = try words.word("a figure")
      let found: String
      switch word {
      case "level": found = Self.rounded(figures.marginLevel, like: text)
      case "equity": found = figures.equity.description
      case "net": found = figures.netEquity.description
      case "maintenance": found = figures.maintenanceMargin.description
      case "initial": found = figures.initialMargin.description
      case "excess": found = figures.initialExcess.description
      default: throw words.fault("unknown figure \"\(word)\"")
      }
      try equal(found, Self.normal(text), word, words)
    }
  }

  /// Reads `A level at as many decimals as the table writes, rounded down.`.
  private static func rounded(_ level: Rate?, like text: String) -> String {
    guard let level else { return "none" }
    let decimals = text.split(separator: ".").dropFirst().first?.count ?? 0
    var unit = Rate.one.rawValue
    for _ in 0..<decimals { unit /= 10 }
    return level.rounded(toMultipleOf: Rate(rawValue: unit), rounding: .floor).description
  }

  /// A number without trailing zeros, as figures are printed; other words as they are.
  private static func normal(_ text: String) -> String {
    do { return try Money.parse(text).description } catch { return text }
  }

  static func name(of state: MarginState) -> String {
    switch state {
    case .healthy: return "healthy"
    case .warning: return "warning"
    case .marginCall: return "margin_call"
    case .reduceOnly: return "reduce_only"
    case .liquidating: return "liquidating"
    case .bankrupt: return "bankrupt"
    }
  }

  /// Reads `expect outcome applied | duplicate REASON | held REASON | refused REASON`.
  private func checkOutcome(_ words: inout LineWords) throws(ScenarioFault) {
    let found: String
    switch outcome {
    case .applied: found = "applied"
    case .duplicate(let reason): found = "duplicate \(reason.rawValue)"
    case .held(let reason): found = "held \(reason.rawValue)"
    case .refused(let reason, _): found = "refused \(reason.rawValue)"
    }
    var expected = try words.word("an outcome")
    if words.peek != nil { expected += " \(try words.word("a reason"))" }
    try equal(found, expected, "the outcome", words)
  }

  /// Reads `expect detail SENTENCE`: what a refusal of the last step says.
  private func checkDetail(_ words: inout LineWords) throws(ScenarioFault) {
    var expected: [String] = []
    while words.peek != nil { expected.append(try words.word("a sentence")) }
    guard case .refused(_, let detail) = outcome else {
      throw words.fault("the outcome is \(outcome), not refused")
    }
    try equal(detail.description, expected.joined(separator: " "), "the detail", words)
  }

  /// Reads `expect events ACCOUNT none | KIND… : all events of the account since the last`
  /// `such line`.
  private mutating func checkEvents(_ words: inout LineWords) throws(ScenarioFault) {
    let account = AccountID(try words.word("an account"))
    var expected: [String] = []
    while words.peek != nil { expected.append(try words.word("a kind")) }
    let found = events.filter { $0.id.accountID == account }.map(\.id.kind)
    events.removeAll { $0.id.accountID == account }
    let names = found.isEmpty ? "none" : found.joined(separator: " ")
    try equal(names, expected.joined(separator: " "), "the events", words)
  }

  /// Reads `expect order ACCOUNT ORDER buy|sell Q SYMBOL limit P bankruptcy B`.
  private func checkOrder(_ words: inout LineWords) throws(ScenarioFault) {
    let account = try words.word("an account")
    let id = "\(account)/\(try words.word("an order"))"
    let orders = try view(account, words).units.flatMap { $0.liquidation?.orders ?? [] }
    guard let order = orders.first(where: { $0.orderID == id }) else {
      throw words.fault("there is no open order \(id)")
    }
    let side = try words.word("buy or sell")
    try equal(order.quantity.isNegative ? "sell" : "buy", side, "the side", words)
    try equal(order.quantity.magnitude, try words.decimal("a quantity"), "quantity", words)
    try equal(order.symbol.text, try words.word("a symbol"), "the symbol", words)
    try words.expect("limit")
    try equal(order.limitPrice, try words.decimal("a price"), "the limit", words)
    try words.expect("bankruptcy")
    try equal(order.bankruptcyPrice, try words.decimal("a price"), "the price", words)
  }

  /// Reads `expect position ACCOUNT SYMBOL Q [entry P] [margin M]`.
  private func checkPosition(_ words: inout LineWords) throws(ScenarioFault) {
    let view = try view(try words.word("an account"), words)
    let symbol = Symbol(try words.word("a symbol"))
    let position = view.positions.first { $0.symbol == symbol }
    let expected: Quantity = try words.decimal("a quantity")
    try equal(position?.quantity ?? .zero, expected, "the quantity", words)
    if words.take("entry") {
      try equal(position?.entryPrice, try words.decimal("a price"), "the entry price", words)
    }
    if words.take("margin") {
      let margin: AssetAmount = try words.decimal("an amount")
      try equal(position?.isolatedMargin, margin, "the margin", words)
    }
  }

  /// Reads `expect cash ACCOUNT A ASSET`.
  private func checkCash(_ words: inout LineWords) throws(ScenarioFault) {
    let view = try view(try words.word("an account"), words)
    let expected: AssetAmount = try words.decimal("an amount")
    let asset = Symbol(try words.word("an asset"))
    let found = view.balances.first { $0.asset == asset }?.amount ?? .zero
    try equal(found, expected, "the cash", words)
  }

  /// Reads `expect fund cash A ASSET | expect fund position Q SYMBOL`.
  private func checkFund(_ words: inout LineWords) throws(ScenarioFault) {
    if words.take("cash") {
      let expected: AssetAmount = try words.decimal("an amount")
      let asset = Symbol(try words.word("an asset"))
      let totals = engine.ledger.assets.first { $0.asset == asset }
      try equal(totals?.fundCash, expected, "the fund's cash", words)
      return
    }
    try words.expect("position")
    let expected: Quantity = try words.decimal("a quantity")
    let symbol = Symbol(try words.word("a symbol"))
    let totals = engine.ledger.instruments.first { $0.symbol == symbol }
    try equal(totals?.fundQuantity, expected, "the fund's position", words)
  }

  /// Reads `expect price SYMBOL P | none`.
  private func checkPrice(_ words: inout LineWords) throws(ScenarioFault) {
    let found = engine.acceptedPrice(of: Symbol(try words.word("a symbol")))?.price
    if words.take("none") {
      try equal(found, nil, "the price", words)
    } else {
      try equal(found, try words.decimal("a price"), "the price", words)
    }
  }
}
