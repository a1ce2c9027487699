import DeterministicMath
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

/// Series of every kind with numbers from the whole of their ranges or from what venues list.
enum RandomSeries {
  /// Expiry times and volatilities may be 0, and prices at the ends of their range.
  static func any(_ random: inout SeededRandom, kinds: ClosedRange<Int> = 0...4) -> OptionSeries {
    let strike = random.chance(0.2) ? random.logUniform(1e-12...1e9) : random.logUniform(1...1e5)
    let years =
      random.chance(0.2) ? random.logUniform(1e-8...1e3) : random.logUniform(1e-4...1)
    let model: OptionModel =
      switch random.integer(kinds) {
      case 0: .perpetual(fundingPeriodYears: years)
      case 1:
        .datedOnForward(
          expiryYears: random.chance(0.1) ? 0 : years, discountFactor: random.uniform(0.5...1.1))
      case 2:
        .datedOnIndex(
          expiryYears: random.chance(0.1) ? 0 : min(years, 2),
          interestRate: random.uniform(-0.1...0.3))
      case 3:
        .perpetualWithCarry(
          fundingPeriodYears: min(years, 1), interestRate: random.uniform(0...0.3),
          carryRate: random.uniform(-0.5...0.3))
      default:
        .perpetualPaidAtIntervals(
          fundingPeriodYears: years, intervalYears: max(1e-8, years),
          nextPaymentYears: random.unit() * years)
      }
    return OptionSeries(right: random.chance() ? .call : .put, strike: strike, model: model)
  }

  static func volatility(_ random: inout SeededRandom, of series: OptionSeries) -> Double {
    switch series.model {
    case .datedOnIndex, .datedOnForward:
      if random.chance(0.1) { return random.chance() ? 0 : 1e-200 }
    case .perpetual, .perpetualWithCarry, .perpetualPaidAtIntervals: break
    }
    return random.chance(0.2) ? random.logUniform(1e-4...1e3) : random.logUniform(0.05...4)
  }

  static func price(_ random: inout SeededRandom, near strike: Double) -> Double {
    switch random.integer(0...5) {
    case 0: random.logUniform(1e-12...1e9)
    case 1: strike
    case 2: min(1e9, strike.nextUp)
    case 3: min(1e9, max(1e-12, strike * random.uniform(0.01...3)))
    default: min(1e9, max(1e-12, strike * random.uniform(0.9...1.1)))
    }
  }
}

@Suite("Option series")
struct OptionSeriesTests {
  @Test("is valued by the model of its kind")
  func kinds() throws {
    func valuation(_ model: OptionModel, _ right: OptionTerms.Right) throws -> OptionValuation {
      try OptionSeries(right: right, strike: 100, model: model).valuation(at: 103, volatility: 0.8)
    }
    let plain = try PerpetualOption.checked(
      strike: 100, volatility: 0.8, fundingPeriodYears: 0.01
    ).valuation(index: 103)
    let perpetual = try valuation(.perpetual(fundingPeriodYears: 0.01), .put)
    #expect(perpetual.value == plain.put && perpetual.greeks.delta == plain.greeks.putDelta)
    #expect(perpetual.fundingPerYear == plain.greeks.fundingPerYear && perpetual.greeks.theta == 0)
    let carried = try CarriedPerpetualOption(
      strike: 100, volatility: 0.8, fundingPeriodYears: 0.01, interestRate: 0.1, carryRate: 0.2)
    let model = OptionModel.perpetualWithCarry(
      fundingPeriodYears: 0.01, interestRate: 0.1, carryRate: 0.2)
    #expect(try valuation(model, .call) == carried.valuation(index: 103).call)
    let discrete = try DiscretePerpetualOption(
      strike: 100, volatility: 0.8, fundingPeriodYears: 0.01, intervalYears: 0.005,
      nextPaymentYears: 0.001)
    let paid = OptionModel.perpetualPaidAtIntervals(
      fundingPeriodYears: 0.01, intervalYears: 0.005, nextPaymentYears: 0.001)
    #expect(try valuation(paid, .put) == discrete.valuation(index: 103).put)
    let index = try DatedOption(
      onIndexWithStrike: 100, volatility: 0.8, expiryYears: 0.5, interestRate: 0.1)
    let onIndex = OptionModel.datedOnIndex(expiryYears: 0.5, interestRate: 0.1)
    #expect(try valuation(onIndex, .call) == index.valuation(at: 103).call)
    let forward = try DatedOption(
      onForwardWithStrike: 100, volatility: 0.8, expiryYears: 0.5, discountFactor: 0.95)
    let onForward = OptionModel.datedOnForward(expiryYears: 0.5, discountFactor: 0.95)
    #expect(try valuation(onForward, .put) == forward.valuation(at: 103).put)
    #expect(onForward.isOnForward && !onIndex.isOnForward && !model.isOnForward)
  }

