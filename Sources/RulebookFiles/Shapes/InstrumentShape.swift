import FixedPoint
import MarginDomain

/// An instrument as written in a document; what the document leaves out is nil.
struct WrittenInstrument: Sendable {
  let symbol: Symbol
  let kind: Instrument.Kind
  let payoff: Instrument.Payoff
  let underlying: LocatedValue<Symbol>
  let settlementAsset: LocatedValue<Symbol>
  let multiplier: Quantity
  let tickSize: Price?
  let lotSize: Quantity?
  let takerFee: Rate?
  let markSource: Instrument.MarkSource

  /// The instrument with the finest grids, and no fee, where the document names none.
  var instrument: Instrument {
    Instrument(
      symbol: symbol, kind: kind, payoff: payoff, underlying: underlying.value,
      settlementAsset: settlementAsset.value, multiplier: multiplier,
      tickSize: tickSize ?? .ulp, lotSize: lotSize ?? .ulp, takerFee: takerFee ?? .zero,
      markSource: markSource)
  }
}

/// The words for kinds of contracts.
private enum KindWord: String, CaseIterable {
  case perpetualFuture = "PERPETUAL_FUTURE"
  case perpetualOption = "PERPETUAL_OPTION"
  case datedFuture = "DATED_FUTURE"
  case datedOption = "DATED_OPTION"

  var isOption: Bool { self == .perpetualOption || self == .datedOption }
  var isDated: Bool { self == .datedFuture || self == .datedOption }
}

extension YAMLShape where Value == WrittenInstrument {
  /// An instrument of a book, which may leave out what margin does not need.
  static var bookInstrument: YAMLShape { instrument(isWhole: false) }
  /// An instrument of the topic `reference`, which is complete.
  static var referenceInstrument: YAMLShape { instrument(isWhole: true) }

  private static func instrument(isWhole: Bool) -> YAMLShape {
    .mapping("an instrument") { fields in
      let symbol = fields.required("symbol", .symbol)
      let word = fields.required("kind", .enumeration as YAMLShape<KindWord>)
      let underlying = fields.required("underlying", .located(.symbol) as LocatedSymbol)
      let settlement = fields.required("settlement_asset", .located(.symbol) as LocatedSymbol)
      let multiplier = fields.required("multiplier", .multiplier)
      func grid<Grid>(_ key: String, _ shape: YAMLShape<Grid>) -> Grid? {
        isWhole ? fields.required(key, shape) : fields.optional(key, shape)
      }
      let tick = grid("tick_size", .price)
      let lot = grid("lot_size", .positiveQuantity)
      let fee = grid("taker_fee", .ratio)
      let source = fields.optional("mark_source", .markSource)
      let payoff = word.flatMap { fields.payoff(isOption: $0.isOption, isWhole: isWhole) }
      let kind = word.flatMap { fields.kind($0) }
      guard let symbol, let word, let underlying, let settlement, let multiplier, let payoff,
        let kind
      else { return nil }
      if source == .model, !word.isOption {
        fields.report("MODEL is for options", for: "mark_source", expected: "PUBLISHED")
      }
      return WrittenInstrument(
        symbol: symbol, kind: kind, payoff: payoff, underlying: underlying,
        settlementAsset: settlement, multiplier: multiplier, tickSize: tick, lotSize: lot,
        takerFee: fee, markSource: source ?? (word.isOption ? .model : .published))
    }
  }

  private typealias LocatedSymbol = YAMLShape<LocatedValue<Symbol>>
}

extension YAMLFields {
  private static let optionKeys = ["option", "strike", "funding_period_hours"]
  private static let datedKeys = ["expiry_ns", "forward"]
  private static let modelKeys = ["payment_interval_hours", "interest_rate", "carry_rate"]

  fileprivate mutating func payoff(isOption: Bool, isWhole: Bool) -> Instrument.Payoff? {
    guard isOption else { return required("payoff", .payoff) }
    guard contains("payoff") else { return .linear }
    let payoff = optional("payoff", .payoff)
    if payoff == .inverse, isWhole {
      report(
        "INVERSE options are for books, and no worker takes them", for: "payoff", expected: "LINEAR"
      )
      return nil
    }
    return payoff
  }

