import FixedPoint
public import MarginDomain

/// One change of an account in a what-if question.
public enum AccountChange: Sendable, Equatable {
  /// Signed contracts at a price, quote per unit. No fee is charged.
  case trade(Instrument, quantity: Quantity, price: Price)
  /// Cash in (positive) or out (negative) of an asset.
  case transfer(asset: Symbol, amount: AssetAmount)
  /// The leverage of a position that is held.
  case leverage(Symbol, Rate)
  /// How positions share collateral.
  case marginMode(MarginMode)
}

/// Why a change of an account cannot be made.
public enum AccountChangeFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// The leverage of a position that the account does not hold.
  case notHeld(Symbol)
  /// The position or the balance would leave the admitted range.
  case outOfRange(Symbol)
  /// An option that is priced in its coin, which scenarios do not revalue, in portfolio mode.
  case notInPortfolio(Symbol)
  /// More positions or assets than an account may have.
  case tooMany
  /// A price or a rule that the change needs is missing.
  case missing(AssessmentFault)

  /// What is wrong, for people.
  public var description: String {
    switch self {
    case .notHeld(let symbol): return "\(symbol) is not held"
    case .outOfRange(let symbol): return "\(symbol) would be larger than an account may hold"
    case .notInPortfolio(let symbol):
      return "\(symbol) is an inverse option, which portfolio margin does not revalue"
    case .tooMany: return "the account would hold more than an account may"
    case .missing(let fault): return fault.description
    }
  }
}

extension AccountBook {
  /// The account after a change, as the worker would book it, without fees.
  ///
  /// A trade of an isolated account takes its margin from the cash, as far as there is any:
  /// notional / leverage, or the initial requirement where no leverage is chosen; for a long option
  /// its premium. Closing a part leaves the margin of the rest in place; closing in full returns
  /// it. Switching to isolated sets aside what each position needs to meet its initial requirement,
  /// in the order of the book and as far as there is cash; switching to another mode returns all
  /// margins to the cash. A worker refuses a mode whose requirement is not met; here a negative
  /// excess shows it.
  ///
  /// - Parameters:
  ///   - change: the change to make.
  ///   - market: prices at which margin is set aside.
  ///   - rulebook: the rules.
  /// - Returns: the changed account.
  /// - Throws: `AccountChangeFault`.
  public func applying(
    _ change: AccountChange, in market: MarketView, by rulebook: Rulebook
  ) throws(AccountChangeFault) -> AccountBook {
    var draft = ChangedAccount(self, market: market, rulebook: rulebook)
    switch change {
    case .trade(let instrument, let quantity, let price):
      try draft.trade(instrument, quantity, at: price)
    case .transfer(let asset, let amount):
      draft.add(amount, of: asset)
    case .leverage(let symbol, let leverage):
      guard let index = draft.index(of: symbol) else { throw .notHeld(symbol) }
      let held = draft.positions[index]
      draft.positions[index] = held.with(leverage: leverage)
    case .marginMode(let mode):
      try draft.switchMode(to: mode)
    }
    return try draft.checkedBook()
  }
}

extension AccountBook.Position {
  func with(
    state: PositionState? = nil, leverage: Rate? = nil, isolatedMargin: AssetAmount? = nil
  ) -> AccountBook.Position {
    AccountBook.Position(
      instrument: instrument, state: state ?? self.state, leverage: leverage ?? self.leverage,
      isolatedMargin: isolatedMargin ?? self.isolatedMargin, orders: orders,
      optionEntryPrice: optionEntryPrice)
  }
}

/// An account in the middle of a change.
private struct ChangedAccount {
  let accountID: AccountID
  let initialRateFloor: Rate?
  let creditLine: CreditRules.Line?
  var marginMode: MarginMode
  var balances: [(asset: Symbol, amount: AssetAmount)]
  var positions: [AccountBook.Position]
  /// Entry cash flows of options, where they are known exactly.
  var premiums: [Symbol: AssetAmount] = [:]
  let market: MarketView
  let rulebook: Rulebook

