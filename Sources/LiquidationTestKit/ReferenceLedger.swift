import FixedPoint
import LiquidationEngine
public import MarginDomain
import MarginModel

/// The engine's oracle: the contract written down in the slowest and most obvious way.
///
/// It keeps raw tables by name, puts the margin of every unit of every account together anew after
/// every command, and knows no index, no interned symbols and no running sums. Of the margin model
/// it takes formulas of one contract, one asset or one set of legs; the composition, the states and
/// the ladders are its own. Refusals are taken from the engine's answer.
public struct ReferenceLedger {
  var rulebook: Rulebook?
  var scheduled: [ReferenceUpdate] = []
  var instruments: [Symbol: Instrument] = [:]
  /// Contracts in the order in which they were first defined: the order of isolated positions.
  var definitionOrder: [Symbol] = []
  var assets: [Symbol: CollateralAsset] = [:]
  var underlyings: Set<Symbol> = []
  /// Price scan ranges that move, by underlying.
  var ladders: [Symbol: ReferenceScanLadder] = [:]
  var bands: [Symbol: ReferenceBand] = [:]
  var marks: [Symbol: Price] = [:]
  var volatilities: [Symbol: Rate] = [:]
  var lastRecords: [Symbol: (time: EventTime, source: UInt64)] = [:]
  var fundingTimes: [Symbol: EventTime] = [:]
  var fundingRates: [Symbol: StatedFundingRate] = [:]
  var facts: [Symbol: MarketFacts] = [:]
  var fundingIndices: [Symbol: AssetAmount] = [:]
  /// Prices of final settlement of the contracts that have ended.
  var finalPrices: [Symbol: Price] = [:]
  var marginTime: EventTime?
  /// In the order in which they were first seen.
  var accounts: [ReferenceAccount] = []
  var fund: [Symbol: PositionState] = [:]
  /// The money that is not in accounts, per asset and column.
  var money = ReferenceMoney()

  /// An empty ledger.
  public init() {}

  /// Applies a command that the engine answered.
  ///
  /// - Parameters:
  ///   - command: the same command.
  ///   - answer: the engine's outcome; only refusals are believed.
  /// - Returns: the ledger's own outcome.
  @discardableResult
  public mutating func apply(
    _ command: MarginCommand, answer: CommandOutcome
  ) -> CommandOutcome {
    var refusal: RejectReason?
    if case .refused(let reason, _) = answer { refusal = reason }
    let recordTime = command.cause.recordTime
    let ahead = rulebook?.market.maximumTimeAheadNanoseconds ?? 60_000_000_000
    func isTimely(_ time: EventTime) -> Bool { time.nanoseconds(since: recordTime) <= ahead }
    switch command.body {
    case .define(let update):
      if refusal != nil { return answer }
      if case .duplicate = answer { return answer }
      define(update)
      return .applied
    case .updatePrice(let update):
      if isTimely(update.eventTime), refusal != .unknownSymbol { advance(to: update.eventTime) }
      return refusal == nil ? updatePrice(update) : answer
    case .settleFunding(let update):
      if isTimely(update.eventTime), refusal != .unknownSymbol { advance(to: update.eventTime) }
      return refusal == nil ? settleFunding(update) : answer
    case .applyAccountEvent(let event):
      if isDuplicate(event) { return .duplicate(.accountSequence) }
      let isRefused = refusal != nil
      applyAccountEvent(event, isRefused: isRefused)
      return isRefused ? answer : .applied
    case .markIncomplete(let id, let sequence, _):
      return markIncomplete(id, sequence: sequence)
    }
  }

  // MARK: Definitions and time

  private mutating func define(_ update: ReferenceUpdate) {
    guard update.effectiveTime <= marginTime ?? update.eventTime else {
      scheduled.append(update)
      return
    }
    take(update.definition)
  }

  private mutating func take(_ definition: ReferenceUpdate.Definition) {
    switch definition {
    case .underlying(let symbol):
      underlyings.insert(symbol)
      seatLadders()
    case .asset(let asset): assets[asset.symbol] = asset
    case .instrument(let instrument):
      if instruments[instrument.symbol] == nil { definitionOrder.append(instrument.symbol) }
      instruments[instrument.symbol] = instrument
    case .rulebook(let rulebook):
      self.rulebook = rulebook
      // Where a range stood still before, it starts anew.
      seatLadders()
    }
    let trigger = ReferenceTrigger(time: marginTime ?? EventTime(nanoseconds: .min))
    for place in accounts.indices { evaluate(place, trigger) { _ in true } }
  }

  /// What becomes due, one at a time: the earliest, definitions before lost answers.
  mutating func advance(to time: EventTime) {
    if let marginTime, time <= marginTime { return }
    marginTime = time
    while true {
      let definitions = scheduled.enumerated().filter { $0.element.effectiveTime <= time }
      let definition = definitions.min { $0.element.effectiveTime < $1.element.effectiveTime }
      let expiry = dueExpiry(at: time)
      if let definition, definition.element.effectiveTime <= expiry?.time ?? time {
        scheduled.remove(at: definition.offset)
        take(definition.element.definition)
      } else if let expiry {
        expire(account: expiry.account, liquidation: expiry.liquidation)
      } else {
        return
      }
    }
  }

