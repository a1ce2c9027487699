import FixedPoint
import MarginDomain
import MarginModel
import Testing

/// Options and rules that the suites of option margin share.
enum OptionFixture {
  static func option(
    _ right: OptionTerms.Right, strike: Price, expiry: Int64? = nil, symbol: String = "OPTION",
    payoff: Instrument.Payoff = .linear
  ) -> Instrument {
    let terms = OptionTerms(
      right: right, strike: strike, fundingPeriodHours: Rate(rawValue: 24 * Rate.one.rawValue))
    let kind: Instrument.Kind =
      expiry.map { .datedOption(terms, expiry: EventTime(nanoseconds: $0), forward: nil) }
      ?? .perpetualOption(terms)
    return Instrument(
      symbol: Symbol(symbol), kind: kind, payoff: payoff, underlying: Symbol("X-USD"),
      settlementAsset: Symbol("USD"), multiplier: .one, tickSize: .ulp, lotSize: .ulp,
      takerFee: .zero, markSource: .published)
  }

  /// Rates with terms on them: 0.15 / 0.1 short initial, 0.075 maintenance, long nothing.
  static func rules(
    putCap: String? = nil, _ change: (inout OptionRequirementTerms) -> Void = { _ in }
  ) throws -> StandardOptionRules {
    var terms = OptionRequirementTerms()
    terms.includesMark = true
    change(&terms)
    return StandardOptionRules(
      shortInitialRate: try .parse("0.15"), shortInitialFloor: try .parse("0.1"),
      shortMaintenanceRate: try .parse("0.075"), shortMaintenanceFloor: try .parse("0.075"),
      putCap: try putCap.map { try Rate.parse($0) }, longInitialRate: .zero,
      longMaintenanceValueRate: .zero, longMaintenanceRate: .zero, terms: terms)
  }
}

@Suite("Terms of option margin")
struct OptionRuleTests {
  private func asked(
    _ rules: StandardOptionRules, _ quantity: String, _ option: Instrument, mark: String,
    index: String = "1000", forward: String? = nil, entry: String? = nil,
    multiplier: String = "1", volatility: String? = nil
  ) throws -> [String] {
    let prices = PositionPrices(
      mark: try .parse(mark), index: try .parse(index), settlementIndex: .one,
      forward: try forward.map { try Price.parse($0) },
      optionEntry: try entry.map { try Price.parse($0) },
      volatility: try volatility.map { try Rate.parse($0) },
      initialMultiplier: try .parse(multiplier))
    let asked = rules.requirement(of: try .parse(quantity), in: option, prices: prices)
    return [asked.initial.description, asked.maintenance.description]
  }

  @Test("the rates are of the index, the forward or the strike")
  func base() throws {
    let call = try OptionFixture.option(.call, strike: .parse("1050"))
    let index = try OptionFixture.rules()
    #expect(try asked(index, "-1", call, mark: "20", forward: "1040") == ["120", "95"])
    let forward = try OptionFixture.rules { $0.base = .forward }
    #expect(try asked(forward, "-1", call, mark: "20", forward: "1040") == ["166", "98"])
    #expect(try asked(forward, "-1", call, mark: "20") == ["120", "95"])
    let strike = try OptionFixture.rules { $0.base = .strike }
    #expect(try asked(strike, "-1", call, mark: "20") == ["127.5", "98.75"])
  }

  @Test("an entry above the mark stands for it in the initial requirement")
  func premiumBasis() throws {
    let put = try OptionFixture.option(.put, strike: .parse("900"))
    let rules = try OptionFixture.rules { $0.premium = .largerOfMarkAndEntry }
    #expect(try asked(rules, "-1", put, mark: "10", entry: "25") == ["125", "85"])
    #expect(try asked(rules, "-1", put, mark: "10", entry: "5") == ["110", "85"])
    #expect(try asked(rules, "-1", put, mark: "10") == ["110", "85"])
  }

