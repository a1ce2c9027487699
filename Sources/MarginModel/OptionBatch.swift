import DeterministicMath
import MarginDomain

/// Many series of options at one volatility each, revalued together at one price after another.
///
/// What does not depend on the price is computed once, and continuously funded perpetual options
/// and expiring options are then valued four at a time, whatever their order. Every value has the
/// bits of `OptionSeries.value`: a batch only takes less time. A scenario grid keeps one batch per
/// row of volatilities and asks it at each row of prices.
public struct OptionBatch: Sendable, Equatable {
  /// How many series there are.
  public let count: Int
  private var perpetual = PerpetualLanes()
  private var dated = DatedLanes()
  /// The kinds that are valued one by one.
  private var others: [Other] = []

  private struct Other: Equatable {
    let place: Int
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
    for place in series.indices {
      try add(series[place], volatility: volatilities[place], place: place)
    }
  }

  private mutating func add(
    _ series: OptionSeries, volatility: Double, place: Int
  ) throws(OptionRangeError) {
    switch series.model {
    case .perpetual(let period):
      let option = try PerpetualOption.checked(
        strike: series.strike, volatility: volatility, fundingPeriodYears: period)
      perpetual.append(option, series.right, place: place)
    case .datedOnIndex, .datedOnForward:
      dated.append(try series.dated(volatility: volatility), series.right, place: place)
    case .perpetualWithCarry:
      let option = try series.carried(volatility: volatility)
      others.append(Other(place: place, right: series.right, model: .carried(option)))
    case .perpetualPaidAtIntervals:
      let option = try series.discrete(volatility: volatility)
      others.append(Other(place: place, right: series.right, model: .discrete(option)))
    }
  }

  /// Values of all series at one price.
  ///
  /// - Parameters:
  ///   - price: the index S, and for series on a forward the forward F, quote currency per unit; 0,
  ///     or in `OptionRange.price`.
  ///   - values: gets quote currency per unit for each series, in their order.
  /// - Complexity: proportional to the number of series.
  /// - Precondition: `values` has a place for each series.
  public func values(at price: Double, into values: inout [Double]) {
    precondition(values.count == count, "there is a place for each value")
    let lanes = SIMD4(repeating: price)
    for group in 0..<perpetual.places.groupCount {
      perpetual.places.put(perpetual.values(lanes, group), group: group, into: &values)
    }
    for group in 0..<dated.places.groupCount {
      dated.places.put(dated.values(lanes, group), group: group, into: &values)
    }
    for other in others { values[other.place] = other.value(at: price) }
  }

  /// Values of all series, each at a price of its own.
  ///
  /// - Parameters:
  ///   - prices: the index S or the forward F of each series, in their order; each 0, or in
  ///     `OptionRange.price`.
  ///   - values: gets quote currency per unit for each series, in their order.
  /// - Complexity: proportional to the number of series.
  /// - Precondition: there is a price and a place for each series.
  public func values(at prices: [Double], into values: inout [Double]) {
    precondition(prices.count == count && values.count == count, "each series has price and place")
    for group in 0..<perpetual.places.groupCount {
      let lanes = perpetual.places.group(group, of: prices)
      perpetual.places.put(perpetual.values(lanes, group), group: group, into: &values)
    }
    for group in 0..<dated.places.groupCount {
      let lanes = dated.places.group(group, of: prices)
      dated.places.put(dated.values(lanes, group), group: group, into: &values)
    }
    for other in others { values[other.place] = other.value(at: prices[other.place]) }
  }
}

/// Continuously funded perpetual options, four to a group.
private struct PerpetualLanes: Equatable {
  private(set) var places = LanePlaces()
  private var strikes = LaneColumn()
  private var roots = LaneColumn()
  private var decays = LaneColumn()
  private var signs = LaneColumn()

  mutating func append(_ option: PerpetualOption, _ right: OptionTerms.Right, place: Int) {
    places.append(place)
    strikes.append(option.strike, filler: 1)
    roots.append(option.root, filler: 3)
    decays.append(option.decayAbove, filler: 1)
    signs.append(right == .call ? 1 : -1, filler: 1)
  }

  @inline(__always)
  func values(_ indices: SIMD4<Double>, _ group: Int) -> SIMD4<Double> {
    let strike = strikes[group]
    let timeValue = PerpetualOption.timeValues(
      index: indices, strike: strike, root: roots[group], decayAbove: decays[group])
    return timeValue + lanePayoffs(of: indices, over: strike, sign: signs[group])
  }
}

/// Expiring options, four to a group.
private struct DatedLanes: Equatable {
  private(set) var places = LanePlaces()
  private var strikes = LaneColumn()
  private var assetFactors = LaneColumn()
  private var cash = LaneColumn()
  private var drifts = LaneColumn()
  private var deviations = LaneColumn()
  private var signs = LaneColumn()

  mutating func append(_ option: DatedOption, _ right: OptionTerms.Right, place: Int) {
    places.append(place)
    strikes.append(option.strike, filler: 1)
    assetFactors.append(option.assetFactor, filler: 1)
    cash.append(option.cash, filler: 1)
    drifts.append(option.drift, filler: 0)
    deviations.append(option.deviation, filler: 1)
    signs.append(right == .call ? 1 : -1, filler: 1)
  }

  @inline(__always)
  func values(_ prices: SIMD4<Double>, _ group: Int) -> SIMD4<Double> {
    let logMoneyness =
      ElementaryFunction.logarithm(ratioOf: prices, to: strikes[group]) + drifts[group]
    let asset = assetFactors[group] * prices
    let timeValue = DatedOption.timeValues(
      asset: asset, cash: cash[group], logMoneyness: logMoneyness, deviation: deviations[group])
    return timeValue + lanePayoffs(of: asset, over: cash[group], sign: signs[group])
  }
}
