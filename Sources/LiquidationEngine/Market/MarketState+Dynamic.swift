import FixedPoint
import MarginDomain
import MarginModel

/// Price scan ranges that move with the volatility of their underlying.
extension MarketState {
  /// Puts every underlying on the ladder of new rules: one that has a range keeps it as far as the
  /// rungs allow, the others start where the part `portfolio` puts them.
  mutating func seatLadders(by rules: DynamicRules?) {
    dynamicRules = rules
    for feed in feeds.indices { seatLadder(ofFeed: feed) }
  }

  /// Puts one underlying on the ladder in force, and its range into the grids.
  mutating func seatLadder(ofFeed feed: Int) {
    // An asset's own price has no range: what moves with an underlying moves by that one's.
    guard let dynamicRules, let portfolio = portfolioMarket.rules,
      case .underlying? = symbols[feeds[feed].symbol],
      let bounds = dynamicRules.range(of: feeds[feed].symbol)
    else {
      feeds[feed].ladder = nil
      return
    }
    let ladder =
      feeds[feed].ladder?.reseated(in: bounds, by: dynamicRules)
      ?? PriceScanLadder(
        from: portfolio.priceScanRanges[feeds[feed].symbol], in: bounds, by: dynamicRules)
    feeds[feed].ladder = ladder
    portfolioMarket.take(range: ladder.range, of: feeds[feed].symbol, feed: Int32(feed))
  }

  /// Takes an accepted index price into the ladder of its underlying.
  ///
  /// - Returns: true when the range has changed.
  mutating func noteScan(_ price: Price, at time: EventTime, ofFeed feed: Int) -> Bool {
    guard let dynamicRules, feeds[feed].ladder != nil,
      let bounds = dynamicRules.range(of: feeds[feed].symbol)
    else { return false }
    let isStep = feeds[feed].ladder?.note(price, at: time, in: bounds, by: dynamicRules) ?? false
    guard isStep, let range = feeds[feed].ladder?.range else { return false }
    portfolioMarket.take(range: range, of: feeds[feed].symbol, feed: Int32(feed))
    return true
  }

  /// The ranges that move, by underlying.
  var priceScanRanges: [Symbol: Rate] {
    feeds.reduce(into: [:]) { $0[$1.symbol] = $1.ladder?.range }
  }
}
