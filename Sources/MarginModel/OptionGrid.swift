import DeterministicMath

/// The same series at several rows of volatilities, revalued at one price after another.
///
/// That is a scenario grid of prices by volatilities. ln(S/K) depends on no volatility, so each
/// price takes one logarithm per series for all rows; since every row would take the same logarithm
/// anyway, values keep the bits of `OptionSeries.value`.
public struct OptionGrid: Sendable, Equatable {
  /// How many series there are.
  public let count: Int
  /// One batch per row of volatilities.
  private let batches: [OptionBatch]

  /// How many rows of volatilities there are.
  public var rowCount: Int { batches.count }

  /// Prepares a valuation.
  ///
  /// - Parameters:
  ///   - series: any number and mixture of series, in any order.
  ///   - volatilityRows: per row the σ per year of each series, in the order of the series.
  /// - Throws: `OptionRangeError` for the first number of a series that lies outside its range.
  /// - Complexity: proportional to the number of rows times that of series.
  /// - Precondition: there are as many volatilities in each row as series.
  public init(
    series: [OptionSeries], volatilityRows: [[Double]]
  ) throws(OptionRangeError) {
    count = series.count
    var batches: [OptionBatch] = []
    batches.reserveCapacity(volatilityRows.count)
    for volatilities in volatilityRows {
      batches.append(try OptionBatch(series: series, volatilities: volatilities))
    }
    self.batches = batches
  }

  /// Values of all series at one price in some of the rows.
  ///
  /// - Parameters:
  ///   - price: the index S, and for series on a forward the forward F, quote currency per unit; 0,
  ///     or in `OptionRange.price`.
  ///   - rows: which rows of volatilities; nil is all.
  ///   - values: gets quote currency per unit, one row after the other, each in the order of the
  ///     series.
  /// - Complexity: proportional to the number of rows asked for times that of series.
  /// - Precondition: `values` has a place for each series in each of the rows.
  public func values(at price: Double, rows: Range<Int>? = nil, into values: inout [Double]) {
    let rows = rows ?? 0..<rowCount
    precondition(values.count == rows.count * count, "there is a place for each value")
    guard let first = rows.first.map({ batches[$0] }) else { return }
    let prices = SIMD4(repeating: price)
    for group in 0..<first.perpetual.places.groupCount {
      let logarithms = first.perpetual.logarithms(prices, group)
      for row in rows {
        let lanes = batches[row].perpetual.values(prices, logarithms, group)
        first.perpetual.places.put(
          lanes, group: group, into: &values, from: (row - rows.lowerBound) * count)
      }
    }
    for group in 0..<first.dated.places.groupCount {
      let logarithms = first.dated.logarithms(prices, group)
      for row in rows {
        let lanes = batches[row].dated.values(prices, logarithms, group)
        first.dated.places.put(
          lanes, group: group, into: &values, from: (row - rows.lowerBound) * count)
      }
    }
    for row in rows {
      batches[row].putOthers(at: price, into: &values, from: (row - rows.lowerBound) * count)
    }
  }
}