  private func dueExpiry(
    at time: EventTime
  ) -> (time: EventTime, account: Int, liquidation: Int)? {
    var due: (time: EventTime, account: Int, liquidation: Int)?
    for (place, account) in accounts.enumerated() {
      for (number, liquidation) in account.liquidations.enumerated()
      where liquidation.hasOpenOrders && liquidation.expiry <= time {
        if let known = due, known.time <= liquidation.expiry { continue }
        due = (liquidation.expiry, place, number)
      }
    }
    return due
  }

  // MARK: Market

  private mutating func seatLadders() {
    let before = ladders
    ladders = [:]
    guard let rules = rulebook?.dynamic, let portfolio = rulebook?.portfolio else { return }
    for symbol in underlyings {
      guard let bounds = rules.range(of: symbol) else { continue }
      ladders[symbol] =
        before[symbol]?.moved(to: bounds, by: rules)
        ?? ReferenceScanLadder(at: portfolio.priceScanRanges[symbol], in: bounds, by: rules)
    }
  }

  private func price(ofUnderlying symbol: Symbol) -> Price? { bands[symbol]?.accepted }

  func market() -> MarketView {
    var view = MarketView(
      marks: marks, volatilities: volatilities, indices: [:], assetPrices: [:], assets: assets,
      asOf: marginTime)
    view.fundingRates = fundingRates
    view.priceScanRanges = ladders.mapValues(\.range)
    for (symbol, stated) in facts {
      view.openInterests[symbol] = stated.openInterest
      view.initialMultipliers[symbol] = stated.initialMultiplier
      view.averageAssetPrices[symbol] = stated.averagePrice
      view.totalDeposits[symbol] = stated.totalDeposits
      view.confidences[symbol] = stated.confidence.map { [$0] }
    }
    for (symbol, band) in bands {
      if assets[symbol] != nil {
        view.assetPrices[symbol] = band.accepted
      } else if instruments[symbol] == nil {
        view.indices[symbol] = band.accepted
      }
    }
    return view
  }

  private mutating func updatePrice(_ update: PriceUpdate) -> CommandOutcome {
    if let last = lastRecords[update.symbol] {
      if update.eventTime < last.time { return .duplicate(.priceOlder) }
      if update.eventTime == last.time, update.sourceSequence == last.source {
        return .duplicate(.priceRepeated)
      }
    }
    lastRecords[update.symbol] = (update.eventTime, update.sourceSequence)
    facts[update.symbol, default: MarketFacts()].take(update.facts)
    let hold = take(update)
    let hasPrice = update.markPrice != nil || update.indexPrice != nil
    let isPriced = update.impliedVolatility != nil || (hasPrice && hold == nil)
    let movesMaintenance =
      update.facts.openInterest != nil && rulebook?.futures.closingFee == .atBankruptcyPrice
    guard isPriced || movesMaintenance else { return hold.map { .held($0) } ?? .applied }
    if hold == nil, let index = update.indexPrice, let rules = rulebook?.dynamic,
      let bounds = rules.range(of: update.symbol)
    {
      ladders[update.symbol]?.note(index, at: update.eventTime, in: bounds, by: rules)
    }
    if let volatility = update.impliedVolatility { volatilities[update.symbol] = volatility }
    if isPriced { revalueModelMarks(after: update.symbol, at: update.eventTime) }
    let trigger = ReferenceTrigger(
      time: update.eventTime, symbol: isPriced && hold == nil ? update.symbol : nil)
    for place in accounts.indices {
      let mode = accounts[place].mode
      evaluate(place, trigger) { [assets, instruments] unit in
        unit.holds(update.symbol, mode: mode, assets: assets, instruments: instruments)
      }
    }
    return hold.map { .held($0) } ?? .applied
  }

  private mutating func take(_ update: PriceUpdate) -> HoldReason? {
    if let index = update.indexPrice {
      return offer(index, update) ? nil : .outsideBand
    }
    guard let mark = update.markPrice, let instrument = instruments[update.symbol] else {
      return nil
    }
    guard let terms = instrument.optionTerms else {
      guard offer(mark, update) else { return .outsideBand }
      marks[update.symbol] = mark
      return nil
    }
    if instrument.markSource == .model { return nil }
    let index = price(ofUnderlying: instrument.underlying)
    let bound = terms.right == .put ? terms.strike : index
    if let bound, mark > bound { return .optionBounds }
    marks[update.symbol] = mark
    return nil
  }

  private mutating func offer(_ price: Price, _ update: PriceUpdate) -> Bool {
    bands[update.symbol, default: ReferenceBand()].offer(
      price, at: update.eventTime, rules: rulebook?.market)
  }

