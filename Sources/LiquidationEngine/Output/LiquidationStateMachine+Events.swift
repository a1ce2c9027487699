import FixedPoint
import MarginDomain
import MarginModel

/// Building events: identity, sequence and evidence. Nothing of this runs unless one is emitted.
extension LiquidationStateMachine {
  mutating func emitState(
    of account: Int, _ unit: UnitKey, from previous: MarginState, to state: MarginState,
    into events: inout [MarginEvent]
  ) {
    let body: MarginEvent.Body
    switch state {
    case .healthy: body = .cleared
    case .warning:
      body = .warning
      counters.warnings += 1
    case .marginCall:
      body = .marginCall
      counters.marginCalls += 1
    case .reduceOnly: body = .reduceOnly
    case .liquidating, .bankrupt:
      preconditionFailure("\(state) is announced by the liquidation's own events")
    }
    emit(body, account, unit, from: previous, to: state, into: &events)
  }

  mutating func emit(
    _ body: MarginEvent.Body, _ account: Int, _ unit: UnitKey, from previous: MarginState,
    to state: MarginState, into events: inout [MarginEvent]
  ) {
    // Its numbers are given once the step's events are in order.
    let id = EventID(
      accountID: accounts[record: account].id, kind: body.kind, cause: cause, ordinal: 0)
    events.append(
      MarginEvent(
        id: id, sequence: 0, unit: name(of: unit), previousState: previous, newState: state,
        evidence: evidence(of: account, unit: unit), body: body))
  }

  func name(of unit: UnitKey) -> MarginUnit {
    unit.isAccount ? .account : .isolatedPosition(market.name(ofInstrument: unit.instrument))
  }

  /// What is known now.
  ///
  /// Where a price is missing, the sums cover the rest, the level is nil and the evidence counts as
  /// stale.
  private func evidence(of account: Int, unit: UnitKey) -> DecisionEvidence {
    var draft = EvidenceDraft(market: market, now: marginTime ?? EventTime(nanoseconds: 0))
    let holding = accounts[account]
    if unit.isAccount, holding.mode == .portfolio {
      draft.add(portfolio: holding)
    } else if unit.isAccount {
      draft.add(
        positions: holding.mode == .isolated ? [] : holding.positions, cash: holding.cash
      ) {
        market.unitMarket.sharedTotals(of: holding, with: $0)
      }
    } else if let slot = holding.positionIndex(of: unit.instrument) {
      let position = holding.positions[slot]
      let margin = CashSlot(asset: position.settlement, amount: position.isolatedMargin)
      draft.add(positions: [position], cash: [margin]) {
        market.unitMarket.isolatedTotals(of: position, orders: holding.orders, with: $0)
      }
    }
    return draft.evidence(isIncomplete: holding.isIncomplete)
  }
}

/// Collects the terms and prices of one unit.
private struct EvidenceDraft {
  let market: MarketState
  let now: EventTime
  var totals = MarginTotals()
  var terms: [MarginTerm] = []
  var prices: [PriceEvidence] = []
  var isPartial = false

  init(market: MarketState, now: EventTime) {
    self.market = market
    self.now = now
  }

  /// Takes the sums of a unit with their terms, and the prices behind them.
  mutating func add(
    positions: [PositionSlot], cash: [CashSlot], sums: (UnitExtras) -> MarginTotals?
  ) {
    for position in positions where !position.state.quantity.isZero { addPrices(of: position) }
    let extras = UnitExtras(terms: UnitTerms())
    guard let totals = sums(extras), let noted = extras.terms else {
      for slot in cash where !slot.amount.isZero { addPrice(of: market.assets[Int(slot.asset)]) }
      isPartial = true
      return
    }
    self.totals = totals
    isPartial = noted.isPartial
    for note in noted.heldAssets {
      let state = market.assets[Int(note.asset)]
      addPrice(of: state)
      guard let counted = note.counted else { continue }
      terms.append(MarginTerm(name: "collateral.\(state.definition.symbol)", amount: counted))
    }
    add(noted)
  }

  private mutating func add(_ noted: UnitTerms) {
    for note in noted.positions.sorted(by: { $0.slot < $1.slot }) {
      guard let requirement = note.assessment?.requirement else { continue }
      let symbol = market.name(ofInstrument: note.instrument)
      terms.append(MarginTerm(name: "initial.\(symbol)", amount: requirement.initial))
      terms.append(MarginTerm(name: "maintenance.\(symbol)", amount: requirement.maintenance))
    }
    terms += noted.joint
    for note in noted.orders {
      guard let requirement = note.requirement ?? (note.isNeeded ? nil : .zero) else { continue }
      let symbol = market.name(ofInstrument: note.instrument)
      terms.append(MarginTerm(name: "initial_orders.\(symbol)", amount: requirement.initial))
      guard !requirement.maintenance.isZero else { continue }
      terms.append(
        MarginTerm(name: "maintenance_orders.\(symbol)", amount: requirement.maintenance))
    }
    terms += MarginTotals.terms(ofWithheldOptionValue: noted.withheld)
    terms += noted.credited?.terms ?? []
  }

