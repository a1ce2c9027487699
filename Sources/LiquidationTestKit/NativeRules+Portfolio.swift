import FixedPoint
public import MarginDomain

extension NativeRules {
  /// Portfolio margin in the manner of the native rules: 27 rows and 8 tails, joint rows, η = 0.7,
  /// and every charge but liquidity, which needs the depth of a market.
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
    rules.orders = .worstSide
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
