import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import MarginDomain

/// A random but plausible stream: two underlyings, six contracts, one of which ends, a few accounts
/// near their limits, bad prints, duplicates, gaps, snapshots and answers of every kind.
struct RandomCommands {
  static let accounts = ["a", "b", "c", "d", "e"]
  static let futures = ["BTC-PERP", "ETH-PERP", "BTC-INV", "BTC-DEC"]
  /// Ends two minutes after the start.
  static let expiry = CommandBuilder().time.advanced(byNanoseconds: 120_000_000_000)
  static let options = ["BTC-60000-C", "BTC-55000-P"]
  /// Netted with each other while they live; for the account that is never in portfolio mode, in
  /// which the time left would count and a record is a moment late.
  static let dated = ["BTC-DEC-62000-C", "BTC-DEC-58000-C", "BTC-DEC-58000-P"]

  var builder = CommandBuilder()
  var random: SeededRandom
  private var indices: [String: Double] = ["BTC-USD": 60_000, "ETH-USD": 3_000, "USDC": 1]
  private var optionMarks: [String: Double] = ["BTC-55000-P": 400]
  private var fundingIndex = 0.0

  init(random: SeededRandom) { self.random = random }

  static func decimal<Number: FixedDecimal>(_ value: Double) -> Number {
    Number(rawValue: Int128((value * 1e4).rounded())).scaledFromTenThousandths
  }

  // MARK: Setup

  /// Orders ask margin here, so that the sums of the engine and of the reference must agree on it.
  static let rulebook = rulebook()

  /// Options margined by the dearer of mark and entry, beside a mark that equity does not hold.
  static let rulebookByEntry = rulebook(netting: nil) { terms in
    terms.valueLimit = nil
    terms.includesMark = true
    terms.premium = .largerOfMarkAndEntry
  }

  /// Options in variation style, for which a worker moves premiums in cash.
  static let rulebookByVariation = rulebook(netting: nil) { terms in
    terms.valueLimit = nil
    terms.style = .variation
    terms.includesMark = true
  }

  /// One of the three, most often the first.
  static func drawnRulebook(_ random: inout SeededRandom) -> Rulebook {
    switch random.integer(0...4) {
    case 0: return rulebookByEntry
    case 1: return rulebookByVariation
    default: return rulebook
    }
  }

  static func rulebook(
    collateral: CollateralRules = collateral, closingFee: FuturesRules.ClosingFee = .none,
    netting: ExpiryNettingRule? = ExpiryNettingRule(
      unpairedInitialRate: NativeRules.decimal("1.2"),
      unpairedMaintenanceRate: NativeRules.decimal("1.1")),
    adjustingOptions: (inout OptionRequirementTerms) -> Void = { _ in }
  ) -> Rulebook {
    NativeRules.rulebook(
      portfolio: portfolio,
      orders: OrderMarginRules(
        basis: .worstSide, chargePerOrder: NativeRules.decimal("0.01"),
        countsForMaintenance: false, countsCostOfFilling: true),
      dynamic: NativeRules.dynamic(pace: 1_000_000), credit: NativeRules.credit(Self.lines),
      schedules: [
        (
          Symbol("ETH-PERP"),
          .openInterestScaled(
            OpenInterestScaling(
              initialRate: NativeRules.decimal("0.05"),
              maintenanceFraction: NativeRules.decimal("0.6"),
              lowerOpenInterest: NativeRules.decimal("20000"),
              upperOpenInterest: NativeRules.decimal("500000"),
              rateStep: NativeRules.decimal("0.000001")))
        )
      ], collateral: collateral, netting: netting, contingencies: contingencies,
      closingFee: closingFee, adjustingOptions: adjustingOptions)
  }

  private static let contingencies = ContingencyRules(
    depeg: PegRule(
      asset: Symbol("USDC"), threshold: NativeRules.decimal("0.999"),
      factor: NativeRules.decimal("1.2")),
    confidence: ContingencyRules.Confidence(
      futureThreshold: NativeRules.decimal("0.9"), optionThreshold: NativeRules.decimal("0.8"),
      collateralThreshold: NativeRules.decimal("0.9"), factor: NativeRules.decimal("0.4")))