  private mutating func revalueModelMarks(after symbol: Symbol, at time: EventTime) {
    for instrument in instruments.values
    where [instrument.underlying, instrument.symbol, instrument.forward].contains(symbol) {
      guard instrument.markSource == .model, !instrument.isFuture,
        let index = price(ofUnderlying: instrument.underlying),
        let volatility = volatilities[instrument.symbol] ?? volatilities[instrument.underlying],
        let mark = ModelMark.price(
          of: instrument, index: index, forward: instrument.forward.map { marks[$0] ?? index },
          volatility: volatility, asOf: time)
      else { continue }
      marks[instrument.symbol] = mark
    }
  }

  // MARK: Funding

  private mutating func settleFunding(_ update: FundingUpdate) -> CommandOutcome {
    if case .finalSettlement(let price) = update.form { return settleFinally(update, at: price) }
    if let last = fundingTimes[update.symbol], update.eventTime <= last {
      return .duplicate(.funding)
    }
    if let before = fundingTimes[update.symbol], case .settlement(let rate, _) = update.form {
      let hours = Rate(
        rawValue: FullWidth.quotient(
          of: Int128(update.eventTime.nanoseconds(since: before)), times: 5, over: 18,
          rounding: .nearestEven))
      fundingRates[update.symbol] = StatedFundingRate(rate: rate, intervalHours: hours)
    }
    fundingTimes[update.symbol] = update.eventTime
    let last = fundingIndices[update.symbol]
    if case .cumulativeIndex(let index) = update.form {
      fundingIndices[update.symbol] = index
      if last == nil { return .applied }
    }
    guard let instrument = instruments[update.symbol] else { return .applied }
    for place in accounts.indices {
      guard let position = accounts[place].positions[update.symbol], !position.isFlat else {
        continue
      }
      let applied = pay(position.state.quantity, update.form, instrument, last: last)
      accounts[place].credit(
        applied, position: update.symbol, asset: instrument.settlementAsset)
      let trigger = ReferenceTrigger(time: update.eventTime)
      evaluate(place, trigger) { $0.positions.contains { $0.symbol == update.symbol } }
    }
    if let quantity = fund[update.symbol]?.quantity, !quantity.isZero {
      let applied = pay(quantity, update.form, instrument, last: last)
      money.add(applied, .fund, instrument.settlementAsset)
    }
    return .applied
  }

  /// Books a payment and returns it as it is applied.
  private mutating func pay(
    _ quantity: Quantity, _ form: FundingUpdate.Form, _ instrument: Instrument,
    last: AssetAmount?
  ) -> AssetAmount {
    func payment(_ rounding: RoundingMode) -> AssetAmount {
      switch form {
      case .settlement(let rate, let price):
        return FundingPayment.settlement(
          of: quantity, in: instrument, rate: rate, price: price, rounding: rounding)
      case .cumulativeIndex(let index):
        return FundingPayment.accrual(
          of: quantity, from: last ?? index, to: index, rounding: rounding)
      case .finalSettlement: return .zero
      }
    }
    let asset = instrument.settlementAsset
    money.add(payment(.nearestEven), .funding, asset)
    money.add(payment(.nearestEven) - payment(.floor), .rounding, asset)
    return payment(.floor)
  }
}

/// The band as a list of what was held.
struct ReferenceBand {
  var accepted: Price?
  private var held: [(price: Price, time: EventTime)] = []

  mutating func offer(_ price: Price, at time: EventTime, rules: MarketRules?) -> Bool {
    guard let rules, let accepted, !isNear(price, accepted, rules.priceBand) else {
      accepted = price
      held = []
      return true
    }
    held.append((price, time))
    if time.nanoseconds(since: held[0].time) >= rules.bandTimeoutNanoseconds
      || run(rules.priceBand) >= rules.bandConfirmations
    {
      self.accepted = price
      held = []
      return true
    }
    return false
  }

  /// How many updates of strictly later time, each near the one before, stand at the end.
  private func run(_ band: Rate) -> Int {
    var count = 0
    for (before, after) in zip(held, held.dropFirst()) where after.time > before.time {
      count = isNear(after.price, before.price, band) ? count + 1 : 0
    }
    return count
  }

  private func isNear(_ price: Price, _ base: Price, _ band: Rate) -> Bool {
    let limit = FullWidth.quotient(
      of: base.rawValue, times: band.rawValue, over: Rate.one.rawValue, rounding: .floor)
    return (price - base).magnitude.rawValue <= limit
  }
}

/// Amounts by asset and column.
struct ReferenceMoney {
  enum Column: Int, CaseIterable {
    case fund
    case fees
    case rounding
    case transfers
    case fills
    case funding
    case adjustments
  }
  private var amounts: [Symbol: [AssetAmount]] = [:]

  mutating func add(_ amount: AssetAmount, _ column: Column, _ asset: Symbol) {
    amounts[asset, default: Column.allCases.map { _ in .zero }][column.rawValue] += amount
  }

  func amount(_ column: Column, _ asset: Symbol) -> AssetAmount {
    amounts[asset]?[column.rawValue] ?? .zero
  }
}
