import MarginDomain

/// Many series of options at one volatility each, revalued together at one price after another.
///
/// What does not depend on the price is computed once, and continuously funded perpetual options
/// and expiring options are then valued four at a time, whatever their order. Every value has the
/// same bits as `OptionSeries.value`; a batch is only faster. A scenario grid keeps one batch per
/// row of volatilities and evaluates it at each row of prices.
public struct OptionBatch: Sendable, Equatable {
  /// How many series there are.
  public let count: Int
  private(set) var perpetualIndices = LaneIndices()
  private(set) var perpetualGroups: [PerpetualGroup] = []
  private(set) var datedIndices = LaneIndices()
  private(set) var datedGroups: [DatedGroup] = []
  /// The kinds that are valued one by one.
  private(set) var others: [Other] = []

  /// An option that is valued by itself, and its index among the series.
  struct Other: Sendable, Equatable {
    let index: Int
    let right: OptionTerms.Right
    let model: Model

    enum Model: Equatable {
      case carried(CarriedPerpetualOption)
      case discrete(DiscretePerpetualOption)
    }

    func value(at price: Double) -> Double {
      switch (model, right) {
      case (.carried(let option), .call): option.callValue(index: price)
      case (.carried(let option), .put): option.putValue(index: price)
      case (.discrete(let option), .call): option.callValue(index: price)
      case (.discrete(let option), .put): option.putValue(index: price)
      }
    }
  }

  /// Prepares a valuation.
  ///
  /// - Parameters:
  ///   - series: any number and mixture of series, in any order.
  ///   - volatilities: σ per year of each, in the order of the series.
  /// - Throws: `OptionRangeError` for the first number of a series that lies outside its range.
  /// - Complexity: proportional to the number of series.
  /// - Precondition: there are as many volatilities as series.
  public init(series: [OptionSeries], volatilities: [Double]) throws(OptionRangeError) {
    precondition(series.count == volatilities.count, "each series has a volatility")
    count = series.count
    for index in series.indices {
      try add(series[index], volatility: volatilities[index], index: index)
    }
  }

  private mutating func add(
    _ series: OptionSeries, volatility: Double, index: Int
  ) throws(OptionRangeError) {
    switch series.model {
    case .perpetual(let period):
      let option = try PerpetualOption.checked(
        strike: series.strike, volatility: volatility, fundingPeriodYears: period)
      let lane = perpetualIndices.append(index)
      if lane == 0 { perpetualGroups.append(PerpetualGroup()) }
      perpetualGroups[perpetualGroups.count - 1].put(option, series.right, lane: lane)
    case .datedOnIndex, .datedOnForward:
      let option = try series.dated(volatility: volatility)
      let lane = datedIndices.append(index)
      if lane == 0 { datedGroups.append(DatedGroup()) }
      datedGroups[datedGroups.count - 1].put(option, series.right, lane: lane)
    case .perpetualWithCarry:
      let option = try series.carried(volatility: volatility)
      others.append(Other(index: index, right: series.right, model: .carried(option)))
    case .perpetualPaidAtIntervals:
      let option = try series.discrete(volatility: volatility)
      others.append(Other(index: index, right: series.right, model: .discrete(option)))
    }
  }

  /// Values of all series at one price.
  ///
  /// - Parameters:
  ///   - price: the index S, and for series on a forward the forward F, quote currency per unit; 0,
  ///     or in `OptionRange.price`.
  ///   - values: gets quote currency per unit for each series, in their order.
  /// - Complexity: proportional to the number of series.
  /// - Precondition: `values` has one element per series.
  public func values(at price: Double, into values: inout [Double]) {
    precondition(values.count == count, "there is room for each value")
    let lanes = SIMD4(repeating: price)
    for (number, group) in perpetualGroups.enumerated() {
      let numbers = group.values(lanes, group.logarithms(lanes))
      perpetualIndices.put(numbers, group: number, into: &values)
    }
    for (number, group) in datedGroups.enumerated() {
      let numbers = group.values(lanes, group.logarithms(lanes))
      datedIndices.put(numbers, group: number, into: &values)
    }
    for other in others { values[other.index] = other.value(at: price) }
  }

  /// Values of all series, each at a price of its own.
  ///
  /// - Parameters:
  ///   - prices: the index S or the forward F of each series, in their order; each 0, or in
  ///     `OptionRange.price`.
  ///   - values: gets quote currency per unit for each series, in their order.
  /// - Complexity: proportional to the number of series.
  /// - Precondition: one price and one element of `values` per series.
  public func values(at prices: [Double], into values: inout [Double]) {
    precondition(
      prices.count == count && values.count == count,
      "each series has a price and room for its value")
    for (number, group) in perpetualGroups.enumerated() {
      let lanes = perpetualIndices.group(number, of: prices)
      let numbers = group.values(lanes, group.logarithms(lanes))
      perpetualIndices.put(numbers, group: number, into: &values)
    }
    for (number, group) in datedGroups.enumerated() {
      let lanes = datedIndices.group(number, of: prices)
      let numbers = group.values(lanes, group.logarithms(lanes))
      datedIndices.put(numbers, group: number, into: &values)
    }
    for other in others { values[other.index] = other.value(at: prices[other.index]) }
  }
}