  /// Prices of little confidence cost here, so that it matters what is stated.
  private static var portfolio: PortfolioRules {
    var rules = NativeRules.portfolioWithTables(contract: "BTC-DEC", coin: "USDC")
    rules.addOns.confidence = ConfidenceRules(
      threshold: NativeRules.decimal("0.9"), margin: .one, indices: [Symbol("ETH-USD")])
    return rules
  }

  /// The native haircuts, and a coin that counts less the more of it is deposited.
  static let collateral = CollateralRules(
    haircuts: NativeRules.collateral.haircuts.filter { $0.asset != Symbol("BTC") },
    terms: [
      (
        Symbol("BTC"),
        CollateralTerms(
          maintenance: .flat(NativeRules.decimal("0.05")),
          depositScaleStart: NativeRules.decimal("100000"))
      )
    ], debtOrder: NativeRules.collateral.debtOrder, usesAveragePrices: true)

  mutating func setup(rulebook: Rulebook = Self.rulebook) -> [MarginCommand] {
    var commands = [
      builder.define(.underlying(Symbol("BTC-USD"))),
      builder.define(.underlying(Symbol("ETH-USD"))),
      builder.define(.asset(CollateralAsset(symbol: Symbol("USDC"), underlying: nil))),
      builder.define(
        .asset(CollateralAsset(symbol: Symbol("BTC"), underlying: Symbol("BTC-USD")))),
      builder.define(.rulebook(rulebook)),
    ]
    for instrument in Self.instruments { commands.append(builder.define(.instrument(instrument))) }
    for symbol in ["BTC-USD", "ETH-USD", "USDC"] { commands.append(indexPrice(symbol)) }
    commands.append(builder.price("BTC-USD", volatility: Self.decimal(0.6)))
    for symbol in Self.futures { commands.append(mark(symbol)) }
    commands.append(facts("ETH-PERP"))
    for symbol in ["BTC-55000-P"] + Self.dated { commands.append(mark(symbol)) }
    for (place, account) in Self.accounts.enumerated() {
      let cash = Double(500 + 400 * place)
      commands.append(builder.transfer(account, "USDC", Self.decimal(cash)))
      if place.isMultiple(of: 2) {
        commands.append(builder.transfer(account, "BTC", Self.decimal(0.02)))
      }
      if place == 3 { commands.append(settings(account, mode: .isolated)) }
    }
    return commands
  }

  /// Lines of some accounts: good and middling ratings, with and without wrong-way underlyings.
  static let lines: [(account: AccountID, line: CreditRules.Line)] = [
    (
      AccountID("b"),
      CreditRules.Line(
        amount: NativeRules.decimal("200"), grade: "B", wrongWay: [Symbol("BTC-USD")])
    ),
    (AccountID("c"), CreditRules.Line(amount: NativeRules.decimal("150"), grade: "A")),
    (
      AccountID("e"),
      CreditRules.Line(
        amount: NativeRules.decimal("3000"), grade: "A", wrongWay: [Symbol("ETH-USD")])
    ),
  ]

  static let instruments: [Instrument] = [
    instrument("BTC-PERP", .perpetualFuture, .linear, "BTC-USD", "USDC", "1"),
    instrument("ETH-PERP", .perpetualFuture, .linear, "ETH-USD", "USDC", "0.1"),
    instrument("BTC-INV", .perpetualFuture, .inverse, "BTC-USD", "BTC", "100"),
    instrument("BTC-DEC", .datedFuture(expiry: expiry), .linear, "BTC-USD", "USDC", "1"),
    instrument(
      "BTC-60000-C", .perpetualOption(terms(.call, "60000")), .linear, "BTC-USD", "USDC", "1",
      source: .model),
    instrument(
      "BTC-55000-P", .perpetualOption(terms(.put, "55000")), .linear, "BTC-USD", "USDC", "1"),
    datedOption("BTC-DEC-62000-C", .call, "62000"), datedOption("BTC-DEC-58000-C", .call, "58000"),
    datedOption("BTC-DEC-58000-P", .put, "58000"),
  ]

  private static func datedOption(
    _ symbol: String, _ right: OptionTerms.Right, _ strike: String
  ) -> Instrument {
    instrument(
      symbol,
      .datedOption(
        OptionTerms(
          right: right, strike: NativeRules.decimal(strike), fundingPeriodHours: .zero),
        expiry: expiry, forward: Symbol("BTC-DEC")),
      .linear, "BTC-USD", "USDC", "1")
  }