  @Test("a put in the money is held to its mark, and its initial to its maintenance")
  func putFloors() throws {
    let put = try OptionFixture.option(.put, strike: .parse("5000"))
    let rules = try OptionFixture.rules {
      $0.putMaintenanceMarkRate = .one
      $0.putInitialFactor = Rate(rawValue: Rate.one.rawValue / 100 * 105)
    }
    // Maintenance 4000 + 4000; 1.05 times that is above 150 + 4000.
    #expect(try asked(rules, "-1", put, mark: "4000") == ["8400", "8000"])
    let call = try OptionFixture.option(.call, strike: .parse("500"))
    #expect(try asked(rules, "-1", call, mark: "510") == ["660", "585"])
  }

  @Test("fee, funding, size and open interest add what they say")
  func additions() throws {
    let call = try OptionFixture.option(.call, strike: .parse("1000"))
    let fee = try OptionFixture.rules { $0.maintenanceFeeRate = .one }
    // The initial requirement is never below the maintenance requirement.
    #expect(try asked(fee, "-1", call, mark: "10") == ["1085", "1085"])
    let funding = try OptionFixture.rules {
      $0.fundingHours = Rate(rawValue: 8 * Rate.one.rawValue)
    }
    #expect(try asked(funding, "-1", call, mark: "30") == ["190", "115"])
    #expect(try asked(funding, "1", call, mark: "30") == ["10", "10"])
    let dated = try OptionFixture.option(.call, strike: .parse("1000"), expiry: 1)
    #expect(try asked(funding, "-1", dated, mark: "30") == ["180", "105"])
    let size = try OptionFixture.rules {
      $0.sizeFactors = [
        OptionRequirementTerms.SizeFactor(floor: .zero, factor: .one),
        OptionRequirementTerms.SizeFactor(
          floor: Quantity(rawValue: 2 * Quantity.one.rawValue),
          factor: Rate(rawValue: 2 * Rate.one.rawValue)),
      ]
    }
    #expect(try asked(size, "-1.99999999", call, mark: "0") == ["299.9999985", "149.99999925"])
    #expect(try asked(size, "-2", call, mark: "0") == ["600", "300"])
    let plain = try OptionFixture.rules()
    #expect(try asked(plain, "-1", call, mark: "10", multiplier: "1.5") == ["240", "85"])
  }

  @Test("delta and gamma ask the same of both sides, and the whole index without a volatility")
  func deltaGamma() throws {
    let call = try OptionFixture.option(.call, strike: .parse("100"))
    var terms = OptionRequirementTerms()
    terms.deltaGamma = DeltaGammaRule(
      initialRatio: try .parse("0.2"), maintenanceRatio: try .parse("0.1"))
    let rules = StandardOptionRules(
      shortInitialRate: .one, shortInitialFloor: .one, shortMaintenanceRate: .one,
      shortMaintenanceFloor: .one, putCap: nil, longInitialRate: .one,
      longMaintenanceValueRate: .one, longMaintenanceRate: .one, terms: terms)
    let short = try asked(rules, "-2", call, mark: "1", index: "100", volatility: "0.6")
    #expect(try asked(rules, "2", call, mark: "1", index: "100", volatility: "0.6") == short)
    // margin-method 1.5: delta (u+1)/(2u), ½·gamma·S² = V/v, with v = 0.36/365.
    let maintenance = try #require(Double(short[1]))
    let initial = try #require(Double(short[0]))
    #expect((maintenance - 2 * (5.0555 + 11.257)).magnitude < 0.01)
    #expect((initial - 2 * maintenance).magnitude < 1e-9)
    #expect(try asked(rules, "-2", call, mark: "1", index: "100") == ["200", "200"])
  }

