import FixedPoint
import MarginDomain
import MarginModel

/// An asset as written in a document.
struct WrittenAsset: Sendable {
  let symbol: Symbol
  let indexPrice: Price?
  let underlying: LocatedValue<Symbol>?
  var averagePrice: Price?
  var totalDeposits: AssetAmount?
  let confidence: Rate?
}

/// An underlying as written in a document.
struct WrittenUnderlying: Sendable {
  let symbol: Symbol
  let indexPrice: Price?
  let volatility: Rate?
  let confidence: Rate?
  let priceScanRange: Rate?
}

/// A mark as written in a document.
struct WrittenMark: Sendable {
  let symbol: LocatedValue<Symbol>
  let markPrice: LocatedValue<Price>?
  let impliedVolatility: Rate?
  let funding: StatedFundingRate?
  let openInterest: Quantity?
  let interestRate: Rate?
  let confidence: Rate?
  let initialMultiplier: Rate?
}

extension YAMLShape where Value == WrittenAsset {
  /// An asset of a book, with its price.
  static var bookAsset: YAMLShape { asset(hasPrice: true) }
  /// An asset of the topic `reference`, without one.
  static var referenceAsset: YAMLShape { asset(hasPrice: false) }

  private static func asset(hasPrice: Bool) -> YAMLShape {
    .mapping("an asset") { fields in
      let symbol = fields.required("asset", .symbol)
      let price = hasPrice ? fields.optional("index_price", .price) : nil
      let underlying = fields.optional(
        "underlying", .located(.symbol) as YAMLShape<LocatedValue<Symbol>>)
      let average = hasPrice ? fields.optional("average_price", .price) : nil
      let deposits = hasPrice ? fields.optional("total_deposits", .amount) : nil
      let confidence = hasPrice ? fields.optional("confidence", .ratio) : nil
      return symbol.map {
        WrittenAsset(
          symbol: $0, indexPrice: price, underlying: underlying, averagePrice: average,
          totalDeposits: deposits, confidence: confidence)
      }
    }
  }
}

extension YAMLShape where Value == WrittenUnderlying {
  /// An underlying of a book, with its prices.
  static var bookUnderlying: YAMLShape { underlying(hasPrice: true) }
  /// An underlying of the topic `reference`, without them.
  static var referenceUnderlying: YAMLShape { underlying(hasPrice: false) }

  private static func underlying(hasPrice: Bool) -> YAMLShape {
    .mapping("an underlying") { fields in
      let symbol = fields.required("symbol", .symbol)
      let price = hasPrice ? fields.optional("index_price", .price) : nil
      let volatility = hasPrice ? fields.optional("volatility", .volatility) : nil
      let confidence = hasPrice ? fields.optional("confidence", .ratio) : nil
      let range = hasPrice ? fields.optional("price_scan_range", .scanRange) : nil
      return symbol.map {
        WrittenUnderlying(
          symbol: $0, indexPrice: price, volatility: volatility, confidence: confidence,
          priceScanRange: range)
      }
    }
  }
}

extension YAMLShape where Value == WrittenMark {
  /// A mark of a book.
  static var bookMark: YAMLShape {
    .mapping("a mark") { fields in
      let symbol = fields.required("symbol", .located(.symbol) as YAMLShape<LocatedValue<Symbol>>)
      let price = fields.optional(
        "mark_price", .located(.optionPrice) as YAMLShape<LocatedValue<Price>>)
      let volatility = fields.optional("implied_volatility", .volatility)
      let openInterest = fields.optional("open_interest", .openInterest)
      let multiplier = fields.optional("initial_margin_multiplier", .initialMultiplier)
      let hasRate = fields.contains("funding_rate")
      let hasInterval = fields.contains("funding_interval_hours")
      var funding: StatedFundingRate?
      if hasRate || hasInterval {
        let rate = fields.required("funding_rate", .fundingRate)
        let interval = fields.required("funding_interval_hours", .positive)
        if let rate, let interval {
          funding = StatedFundingRate(rate: rate, intervalHours: interval)
        }
      }
      let interest = fields.optional("interest_rate", .signed(10))
      let confidence = fields.optional("confidence", .ratio)
      return symbol.map {
        WrittenMark(
          symbol: $0, markPrice: price, impliedVolatility: volatility, funding: funding,
          openInterest: openInterest, interestRate: interest, confidence: confidence,
          initialMultiplier: multiplier)
      }
    }
  }
}

extension YAMLShape where Value == Rate {
  fileprivate static var fundingRate: YAMLShape {
    fixed(in: -Rate.one ... .one, "a rate from -1 to 1")
  }

  fileprivate static var initialMultiplier: YAMLShape {
    fixed(in: .one...DomainLimits.maximumInitialMultiplier, "a factor from 1 to 100")
  }
}

extension YAMLShape where Value == Quantity {
  fileprivate static var openInterest: YAMLShape {
    fixed(in: .zero...DomainLimits.maximumOpenInterest, "contracts from 0 to 1e18")
  }
}
