import FixedPoint
import MarginDomain

/// An input that cannot be: thrown inside the engine, and answered as `CommandOutcome.refused`.
struct Refusal: Error, Sendable, Equatable {
  let reason: RejectReason
  let detail: RefusalDetail

  /// Makes a refusal; the sentence parts are those of `RefusalDetail`.
  init(
    _ reason: RejectReason, _ field: StaticString, _ problem: String, expected: String
  ) {
    self.init(
      reason: reason,
      detail: RefusalDetail(field: "\(field)", problem: problem, expected: expected))
  }

  private init(reason: RejectReason, detail: RefusalDetail) {
    self.reason = reason
    self.detail = detail
  }

  /// A rulebook that cannot be kept.
  init(_ fault: RulebookFault) { self.init(reason: fault.reason, detail: fault.detail) }

  /// The same refusal, seen from the message around the field.
  func inside(_ outer: String) -> Refusal {
    Refusal(reason: reason, detail: detail.inside(outer))
  }
}

extension Refusal {
  /// A symbol that nothing defines.
  static func unknown(_ symbol: Symbol, _ field: StaticString, expected: String) -> Refusal {
    Refusal(
      .unknownSymbol, field, "\(RefusalDetail.quoted(symbol.text)) is not defined",
      expected: expected)
  }

  /// A symbol that names something else than the field must.
  static func wrongKind(
    _ symbol: Symbol, _ meaning: SymbolMeaning, _ field: StaticString, expected: String
  ) -> Refusal {
    Refusal(
      .wrongKindOfSymbol, field,
      "\(RefusalDetail.quoted(symbol.text)) is \(meaning.noun)", expected: expected)
  }

  /// A name that has another meaning already.
  static func taken(_ symbol: Symbol, _ meaning: SymbolMeaning, _ field: StaticString) -> Refusal {
    Refusal(
      .inconsistentReference, field,
      "\(RefusalDetail.quoted(symbol.text)) is \(meaning.noun) already",
      expected: "a name that is free")
  }

  /// A price that is zero or negative where it may not be.
  static func notPositive(
    _ price: Price, _ field: StaticString, expected: String = "a price above zero"
  ) -> Refusal {
    Refusal(.priceNotPositive, field, "it is \(price)", expected: expected)
  }

  /// Terms that may not change (now).
  static func changed(
    _ symbol: Symbol, _ field: StaticString, from old: String?, to new: String?,
    while circumstance: String? = nil
  ) -> Refusal {
    let tail = circumstance.map { " while \($0)" } ?? ""
    return Refusal(
      .inconsistentReference, field,
      "that of \(RefusalDetail.quoted(symbol.text)) would become \(new ?? "none")\(tail)",
      expected: "\(old ?? "none") as it is")
  }

  /// A future for which the rulebook has no tiers.
  static func noSchedule(of symbol: Symbol) -> Refusal {
    Refusal(
      .inconsistentReference, "symbol",
      "the rulebook has no schedule for \(RefusalDetail.quoted(symbol.text))",
      expected: "one, or a default")
  }

  /// A mark source of the model where there is no model.
  static func modelMark(expected: String) -> Refusal {
    Refusal(.unsupportedSettings, "mark_source", "it is the model", expected: expected)
  }

  /// A ledger sum that may not grow any more.
  static func noHeadroom(_ asset: Symbol, _ field: StaticString, limit: AssetAmount) -> Refusal {
    Refusal(
      .accountLimit, field, "a ledger sum of \(asset.text) is beyond its limit",
      expected: "sums of at most \(limit) \(asset.text)")
  }
}

extension SymbolMeaning {
  /// What a symbol of this meaning is, with its article.
  fileprivate var noun: String {
    switch self {
    case .instrument: return "an instrument"
    case .underlying: return "an underlying"
    case .asset: return "an asset"
    }
  }
}

/// Refuses a number outside its range.
func require<Value: Comparable & CustomStringConvertible>(
  _ value: Value, in range: ClosedRange<Value>, _ field: StaticString,
  _ reason: RejectReason = .outOfRange
) throws(Refusal) {
  guard range.contains(value) else {
    throw Refusal(
      reason, field, "it is \(value)",
      expected: "\(range.lowerBound) to \(range.upperBound)")
  }
}

/// Refuses an amount beyond the largest balance, either way.
func requireBalance(_ amount: AssetAmount, _ field: StaticString) throws(Refusal) {
  let limit = DomainLimits.maximumBalance
  try require(amount, in: -limit...limit, field)
}

/// Reads each part of a list and names its place in a refusal.
func eachOf<Part>(
  _ parts: [Part], _ field: StaticString, _ read: (Part) throws(Refusal) -> Void
) throws(Refusal) {
  for (place, part) in parts.enumerated() {
    do throws(Refusal) {
      try read(part)
    } catch {
      throw error.inside("\(field)[\(place)]")
    }
  }
}
