import FixedPoint
public import MarginDomain

extension NativeRules {
  /// Portfolio margin in the manner of the native rules: 27 rows and 8 tails, joint rows, η = 0.7,
  /// and every charge that needs no table.
  public static var portfolio: PortfolioRules {
    let quarters: [Rate] = [
      "-1", "-0.75", "-0.5", "-0.25", "0", "0.25", "0.5", "0.75", "1",
    ].map(decimal)
    let changes: [VolatilityChange] = [.down, .same, .up]
    var rows = quarters.flatMap { multiple in
      changes.map { change in
        ScenarioRow(
          name: "\(multiple) PSR, vol \(change)", price: .scanRange(multiple), volatility: change)
      }
    }
    for move in ["-0.66", "-0.33", "0.5", "1", "2", "3", "4", "5"] {
      rows.append(
        ScenarioRow(
          name: "tail \(move)", price: .absolute(decimal(move)), volatility: .up, weight: .tail))
    }
    var rules = PortfolioRules(
      scenarios: rows,
      volatilityShock: VolatilityShockRules(
        up: decimal("0.45"), down: decimal("0.3"), shortPower: decimal("0.3"),
        longPower: decimal("0.3"), dayFloor: .one, minimumDownFactor: decimal("0.1")),
      priceScanRanges: PerSymbol(
        usual: decimal("0.25"), listed: [(Symbol("BTC-USD"), decimal("0.12"))]),
      diversification: decimal("0.7"), initialFactor: decimal("1.25"))
    rules.tailWeight = TailWeight(
      factor: decimal("0.25"), concentratedFactor: .one, shortNotionalThreshold: nil)
    rules.jointScenarios = [Rate.one, -.one].map { multiple in
      JointScenario(
        name: "all \(multiple) PSR", price: .scanRange(multiple), volatility: .up, members: .all)
    }
    rules.deltaFloor = DeltaFloorRules(net: decimal("0.02"), hedged: decimal("0.01"))
    rules.addOns.shortOptions = StagedRate(
      maintenance: decimal("0.003"), initialExtra: decimal("0.002"))
    rules.addOns.vegaTerm = VegaTermRules(
      bucketDays: [decimal("2"), decimal("30")], points: decimal("0.1"), part: decimal("0.25"))
    rules.addOns.fundingHours = decimal("8")
    rules.addOns.chargesClosingFees = true
    rules.addOns.chargesModelGap = true
    rules.orders = .worstSide
    return rules
  }

  /// The same with a few vectors, depths by underlying, contract and notional, and a coin's peg.
  ///
  /// - Parameters:
  ///   - contract: has a depth of its own.
  ///   - coin: its peg is lost below 0.998.
  /// - Returns: rules whose shortfall binds for some accounts on BTC-USD.
  public static func portfolioWithTables(contract: String, coin: String) -> PortfolioRules {
    var rules = portfolio
    let moves = ["-0.2", "-0.13", "-0.04", "0.03", "0.09", "0.16"].map(decimal) as [Rate]
    rules.expectedShortfall = ExpectedShortfallRules(
      confidence: decimal("0.9"), stressedWeight: decimal("0.25"), horizonDays: .one,
      underlyings: [Symbol("BTC-USD")],
      vectors: moves.map { move in
        ExpectedShortfallRules.Vector(
          isStressed: move.magnitude > decimal("0.15"),
          moves: [ExpectedShortfallRules.Move(price: move, volatility: -move)])
      })
    rules.addOns.liquidity = LiquidityRules(
      impact: decimal("0.7"), usualDailyVolatility: decimal("0.04"),
      usual: LiquidityRules.Depth(
        spread: decimal("0.001"), volume: .notional(decimal("500000"))),
      listed: [
        (
          Symbol(contract),
          LiquidityRules.Depth(spread: decimal("0.002"), volume: .contracts(decimal("40")))
        )
      ],
      underlyings: [
        (
          Symbol("BTC-USD"),
          LiquidityRules.Depth(
            spread: decimal("0.0001"), optionSpread: decimal("0.05"),
            volume: .underlying(decimal("30")))
        )
      ])
    rules.addOns.coinPegs = [
      PegRule(asset: Symbol(coin), threshold: decimal("0.998"), factor: decimal("2"))
    ]
    return rules
  }

  /// Ranges that move: four deviations of a day, steps of 5 %, up a quarter of an hour apart and
  /// down a day apart.
  ///
  /// - Parameter pace: nanoseconds that stand for a second of the native rules; shorter ones let
  ///   short streams step.
  /// - Returns: rules for every underlying.
  public static func dynamic(pace: Int64 = 1_000_000_000) -> DynamicRules {
    let day = 86_400 * pace
    return DynamicRules(
      deviations: decimal("4"), horizonNanoseconds: 86_400_000_000_000,
      fastHalfLifeNanoseconds: day, slowHalfLifeNanoseconds: 30 * day,
      sampleNanoseconds: 60 * pace, stressWeight: decimal("0.25"), stepRatio: decimal("1.05"),
      stepUpNanoseconds: 900 * pace, stepDownNanoseconds: day,
      defaultRange: DynamicRules.Range(
        floor: decimal("0.12"), cap: decimal("0.6"), stressVolatility: decimal("1.1")),
      ranges: [])
  }
}