  init(_ book: AccountBook, market: MarketView, rulebook: Rulebook) {
    accountID = book.accountID
    initialRateFloor = book.initialRateFloor
    creditLine = book.creditLine
    marginMode = book.marginMode
    // Trades are booked as a worker books them, with premiums in cash.
    let isVariation = rulebook.options.terms.style == .variation
    let paid = isVariation ? book.payingPremiums() : book
    balances = paid.balances
    positions = paid.positions
    for position in book.positions where isVariation && !position.instrument.isFuture {
      premiums[position.instrument.symbol] = position.state.entryCashFlow
    }
    self.market = market
    self.rulebook = rulebook
  }

  func index(of symbol: Symbol) -> Int? {
    positions.firstIndex { $0.instrument.symbol == symbol }
  }

  func amount(of asset: Symbol) -> AssetAmount {
    balances.first { $0.asset == asset }?.amount ?? .zero
  }

  mutating func add(_ amount: AssetAmount, of asset: Symbol) {
    if let index = balances.firstIndex(where: { $0.asset == asset }) {
      balances[index].amount += amount
    } else {
      balances.append((asset, amount))
    }
  }

  mutating func trade(_ instrument: Instrument, _ quantity: Quantity, at price: Price)
    throws(AccountChangeFault)
  {
    let index = index(of: instrument.symbol) ?? positions.count
    if index == positions.count {
      positions.append(
        AccountBook.Position(
          instrument: instrument, state: .flat, leverage: nil, isolatedMargin: .zero))
    }
    let held = positions[index]
    var state = held.state
    let cash = state.apply(quantity, at: price, of: instrument)
    positions[index] = AccountBook.Position(
      instrument: instrument, state: state, leverage: held.leverage,
      isolatedMargin: held.isolatedMargin, orders: held.orders,
      optionEntryPrice: entryPrice(of: held, after: quantity, at: price))
    if marginMode == .isolated {
      try bookIsolated(cash, before: held, trade: (quantity, price), index: index)
    } else {
      add(cash, of: instrument.settlementAsset)
    }
    if state.quantity.isZero, positions[index].orders.count == 0 { positions.remove(at: index) }
  }

  /// The average entry price of an option after a trade; an unknown price stays unknown until the
  /// position changes sides.
  private mutating func entryPrice(
    of held: AccountBook.Position, after quantity: Quantity, at price: Price
  ) -> Price? {
    let instrument = held.instrument
    let before = held.state.quantity
    if instrument.isFuture { return nil }
    let isUnknown = held.optionEntryPrice == nil && premiums[instrument.symbol] == nil
    if isUnknown, before.signum * (before + quantity).signum > 0 { return nil }
    var entered = PositionState(
      quantity: before,
      entryCashFlow: premiums[instrument.symbol]
        ?? instrument.cashFlow(of: before, at: held.optionEntryPrice ?? .zero))
    _ = entered.applyKeepingEntry(quantity, at: price, of: instrument)
    premiums[instrument.symbol] = entered.entryCashFlow
    return entered.optionEntryPrice(multiplier: instrument.multiplier)
  }

  /// Moves the margin of an isolated trade, as `LiquidationStateMachine.applyFill` does.
  private mutating func bookIsolated(
    _ cash: AssetAmount, before: AccountBook.Position,
    trade: (quantity: Quantity, price: Price), index: Int
  ) throws(AccountChangeFault) {
    let position = positions[index]
    let asset = position.instrument.settlementAsset
    let after = position.state.quantity
    let isThroughZero = before.state.quantity.signum * after.signum < 0
    var opened = Quantity.zero
    if isThroughZero {
      opened = after
    } else if after.magnitude > before.state.quantity.magnitude {
      opened = trade.quantity
    }
    var margin = position.isolatedMargin
    if isThroughZero || after.isZero {
      add(margin + cash, of: asset)
      margin = .zero
    }
    let wanted = try marginWanted(
      for: opened, at: trade.price, of: position, premium: isThroughZero ? .zero : -cash)
    let taken = min(wanted, max(.zero, amount(of: asset)))
    add(-taken, of: asset)
    margin += taken
    if !isThroughZero, !after.isZero { margin += cash }
    positions[index] = position.with(isolatedMargin: margin)
  }