  /// The options that an account trades.
  private static func options(of account: String) -> [String] {
    account == "e" ? options + dated : options
  }

  private static func terms(_ right: OptionTerms.Right, _ strike: String) -> OptionTerms {
    OptionTerms(
      right: right, strike: NativeRules.decimal(strike),
      fundingPeriodHours: NativeRules.decimal("24"))
  }

  private static func instrument(
    _ symbol: String, _ kind: Instrument.Kind, _ payoff: Instrument.Payoff, _ underlying: String,
    _ asset: String, _ multiplier: String, source: Instrument.MarkSource = .published
  ) -> Instrument {
    Instrument(
      symbol: Symbol(symbol), kind: kind, payoff: payoff, underlying: Symbol(underlying),
      settlementAsset: Symbol(asset), multiplier: NativeRules.decimal(multiplier),
      tickSize: NativeRules.decimal("0.1"), lotSize: NativeRules.decimal("0.001"),
      takerFee: NativeRules.decimal("0.0005"), markSource: source)
  }

  // MARK: The stream

  /// The next command; answers refer to what the engine has open.
  mutating func next(_ engine: LiquidationStateMachine) -> MarginCommand {
    if random.chance(0.5) { builder.advance(bySeconds: Int64(random.integer(1...3))) }
    if random.chance(0.01) { builder.advance(bySeconds: 11) }
    if random.chance(0.25), let answer = answer(engine) { return answer }
    switch random.integer(0...99) {
    case 0..<30: return indexPrice(random.element(of: ["BTC-USD", "ETH-USD", "USDC"]) ?? "USDC")
    case 30..<52:
      return mark(random.element(of: Self.futures + ["BTC-55000-P"] + Self.dated) ?? "BTC-PERP")
    case 52..<55: return volatility()
    case 55..<59: return funding()
    case 59:
      return facts(
        random.element(
          of: [
            "ETH-PERP", "BTC-PERP", "BTC", "USDC", "BTC-USD", "ETH-USD", "BTC-60000-C",
            "BTC-55000-P",
          ]) ?? "BTC")
    default: return accountEvent(engine)
    }
  }

  private mutating func step(_ value: Double, _ size: Double) -> Double {
    let jump = random.chance(0.04) ? random.uniform(-0.16...0.16) : random.uniform(-size...size)
    return value * (1 + jump)
  }

  private mutating func indexPrice(_ symbol: String) -> MarginCommand {
    let size = symbol == "USDC" ? 0.001 : 0.02
    let value = step(indices[symbol] ?? 1, size)
    // A bad print is published and forgotten.
    if !random.chance(0.03) { indices[symbol] = min(max(value, 0.5), 200_000) }
    let source: UInt64? = random.chance(0.05) ? 1 : nil
    return builder.price(symbol, index: Self.decimal(value), sourceSequence: source)
  }

  private mutating func mark(_ symbol: String) -> MarginCommand {
    if symbol == "BTC-55000-P" {
      let index = indices["BTC-USD"] ?? 0
      let value = max(0, 55_000 - index) + random.uniform(0...900)
      return builder.price(symbol, mark: Self.decimal(random.chance(0.02) ? 56_000 : value))
    }
    if Self.dated.contains(symbol) {
      return builder.price(symbol, mark: Self.decimal(random.uniform(0...3_000)))
    }
    let underlying = symbol == "ETH-PERP" ? "ETH-USD" : "BTC-USD"
    let base = (indices[underlying] ?? 1) * random.uniform(0.99...1.01)
    return builder.price(symbol, mark: Self.decimal(base))
  }

  private mutating func volatility() -> MarginCommand {
    let symbol = random.chance() ? "BTC-USD" : "BTC-60000-C"
    return builder.price(symbol, volatility: Self.decimal(random.uniform(0.3...1.5)))
  }

  private mutating func funding() -> MarginCommand {
    if random.chance(0.4) {
      fundingIndex += random.uniform(-3...6)
      return builder.funding("BTC-60000-C", .cumulativeIndex(Self.decimal(fundingIndex)))
    }
    let symbol = random.element(of: Self.futures + Self.dated) ?? "BTC-PERP"
    if symbol.hasPrefix("BTC-DEC") {
      return builder.funding(
        symbol, .finalSettlement(price: Self.decimal(indices["BTC-USD"] ?? 1)))
    }
    let price = symbol == "ETH-PERP" ? indices["ETH-USD"] : indices["BTC-USD"]
    return builder.funding(
      symbol,
      .settlement(
        rate: Self.decimal(random.uniform(-0.003...0.003)), price: Self.decimal(price ?? 1)))
  }

