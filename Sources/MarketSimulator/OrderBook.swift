import FixedPoint
import MarginDomain

/// The book of one contract, reduced to what liquidation orders need: a price, a spread, a depth.
///
/// Taking x dollars from one side moves the price there by 1 % · x / depth, on top of half the
/// spread; a trade of v dollars is at the average price of its path. Half of what was taken is
/// restored at each step.
struct OrderBook: Sendable {
  /// A trade: contracts, without sign, and their price.
  struct Trade: Equatable {
    let quantity: Quantity
    let price: Price
  }

  let instrument: Instrument
  /// Half of the spread, as a ratio of the price.
  let halfSpread: Rate
  private(set) var midPrice: Price = .zero
  /// Dollars that move one side by 1 %.
  private(set) var depth: Money = .zero
  private var takenFromBids: Money = .zero
  private var takenFromAsks: Money = .zero

  init(instrument: Instrument) {
    self.instrument = instrument
    // 1 basis point for futures, 2 % for options: orders of magnitude of a busy venue.
    halfSpread = Rate(rawValue: instrument.isFuture ? 100_000_000 : 20_000_000_000)
  }

  /// Refills the book for a new step.
  mutating func refill(midPrice: Price, depth: Money) {
    self.midPrice = midPrice
    self.depth = depth
    takenFromBids = takenFromBids.scaled(by: 1, over: 2, rounding: .towardZero)
    takenFromAsks = takenFromAsks.scaled(by: 1, over: 2, rounding: .towardZero)
  }

  /// Trades up to a number of contracts, but not beyond the limit price, and at most half the
  /// depth.
  ///
  /// - Parameters:
  ///   - quantity: contracts, above zero, without sign.
  ///   - isSelling: true takes from the bids.
  ///   - limit: lowest price of a sale, highest of a purchase; no trade is beyond it.
  /// - Returns: whole lots at one price on the tick, or nil when nothing can be traded.
  mutating func take(_ quantity: Quantity, isSelling: Bool, limit: Price) -> Trade? {
    let taken = isSelling ? takenFromBids : takenFromAsks
    let lotValue = self.lotValue
    guard midPrice.isPositive, depth.isPositive, lotValue.isPositive else { return nil }
    let room = min(
      reach(isSelling: isSelling, limit: limit) - taken,
      depth.scaled(by: 1, over: 2, rounding: .towardZero))
    let lots = min(
      room.rawValue / lotValue.rawValue, quantity.rawValue / instrument.lotSize.rawValue)
    guard lots > 0 else { return nil }
    let value = Money(rawValue: lotValue.rawValue * lots)
    let average = taken + value.scaled(by: 1, over: 2, rounding: .nearestEven)
    guard let price = price(after: average, isSelling: isSelling, limit: limit) else { return nil }
    if isSelling { takenFromBids += value } else { takenFromAsks += value }
    return Trade(quantity: Quantity(rawValue: instrument.lotSize.rawValue * lots), price: price)
  }

  /// Dollars of one lot at the middle of the book.
  private var lotValue: Money {
    let units = instrument.units(of: instrument.lotSize)
    switch instrument.payoff {
    case .linear:
      return Money(
        rawValue: AssetAmount.linearValue(of: units, at: midPrice, rounding: .ceiling).rawValue)
    case .inverse:
      return Money(
        rawValue: AssetAmount.linearValue(of: units, at: .one, rounding: .ceiling).rawValue)
    }
  }

  /// Dollars that can be taken before the price is at the limit: 100 · depth · (distance of the
  /// limit − half the spread), at most half the way down or up.
  private func reach(isSelling: Bool, limit: Price) -> Money {
    let distance = isSelling ? midPrice - limit : limit - midPrice
    let most = Rate(rawValue: Rate.one.rawValue / 2)
    let ratio =
      distance >= midPrice
      ? most
      : min(most, Rate.ratio(of: distance, to: midPrice, rounding: .floor) ?? most)
    return depth.scaled(
      by: 100 * (ratio - halfSpread).rawValue, over: Rate.one.rawValue, rounding: .floor)
  }

  /// The price after an amount of dollars was taken, on the tick, rounded to the taker's
  /// disadvantage, but never beyond the limit; nil when that is not a price above zero.
  private func price(after taken: Money, isSelling: Bool, limit: Price) -> Price? {
    let way = taken.scaled(by: Rate.one.rawValue, over: 100 * depth.rawValue, rounding: .ceiling)
    let impact = Rate(rawValue: way.rawValue) + halfSpread
    let tick = instrument.tickSize
    let price: Price
    if isSelling {
      let fair = midPrice.times(.one - impact, rounding: .floor)
      price = max(
        fair.rounded(toMultipleOf: tick, rounding: .floor),
        limit.rounded(toMultipleOf: tick, rounding: .ceiling))
    } else {
      let fair = midPrice.times(.one + impact, rounding: .ceiling)
      price = min(
        fair.rounded(toMultipleOf: tick, rounding: .ceiling),
        limit.rounded(toMultipleOf: tick, rounding: .floor))
    }
    return price.isPositive ? price : nil
  }
}
