import FixedPoint
public import MarginDomain

/// The one composition of a unit's equity and requirements outside portfolio margin.
///
/// The engine's hot path, its evidence, `explain`, `stress` and the searches for prices all sum
/// through it. Without `extras` nothing here allocates; with them another set of prices or an
/// account's own terms are read, and every term is noted.
extension UnitMarket {
  /// Sums of an account's shared part with its orders.
  ///
  /// - Parameters:
  ///   - account: in isolated mode, its cash and the orders in contracts without a position.
  ///   - extras: what is read and noted beside it.
  /// - Returns: reporting asset; nil while a price is missing or a value leaves its range. Where
  ///   terms are noted, what can be summed, and the terms say whether something is missing.
  public func sharedTotals(
    of account: AccountHoldings, with extras: UnitExtras? = nil
  ) -> MarginTotals? {
    guard notionalBasis != nil else { return nil }
    var totals = MarginTotals()
    let isIsolated = account.mode == .isolated
    guard
      add(
        account.cash, account.positions, isIsolated ? 0 : account.positions.count,
        to: &totals, extras)
    else { return nil }
    if asksTogether {
      guard
        join(
          isIsolated ? [] : account.positions, cash: account.cash, in: &totals, extras)
      else { return nil }
    }
    if !account.orders.isEmpty {
      for order in account.orders {
        let (position, slot) = position(beside: order, in: account)
        // Those in contracts of isolated positions are theirs.
        if isIsolated, !position.state.quantity.isZero { continue }
        guard add(order, beside: position, at: slot, to: &totals, extras) else { return nil }
      }
    }
    if let optionValueLimit, !isIsolated {
      let withheld = totals.limitOptionValue(to: optionValueLimit)
      extras?.terms?.withheld = withheld
    }
    if account.mode == .cross, let line = credit(of: account, extras) {
      return applying(line, to: totals, of: account, extras)
    }
    return totals
  }

  /// Sums of one isolated position, its margin and the orders of its contract.
  ///
  /// - Parameters:
  ///   - position: one of an isolated account.
  ///   - orders: the account's; those of other contracts are passed over.
  ///   - extras: what is read and noted beside it.
  /// - Returns: as `sharedTotals` does.
  public func isolatedTotals(
    of position: PositionSlot, orders: [OrderSlot], with extras: UnitExtras? = nil
  ) -> MarginTotals? {
    guard notionalBasis != nil else { return nil }
    var totals = MarginTotals()
    var held = HeldAmount(net: position.isolatedMargin)
    // Its value backs nothing but itself, so that no limit holds.
    guard add(position, at: 0, to: &held, limits: false, totals: &totals, extras),
      add(held, of: position.settlement, to: &totals, extras)
    else { return nil }
    if asksTogether {
      let margin = CashSlot(asset: position.settlement, amount: position.isolatedMargin)
      guard join([position], cash: [margin], in: &totals, extras) else { return nil }
    }
    if position.state.quantity.isZero { return totals }
    for order in orders where order.instrument == position.instrument {
      guard add(order, beside: position, at: 0, to: &totals, extras) else { return nil }
    }
    return totals
  }

  // MARK: Cash and positions

  /// One asset's amount in a unit, and the parts of it that count apart.
  struct HeldAmount {
    var net: AssetAmount
    /// The part that net equity alone holds.
    var outside = AssetAmount.zero
    /// The value of limited options.
    var limited = AssetAmount.zero

    var isNothing: Bool { net.isZero && outside.isZero && limited.isZero }
  }

  /// Adds cash with what settles in it.
  private func add(
    _ cash: [CashSlot], _ positions: [PositionSlot], _ positionCount: Int,
    to totals: inout MarginTotals, _ extras: UnitExtras?
  ) -> Bool {
    for place in cash.indices {
      let asset = cash[place].asset
      var held = HeldAmount(net: cash[place].amount)
      // Every cross position's settlement asset has a cash slot, so each is met exactly once.
      for slot in 0..<positionCount where positions[slot].settlement == asset {
        guard
          add(positions[slot], at: slot, to: &held, limits: true, totals: &totals, extras)
        else { return false }
      }
      guard add(held, of: asset, to: &totals, extras) else { return false }
    }
    return true
  }

