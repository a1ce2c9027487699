import CSchemas
import FixedPoint
import MarginDomain

extension PriceUpdate {
  init(_ message: Plimsoll__V1__PriceUpdate) throws(FieldFault) {
    try requireVersion(message.schema_version)
    let volatilities = DomainLimits.minimumVolatility...DomainLimits.maximumVolatility
    self.init(
      symbol: try message.symbol.symbol(),
      eventTime: try moment(message.event_time_ns, "event_time_ns"),
      sourceSequence: message.source_sequence,
      markPrice: message.mark_price.isEmpty
        ? nil : try message.mark_price.priceOrZero("mark_price"),
      indexPrice: message.index_price.isEmpty
        ? nil : try message.index_price.price("index_price"),
      impliedVolatility: try message.implied_volatility.optionalDecimal(
        "implied_volatility", in: volatilities),
      facts: try MarketFacts(message))
    if markPrice == nil, indexPrice == nil, impliedVolatility == nil, facts.isEmpty {
      throw .missing(
        "mark_price", "it, index_price, implied_volatility or another field with a value")
    }
  }
}

extension MarketFacts {
  fileprivate init(_ message: Plimsoll__V1__PriceUpdate) throws(FieldFault) {
    self.init()
    openInterest = try message.open_interest.optionalDecimal(
      "open_interest", in: .zero...DomainLimits.maximumQuantity)
    averagePrice =
      message.average_price.isEmpty ? nil : try message.average_price.price("average_price")
    totalDeposits = try message.total_deposits.optionalDecimal(
      "total_deposits", in: .zero...DomainLimits.maximumBalance)
    confidence = try message.confidence.optionalDecimal("confidence", in: .zero ... .one)
    initialMultiplier = try message.initial_margin_multiplier.optionalDecimal(
      "initial_margin_multiplier", in: .one...DomainLimits.maximumInitialMultiplier)
  }
}

extension FundingUpdate {
  init(_ message: Plimsoll__V1__FundingUpdate) throws(FieldFault) {
    try requireVersion(message.schema_version)
    self.init(
      symbol: try message.symbol.symbol(),
      eventTime: try moment(message.event_time_ns, "event_time_ns"),
      form: try Form(message))
  }
}

extension FundingUpdate.Form {
  fileprivate init(_ message: Plimsoll__V1__FundingUpdate) throws(FieldFault) {
    switch message.form_case {
    case PLIMSOLL__V1__FUNDING_UPDATE__FORM_SETTLEMENT:
      self = try within("settlement") { () throws(FieldFault) in
        let settlement = message.settlement.pointee
        let limit = DomainLimits.maximumRate
        return .settlement(
          rate: try settlement.funding_rate.decimal("funding_rate", in: -limit...limit),
          price: try settlement.price.price())
      }
    case PLIMSOLL__V1__FUNDING_UPDATE__FORM_CUMULATIVE_INDEX:
      self = try within("cumulative_index") { () throws(FieldFault) in
        let index = message.cumulative_index.pointee.settlement_asset_per_contract
        return .cumulativeIndex(try index.amount("settlement_asset_per_contract"))
      }
    case PLIMSOLL__V1__FUNDING_UPDATE__FORM_FINAL_SETTLEMENT:
      self = try within("final_settlement") { () throws(FieldFault) in
        .finalSettlement(price: try message.final_settlement.pointee.price.price())
      }
    default: throw .missing("form", "settlement, cumulative_index or final_settlement")
    }
  }
}
