import DeterministicMath
import LiquidationTestKit
import MarginModel
import Testing

@Suite("Perpetual option")
struct PerpetualOptionTests {
  /// σ²T = 1, so that u = 3 and the powers of S/K are 2 and −1.
  private func plain() throws -> PerpetualOption {
    try PerpetualOption.checked(strike: 90, volatility: 0.5, fundingPeriodYears: 4)
  }

  @Test("is a third of the strike at the money when σ²T is one")
  func atTheMoney() throws {
    let valuation = try plain().valuation(index: 90)
    #expect(valuation.timeValue == 30)
    #expect(valuation.call == 30)
    #expect(valuation.put == 30)
    #expect((valuation.greeks.callDelta - 2.0 / 3).magnitude <= 2e-16)
    #expect((valuation.greeks.putDelta + 1.0 / 3).magnitude <= 2e-16)
    // 2 V/(σ²T·S²), K(u² − 1)/(σu³), V/T.
    #expect((valuation.greeks.gamma - 60.0 / 8_100).magnitude <= 1e-17)
    #expect((valuation.greeks.vega - 90 * 8 / (0.5 * 27)).magnitude <= 1e-13)
    #expect(valuation.greeks.fundingPerYear == 7.5)
    #expect(valuation.greeks.fundingPerDay == 7.5 / 365)
    #expect(try plain().fundingPerYear(index: 90) == 7.5)
  }

  @Test("follows its two powers of the index when σ²T is one")
  func powers() throws {
    let option = try plain()
    for index in [0.09, 9, 45, 60, 89] {
      let expected = 30 * (index / 90) * (index / 90)
      #expect((option.timeValue(index: index) - expected).magnitude <= 1e-14 * expected)
      #expect(option.callValue(index: index) == option.timeValue(index: index))
      #expect(option.putValue(index: index) == option.timeValue(index: index) + (90 - index))
    }
    for index in [91, 135, 900, 9e6] {
      let expected = 30 * 90 / index
      #expect((option.timeValue(index: index) - expected).magnitude <= 1e-14 * expected)
      #expect(option.putValue(index: index) == option.timeValue(index: index))
      #expect(option.callValue(index: index) == option.timeValue(index: index) + (index - 90))
    }
  }

  @Test("is worth its payoff at index zero and far from the strike")
  func tails() throws {
    let option = try PerpetualOption.checked(
      strike: 100, volatility: 0.05, fundingPeriodYears: 1.0 / 8_760)
    #expect(option.timeValue(index: 0) == 0)
    #expect(option.callValue(index: 0) == 0)
    #expect(option.putValue(index: 0) == 100)
    let low = try option.valuation(index: 20)
    #expect(low.timeValue == 0)
    #expect(low.put == 80)
    #expect(low.greeks.putDelta == -1)
    #expect(low.greeks.callDelta == 0)
    #expect(low.greeks.gamma == 0)
    let high = try option.valuation(index: 500)
    #expect(high.call == 400)
    #expect(high.greeks.callDelta == 1)
    #expect(high.greeks.vega == 0)
  }

  @Test("stays finite at every corner of the admitted ranges")
  func corners() throws {
    let prices = [OptionRange.price.minimum, OptionRange.price.maximum]
    for strike in prices {
      for index in prices {
        for volatility in [OptionRange.volatility.minimum, OptionRange.volatility.maximum] {
          for years in [OptionRange.years.minimum, OptionRange.years.maximum] {
            let option = try PerpetualOption.checked(
              strike: strike, volatility: volatility, fundingPeriodYears: years)
            let valuation = try option.valuation(index: index)
            let greeks = valuation.greeks
            let all = [
              valuation.call, valuation.put, greeks.callDelta, greeks.putDelta, greeks.gamma,
              greeks.vega, greeks.vanna, greeks.volga, greeks.fundingPeriodSensitivity,
              greeks.fundingPerYear,
            ]
            #expect(all.filter { !$0.isFinite }.isEmpty, "\(option) at \(index): \(all)")
            #expect(valuation.timeValue >= 0 && valuation.timeValue <= strike)
          }
        }
      }
    }
  }

  @Test("refuses arguments outside their ranges and names them")
  func refusals() throws {
    let cases: [(Double, Double, Double, OptionRangeError.Argument)] = [
      (0, 1, 1, .strike), (2e9, 1, 1, .strike), (.nan, 1, 1, .strike), (1, 0, 1, .volatility),
      (1, .infinity, 1, .volatility), (1, 1, 0, .fundingPeriodYears),
      (1, 1, -1, .fundingPeriodYears),
    ]
    for (strike, volatility, years, argument) in cases {
      let error = #expect(throws: OptionRangeError.self) {
        try PerpetualOption.checked(
          strike: strike, volatility: volatility, fundingPeriodYears: years)
      }
      #expect(error?.argument == argument)
    }
    let option = try plain()
    let error = #expect(throws: OptionRangeError.self) { try option.valuation(index: 0) }
    #expect(error?.description == "index 0.0: expected 1e-12 to 1000000000.0")
  }

  @Test("gives the recorded bits")
  func bits() throws {
    var random = SeededRandom(seed: 2)
    var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    for _ in 0..<5_000 {
      let option = try PerpetualOption.checked(
        strike: random.uniform(1...1_000), volatility: random.uniform(0.05...5),
        fundingPeriodYears: random.uniform(1e-4...0.1))
      let valuation = try option.valuation(index: random.uniform(1...1_000))
      let greeks = valuation.greeks
      for value in [
        valuation.call, valuation.put, greeks.callDelta, greeks.putDelta, greeks.gamma, greeks.vega,
        greeks.vanna, greeks.volga, greeks.fundingPeriodSensitivity, greeks.fundingPerYear,
      ] {
        digest = (digest ^ value.bitPattern) &* 0x100_0000_01b3
      }
    }
    #expect(digest == 18_247_419_266_621_076_348)
  }
}