  /// A portfolio's positions ask together: the terms are those of the rows and charges that bind.
  mutating func add(portfolio holding: AccountHoldings) {
    let open = holding.positions.filter { !$0.state.quantity.isZero }
    for position in open { addPrices(of: position) }
    for slot in holding.cash where !slot.amount.isZero {
      addPrice(of: market.assets[Int(slot.asset)])
    }
    guard let portfolio = market.portfolio(of: holding)?.evaluation else {
      isPartial = true
      return
    }
    totals = portfolio.totals
    for asset in portfolio.inputs.assets {
      terms.append(MarginTerm(name: "collateral.\(asset.asset)", amount: asset.counted))
    }
    terms += scanRanges(of: portfolio.inputs.grids)
    terms += portfolio.computed.terms(
      grids: portfolio.inputs.grids, rules: portfolio.inputs.rules)
    terms += portfolio.ordered?.terms ?? []
    terms += MarginTotals.terms(ofWithheldOptionValue: portfolio.withheld)
    terms += portfolio.credited?.terms ?? []
  }

  /// The ranges that move, each with the moment since which it holds.
  private func scanRanges(of grids: [ScenarioGrid]) -> [MarginTerm] {
    grids.compactMap { grid in
      guard case .underlying(let feed)? = market.symbols[grid.underlying],
        let ladder = market.feeds[Int(feed)].ladder
      else { return nil }
      return PriceScanLadder.term(
        of: grid.underlying, range: ladder.range,
        row: ladder.lastStep.map { "since \($0)" } ?? "as the rulebook starts")
    }
  }

  private mutating func addPrices(of position: PositionSlot) {
    let state = market.instruments[Int(position.instrument)]
    if let mark = state.mark { addPrice(state.terms.symbol, .mark, mark) }
    let feed = market.feeds[Int(state.feed)]
    if let index = feed.band.accepted { addPrice(feed.symbol, .index, index) }
    addPrice(of: market.assets[Int(position.settlement)])
  }

  /// The record that an asset's price came from; the reporting asset has none.
  private mutating func addPrice(of asset: AssetState) {
    guard asset.definition.symbol != market.rulebook?.reportingAsset else { return }
    let own = market.feeds[Int(asset.ownFeed)]
    if let accepted = own.band.accepted {
      addPrice(own.symbol, .index, accepted)
    } else if let feed = asset.underlyingFeed.map({ market.feeds[Int($0)] }),
      let accepted = feed.band.accepted
    {
      addPrice(feed.symbol, .index, accepted)
    }
  }

  private mutating func addPrice(
    _ symbol: Symbol, _ kind: PriceEvidence.Kind, _ price: AcceptedPrice
  ) {
    guard !prices.contains(where: { $0.symbol == symbol && $0.kind == kind }) else { return }
    let age = market.priceRules?.maximumPriceAgeNanoseconds ?? .max
    prices.append(
      PriceEvidence(
        symbol: symbol, kind: kind, price: price.price, eventTime: price.time,
        isStale: now.nanoseconds(since: price.time) > age))
  }

  func evidence(isIncomplete: Bool) -> DecisionEvidence {
    let sorted = prices.sorted {
      $0.kind == $1.kind ? $0.symbol < $1.symbol : $0.kind.rawValue < $1.kind.rawValue
    }
    return DecisionEvidence(
      marginTime: now, equity: totals.equity, netEquity: totals.netEquity,
      initialMargin: totals.initialMargin, maintenanceMargin: totals.maintenanceMargin,
      marginLevel: isPartial ? nil : totals.marginLevel,
      rulebook: market.rulebook?.id ?? RulebookID(name: "none", version: 0),
      reportingAsset: market.rulebook?.reportingAsset, isIncomplete: isIncomplete,
      hasStalePrice: isPartial || prices.contains(where: \.isStale),
      prices: sorted, terms: terms)
  }
}

extension MarginEvent.Body {
  /// The kind's name in event ids.
  var kind: String {
    switch self {
    case .warning: return "warning"
    case .marginCall: return "margin_call"
    case .reduceOnly: return "reduce_only"
    case .cleared: return "cleared"
    case .incomplete: return "incomplete"
    case .completed: return "completed"
    case .liquidationStarted: return "liquidation_started"
    case .liquidationOrder: return "liquidation_order"
    case .liquidationOrderCancelled: return "liquidation_order_cancelled"
    case .liquidationProgress: return "liquidation_progress"
    case .takeover: return "takeover"
    case .debtSettlement: return "debt_settlement"
    case .liquidationResolved: return "liquidation_resolved"
    case .bankrupt: return "bankrupt"
    }
  }
}
