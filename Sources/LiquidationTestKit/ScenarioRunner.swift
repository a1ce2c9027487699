import FixedPoint
public import LiquidationEngine
import MarginDomain

/// Plays a scenario table on an engine; every expectation that is not met throws with its line.
///
/// After each step the engine's invariants are checked and the reference ledger, which evaluates
/// every account from scratch, must agree.
public struct ScenarioRunner {
  let table: ScenarioTable
  var builder = CommandBuilder()
  let start: EventTime
  /// The engine under test.
  public private(set) var engine = LiquidationStateMachine(partition: 0)
  var reference = ReferenceLedger()
  /// Events since the last expectation about events.
  var events: [MarginEvent] = []
  var outcome = CommandOutcome.applied
  var rules = NativeRules.rulebook()
  /// Expectations that were checked.
  public var expectationCount = 0

  /// Prepares a run.
  public init(_ table: ScenarioTable) {
    self.table = table
    start = builder.time
  }

  /// Plays all lines.
  public mutating func run() throws(ScenarioFault) {
    for line in table.lines {
      var words = LineWords(table: table.name, line: line)
      let verb = try words.word("a step")
      if verb == "expect" {
        try check(&words)
        expectationCount += 1
      } else {
        try step(verb, &words)
      }
      try words.end()
    }
  }

  mutating func apply(_ command: MarginCommand, _ words: LineWords) throws(ScenarioFault) {
    outcome = engine.apply(command, into: &events)
    let violations = engine.invariantViolations()
    guard violations.isEmpty else { throw words.fault(violations.joined(separator: "; ")) }
    let expected = reference.apply(command, answer: outcome)
    guard outcome == expected else {
      throw words.fault("the outcome is \(outcome), by the reference ledger \(expected)")
    }
    let differences = reference.differences(from: engine)
    guard differences.isEmpty else { throw words.fault(differences.joined(separator: "; ")) }
  }

  private mutating func step(
    _ verb: String, _ words: inout LineWords
  ) throws(ScenarioFault) {
    switch verb {
    case "at":
      let seconds = try words.integer("seconds since the start")
      builder.time = start.advanced(byNanoseconds: seconds * 1_000_000_000)
    case "ahead":
      builder.aheadNanoseconds = try words.integer("seconds") * 1_000_000_000
    case "standard": try playStandardMarket(&words)
    case "rules": try adoptRules(&words)
    case "underlying", "asset", "perpetual", "inverse", "call", "put":
      try define(verb, &words)
    case "price": try applyPrice(&words)
    case "funding": try applyFunding(&words)
    case "refused":
      let account = try words.word("an account")
      let sequence = UInt64(try words.integer("a sequence"))
      try apply(builder.markIncomplete(account, sequence: sequence, .undecodable), words)
    default: try applyAccountStep(verb, &words)
    }
  }

  /// What `standard market` stands for.
  static let standardMarket = """
    underlying BTC-USD
    underlying ETH-USD
    asset USDC
    asset BTC with BTC-USD
    asset ETH with ETH-USD
    rules
    perpetual BTC-PERP on BTC-USD in USDC
    perpetual ETH-PERP on ETH-USD in USDC
    inverse BTC-INV on BTC-USD in BTC multiplier 100
    call BTC-70000-C on BTC-USD in USDC strike 70000
    price USDC index 1
    price BTC-USD index 60000
    price ETH-USD index 3000
    price BTC-PERP mark 60000
    price ETH-PERP mark 3000
    price BTC-INV mark 60000
    price BTC-70000-C mark 500
    """

  private mutating func playStandardMarket(_ words: inout LineWords) throws(ScenarioFault) {
    try words.expect("market")
    for line in ScenarioTable(name: "standard market", text: Self.standardMarket).lines {
      var inner = LineWords(table: "standard market", line: line)
      try step(try inner.word("a step"), &inner)
      try inner.end()
      try require(outcome == .applied, "refused: \(outcome)", inner)
    }
  }

  private func require(
    _ condition: Bool, _ message: String, _ words: LineWords
  ) throws(ScenarioFault) {
    if !condition { throw words.fault(message) }
  }

  // MARK: Definitions

  /// Reads `rules [version N] [liquidation L] [fee F] [life S] [complete-only] [confirmations N]`
  /// `[reduce-only …] [reporting ASSET] [from S]`.
  private mutating func adoptRules(_ words: inout LineWords) throws(ScenarioFault) {
    var version: UInt32 = 0
    var enter: Rate = .one
    var fee = Rate.zero
    var life: Int64 = 10
    var includesIncomplete = true
    var confirmations = 2
    var reduceOnly: MarginLadder.Step?
    var reportingAsset = "USD"
    var portfolio: PortfolioRules?
    var dynamic: DynamicRules?
    var lines: [(account: AccountID, line: CreditRules.Line)] = []
    var effective: EventTime?
    while let word = words.peek {
      _ = try words.word("a rule")
      switch word {
      case "version": version = UInt32(try words.integer("a version"))
      case "liquidation": enter = try words.decimal("a level")
      case "fee": fee = try words.decimal("a rate")
      case "life": life = try words.integer("seconds")
      case "complete-only": includesIncomplete = false
      case "reduce-only": reduceOnly = try reduceOnlyStep(&words)
      case "portfolio": portfolio = NativeRules.portfolio
      case "dynamic": dynamic = NativeRules.dynamic()
      case "credit": lines.append(try creditLine(&words))
      case "reporting": reportingAsset = try words.word("an asset")
      case "confirmations": confirmations = Int(try words.integer("a count"))
      case "from":
        effective = start.advanced(byNanoseconds: try words.integer("seconds") * 1_000_000_000)
      default: throw words.fault("unknown rule \"\(word)\"")
      }
    }
    let rulebook = NativeRules.rulebook(
      version: version, liquidationEnter: enter, feeRate: fee, orderLifeSeconds: life,
      includesIncompleteAccounts: includesIncomplete, confirmations: confirmations,
      reduceOnly: reduceOnly, reportingAsset: reportingAsset, portfolio: portfolio,
      dynamic: dynamic, credit: lines.isEmpty ? nil : NativeRules.credit(lines))
    try apply(builder.define(.rulebook(rulebook), effective: effective), words)
  }