  private func marginWanted(
    for opened: Quantity, at price: Price, of position: AccountBook.Position, premium: AssetAmount
  ) throws(AccountChangeFault) -> AssetAmount {
    if opened.isZero { return .zero }
    let instrument = position.instrument
    if !instrument.isFuture, opened.isPositive { return max(.zero, premium) }
    let sizePrice =
      instrument.isFuture
      ? price : market.indices[instrument.underlying] ?? instrument.optionTerms?.strike ?? price
    let size = instrument.notional(of: opened, at: sizePrice)
    if let leverage = position.leverage {
      return size.scaled(by: Rate.one.rawValue, over: leverage.rawValue, rounding: .ceiling)
    }
    return size.times(min(.one, try initialRate(of: position, size: size)), rounding: .ceiling)
  }

  private func initialRate(of position: AccountBook.Position, size: AssetAmount)
    throws(AccountChangeFault) -> Rate
  {
    let instrument = position.instrument
    guard instrument.isFuture else { return rulebook.options.shortInitialRate }
    guard let schedule = rulebook.futures.schedule(of: instrument.symbol) else {
      throw .missing(.missingSchedule(instrument.symbol))
    }
    let asset = instrument.settlementAsset
    guard let index = market.price(of: asset, reportingAsset: rulebook.reportingAsset) else {
      throw .missing(.missingAssetPrice(asset))
    }
    return schedule.tier(at: .value(of: size, at: index, rounding: .ceiling)).initialRate
  }

  mutating func switchMode(to mode: MarginMode) throws(AccountChangeFault) {
    if mode == marginMode { return }
    if marginMode == .isolated {
      for index in positions.indices {
        let position = positions[index]
        add(position.isolatedMargin, of: position.instrument.settlementAsset)
        positions[index] = position.with(isolatedMargin: .zero)
      }
    }
    marginMode = mode
    guard mode == .isolated else { return }
    for index in positions.indices where !positions[index].state.quantity.isZero {
      let position = positions[index]
      let asset = position.instrument.settlementAsset
      let free = max(.zero, amount(of: asset))
      let wanted: AssetAmount?
      do throws(AssessmentFault) {
        wanted = try isolatedMargin(of: position)
      } catch {
        throw .missing(error)
      }
      let taken = min(wanted ?? free, free)
      add(-taken, of: asset)
      positions[index] = position.with(isolatedMargin: taken)
    }
  }

  /// What a position needs to meet its initial requirement alone; see `AssetAmount.isolatedMargin`.
  private func isolatedMargin(
    of position: AccountBook.Position
  ) throws(AssessmentFault) -> AssetAmount? {
    let alone = AccountBook(
      accountID: accountID, marginMode: .isolated, balances: [], positions: [],
      initialRateFloor: initialRateFloor, creditLine: CreditRules.Line.none)
    return try AssetAmount.isolatedMargin { margin throws(AssessmentFault) in
      try alone.unit(of: position.with(isolatedMargin: margin), in: market, by: rulebook)
        .totals.initialExcess
    }
  }

  func checkedBook() throws(AccountChangeFault) -> AccountBook {
    guard positions.count <= DomainLimits.maximumPositions,
      balances.count <= DomainLimits.maximumBalances
    else { throw .tooMany }
    for position in positions {
      let quantity = position.state.quantity
      let isWithin =
        quantity.magnitude <= DomainLimits.maximumQuantity
        && position.instrument.units(of: quantity).magnitude <= DomainLimits.maximumUnits
      if !isWithin { throw .outOfRange(position.instrument.symbol) }
      if marginMode == .portfolio, position.instrument.isCoinOption {
        throw .notInPortfolio(position.instrument.symbol)
      }
    }
    for (asset, amount) in balances where amount.magnitude > DomainLimits.maximumBalance {
      throw .outOfRange(asset)
    }
    let book = AccountBook(
      accountID: accountID, marginMode: marginMode, balances: balances, positions: positions,
      initialRateFloor: initialRateFloor, creditLine: creditLine)
    guard rulebook.options.terms.style == .variation else { return book }
    return book.owingPremiums { premiums[$0] ?? .zero }
  }
}