  @Test("the distance may count from the forward while the rates are of the index")
  func indexByForward() throws {
    let rules = try OptionFixture.rules { $0.base = .indexByForward }
    let put = try OptionFixture.option(.put, strike: .parse("1017.5"), expiry: 1)
    // (1100 − 1017.5) / 1100 = 0.075: 150 − 75 is below the floor; nearer it is above.
    #expect(try asked(rules, "-1", put, mark: "20", forward: "1100") == ["120", "95"])
    let near = try OptionFixture.option(.put, strike: .parse("1078"), expiry: 1)
    // 22 / 1100 = 0.02: 150 − 20, and maintenance at its floor.
    #expect(try asked(rules, "-1", near, mark: "20", forward: "1100") == ["150", "95"])
    let call = try OptionFixture.option(.call, strike: .parse("1078"), expiry: 1)
    #expect(try asked(rules, "-1", call, mark: "20", forward: "1100") == ["170", "95"])
    #expect(try asked(rules, "-1", call, mark: "20") == ["120", "95"])
  }

  @Test("puts may be kept at rates of their own")
  func putRates() throws {
    let rules = try OptionFixture.rules {
      $0.putMaintenanceRate = Rate(rawValue: 90_000_000_000)
      $0.putMaintenanceFloor = Rate(rawValue: 60_000_000_000)
    }
    let call = try OptionFixture.option(.call, strike: .parse("1000"))
    let put = try OptionFixture.option(.put, strike: .parse("1000"))
    let far = try OptionFixture.option(.put, strike: .parse("800"))
    #expect(try asked(rules, "-1", call, mark: "20") == ["170", "95"])
    #expect(try asked(rules, "-1", put, mark: "20") == ["170", "110"])
    #expect(try asked(rules, "-1", far, mark: "20") == ["120", "80"])
  }

  @Test("a coin's requirement is the quote's over the forward")
  func coin() throws {
    let rules = try OptionFixture.rules { $0.base = .forward }
    let put = try OptionFixture.option(
      .put, strike: .parse("55000"), expiry: 1, payoff: .inverse)
    let asked = rules.requirement(
      perUnitOf: put.units(of: -.one), in: put,
      prices: PositionPrices(
        mark: try .parse("0.02"), index: try .parse("59000"),
        settlementIndex: try .parse("59000"), forward: try .parse("62500")))
    // OTM 7500 / 62500 = 0.12: the floor of 0.1 holds.
    #expect(asked?.initial.description == "0.12")
    #expect(asked?.maintenance.description == "0.095")
  }
}

@Suite("Orders and partial liquidations")
struct OptionOrderTests {
  private func margin(_ effect: OptionOrder.Effect, price: String) throws -> String {
    OptionOrder(
      effect: effect,
      units: ContractUnits(quantity: try .parse("100"), multiplier: try .parse("0.1")),
      price: try .parse(price), fee: try .parse("0.002")
    ).margin(perUnit: try .parse("0.1932"), minimum: try .parse("0.1")).description
  }

  @Test("an order freezes what it may cost")
  func orders() throws {
    #expect(try margin(.buyToOpen, price: "0.0475") == "0.477")
    #expect(try margin(.sellToOpen, price: "0.06") == "1.334")
    #expect(try margin(.sellToOpen, price: "0.15") == "1")
    #expect(try margin(.sellToClose, price: "0.0755") == "0")
    #expect(try margin(.buyToClose, price: "0.05") == "0")
    #expect(try margin(.buyToClose, price: "0.25") == "0.57")
  }

  @Test("a partial liquidation takes the smallest share that reaches the target")
  func share() throws {
    let rule = PartialLiquidation(
      step: try .parse("0.2"), targetRatio: try .parse("0.9"), feeRate: try .parse("0.5"))
    func share(_ equity: String, _ margin: String) throws -> String {
      rule.share(equity: try .parse(equity), maintenanceMargin: try .parse(margin)).description
    }
    // At 20 % 71.04 / 71.12 is left, at 40 % 53.28 / 62.24.
    #expect(try share("80", "88.8") == "0.4")
    #expect(try share("100", "100") == "0.2")
    #expect(try share("10", "100") == "1")
    let gone = rule.outcome(
      closing: .one, equity: try .parse("10"), maintenanceMargin: try .parse("100"))
    #expect(gone.marginRatio == nil && gone.maintenanceMargin.isZero)
  }
}