  @inline(__always)
  private func add(
    _ position: PositionSlot, at slot: Int, to held: inout HeldAmount, limits: Bool,
    totals: inout MarginTotals, _ extras: UnitExtras?
  ) -> Bool {
    let assessment = assess(position, at: slot, with: extras)
    if let extras { extras.note(assessment, of: position, at: slot) }
    guard let assessment else { return extras?.terms != nil }
    totals.add(assessment.requirement)
    held.net += assessment.worth
    held.outside += assessment.worthOutsideEquity
    if limits { held.limited += assessment.limitedWorth }
    return true
  }

  private func add(
    _ held: HeldAmount, of asset: Int32, to totals: inout MarginTotals, _ extras: UnitExtras?
  ) -> Bool {
    if held.isNothing { return true }
    let place = Int(asset)
    if let extras { return add(held, of: place, to: &totals, with: extras) }
    guard let price = assets[place].price, isWithin(held, assets[place]) else { return false }
    if assets[place].hasTerms {
      countByTerms(held, of: assets[place], at: price, in: &totals, floor: nil)
    } else {
      totals.add(
        held.net, indexPrice: price, haircut: assets[place].haircut, outsideEquity: held.outside,
        limited: held.limited)
    }
    return true
  }

  /// Adds what a net amount counts for; the scenarios of a portfolio see options' whole value.
  ///
  /// - Parameters:
  ///   - net: in the asset, signed.
  ///   - limited: the part of it that is the value of limited options.
  ///   - asset: index.
  ///   - totals: where it is added.
  /// - Returns: what it adds to equity; nil without a price, or out of range.
  public func count(
    _ net: AssetAmount, limited: AssetAmount, of asset: Int32, in totals: inout MarginTotals
  ) -> Money? {
    let held = HeldAmount(net: net, limited: limited)
    let state = assets[Int(asset)]
    guard let price = state.price, isWithin(held, state) else { return nil }
    if state.hasTerms {
      return countByTerms(held, of: state, at: price, in: &totals, floor: nil)
    }
    return totals.add(net, indexPrice: price, haircut: state.haircut, limited: limited)
  }

  private func isWithin(_ held: HeldAmount, _ asset: Asset) -> Bool {
    held.net.magnitude <= asset.largestAmount
      && (held.net - held.outside).magnitude <= asset.largestAmount
  }

  /// The same with other prices and own terms, noted.
  @inline(never)
  private func add(
    _ held: HeldAmount, of place: Int, to totals: inout MarginTotals, with extras: UnitExtras
  ) -> Bool {
    let asset = extras.overlay?.asset(at: place) ?? assets[place]
    var note = UnitTerms.AssetNote(
      asset: Int32(place), net: held.net, outsideEquity: held.outside, limited: held.limited)
    if let price = asset.price, isWithin(held, asset) {
      note.price = price
      let debts = totals.maintenanceMargin
      note.counted =
        asset.hasTerms
        ? countByTerms(held, of: asset, at: price, in: &totals, floor: extras.initialRateFloor)
        : totals.add(
          held.net, indexPrice: price, haircut: asset.haircut, outsideEquity: held.outside,
          limited: held.limited)
      note.maintenanceDebt = totals.maintenanceMargin - debts
    }
    extras.note(note)
    return note.counted != nil || extras.terms != nil
  }

  /// Kept out of the hot path, so that it copies nothing for assets with one haircut.
  @inline(never)
  @discardableResult
  private func countByTerms(
    _ held: HeldAmount, of asset: Asset, at price: Price, in totals: inout MarginTotals,
    floor: Rate?
  ) -> Money {
    guard let terms = asset.terms else { return .zero }
    return totals.add(
      terms.value(
        of: held.net, outsideEquity: held.outside, limited: held.limited,
        at: CollateralPrices(
          index: price, average: usesAveragePrices ? asset.average : nil,
          totalDeposits: asset.totalDeposits), debtSide: debtSide, initialRateFloor: floor))
  }
}
