/// The same series at several rows of volatilities, revalued at one price after another.
///
/// That is a scenario grid of prices by volatilities. ln(S/K) does not depend on the volatility, so
/// each price needs one logarithm per series for all rows. Every row would compute the same
/// logarithm, so values have the same bits as `OptionSeries.value`.
public struct OptionGrid: Sendable, Equatable {
  /// How many series there are.
  public let count: Int
  /// How many rows of volatilities there are.
  public let rowCount: Int
  /// The indices of each kind's options in a row.
  private let perpetualIndices: LaneIndices
  private let datedIndices: LaneIndices
  /// Each kind's groups, one row after the other.
  private let perpetualGroups: [PerpetualGroup]
  private let datedGroups: [DatedGroup]
  private let others: [[OptionBatch.Other]]

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
    rowCount = batches.count
    perpetualIndices = batches.first?.perpetualIndices ?? LaneIndices()
    datedIndices = batches.first?.datedIndices ?? LaneIndices()
    perpetualGroups = batches.flatMap(\.perpetualGroups)
    datedGroups = batches.flatMap(\.datedGroups)
    others = batches.map(\.others)
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
  /// - Precondition: `values` has one element per series and row.
  public func values(at price: Double, rows: Range<Int>? = nil, into values: inout [Double]) {
    let rows = rows ?? 0..<rowCount
    precondition(values.count == rows.count * count, "there is room for each value")
    if rows.isEmpty { return }
    let prices = SIMD4(repeating: price)
    let perpetualCount = perpetualGroups.count / rowCount
    for group in 0..<perpetualCount {
      let logarithms = perpetualGroups[group].logarithms(prices)
      for row in rows {
        let lanes = perpetualGroups[row * perpetualCount + group].values(prices, logarithms)
        let start = (row - rows.lowerBound) * count
        perpetualIndices.put(lanes, group: group, into: &values, from: start)
      }
    }
    let datedCount = datedGroups.count / rowCount
    for group in 0..<datedCount {
      let logarithms = datedGroups[group].logarithms(prices)
      for row in rows {
        let lanes = datedGroups[row * datedCount + group].values(prices, logarithms)
        let start = (row - rows.lowerBound) * count
        datedIndices.put(lanes, group: group, into: &values, from: start)
      }
    }
    for row in rows {
      let start = (row - rows.lowerBound) * count
      for other in others[row] { values[start + other.index] = other.value(at: price) }
    }
  }
}
