import FixedPoint
import LiquidationEngine
import MarginDomain
import MarginModel
import RulebookFiles

/// A book as the JSON document that `explain` and `stress` read; `docs/reference/book.md`.
struct BookDocument {
  let asOf: EventTime?
  let reportingAsset: Symbol
  /// The rulebook's document, or its id alone for a preset.
  let rulebook: AnswerJSON
  let market: MarketView
  let underlyings: [Symbol]
  let assets: [CollateralAsset]
  let instruments: [Instrument]
  /// Accounts, and whether events of each are missing.
  let accounts: [(book: AccountBook, isIncomplete: Bool)]

  /// Makes the document of accounts in one market; the first view supplies what all have in common.
  ///
  /// - Returns: nil without an account.
  init?(_ views: [AccountBookView], rules: Rulebook, rulebook: AnswerJSON) {
    guard let view = views.first else { return nil }
    asOf = view.time
    reportingAsset = rules.reportingAsset
    self.rulebook = rulebook
    market = view.market
    underlyings = view.underlyings
    assets = view.assets
    instruments = view.instruments
    accounts = views.map { ($0.account, $0.isIncomplete) }
  }

  /// The document's text, indented.
  var text: String {
    var entries: [(key: String, value: AnswerJSON)] = []
    if let asOf, asOf.nanoseconds >= 0 { entries.append(("as_of_ns", .text(asOf.description))) }
    entries += [
      ("reporting_asset", .text(reportingAsset.text)), ("rulebook", rulebook),
      ("assets", .list(assets.map(asset))),
      ("underlyings", .list(underlyings.map(underlying))),
      ("instruments", .list(instruments.map(Self.instrument))),
      ("marks", .list(instruments.compactMap(mark))),
      ("accounts", .list(accounts.map { account($0.book, isIncomplete: $0.isIncomplete) })),
    ]
    return AnswerJSON.object(entries).description + "\n"
  }

  private func asset(_ asset: CollateralAsset) -> AnswerJSON {
    var entries: [(key: String, value: AnswerJSON)] = [("asset", .text(asset.symbol.text))]
    if let price = market.assetPrices[asset.symbol] {
      entries.append(("index_price", .decimal(price)))
    }
    if let underlying = asset.underlying {
      entries.append(("underlying", .text(underlying.text)))
    }
    if let price = market.averageAssetPrices[asset.symbol] {
      entries.append(("average_price", .decimal(price)))
    }
    if let deposits = market.totalDeposits[asset.symbol] {
      entries.append(("total_deposits", .decimal(deposits)))
    }
    return .object(entries + confidence(in: asset.symbol))
  }

  private func confidence(in symbol: Symbol) -> [(key: String, value: AnswerJSON)] {
    market.confidences[symbol] == nil
      ? [] : [("confidence", .decimal(market.confidence(of: symbol)))]
  }

  private func underlying(_ symbol: Symbol) -> AnswerJSON {
    var entries: [(key: String, value: AnswerJSON)] = [("symbol", .text(symbol.text))]
    if let price = market.indices[symbol] { entries.append(("index_price", .decimal(price))) }
    if let volatility = market.volatilities[symbol] {
      entries.append(("volatility", .decimal(volatility)))
    }
    if let range = market.priceScanRanges[symbol] {
      entries.append(("price_scan_range", .decimal(range)))
    }
    return .object(entries + confidence(in: symbol))
  }

  private func mark(_ instrument: Instrument) -> AnswerJSON? {
    var entries: [(key: String, value: AnswerJSON)] = []
    if let price = market.marks[instrument.symbol] {
      entries.append(("mark_price", .decimal(price)))
    }
    if let volatility = market.volatilities[instrument.symbol] {
      entries.append(("implied_volatility", .decimal(volatility)))
    }
    if let funding = market.fundingRates[instrument.symbol] {
      entries.append(("funding_rate", .decimal(funding.rate)))
      entries.append(("funding_interval_hours", .decimal(funding.intervalHours)))
    }
    if let interest = market.openInterests[instrument.symbol] {
      entries.append(("open_interest", .decimal(interest)))
    }
    if let multiplier = market.initialMultipliers[instrument.symbol] {
      entries.append(("initial_margin_multiplier", .decimal(multiplier)))
    }
    entries += confidence(in: instrument.symbol)
    if entries.isEmpty { return nil }
    return .object([("symbol", .text(instrument.symbol.text))] + entries)
  }

