import FixedPoint
import MarginDomain
import MarginModel

/// What venues state beside prices: open interest, averages, deposits and confidence.
extension MarketState {
  /// The asset whose own price a feed gives; nil for an underlying.
  func asset(ofOwnFeed feed: Int32) -> Int? {
    for asset in feeds[Int(feed)].assets where assets[Int(asset)].ownFeed == feed {
      return Int(asset)
    }
    return nil
  }

  /// Keeps what is stated of an underlying or an asset.
  mutating func take(_ facts: MarketFacts, ofFeed feed: Int32) {
    feeds[Int(feed)].facts.take(facts)
    if let asset = asset(ofOwnFeed: feed) { take(facts, ofAsset: asset) }
    guard facts.confidence != nil else { return }
    for asset in feeds[Int(feed)].assets { refreshFacts(ofAsset: Int(asset)) }
    for instrument in feeds[Int(feed)].instruments {
      refreshConfidence(of: instrument)
      portfolioMarket.drop(instrument: instrument)
    }
  }

  /// Keeps what is stated of a contract.
  mutating func take(_ facts: MarketFacts, ofInstrument instrument: Int32) {
    instruments[Int(instrument)].facts.take(facts)
    if facts.openInterest != nil { refreshOpenInterest(of: instrument) }
    if facts.initialMultiplier != nil { refreshInitialMultiplier(of: instrument) }
    guard facts.confidence != nil else { return }
    refreshConfidence(of: instrument)
    portfolioMarket.drop(instrument: instrument)
    for option in instruments[Int(instrument)].options {
      refreshConfidence(of: option)
      portfolioMarket.drop(instrument: option)
    }
  }

  /// Confidence in an index, or in an asset by its own symbol; 1 where none was stated.
  func confidence(ofFeed feed: Int32) -> Rate { feeds[Int(feed)].facts.confidence ?? .one }

  /// Least confidence of what a contract's mark stands on.
  func leastConfidence(of instrument: InstrumentState) -> Rate {
    let forward = instrument.forward.flatMap { instruments[Int($0)].facts.confidence }
    return min(
      instrument.facts.confidence ?? .one, confidence(ofFeed: instrument.feed), forward ?? .one)
  }
}
