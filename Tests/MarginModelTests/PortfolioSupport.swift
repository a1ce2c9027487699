import FixedPoint
import LiquidationTestKit
import MarginDomain

@testable import MarginModel

/// Rules in the manner of the native ones, and random portfolios of every kind of contract.
enum PortfolioSupport {
  static let underlyings = [Symbol("AAA-USD"), Symbol("BBB-USD")]
  static let quarters: [Rate] = ["-1", "-0.75", "-0.5", "-0.25", "0", "0.25", "0.5", "0.75", "1"]
    .map(rate)

  static func rate(_ text: String) -> Rate {
    guard let value = try? Rate.parse(text) else { preconditionFailure("\(text) is no ratio") }
    return value
  }

  static func row(_ multiple: Rate, _ change: VolatilityChange) -> ScenarioRow {
    ScenarioRow(name: "\(multiple) \(change)", price: .scanRange(multiple), volatility: change)
  }

  /// 27 rows and 8 tails, joint rows, η = 0.7; neither floor nor charges.
  static var scanRules: PortfolioRules {
    var rows = quarters.flatMap { multiple in
      [VolatilityChange.down, .same, .up].map { row(multiple, $0) }
    }
    for move in ["-0.66", "-0.33", "0.5", "1", "2", "3", "4", "5"] {
      rows.append(
        ScenarioRow(
          name: "tail \(move)", price: .absolute(rate(move)), volatility: .up, weight: .tail))
    }
    var rules = PortfolioRules(
      scenarios: rows,
      volatilityShock: VolatilityShockRules(
        up: rate("0.45"), down: rate("0.3"), shortPower: rate("0.3"), longPower: rate("0.3"),
        dayFloor: .one, minimumDownFactor: rate("0.1")),
      priceScanRanges: PerSymbol(
        usual: rate("0.25"), listed: [(underlyings[0], rate("0.12"))]),
      diversification: rate("0.7"), initialFactor: rate("1.25"))
    rules.tailWeight = TailWeight(
      factor: rate("0.25"), concentratedFactor: .one, shortNotionalThreshold: nil)
    rules.jointScenarios = [Rate.one, -.one].flatMap { multiple in
      [VolatilityChange.same, .up].flatMap { change in
        [JointMembers.all, .only([underlyings[0]]), .allBut([underlyings[0]])].map {
          JointScenario(
            name: "joint", price: .scanRange(multiple), volatility: change, members: $0)
        }
      }
    }
    return rules
  }

  /// The same with every charge and a floor.
  static var fullRules: PortfolioRules {
    var rules = scanRules
    rules.deltaFloor = DeltaFloorRules(net: rate("0.02"), hedged: rate("0.01"))
    rules.addOns.shortOptions = StagedRate(
      maintenance: rate("0.003"), initialExtra: rate("0.002"))
    rules.addOns.futures = StagedRate(maintenance: rate("0.001"), initialExtra: rate("0.001"))
    rules.addOns.liquidity = LiquidityRules(
      impact: rate("0.7"), usualDailyVolatility: rate("0.03"),
      usual: LiquidityRules.Depth(spread: rate("0.001"), volume: .contracts(.one)), listed: [])
    rules.addOns.vegaTerm = VegaTermRules(
      bucketDays: [rate("2"), rate("30")], points: rate("0.1"), part: rate("0.25"))
    rules.addOns.fundingHours = rate("8")
    rules.addOns.chargesClosingFees = true
    rules.addOns.chargesModelGap = true
    rules.addOns.confidence = ConfidenceRules(threshold: rate("0.5"), margin: .one, indices: [])
    return rules
  }

  /// A few joint vectors, some stressed.
  static func shortfall(_ random: inout SeededRandom, confidence: String) -> ExpectedShortfallRules
  {
    let vectors = (0..<random.integer(5...80)).map { _ in
      ExpectedShortfallRules.Vector(
        isStressed: random.chance(0.2),
        moves: underlyings.map { _ in
          ExpectedShortfallRules.Move(
            price: Rate(rawValue: Int128(random.integer(-300...300)) * 1_000_000_000),
            volatility: Rate(rawValue: Int128(random.integer(-500...900)) * 1_000_000_000))
        })
    }
    return ExpectedShortfallRules(
      confidence: rate(confidence), stressedWeight: rate("0.25"), horizonDays: .one,
      underlyings: underlyings, vectors: vectors)
  }
}

