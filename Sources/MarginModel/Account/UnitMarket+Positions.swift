import FixedPoint
public import MarginDomain

/// One position as its unit sees it.
extension UnitMarket {
  /// Worth and requirement of one position.
  ///
  /// - Parameters:
  ///   - position: may be flat.
  ///   - slot: its place among the account's positions, for entry prices of its own.
  ///   - extras: other prices and own terms.
  /// - Returns: nil while a price is missing or it is out of range.
  public func assess(
    _ position: PositionSlot, at slot: Int = 0, with extras: UnitExtras? = nil
  ) -> PositionAssessment? {
    if position.state.quantity.isZero { return .nothing }
    guard notionalBasis != nil else { return nil }
    if extras != nil || usesAveragePrices || readsOptionEntries {
      return assessAtOwnPrices(position, at: slot, with: extras)
    }
    guard isWithinRange(position) else { return nil }
    return assess(position, by: contracts[Int(position.instrument)].margin)
  }

  private func assess(_ position: PositionSlot, by margin: ContractMargin) -> PositionAssessment? {
    let place = Int(position.instrument)
    return margin.assess(
      position.state, leverage: position.leverage.isZero ? nil : position.leverage,
      openInterest: contracts[place].openInterest, schedule: contracts[place].schedule)
  }

  /// With other prices, or where the rules read the entry of an option, or state what opening asks
  /// at the dearer of index and average of the settlement asset.
  @inline(never)
  private func assessAtOwnPrices(
    _ position: PositionSlot, at slot: Int, with extras: UnitExtras?
  ) -> PositionAssessment? {
    guard let prices = prices(of: position, at: slot, with: extras),
      isWithinRange(position, at: prices, with: extras)
    else { return nil }
    func assessed(at prices: PositionPrices) -> PositionAssessment? {
      var margin = contracts[Int(position.instrument)].margin
      margin.prices = prices
      guard var assessment = assess(position, by: margin) else { return nil }
      if let floor = extras?.initialRateFloor, !margin.isOption {
        let least = assessment.notional.times(
          floor, rounding: rules[0].futures.requirementRounding)
        assessment.requirement.initial = max(
          assessment.requirement.initial, rules[0].futures.onGrid(least))
      }
      return assessment
    }
    let assessment = assessed(at: prices)
    guard let assessment,
      let dearer = dearerPrices(prices, settlement: position.settlement)
    else { return assessment }
    return assessed(at: dearer).map { assessment.opening(as: $0) } ?? assessment
  }

  /// The prices that a position is margined with.
  ///
  /// - Parameters:
  ///   - position: one of the account's.
  ///   - slot: its place among the account's positions.
  ///   - extras: other prices and own terms.
  /// - Returns: nil while one is missing.
  public func prices(
    of position: PositionSlot, at slot: Int = 0, with extras: UnitExtras? = nil
  ) -> PositionPrices? {
    let place = Int(position.instrument)
    guard
      let prices = extras?.overlay?.prices(of: place) ?? prices(of: position.instrument)
    else { return nil }
    guard contracts[place].margin.isOption else { return prices }
    if let entry = extras?.optionEntry(at: slot) { return prices.entered(at: entry) }
    guard readsOptionEntries,
      let entry = position.optionEntryPrice(multiplier: contracts[place].margin.multiplier)
    else { return prices }
    return prices.entered(at: entry)
  }

  /// The prices with the average of the settlement asset where that is the dearer; else nil.
  func dearerPrices(_ prices: PositionPrices, settlement: Int32) -> PositionPrices? {
    guard usesAveragePrices, let average = assets[Int(settlement)].average,
      average > prices.settlementIndex
    else { return nil }
    return prices.settled(at: average)
  }

  // MARK: Ranges

  private func isWithinRange(_ position: PositionSlot) -> Bool {
    if notionalBasis == .entry {
      let limit = assets[Int(position.settlement)].largestPositionAmount
      guard position.state.entryCashFlow.magnitude <= limit else { return false }
    }
    return isWithinValue(position.state.quantity.magnitude, of: position.instrument)
  }

  private func isWithinRange(
    _ position: PositionSlot, at prices: PositionPrices, with extras: UnitExtras?
  ) -> Bool {
    guard let bounds else { return true }
    let quantity = position.state.quantity.magnitude
    if extras?.overlay == nil {
      return isWithinRange(position) && isWithinValueAtEntry(quantity, of: position, at: prices)
    }
    return quantity
      <= ValueBound.largestQuantity(
        of: bound(of: Int(position.instrument)), at: prices, below: bounds.positionValue)
      && isWithinValueAtEntry(quantity, of: position, at: prices)
  }

  /// Whether so many contracts are worth no more than what is evaluated at their price of entry.
  func isWithinValueAtEntry(
    _ quantity: Quantity, of position: PositionSlot, at prices: PositionPrices
  ) -> Bool {
    guard let bounds, readsOptionEntries, let entry = prices.optionEntry else { return true }
    let entered = PositionPrices(
      mark: entry, index: prices.index, settlementIndex: prices.settlementIndex,
      initialMultiplier: prices.initialMultiplier)
    return quantity
      <= ValueBound.largestQuantity(
        of: bound(of: Int(position.instrument)), at: entered, below: bounds.positionValue)
  }

  /// Whether so many contracts are worth no more than what is evaluated.
  public func isWithinValue(_ quantity: Quantity, of instrument: Int32) -> Bool {
    let place = Int(instrument)
    if quantity <= contracts[place].safeQuantity { return true }
    guard let bounds else { return true }
    guard let prices = contracts[place].margin.prices else { return false }
    return quantity
      <= ValueBound.largestQuantity(
        of: bound(of: place), at: prices, below: bounds.positionValue)
  }
}
