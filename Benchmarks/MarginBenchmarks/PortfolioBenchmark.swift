import CPlainOptions
import LiquidationTestKit
import MarginDomain
import MarginModel

#if QUANTLIB
  import QuantLibPeer
#endif

/// Twelve legs over the 35 rows of a scenario grid, everything from the volatilities on computed
/// anew for each portfolio.
///
/// The rows are those of margin-method 4.4: nine prices over ±16 % by three volatilities, and eight
/// tail prices with the volatility up.
struct PortfolioBenchmark {
  static let legs = 12
  private static let volatilityFactors = [0.7, 1, 1.45]
  private static let middle = (-4...4).map { 100 * (1 + 0.04 * Double($0)) }
  private static let tails: [Double] = [34, 67, 150, 200, 300, 400, 500, 600]
  private static let rows = 3 * middle.count + tails.count

  private let book: OptionBook
  private let quantities: [Double]
  private let dated: Bool

  init(dated: Bool) {
    self.dated = dated
    book = OptionBook(count: Self.legs, dated: dated)
    var random = SeededRandom(seed: 13)
    quantities = (0..<Self.legs).map { _ in random.uniform(-5...5) }
  }

  func run() {
    let portfolios = 200
    let kind = dated ? "expiring" : "perpetual"
    let nanoseconds = Comparison(
      title: "portfolio of 12 \(kind) options over 35 rows", units: portfolios
    ).run(contenders(portfolios))
    let values = Double(Self.legs * Self.rows)
    let each = nanoseconds.map { ($0 / values * 10).rounded() / 10 }
    print("margin: that is \(each) ns per value, in the same order")
  }

  private func contenders(_ portfolios: Int) -> [Comparison.Contender] {
    var list: [Comparison.Contender] = []
    #if QUANTLIB
      if dated {
        list.append(instruments(portfolios))
        list.append(
          .init(name: "QuantLib's blackFormula") {
            repeated(portfolios) { factor in
              let options = book.quantLibDated(factor: factor)
              return { quantlib_black_values(options, options.count, $0, &$1) }
            }
          })
      }
    #endif
    list.append(
      .init(name: "C with libm") {
        repeated(portfolios) { factor in
          if dated {
            let options = book.plainDated(factor: factor)
            return { plain_dated_values(options, options.count, $0, &$1) }
          }
          let options = book.plainPerpetuals(factor: factor)
          return { plain_perpetual_values(options, options.count, $0, &$1) }
        }
      })
    list.append(
      .init(name: "batch per volatility") {
        repeated(portfolios) { factor in
          let batch = book.batch(factor: factor)
          return { batch.values(at: $0, into: &$1) }
        }
      })
    list.append(.init(name: "grid") { gridded(portfolios) })
    return list
  }

  /// The same sum, all volatilities of a price at once.
  private func gridded(_ portfolios: Int) -> Double {
    let rows = Self.volatilityFactors.count
    var values = [Double](repeating: 0, count: rows * Self.legs)
    var tailValues = [Double](repeating: 0, count: Self.legs)
    var sum = 0.0
    for portfolio in 0..<portfolios {
      let grid = book.grid(
        factors: Self.volatilityFactors.map { $0 + 1e-6 * Double(portfolio) })
      for price in Self.middle {
        grid.values(at: price, into: &values)
        for row in 0..<rows {
          for leg in 0..<Self.legs { sum += quantities[leg] * values[row * Self.legs + leg] }
        }
      }
      for price in Self.tails {
        grid.values(at: price, rows: rows - 1..<rows, into: &tailValues)
        for leg in 0..<Self.legs { sum += quantities[leg] * tailValues[leg] }
      }
    }
    return sum
  }

  /// Sum over portfolios and rows of quantity times value.
  private func repeated(
    _ portfolios: Int, _ prepare: (Double) -> (Double, inout [Double]) -> Void
  ) -> Double {
    var values = [Double](repeating: 0, count: Self.legs)
    var sum = 0.0
    for portfolio in 0..<portfolios {
      for factor in Self.volatilityFactors {
        // No two portfolios alike, so that nothing can be kept from one to the next.
        let revalue = prepare(factor + 1e-6 * Double(portfolio))
        for price in Self.prices(factor) {
          revalue(price, &values)
          for leg in 0..<Self.legs { sum += quantities[leg] * values[leg] }
        }
      }
    }
    return sum
  }

  private static func prices(_ factor: Double) -> [Double] {
    factor > 1 ? middle + tails : middle
  }

  #if QUANTLIB
    /// QuantLib as its users write it: instruments, engines, quotes that they observe.
    private func instruments(_ portfolios: Int) -> Comparison.Contender {
      let strikes = book.series.map(\.strike)
      let days = book.series.map { Int32((OptionBook.years($0) * 365).rounded()) }
      let isCall = book.series.map { $0.right == .call ? Int32(1) : 0 }
      let portfolio = quantlib_portfolio_create(strikes, days, isCall, quantities, Self.legs)
      return .init(name: "QuantLib's instruments and engines") {
        var sum = 0.0
        for number in 0..<portfolios {
          for factor in Self.volatilityFactors {
            let volatilities = book.volatilities.map { $0 * (factor + 1e-6 * Double(number)) }
            for price in Self.prices(factor) {
              sum += quantlib_portfolio_value(portfolio, price, volatilities)
            }
          }
        }
        return sum
      }
    }
  #endif
}
