import CPlainOptions
import LiquidationTestKit
import MarginDomain
import MarginModel

#if QUANTLIB
  import QuantLibPeer
#endif

/// Series with strikes, volatilities and times such as a venue lists, the index around 100.
struct OptionBook {
  let series: [OptionSeries]
  let volatilities: [Double]

  /// - Parameters:
  ///   - count: how many series.
  ///   - dated: expiring options on a forward, of 1 to 180 days; else perpetual ones funded over
  ///     8 hours to 7 days.
  init(count: Int, dated: Bool) {
    var random = SeededRandom(seed: dated ? 11 : 12)
    var series: [OptionSeries] = []
    var volatilities: [Double] = []
    for _ in 0..<count {
      let strike = random.uniform(70...130)
      let model: OptionModel =
        dated
        ? .datedOnForward(
          expiryYears: Double(random.integer(1...180)) / 365, discountFactor: 1)
        : .perpetual(fundingPeriodYears: Double(random.integer(1...21)) / 1_095)
      series.append(
        OptionSeries(right: random.chance() ? .call : .put, strike: strike, model: model))
      volatilities.append(random.uniform(0.3...1.2))
    }
    self.series = series
    self.volatilities = volatilities
  }

  func batch(factor: Double = 1) -> OptionBatch {
    do throws(OptionRangeError) {
      return try OptionBatch(series: series, volatilities: volatilities.map { $0 * factor })
    } catch {
      preconditionFailure("the book lies in the admitted ranges: \(error)")
    }
  }

  func grid(factors: [Double]) -> OptionGrid {
    do throws(OptionRangeError) {
      return try OptionGrid(
        series: series, volatilityRows: factors.map { factor in volatilities.map { $0 * factor } })
    } catch {
      preconditionFailure("the book lies in the admitted ranges: \(error)")
    }
  }

  /// Years of 365 days to expiry, or of the funding period.
  static func years(_ series: OptionSeries) -> Double {
    switch series.model {
    case .perpetual(let years), .datedOnForward(let years, _), .datedOnIndex(let years, _),
      .perpetualWithCarry(let years, _, _), .perpetualPaidAtIntervals(let years, _, _):
      years
    }
  }

  func perpetuals() -> [PerpetualOption] {
    zip(series, volatilities).map {
      PerpetualOption(
        strike: $0.strike, volatility: $1, fundingPeriodYears: Self.years($0))
    }
  }

  func datedOptions() -> [DatedOption] {
    zip(series, volatilities).map {
      do throws(OptionRangeError) {
        return try DatedOption(
          onForwardWithStrike: $0.strike, volatility: $1, expiryYears: Self.years($0),
          discountFactor: 1)
      } catch {
        preconditionFailure("the book lies in the admitted ranges: \(error)")
      }
    }
  }

  func plainPerpetuals(factor: Double = 1) -> [plain_perpetual] {
    zip(series, volatilities).map {
      plain_perpetual_prepare(
        $0.strike, $1 * factor, Self.years($0), $0.right == .call ? 1 : 0)
    }
  }

  func plainDated(factor: Double = 1) -> [plain_dated] {
    zip(series, volatilities).map {
      plain_dated(
        strike: $0.strike, deviation: $1 * factor * Self.years($0).squareRoot(), discount: 1,
        is_call: $0.right == .call ? 1 : 0)
    }
  }

  #if QUANTLIB
    func quantLibDated(factor: Double = 1) -> [quantlib_dated] {
      zip(series, volatilities).map {
        quantlib_dated(
          strike: $0.strike, deviation: $1 * factor * Self.years($0).squareRoot(), discount: 1,
          is_call: $0.right == .call ? 1 : 0)
      }
    }
  #endif
}
