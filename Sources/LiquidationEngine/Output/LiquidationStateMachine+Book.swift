import FixedPoint
public import MarginDomain
public import MarginModel

/// One account with everything that its margin depends on: what `explain` reads of a book.
public struct AccountBookView: Sendable {
  /// Cash, positions and settings.
  public let account: AccountBook
  /// True when the state is known to be incomplete.
  public let isIncomplete: Bool
  /// Accepted prices of everything that is defined.
  public let market: MarketView
  /// Underlyings, in the order of their definition.
  public let underlyings: [Symbol]
  /// Assets, in the order of their definition.
  public let assets: [CollateralAsset]
  /// Instruments, in the order of their definition.
  public let instruments: [Instrument]
  /// Rules in force; nil before the first rulebook.
  public let rulebook: Rulebook?
  /// Margin time; nil before the first dated input.
  public let time: EventTime?
}

extension LiquidationStateMachine {
  /// An account with the market and the rules in force, so that questions about it can be asked
  /// elsewhere.
  ///
  /// - Parameter id: the account.
  /// - Returns: a copy, or nil when the account was never seen.
  /// - Complexity: O(everything defined + positions and assets of the account).
  public func book(of id: AccountID) -> AccountBookView? {
    guard let index = accounts.number(of: id) else { return nil }
    let holding = accounts[index]
    var account = AccountBook(
      accountID: id, marginMode: holding.mode,
      balances: holding.cash.map { (market.name(ofAsset: $0.asset), $0.amount) },
      positions: positions(of: holding))
    if market.rulebook?.options.terms.style == .variation {
      account = account.owingPremiums { symbol in
        let slot = holding.positions.first { market.name(ofInstrument: $0.instrument) == symbol }
        return slot?.optionEntryFlow ?? .zero
      }
    }
    return AccountBookView(
      account: account,
      isIncomplete: holding.isIncomplete, market: marketView, underlyings: underlyings,
      assets: market.assets.map(\.definition), instruments: market.instruments.map(\.terms),
      rulebook: market.rulebook, time: marginTime)
  }

  /// What is held, then the contracts in which orders alone rest.
  private func positions(of holding: AccountHoldings) -> [AccountBook.Position] {
    func orders(in instrument: Int32) -> ContractOrders {
      holding.orders.first { $0.instrument == instrument }?.resting ?? .none
    }
    let held = holding.positions.filter { !$0.state.quantity.isZero }.map { slot in
      let terms = market.instruments[Int(slot.instrument)].terms
      return AccountBook.Position(
        instrument: terms, state: slot.state,
        leverage: slot.leverage.isZero ? nil : slot.leverage,
        isolatedMargin: holding.mode == .isolated ? slot.isolatedMargin : .zero,
        orders: orders(in: slot.instrument),
        optionEntryPrice: terms.isFuture
          ? nil : slot.optionEntryPrice(multiplier: terms.multiplier))
    }
    let waiting = holding.orders.filter { order in
      holding.positionIndex(of: order.instrument).map {
        holding.positions[$0].state.quantity.isZero
      } ?? true
    }
    return held
      + waiting.map { order in
        AccountBook.Position(
          instrument: market.instruments[Int(order.instrument)].terms, state: .flat,
          leverage: order.leverage.isZero ? nil : order.leverage, isolatedMargin: .zero,
          orders: order.resting)
      }
  }

  private var underlyings: [Symbol] {
    let own = market.assets.map(\.ownFeed)
    return market.feeds.enumerated().compactMap { place, feed in
      own.contains(Int32(place)) ? nil : feed.symbol
    }
  }

  /// The accepted prices; the mark of an option that the model gives is left to the model.
  private var marketView: MarketView {
    var view = MarketView.empty
    view.asOf = marginTime
    for instrument in market.instruments {
      let symbol = instrument.terms.symbol
      let isModel = instrument.terms.markSource == .model && !instrument.terms.isFuture
      view.marks[symbol] = isModel ? nil : instrument.mark?.price
      view.volatilities[symbol] = instrument.volatility
      view.fundingRates[symbol] = instrument.fundingRate
      view.initialMultipliers[symbol] = instrument.facts.initialMultiplier
      view.openInterests[symbol] = instrument.facts.openInterest
      view.confidences[symbol] = instrument.facts.confidence.map { [$0] }
    }
    for asset in market.assets {
      let symbol = asset.definition.symbol
      view.assets[symbol] = asset.definition
      view.assetPrices[symbol] = market.feeds[Int(asset.ownFeed)].band.accepted?.price
      view.averageAssetPrices[symbol] = asset.facts.averagePrice
      view.totalDeposits[symbol] = asset.facts.totalDeposits
      view.confidences[symbol] = asset.facts.confidence.map { [$0] }
    }
    for symbol in underlyings {
      guard case .underlying(let feed)? = market.symbols[symbol] else { continue }
      view.indices[symbol] = market.feeds[Int(feed)].band.accepted?.price
      view.volatilities[symbol] = market.feeds[Int(feed)].volatility
      view.confidences[symbol] = market.feeds[Int(feed)].facts.confidence.map { [$0] }
    }
    view.priceScanRanges = market.priceScanRanges
    return view
  }
}
