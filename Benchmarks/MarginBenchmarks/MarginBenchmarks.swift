import CPlainOptions
import MarginDomain
import MarginModel

#if QUANTLIB
  import QuantLibPeer
#endif

/// What option values cost: one by one, in batches, in C with libm, and in QuantLib where it is.
///
/// Run it with `make bench`; figures of a debug build say nothing.
@main
enum MarginBenchmarks {
  static func main() {
    #if DEBUG
      print("margin: this is a debug build; its figures say nothing")
    #endif
    #if QUANTLIB
      print("margin: against QuantLib \(String(cString: quantlib_version()))")
    #else
      print("margin: without QuantLib (scripts/setup bench installs it)")
    #endif
    perpetualValues()
    datedValues()
    greeks()
    PortfolioBenchmark(dated: false).run()
    PortfolioBenchmark(dated: true).run()
  }

  private static let count = 1_024
  /// Index prices that a run goes through.
  static let prices = (0..<64).map { 90 + Double($0) * 0.3125 }

  /// The sum of what `values` writes at each price, so that every value is used.
  static func total(count: Int, _ values: (Double, inout [Double]) -> Void) -> Double {
    var buffer = [Double](repeating: 0, count: count)
    var sum = 0.0
    for price in prices {
      values(price, &buffer)
      for value in buffer { sum += value }
    }
    return sum
  }

  private static func perpetualValues() {
    let book = OptionBook(count: count, dated: false)
    let batch = book.batch()
    let plain = book.plainPerpetuals()
    let options = book.perpetuals()
    let isCall = book.series.map { $0.right == .call }
    Comparison(title: "perpetual option value", units: count * prices.count).run([
      .init(name: "C with libm") {
        total(count: count) { price, values in
          plain_perpetual_values(plain, plain.count, price, &values)
        }
      },
      .init(name: "one by one") {
        total(count: count) { price, values in
          for place in options.indices {
            let option = options[place]
            values[place] =
              isCall[place] ? option.callValue(index: price) : option.putValue(index: price)
          }
        }
      },
      .init(name: "batch") { total(count: count) { batch.values(at: $0, into: &$1) } },
    ])
  }

  private static func datedValues() {
    let book = OptionBook(count: count, dated: true)
    let batch = book.batch()
    let plain = book.plainDated()
    let options = book.datedOptions()
    let isCall = book.series.map { $0.right == .call }
    var contenders: [Comparison.Contender] = []
    #if QUANTLIB
      let quantLib = book.quantLibDated()
      contenders.append(
        .init(name: "QuantLib's blackFormula") {
          total(count: count) { price, values in
            quantlib_black_values(quantLib, quantLib.count, price, &values)
          }
        })
    #endif
    contenders += [
      .init(name: "C with libm") {
        total(count: count) { price, values in
          plain_dated_values(plain, plain.count, price, &values)
        }
      },
      .init(name: "one by one") {
        total(count: count) { price, values in
          for place in options.indices {
            let option = options[place]
            values[place] = isCall[place] ? option.callValue(at: price) : option.putValue(at: price)
          }
        }
      },
      .init(name: "batch") { total(count: count) { batch.values(at: $0, into: &$1) } },
    ]
    Comparison(title: "Black-76 value", units: count * prices.count).run(contenders)
  }

  /// Value and all greeks of one series at a time, from the model's numbers on.
  private static func greeks() {
    for dated in [false, true] {
      let book = OptionBook(count: count, dated: dated)
      Comparison(
        title: "value with all greeks of \(dated ? "an expiring" : "a perpetual") option",
        units: count * prices.count
      ).run([
        .init(name: "one by one") {
          total(count: count) { price, values in
            for place in book.series.indices {
              let valuation = try? book.series[place].valuation(
                at: price, volatility: book.volatilities[place])
              values[place] = (valuation?.value ?? .nan) + (valuation?.greeks.volga ?? .nan)
            }
          }
        }
      ])
    }
  }
}