  /// What is stated of a symbol beside its price.
  private mutating func facts(_ symbol: String) -> MarginCommand {
    var facts = MarketFacts()
    if symbol.hasSuffix("PERP") {
      facts.openInterest = Self.decimal(random.uniform(0...3_000))
    } else if symbol.hasSuffix("-C") || symbol.hasSuffix("-P") {
      facts.initialMultiplier = Self.decimal(random.uniform(1...2))
    } else if !symbol.hasSuffix("USD") {
      let value = symbol == "BTC" ? indices["BTC-USD"] ?? 1 : 1
      facts.averagePrice = Self.decimal(value * random.uniform(0.98...1.02))
      facts.totalDeposits = Self.decimal(random.uniform(0...6))
    }
    if random.chance() { facts.confidence = Self.decimal(random.uniform(0.5...1)) }
    if facts.isEmpty { facts.confidence = .one }
    return builder.price(symbol, facts: facts)
  }

  // MARK: Accounts

  private mutating func accountEvent(_ engine: LiquidationStateMachine) -> MarginCommand {
    let account = random.element(of: Self.accounts) ?? "a"
    switch random.integer(0...99) {
    case 0..<50: return fill(account)
    case 50..<55: return restingOrders(account)
    case 55..<75:
      let asset = random.chance(0.8) ? "USDC" : "BTC"
      let amount = asset == "BTC" ? random.uniform(-0.01...0.02) : random.uniform(-400...600)
      return builder.transfer(account, asset, Self.decimal(amount))
    case 75..<80:
      let modes = MarginMode.allCases.filter { account != "e" || $0 != .portfolio }
      return settings(account, mode: random.element(of: modes) ?? .cross)
    case 80..<84: return leverage(account)
    case 84..<88: return isolatedMargin(account)
    case 88..<92: return snapshot(account, engine)
    case 92..<94: return builder.markIncomplete(account, sequence: 0, .undecodable)
    case 94..<96:
      let gap = (engine.account(AccountID(account))?.accountSequence ?? 0) + 3
      return builder.event(account, fillBody(account), sequence: gap)
    case 96..<98: return builder.event(account, fillBody(account), sequence: 1)
    default: return builder.fill(account, "NO-SUCH", .one, at: .one)
    }
  }

  private mutating func fillBody(_ account: String) -> AccountEvent.Body {
    let symbol = random.element(of: Self.futures + Self.options(of: account)) ?? "BTC-PERP"
    let sizes = [
      "BTC-PERP": 0.4, "ETH-PERP": 60, "BTC-INV": 120, "BTC-60000-C": 0.3, "BTC-55000-P": 0.3,
      "BTC-DEC-62000-C": 0.3, "BTC-DEC-58000-C": 0.3, "BTC-DEC-58000-P": 0.3,
    ]
    let size = random.uniform(0.01...(sizes[symbol] ?? 1))
    let quantity: Quantity = Self.decimal(random.chance() ? size : -size)
    return .fill(
      CommandBuilder.fill(
        symbol, quantity.isZero ? .one : quantity, at: tradePrice(symbol),
        fee: Self.decimal(random.uniform(-0.5...2))))
  }

  private mutating func tradePrice(_ symbol: String) -> Price {
    switch symbol {
    case "ETH-PERP": return Self.decimal((indices["ETH-USD"] ?? 1) * random.uniform(0.98...1.02))
    case _ where (Self.options + Self.dated).contains(symbol):
      return Self.decimal(random.uniform(0...2_000))
    default: return Self.decimal((indices["BTC-USD"] ?? 1) * random.uniform(0.98...1.02))
    }
  }

  private mutating func fill(_ account: String) -> MarginCommand {
    builder.event(account, fillBody(account))
  }

  private mutating func restingOrders(_ account: String) -> MarginCommand {
    let orders = (0..<random.integer(0...4)).map { _ in
      let symbol = random.element(of: Self.futures + Self.options(of: account)) ?? "BTC-PERP"
      let size: Quantity = Self.decimal(random.uniform(0.1...2))
      return RestingOrder(
        symbol: Symbol(symbol), quantity: random.chance() ? size : -size,
        price: max(.one, tradePrice(symbol)))
    }
    return builder.event(account, .restingOrders(orders))
  }