  /// Reads `ACCOUNT AMOUNT GRADE [wrong-way UNDERLYING]...`.
  private func creditLine(
    _ words: inout LineWords
  ) throws(ScenarioFault) -> (account: AccountID, line: CreditRules.Line) {
    let account = AccountID(try words.word("an account"))
    let amount: Money = try words.decimal("an amount")
    let grade = try words.word("a grade")
    var underlyings: [Symbol] = []
    while words.take("wrong-way") { underlyings.append(Symbol(try words.word("an underlying"))) }
    return (account, CreditRules.Line(amount: amount, grade: grade, wrongWay: underlyings))
  }

  /// Reads `below|at-or-below ENTER leave LEAVE`.
  private func reduceOnlyStep(
    _ words: inout LineWords
  ) throws(ScenarioFault) -> MarginLadder.Step {
    let isEnteredAtLevel = words.take("at-or-below")
    if !isEnteredAtLevel { try words.expect("below") }
    let enter: Rate = try words.decimal("a level")
    try words.expect("leave")
    return MarginLadder.Step(
      enter: enter, isEnteredAtLevel: isEnteredAtLevel, leave: try words.decimal("a level"))
  }

  private mutating func define(
    _ verb: String, _ words: inout LineWords
  ) throws(ScenarioFault) {
    let symbol = Symbol(try words.word("a symbol"))
    switch verb {
    case "underlying":
      let effective = try effectiveTime(&words)
      try apply(builder.define(.underlying(symbol), effective: effective), words)
    case "asset":
      let underlying = words.take("with") ? Symbol(try words.word("an underlying")) : nil
      let asset = CollateralAsset(symbol: symbol, underlying: underlying)
      try apply(builder.define(.asset(asset)), words)
    default:
      let instrument = try instrument(verb, symbol, &words)
      let effective = try effectiveTime(&words)
      try apply(builder.define(.instrument(instrument), effective: effective), words)
    }
  }

  /// Reads `from S`, seconds since the start, if it is there.
  private func effectiveTime(_ words: inout LineWords) throws(ScenarioFault) -> EventTime? {
    guard words.take("from") else { return nil }
    return start.advanced(byNanoseconds: try words.integer("seconds") * 1_000_000_000)
  }

  /// Reads `call SYMBOL on UNDERLYING in ASSET [strike K] [hours H] [multiplier M] [tick T]`
  /// `[model]`.
  private func instrument(
    _ verb: String, _ symbol: Symbol, _ words: inout LineWords
  ) throws(ScenarioFault) -> Instrument {
    try words.expect("on")
    let underlying = Symbol(try words.word("an underlying"))
    try words.expect("in")
    let asset = Symbol(try words.word("an asset"))
    var strike = Price.zero
    var hours: Rate = NativeRules.decimal("24")
    var multiplier = Quantity.one
    var tick: Price = NativeRules.decimal("0.1")
    var source = Instrument.MarkSource.published
    var expiry: EventTime?
    var forward: Symbol?
    while let word = words.peek, word != "from" {
      _ = try words.word("a term")
      switch word {
      case "strike": strike = try words.decimal("a strike")
      case "hours": hours = try words.decimal("hours")
      case "multiplier": multiplier = try words.decimal("a multiplier")
      case "tick": tick = try words.decimal("a tick")
      case "model": source = .model
      case "expires":
        let seconds = try words.integer("seconds since the start")
        expiry = start.advanced(byNanoseconds: seconds * 1_000_000_000)
      case "forward": forward = Symbol(try words.word("a dated future"))
      default: throw words.fault("unknown term \"\(word)\"")
      }
    }
    let terms = OptionTerms(
      right: verb == "put" ? .put : .call, strike: strike, fundingPeriodHours: hours)
    let isOption = verb == "call" || verb == "put"
    let kind: Instrument.Kind
    if let expiry {
      kind =
        isOption
        ? .datedOption(terms, expiry: expiry, forward: forward) : .datedFuture(expiry: expiry)
    } else {
      kind = isOption ? .perpetualOption(terms) : .perpetualFuture
    }
    return Instrument(
      symbol: symbol, kind: kind, payoff: verb == "inverse" ? .inverse : .linear,
      underlying: underlying, settlementAsset: asset, multiplier: multiplier, tickSize: tick,
      lotSize: NativeRules.decimal("0.001"), takerFee: NativeRules.decimal("0.0005"),
      markSource: source)
  }
}
