import FixedPoint
import MarginDomain
import MarginModel

/// Assembles a book from its parts and reports what is missing for an answer.
struct BookAssembler {
  let definitions: Definitions
  let document: RulebookDocument
  private(set) var market: MarketView
  private var fundingRates: [Symbol: StatedFundingRate] = [:]

  var rulebook: Rulebook { document.rulebook }

  init(
    definitions: Definitions, rulebook: RulebookDocument, asOf: EventTime?,
    reportingAssetPrice: Price?
  ) {
    self.definitions = definitions
    document = rulebook
    market = MarketView(
      marks: [:], volatilities: [:], indices: [:], assetPrices: [:], assets: [:], asOf: asOf)
    market.reportingAssetPrice = reportingAssetPrice
    for underlying in definitions.underlyings.map(\.value) {
      market.indices[underlying.symbol] = underlying.indexPrice
      market.volatilities[underlying.symbol] = underlying.volatility
      market.priceScanRanges[underlying.symbol] = underlying.priceScanRange
      market.confidences[underlying.symbol] = underlying.confidence.map { [$0] }
    }
    for asset in definitions.assets.map(\.value) {
      market.assetPrices[asset.symbol] = asset.indexPrice
      market.averageAssetPrices[asset.symbol] = asset.averagePrice
      market.totalDeposits[asset.symbol] = asset.totalDeposits
      market.assets[asset.symbol] = CollateralAsset(
        symbol: asset.symbol, underlying: asset.underlying?.value)
      market.confidences[asset.symbol] = asset.confidence.map { [$0] }
    }
  }

  /// Stores the marks, each of a defined instrument, each instrument once.
  mutating func add(_ marks: [WrittenMark], reportingTo fields: inout YAMLFields) {
    var seen: Set<Symbol> = []
    for mark in marks {
      let symbol = mark.symbol.value
      guard let instrument = definitions.instrument(symbol)?.instrument else {
        fields.reportUnknown(
          mark.symbol, "an instrument", among: definitions.instruments.map(\.value.symbol))
        continue
      }
      guard seen.insert(symbol).inserted else {
        fields.report(
          "'\(symbol.text.quotable)' has a mark already", at: mark.symbol,
          expected: "each instrument once")
        continue
      }
      if let price = mark.markPrice {
        check(price, of: instrument, reportingTo: &fields)
        market.marks[symbol] = price.value
      }
      if instrument.isFuture, mark.impliedVolatility != nil {
        fields.report(
          "'\(symbol.text.quotable)' is a future and has no implied volatility", at: mark.symbol,
          expected: "implied_volatility for options only")
      }
      market.volatilities[symbol] = mark.impliedVolatility
      market.openInterests[symbol] = mark.openInterest
      fundingRates[symbol] = mark.funding
      market.confidences[symbol] = mark.confidence.map { [$0] }
      market.initialMultipliers[symbol] = mark.initialMultiplier
      if instrument.isFuture, mark.initialMultiplier != nil {
        fields.report(
          "'\(symbol.text.quotable)' is a future, and its schedule is its requirement",
          at: mark.symbol, expected: "initial_margin_multiplier for options only")
      }
      market.fundingRates[symbol] = mark.funding
      market.interestRates[symbol] = mark.interestRate
      if mark.interestRate != nil, !instrument.isFuture || instrument.expiry == nil {
        fields.report(
          "'\(symbol.text.quotable)' is no dated future", at: mark.symbol,
          expected: "interest_rate for the forward of an expiry only")
      }
      if mark.funding != nil, !instrument.isFuture {
        fields.report(
          "'\(symbol.text.quotable)' pays by its own terms", at: mark.symbol,
          expected: "funding_rate for perpetual futures only")
      }
    }
  }

  /// Refuses schedules in the book itself for symbols that it does not define.
  func checkSchedules(reportingTo fields: inout YAMLFields) {
    for symbol in document.ownScheduleSymbols where definitions.instrument(symbol.value) == nil {
      fields.reportUnknown(
        symbol, "an instrument", among: definitions.instruments.map(\.value.symbol))
    }
  }

  /// The accounts, in their order; faulty ones are reported.
  func assemble(
    _ accounts: [WrittenAccount], reportingTo fields: inout YAMLFields
  ) -> [Book.Account] {
    var seen: Set<AccountID> = []
    return accounts.map { account in
      if !seen.insert(account.accountID.value).inserted {
        fields.report(
          "'\(account.accountID.value.text.quotable)' stands in the book already",
          at: account.accountID, expected: "each account once")
      }
      return assemble(account, reportingTo: &fields)
    }
  }

  private func assemble(
    _ account: WrittenAccount, reportingTo fields: inout YAMLFields
  ) -> Book.Account {
    if account.marginMode == .portfolio, rulebook.portfolio == nil, let place = account.modePlace {
      fields.report(
        "the rulebook '\(rulebook.id.name)' has no part portfolio", at: place,
        expected: "ISOLATED or CROSS, or a rulebook with portfolio")
    }
    checkCredit(of: account, reportingTo: &fields)
    let balances = account.balances.map { entry in
      checkAsset(entry.key, entry.value, reportingTo: &fields)
      return (asset: Symbol(entry.key.value), amount: entry.value)
    }
    var seen: Set<Symbol> = []
    var details = ReportDetails()
    var positions: [AccountBook.Position] = []
    for written in account.positions {
      let symbol = written.symbol.value
      guard let instrument = definitions.instrument(symbol) else {
        fields.reportUnknown(
          written.symbol, "an instrument", among: definitions.instruments.map(\.value.symbol))
        continue
      }
      if !seen.insert(symbol).inserted {
        fields.report(
          "'\(symbol.text.quotable)' is held already", at: written.symbol,
          expected: "each instrument once")
      }
      check(written, of: instrument, mode: account.marginMode, reportingTo: &fields)
      details.fundingRates[symbol] = fundingRates[symbol]
      if let position = position(written, of: instrument.instrument) {
        positions.append(position)
      }
    }
    return Book.Account(
      book: AccountBook(
        accountID: account.accountID.value, marginMode: account.marginMode, balances: balances,
        positions: positions, initialRateFloor: account.initialRateFloor,
        creditLine: account.creditLine?.line),
      details: details, isIncomplete: account.isIncomplete)
  }

  /// The position; nil when a reported fault leaves nothing that can be computed.
  private func position(
    _ written: WrittenPosition, of instrument: Instrument
  ) -> AccountBook.Position? {
    let quantity = written.quantity.value
    var state = PositionState(quantity: quantity, entryCashFlow: .zero)
    let orders = ContractOrders(written.orders.map(\.value), in: instrument)
    if !instrument.isFuture, rulebook.options.terms.style == .variation, !quantity.isZero {
      guard let entry = written.entryPrice?.value else { return nil }
      state.entryCashFlow =
        written.entryCashFlow?.value ?? instrument.cashFlow(of: quantity, at: entry)
    }
    if instrument.isFuture, !quantity.isZero {
      let smallest = instrument.smallestPrice
      guard let entry = written.entryPrice?.value, entry >= smallest else { return nil }
      state.entryCashFlow =
        written.entryCashFlow?.value ?? instrument.cashFlow(of: quantity, at: entry)
    }
    return AccountBook.Position(
      instrument: instrument, state: state, leverage: written.leverage,
      isolatedMargin: written.isolatedMargin?.value ?? .zero, orders: orders,
      optionEntryPrice: instrument.isFuture ? nil : written.entryPrice?.value)
  }
}