  private static func instrument(_ instrument: Instrument) -> AnswerJSON {
    var entries: [(key: String, value: AnswerJSON)] = [
      ("symbol", .text(instrument.symbol.text)), ("kind", .text(kindWord(of: instrument.kind))),
      ("payoff", .text(instrument.payoff == .linear ? "LINEAR" : "INVERSE")),
      ("underlying", .text(instrument.underlying.text)),
      ("settlement_asset", .text(instrument.settlementAsset.text)),
      ("multiplier", .decimal(instrument.multiplier)),
      ("tick_size", .decimal(instrument.tickSize)), ("lot_size", .decimal(instrument.lotSize)),
      ("taker_fee", .decimal(instrument.takerFee)),
    ]
    switch instrument.kind {
    case .perpetualFuture: break
    case .perpetualOption(let terms):
      entries += option(terms)
      entries.append(("funding_period_hours", .decimal(terms.fundingPeriodHours)))
      if let interval = terms.paymentIntervalHours {
        entries.append(("payment_interval_hours", .decimal(interval)))
      }
      if !terms.interestRate.isZero {
        entries.append(("interest_rate", .decimal(terms.interestRate)))
      }
      if !terms.carryRate.isZero { entries.append(("carry_rate", .decimal(terms.carryRate))) }
    case .datedFuture(let expiry):
      entries.append(("expiry_ns", .text(expiry.description)))
    case .datedOption(let terms, let expiry, let forward):
      entries += option(terms)
      entries.append(("expiry_ns", .text(expiry.description)))
      if let forward { entries.append(("forward", .text(forward.text))) }
    }
    if !instrument.isFuture {
      let isModel = instrument.markSource == .model
      entries.append(("mark_source", .text(isModel ? "MODEL" : "PUBLISHED")))
    }
    return .object(entries)
  }

  private static func option(_ terms: OptionTerms) -> [(key: String, value: AnswerJSON)] {
    [
      ("option", .text(terms.right == .call ? "CALL" : "PUT")), ("strike", .decimal(terms.strike)),
    ]
  }

  private static func kindWord(of kind: Instrument.Kind) -> String {
    switch kind {
    case .perpetualFuture: "PERPETUAL_FUTURE"
    case .perpetualOption: "PERPETUAL_OPTION"
    case .datedFuture: "DATED_FUTURE"
    case .datedOption: "DATED_OPTION"
    }
  }

  private func account(_ account: AccountBook, isIncomplete: Bool) -> AnswerJSON {
    let mode =
      switch account.marginMode {
      case .isolated: "ISOLATED"
      case .cross: "CROSS"
      case .portfolio: "PORTFOLIO"
      }
    let incomplete: [(key: String, value: AnswerJSON)] =
      isIncomplete ? [("incomplete", .boolean(true))] : []
    return .object(
      [
        ("account_id", .text(account.accountID.text)), ("margin_mode", .text(mode)),
        ("balances", .object(account.balances.map { ($0.asset.text, .decimal($0.amount)) })),
        (
          "positions",
          .list(account.positions.map { position($0, isIsolated: account.marginMode == .isolated) })
        ),
      ] + incomplete)
  }

  private func position(_ position: AccountBook.Position, isIsolated: Bool) -> AnswerJSON {
    var entries: [(key: String, value: AnswerJSON)] = [
      ("symbol", .text(position.instrument.symbol.text)),
      ("quantity", .decimal(position.state.quantity)),
    ]
    let state = position.state
    if let entry = state.entryPrice(of: position.instrument) ?? position.optionEntryPrice {
      entries.append(("entry_price", .decimal(entry)))
      // An option whose premium was paid has none.
      if position.instrument.isFuture || !state.entryCashFlow.isZero {
        entries.append(("entry_cash_flow", .decimal(state.entryCashFlow)))
      }
    }
    if let leverage = position.leverage { entries.append(("leverage", .decimal(leverage))) }
    if isIsolated { entries.append(("isolated_margin", .decimal(position.isolatedMargin))) }
    if let asOf, let expiry = position.instrument.expiry, expiry <= asOf {
      entries.append(("awaiting_settlement", .boolean(true)))
    }
    if position.orders.count > 0 {
      entries.append(("open_orders", .list(position.orders.orders.map(order))))
    }
    return .object(entries)
  }

  private func order(_ order: ContractOrders.Order) -> AnswerJSON {
    .object([
      ("side", .text(order.quantity.isNegative ? "SELL" : "BUY")),
      ("quantity", .decimal(order.quantity.magnitude)), ("price", .decimal(order.price)),
    ])
  }
}
