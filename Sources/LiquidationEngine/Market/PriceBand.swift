import FixedPoint
import MarginDomain

/// A price that was accepted, and when the venue made it.
struct AcceptedPrice: Sendable, Equatable {
  var price: Price
  var time: EventTime
}

/// What the band says to a price.
enum BandVerdict: Sendable, Equatable {
  /// Within the band of the last accepted price, or the first price of the symbol.
  case accepted
  /// Outside the band, but confirmed by later updates or by time.
  case released
  /// Outside the band: kept aside.
  case held
}

/// Keeps a single bad print from being believed without freezing a crash (contract.md, Inputs).
///
/// A price outside the band is held until `bandConfirmations` updates of strictly later event time
/// each lie within the band of the one before, or until an update arrives `bandTimeoutNanoseconds`
/// of event time or more after the first one that was held; then the newest is accepted. The
/// time-out needs an update of the symbol itself: a bad print followed by silence is never
/// believed. A price back within the band of the accepted one ends the holding.
struct PriceBand: Sendable, Equatable {
  private(set) var accepted: AcceptedPrice?
  private(set) var held: AcceptedPrice?
  private(set) var firstHeld: EventTime?
  private(set) var confirmations = 0

  mutating func offer(_ price: Price, at time: EventTime, rules: MarketRules?) -> BandVerdict {
    guard let rules, let last = accepted, !Self.isWithin(rules.priceBand, price, of: last.price)
    else {
      accept(price, at: time)
      return .accepted
    }
    guard let held, let firstHeld else {
      self.held = AcceptedPrice(price: price, time: time)
      firstHeld = time
      confirmations = 0
      return .held
    }
    let isConfirming = Self.isWithin(rules.priceBand, price, of: held.price)
    if time > held.time { confirmations = isConfirming ? confirmations + 1 : 0 }
    if confirmations >= rules.bandConfirmations
      || time.nanoseconds(since: firstHeld) >= rules.bandTimeoutNanoseconds
    {
      accept(price, at: time)
      return .released
    }
    self.held = AcceptedPrice(price: price, time: time)
    return .held
  }

  private mutating func accept(_ price: Price, at time: EventTime) {
    accepted = AcceptedPrice(price: price, time: time)
    held = nil
    firstHeld = nil
    confirmations = 0
  }

  /// |price − base| ≤ base · band, without rounding.
  static func isWithin(_ band: Rate, _ price: Price, of base: Price) -> Bool {
    FullWidth.compare(
      (price - base).magnitude.rawValue, times: Rate.one.rawValue, with: base.rawValue,
      times: band.rawValue) <= 0
  }
}

/// Event time and source sequence of a symbol's last record: what a duplicate is told by.
struct RecordOrder: Sendable, Equatable {
  private(set) var time: EventTime?
  private(set) var sourceSequence: UInt64 = 0

  func duplicate(_ update: PriceUpdate) -> DuplicateReason? {
    guard let time else { return nil }
    if update.eventTime < time { return .priceOlder }
    return update.eventTime == time && update.sourceSequence == sourceSequence
      ? .priceRepeated : nil
  }

  mutating func note(_ update: PriceUpdate) {
    time = update.eventTime
    sourceSequence = update.sourceSequence
  }
}