  @Test("an option on an index is one on its forward")
  func forwardOfIndex() throws {
    try Property("BS(S, r) = B76(S·e^(rt), e^(−rt))").check { random, _ throws in
      let (years, rate) = (random.logUniform(1e-3...2), random.uniform(-0.1...0.3))
      let index = random.uniform(50...200)
      let discount = ElementaryFunction.exponential(-rate * years)
      let right: OptionTerms.Right = random.chance() ? .call : .put
      let volatility = random.logUniform(0.05...3)
      let onIndex = try OptionSeries(
        right: right, strike: 100, model: .datedOnIndex(expiryYears: years, interestRate: rate)
      ).value(at: index, volatility: volatility)
      let onForward = try OptionSeries(
        right: right, strike: 100,
        model: .datedOnForward(expiryYears: years, discountFactor: discount)
      ).value(at: index / discount, volatility: volatility)
      #expect((onIndex - onForward).magnitude <= 2e-13)
    }
  }

  @Test("gives the same value with greeks and without")
  func valueOfValuation() throws {
    try Property("value = valuation.value", cases: 500).check { random, _ throws in
      let series = RandomSeries.any(&random)
      let volatility = RandomSeries.volatility(&random, of: series)
      let price = RandomSeries.price(&random, near: series.strike)
      let value = try series.value(at: price, volatility: volatility)
      let valuation = try series.valuation(at: price, volatility: volatility)
      #expect(value.bitPattern == valuation.value.bitPattern, "\(series) \(price) \(volatility)")
      #expect(value.isFinite)
    }
  }

  @Test("refuses a price outside its range")
  func refusals() {
    let error = #expect(throws: OptionRangeError.self) {
      try OptionSeries(
        right: .call, strike: 1, model: .datedOnForward(expiryYears: 1, discountFactor: 1)
      ).value(at: 0, volatility: 1)
    }
    #expect(error?.argument == .forward)
  }
}