  fileprivate mutating func kind(_ word: KindWord) -> Instrument.Kind? {
    if !word.isOption { refuse(Self.optionKeys + Self.modelKeys + ["forward"], of: word) }
    if !word.isDated { refuse(Self.datedKeys, of: word) }
    let expiry = word.isDated ? required("expiry_ns", .expiry) : nil
    switch word {
    case .perpetualFuture: return .perpetualFuture
    case .datedFuture: return expiry.map { .datedFuture(expiry: $0) }
    case .perpetualOption: return optionTerms(of: word).map { .perpetualOption($0) }
    case .datedOption:
      let forward = optional("forward", .symbol)
      guard let terms = optionTerms(of: word), let expiry else { return nil }
      return .datedOption(terms, expiry: expiry, forward: forward)
    }
  }

  private mutating func optionTerms(of word: KindWord) -> OptionTerms? {
    let right = required("option", .optionRight)
    let strike = required("strike", .price)
    if word.isDated { refuse(["funding_period_hours"], of: word) }
    let period = word.isDated ? Rate.zero : required("funding_period_hours", .fundingPeriod)
    let interval = optional("payment_interval_hours", .fundingPeriod)
    let interest = optional("interest_rate", .modelRate)
    let carry = optional("carry_rate", .modelRate)
    guard let right, let strike, let period else { return nil }
    let terms = OptionTerms(
      right: right, strike: strike, fundingPeriodHours: period, paymentIntervalHours: interval,
      interestRate: interest ?? .zero, carryRate: carry ?? .zero)
    if let fault = terms.modelFault(isPerpetual: !word.isDated) {
      report(fault.sentence, for: "\(fault.field)", expected: "terms that a model values")
      return nil
    }
    return terms
  }

  private mutating func refuse(_ keys: [String], of word: KindWord) {
    for key in keys where contains(key) {
      report("does not belong to a \(word.rawValue)", for: key, expected: "no such key")
    }
  }
}

extension YAMLShape where Value == Price {
  /// A price above zero.
  static var price: YAMLShape {
    fixed(
      in: DomainLimits.minimumPrice...DomainLimits.maximumPrice, "a price above 0, at most 1e9")
  }

  /// The price of an option, which may be zero.
  static var optionPrice: YAMLShape {
    fixed(in: .zero...DomainLimits.maximumPrice, "a price from 0 to 1e9")
  }
}

extension YAMLShape where Value == Quantity {
  fileprivate static var multiplier: YAMLShape {
    fixed(in: .ulp...DomainLimits.maximumMultiplier, "a number above 0, at most 1e6")
  }

}

extension YAMLShape where Value == Rate {
  fileprivate static var fundingPeriod: YAMLShape {
    fixed(
      in: DomainLimits.minimumFundingPeriodHours...DomainLimits.maximumFundingPeriodHours,
      "hours from 0.001 to 876000")
  }

  fileprivate static var modelRate: YAMLShape {
    fixed(
      in: -DomainLimits.maximumModelRate...DomainLimits.maximumModelRate,
      "a rate per year from -10 to 10 (0.05 is 5 %)")
  }

  /// A volatility per year.
  static var volatility: YAMLShape {
    fixed(
      in: DomainLimits.minimumVolatility...DomainLimits.maximumVolatility,
      "a volatility per year from 0.0001 to 1000 (0.6 is 60 %)")
  }
}

extension YAMLShape where Value == EventTime {
  /// The moment at which a dated contract settles.
  fileprivate static var expiry: YAMLShape {
    parsed(expected: "nanoseconds since 1970, above 0") { text in
      guard let value = Int64(text), value > 0 else { return nil }
      return EventTime(nanoseconds: value)
    }
  }
}

extension YAMLShape where Value == Instrument.Payoff {
  fileprivate static var payoff: YAMLShape {
    .oneOf([(word: "LINEAR", value: .linear), (word: "INVERSE", value: .inverse)])
  }
}

extension YAMLShape where Value == OptionTerms.Right {
  fileprivate static var optionRight: YAMLShape {
    .oneOf([(word: "CALL", value: .call), (word: "PUT", value: .put)])
  }
}

extension YAMLShape where Value == Instrument.MarkSource {
  fileprivate static var markSource: YAMLShape {
    .oneOf([(word: "PUBLISHED", value: .published), (word: "MODEL", value: .model)])
  }
}