  private mutating func settings(_ account: String, mode: MarginMode) -> MarginCommand {
    builder.event(
      account,
      .settings(
        AccountSettings(marginMode: mode, leverages: [], isolatedMarginChanges: [])))
  }

  private mutating func leverage(_ account: String) -> MarginCommand {
    let symbol = Symbol(random.element(of: Self.futures) ?? "BTC-PERP")
    let leverage: Rate = Self.decimal(random.uniform(0.9...50))
    return builder.event(
      account,
      .settings(
        AccountSettings(
          marginMode: nil, leverages: [(symbol, leverage)], isolatedMarginChanges: [])))
  }

  private mutating func isolatedMargin(_ account: String) -> MarginCommand {
    let symbol = Symbol(random.element(of: Self.futures) ?? "BTC-PERP")
    let amount: AssetAmount = Self.decimal(random.uniform(-50...100))
    return builder.event(
      account,
      .settings(
        AccountSettings(
          marginMode: nil, leverages: [], isolatedMarginChanges: [(symbol, amount)])))
  }

  private mutating func snapshot(
    _ account: String, _ engine: LiquidationStateMachine
  ) -> MarginCommand {
    let mode: MarginMode = random.chance(0.3) ? .isolated : .cross
    var positions: [AccountSnapshot.Position] = []
    for symbol in Self.futures + Self.options(of: account) where random.chance(0.4) {
      let size = symbol == "BTC-INV" ? 40.0 : symbol == "ETH-PERP" ? 20 : 0.1
      positions.append(
        AccountSnapshot.Position(
          symbol: Symbol(symbol), quantity: Self.decimal(random.chance() ? size : -size),
          entryPrice: max(.one, tradePrice(symbol)), leverage: nil,
          isolatedMargin: Self.decimal(symbol == "BTC-INV" ? 0.01 : 300)))
    }
    let known = engine.account(AccountID(account))?.accountSequence ?? 0
    let sequence = random.chance(0.2) ? known : known + UInt64(random.integer(1...4))
    return builder.event(
      account,
      .snapshot(
        AccountSnapshot(
          marginMode: mode,
          balances: [
            (Symbol("USDC"), Self.decimal(random.uniform(0...1_500))),
            (Symbol("BTC"), Self.decimal(random.uniform(0...0.03))),
          ], positions: positions, leverages: [])), sequence: sequence)
  }

  // MARK: Answers

  private mutating func answer(_ engine: LiquidationStateMachine) -> MarginCommand? {
    var open: [(account: String, order: LiquidationOrderView)] = []
    for account in Self.accounts {
      for unit in engine.account(AccountID(account))?.units ?? [] {
        for order in unit.liquidation?.orders ?? [] { open.append((account, order)) }
      }
    }
    guard let choice = random.element(of: open) else { return nil }
    let order = choice.order
    let left = (order.quantity - order.filledQuantity).magnitude
    var outcome = LiquidationAnswer.Outcome.cancelled
    var remaining = Quantity.zero
    switch random.integer(0...9) {
    case 0..<5:
      let part = random.chance(0.6) ? left : left.scaled(by: 1, over: 3, rounding: .towardZero)
      guard !part.isZero else { return nil }
      remaining = random.chance(0.9) ? left - part : .zero
      outcome = .filled(
        CommandBuilder.fill(
          order.symbol.text, order.quantity.isNegative ? -part : part, at: order.limitPrice,
          fee: Self.decimal(random.uniform(0...1))))
    case 5..<7: outcome = .cancelled
    case 7: outcome = .expired
    case 8: outcome = .rejected(reason: "closed")
    default: return nil
    }
    let orderID = random.chance(0.05) ? "\(choice.account)/L99/1" : order.orderID
    return builder.event(
      choice.account,
      .liquidationAnswer(
        LiquidationAnswer(
          orderID: orderID, symbol: order.symbol, outcome: outcome, remaining: remaining)))
  }
}

extension FixedDecimal {
  /// A value whose raw units were ten-thousandths, at the type's own scale.
  var scaledFromTenThousandths: Self {
    Self(rawValue: rawValue * (Self.one.rawValue / 10_000))
  }
}