@Suite("Batch of options")
struct OptionBatchTests {
  @Test("gives the bits of single values, whatever the mixture")
  func bits() throws {
    try Property("batch[i] = series[i].value", cases: 400).check { random, _ throws in
      let count = random.integer(0...13)
      let kinds = random.chance() ? 0...1 : random.chance() ? 0...0 : 0...4
      let series = (0..<count).map { _ in RandomSeries.any(&random, kinds: kinds) }
      let volatilities = series.map { RandomSeries.volatility(&random, of: $0) }
      let prices = series.map { RandomSeries.price(&random, near: $0.strike) }
      let batch = try OptionBatch(series: series, volatilities: volatilities)
      var values = [Double](repeating: .nan, count: count)
      batch.values(at: prices, into: &values)
      for place in 0..<count {
        let one = try series[place].value(at: prices[place], volatility: volatilities[place])
        #expect(
          values[place].bitPattern == one.bitPattern,
          "\(series[place]) at \(prices[place]), \(volatilities[place]): \(values[place]), \(one)")
      }
      guard let price = prices.first else { return }
      batch.values(at: price, into: &values)
      for place in 0..<count {
        let one = try series[place].value(at: price, volatility: volatilities[place])
        #expect(values[place].bitPattern == one.bitPattern, "\(series[place]) at \(price)")
      }
    }
  }

  @Test("gives the bits of single values in a grid of volatilities")
  func grid() throws {
    try Property("grid[row][i] = series[i].value", cases: 200).check { random, _ throws in
      let series = (0..<random.integer(1...10)).map { _ in
        RandomSeries.any(&random, kinds: random.chance() ? 0...1 : 0...4)
      }
      let rows = (0..<random.integer(1...4)).map { _ in
        series.map { RandomSeries.volatility(&random, of: $0) }
      }
      let grid = try OptionGrid(series: series, volatilityRows: rows)
      let price = RandomSeries.price(&random, near: series[0].strike)
      let asked = random.integer(0...rows.count - 1)..<rows.count
      for part in [nil, asked] {
        let numbers = part ?? 0..<grid.rowCount
        var values = [Double](repeating: .nan, count: numbers.count * grid.count)
        grid.values(at: price, rows: part, into: &values)
        for (row, number) in numbers.enumerated() {
          for place in series.indices {
            let one = try series[place].value(at: price, volatility: rows[number][place])
            let value = values[row * series.count + place]
            #expect(value.bitPattern == one.bitPattern, "\(series[place]) at \(price)")
          }
        }
      }
    }
  }

  @Test("is worth its payoff at index zero")
  func zero() throws {
    let models: [OptionModel] = [
      .perpetual(fundingPeriodYears: 0.01), .datedOnIndex(expiryYears: 0.1, interestRate: 0),
      .datedOnForward(expiryYears: 0, discountFactor: 1),
      .perpetualWithCarry(fundingPeriodYears: 0.01, interestRate: 0, carryRate: 0.1),
    ]
    let series = models.flatMap { model in
      [OptionTerms.Right.call, .put].map {
        OptionSeries(right: $0, strike: 100, model: model)
      }
    }
    let batch = try OptionBatch(
      series: series, volatilities: Array(repeating: 0.5, count: series.count))
    var values = [Double](repeating: .nan, count: series.count)
    batch.values(at: 0, into: &values)
    #expect(values == [0, 100, 0, 100, 0, 100, 0, 100])
  }

  @Test("refuses a series outside its range")
  func refusals() {
    let error = #expect(throws: OptionRangeError.self) {
      try OptionBatch(
        series: [OptionSeries(right: .call, strike: 1, model: .perpetual(fundingPeriodYears: 1))],
        volatilities: [0])
    }
    #expect(error?.argument == .volatility)
  }
}

@Suite("Volatility shock")
struct VolatilityShockTests {
  @Test(
    "scales its range by the time to expiry",
    arguments: [
      (15.0, 0.565_685_424_949_238_1), (30, 0.4), (120, 0.2), (1, 1.264_911_064_067_351_9),
    ])
  func onePower(days: Double, shock: Double) throws {
    let rule = try VolatilityShock(range: 0.4, shortPower: 0.5, dayFloor: 3)
    #expect((try rule.relativeShock(days: days) - shock).magnitude <= 4e-16)
  }

  @Test("changes its power at 30 days, where both give the range")
  func twoPowers() throws {
    let rule = try VolatilityShock(range: 0.45, shortPower: 0.3, longPower: 0.13, dayFloor: 1)
    #expect(try rule.relativeShock(days: 30) == 0.45)
    #expect((try rule.relativeShock(days: 15) - 0.45 * 1.231_144_413_344_916_3).magnitude < 1e-15)
    #expect((try rule.relativeShock(days: 60) - 0.45 * 0.913_831_450_229_400_5).magnitude < 1e-15)
    // One day: margin-method 4.4 states a factor of 2.25 in all.
    #expect((1 + (try rule.relativeShock(days: 0)) - 2.25).magnitude < 0.005)
    var previous = Double.infinity
    for days in 1...120 {
      let shock = try rule.relativeShock(days: Double(days))
      #expect(shock < previous)
      previous = shock
    }
  }

  @Test("refuses arguments outside their ranges and names them")
  func refusals() throws {
    func argument(_ body: () throws -> Void) -> OptionRangeError.Argument? {
      #expect(throws: OptionRangeError.self) { try body() }?.argument
    }
    #expect(argument { _ = try VolatilityShock(range: -1, shortPower: 0.3) } == .shockRange)
    #expect(argument { _ = try VolatilityShock(range: 1, shortPower: .nan) } == .shockPower)
    #expect(
      argument { _ = try VolatilityShock(range: 1, shortPower: 1, dayFloor: -1) } == .days)
    let rule = try VolatilityShock(range: 1, shortPower: 1)
    #expect(argument { _ = try rule.relativeShock(days: -1) } == .days)
  }
}