/// One contract of a random portfolio with its market.
struct DrawnLeg {
  let instrument: Instrument
  let inputs: RiskInputs
  let quantity: Quantity
  let grid: Int

  init(_ random: inout SeededRandom, number: Int, grid: Int? = nil, kind: Int? = nil) {
    let place = grid ?? random.integer(0...1)
    let index = Price(rawValue: Int128(place == 0 ? 60_000 : 3_000) * Price.one.rawValue)
    let strike = index.scaled(
      by: Int128(random.integer(70...140)), over: 100, rounding: .nearestEven)
    let terms = OptionTerms(
      right: random.chance() ? .call : .put, strike: strike,
      fundingPeriodHours: Rate(rawValue: Int128(random.integer(8...720)) * Rate.one.rawValue))
    let word = kind ?? random.integer(0...3)
    let expiry = EventTime(nanoseconds: Int64(random.integer(1...300)) * 86_400_000_000_000)
    let kinds: [Instrument.Kind] = [
      .perpetualFuture, .perpetualFuture, .perpetualOption(terms),
      .datedOption(terms, expiry: expiry, forward: nil),
    ]
    instrument = Instrument(
      symbol: Symbol("LEG-\(number)"), kind: kinds[word], payoff: word == 1 ? .inverse : .linear,
      underlying: PortfolioSupport.underlyings[place],
      settlementAsset: Symbol(word == 1 ? "COIN" : "USD"), multiplier: .one, tickSize: .ulp,
      lotSize: .ulp, takerFee: PortfolioSupport.rate("0.0005"), markSource: .published)
    let basis = Int128(random.integer(-20...20))
    let mark = index.scaled(by: 10_000 + basis, over: 10_000, rounding: .nearestEven)
    var inputs = RiskInputs(
      prices: PositionPrices(
        // Anywhere from the payoff to a twentieth of the index above it.
        mark: word < 2
          ? mark
          : terms.payoff(at: index)
            + index.scaled(by: Int128(random.integer(0...50)), over: 1_000, rounding: .floor),
        index: index,
        settlementIndex: word == 1 ? index : .one),
      volatility: word < 2
        ? nil : Rate(rawValue: Int128(random.integer(200...1_500)) * 1_000_000_000))
    inputs.asOf = EventTime(nanoseconds: 0)
    inputs.confidence = Rate(rawValue: Int128(random.integer(0...10)) * 100_000_000_000)
    self.inputs = inputs
    let size = Int128(random.integer(1...500)) * (word == 1 ? 100_000_000_000 : 1_000_000)
    quantity = Quantity(rawValue: random.chance() ? size : -size)
    self.grid = place
  }

  func array(_ grids: [ScenarioGrid], _ rules: PortfolioRules) -> RiskArray {
    let settlement = instrument.payoff == .inverse ? grids[grid] : nil
    guard
      let array = RiskArray.make(
        of: instrument, at: inputs, grid: grids[grid], settlementGrid: settlement, rules: rules)
    else { preconditionFailure("a drawn option has a volatility") }
    return array
  }

  func leg(_ grids: [ScenarioGrid], _ rules: PortfolioRules) -> PortfolioLeg {
    PortfolioLeg(
      units: instrument.units(of: quantity), array: array(grids, rules), grid: grid)
  }
}

/// A random portfolio, computed by the product.
struct DrawnPortfolio {
  let drawn: [DrawnLeg]
  let grids: [ScenarioGrid]
  let rules: PortfolioRules
  let assets: [PortfolioAsset]

  init(_ random: inout SeededRandom, rules: PortfolioRules, legs: ClosedRange<Int> = 1...8) {
    drawn = (0..<random.integer(legs)).map { DrawnLeg(&random, number: $0) }
    self.rules = rules
    grids = PortfolioSupport.underlyings.map { ScenarioGrid(of: $0, by: rules) }
    let value = Money(rawValue: Int128(random.integer(-50_000...50_000)) * Money.one.rawValue)
    assets =
      random.chance()
      ? [
        PortfolioAsset(
          asset: Symbol("COIN"), value: value, counted: value, grid: 0, confidence: .one)
      ] : []
  }

  var legs: [PortfolioLeg] { drawn.map { $0.leg(grids, rules) } }

  func requirement(of legs: [PortfolioLeg]? = nil) -> PortfolioRequirement {
    .compute(legs: legs ?? self.legs, assets: assets, grids: grids, rules: rules)
  }
}
