import FixedPoint
import MarginDomain
import MarginModel

/// The digest of a market: everything that it was told, and what it made of it.
extension MarketMachine {
  /// A digest of the whole market: rules and definitions with their content, those that wait, and
  /// per symbol, in the order of their numbers, everything that was accepted or is held.
  ///
  /// - Returns: 64 bits; equal markets give equal digests, on every machine.
  /// - Complexity: O(symbols), and O(size) of each definition.
  public func stateDigest() -> UInt64 {
    var digest = StateDigest()
    digest.add(state.now)
    digest.add(contentOf: state.rules)
    digest.add(scheduled.count)
    for update in scheduled { digest.add(contentOf: update) }
    for (number, feed) in state.feeds.enumerated() {
      digest.add(number)
      digest.add(feed)
    }
    for (number, asset) in state.assets.enumerated() {
      digest.add(number)
      digest.add(contentOf: asset.definition)
      digest.add(asset.ownFeed)
      digest.add(asset.underlyingFeed ?? -1)
      digest.add(asset.facts)
    }
    for (number, instrument) in state.instruments.enumerated() {
      digest.add(number)
      digest.add(instrument)
    }
    return digest.value
  }
}

extension StateDigest {
  mutating func add(_ feed: FeedState) {
    add(feed.symbol.text)
    add(feed.order)
    add(feed.band)
    add(feed.volatility)
    add(feed.facts)
    add(feed.ladder != nil)
    if let ladder = feed.ladder { add(contentOf: ladder) }
  }

  mutating func add(_ instrument: InstrumentState) {
    add(contentOf: instrument.terms)
    add(instrument.feed)
    add(instrument.settlement)
    add(instrument.order)
    add(instrument.band)
    add(instrument.mark)
    add(instrument.volatility)
    add(instrument.facts)
    add(instrument.fundingTime)
    add(instrument.fundingIndex)
    add(instrument.fundingRate?.rate)
    add(instrument.fundingRate?.intervalHours)
    add(instrument.pricedAt)
    add(instrument.finalPrice)
    add(instrument.forward ?? -1)
  }

  mutating func add(_ price: AcceptedPrice?) {
    add(price?.price)
    add(price?.time)
  }

  mutating func add(_ band: PriceBand) {
    add(band.accepted)
    add(band.held)
    add(band.firstHeld)
    add(band.confirmations)
  }

  mutating func add(_ facts: MarketFacts) {
    add(facts.openInterest)
    add(facts.averagePrice)
    add(facts.totalDeposits)
    add(facts.confidence)
    add(facts.initialMultiplier)
  }

  mutating func add(_ order: RecordOrder) {
    add(order.time)
    add(order.sourceSequence)
  }

  /// Adds every stored property of a definition, in the order of declaration, whatever its type: so
  /// a field that is added to a rulebook or a contract is in the digest by itself.
  ///
  /// - Precondition: no dictionary and no set is in it, whose order is chance.
  mutating func add(contentOf value: Any) {
    var waiting: [Any] = [value]
    while let next = waiting.popLast() {
      if addLeaf(next) { continue }
      let mirror = Mirror(reflecting: next)
      switch mirror.displayStyle {
      case .dictionary, .set: preconditionFailure("a digest was asked of unordered content")
      case .enum: add(mirror.children.first?.label ?? "\(next)")
      default:
        // What has no parts and is no number is told by its text, which is the same everywhere.
        if mirror.children.isEmpty { add("\(next)") }
        add(mirror.children.count)
      }
      waiting.append(contentsOf: mirror.children.map(\.value).reversed())
    }
  }

  /// Adds a value without parts.
  ///
  /// - Returns: false for anything else.
  private mutating func addLeaf(_ value: Any) -> Bool {
    switch value {
    case let number as any FixedDecimal:
      add(UInt64(truncatingIfNeeded: number.rawValue))
      add(UInt64(truncatingIfNeeded: number.rawValue >> 64))
    case let number as any BinaryInteger: add(UInt64(truncatingIfNeeded: number))
    case let flag as Bool: add(flag)
    case let text as String: add(text)
    default: return false
    }
    return true
  }
}
