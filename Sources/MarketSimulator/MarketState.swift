import FixedPoint
public import MarginDomain

/// Prices of the simulated venue at one step: indices, volatilities and marks.
public struct MarketState: Sendable {
  /// Event time of the step.
  public let time: EventTime
  let venue: SimulatedVenue
  /// Per listing of the venue.
  let indexPrices: [Price]
  let volatilities: [Rate?]
  /// Per contract of the venue; an option's is the model's value, not rounded to a tick.
  let markPrices: [Price]

  /// The mark of a contract, quote per unit; nil when it is not listed.
  public func markPrice(of symbol: Symbol) -> Price? {
    venue.index(of: symbol).map { markPrices[$0] }
  }

  /// The index of an underlying or an asset, dollars per unit; nil when it is not listed.
  public func indexPrice(of symbol: Symbol) -> Price? {
    if symbol == SimulatedVenue.settlementAsset { return .one }
    if symbol == SimulatedVenue.secondDollar { return Self.secondDollarPrice }
    return venue.listings.firstIndex { $0.underlying == symbol || $0.coin == symbol }
      .map { indexPrices[$0] }
  }

  /// The second dollar trades half a thousandth below the first, all day.
  static let secondDollarPrice = Price(rawValue: 999_500_000_000)
}

/// Makes a future's mark: index · (1 + premium), the premium smoothed and kept in a narrow band.
///
/// The premium of one step is last / index − 1, limited to ±0.5 %; the smoothed premium moves an
/// eighth of the way each step. So a contract that trades far below its index (10 October 2025: 82
/// % down while its index fell 28 %) is marked within half a percent of the index.
struct MarkMaker: Sendable {
  static let largestPremium = Rate(rawValue: 5_000_000_000)
  static let smoothing: Int128 = 8

  private(set) var premium: Rate

  init(indexPrice: Price, lastPrice: Price) {
    premium = Self.heldPremium(indexPrice: indexPrice, lastPrice: lastPrice)
  }

  mutating func update(indexPrice: Price, lastPrice: Price) {
    let step = Self.heldPremium(indexPrice: indexPrice, lastPrice: lastPrice) - premium
    premium += step.scaled(by: 1, over: Self.smoothing, rounding: .nearestEven)
  }

  func markPrice(indexPrice: Price, tickSize: Price) -> Price {
    let mark = indexPrice.times(.one + premium, rounding: .nearestEven)
    return max(tickSize, mark.rounded(toMultipleOf: tickSize, rounding: .nearestEven))
  }

  private static func heldPremium(indexPrice: Price, lastPrice: Price) -> Rate {
    let difference = lastPrice - indexPrice
    let ratio = Rate.ratio(of: difference, to: indexPrice, rounding: .nearestEven)
    return min(max(ratio ?? largestPremium, -largestPremium), largestPremium)
  }
}
