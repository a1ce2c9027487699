import FixedPoint
import MarginDomain
import MarginModel

/// What an evaluation reads of the market, apart from everything else, so that a call passes a few
/// words: nothing here allocates, copies an instrument or counts references of one.
struct MarginBasis: Sendable {
  private struct Contract: Sendable {
    var margin: ContractMargin
    var schedule: MarginSchedule?
    var openInterest: Quantity?
    /// A position that is surely within `maximumPositionValue`.
    var safeQuantity = Quantity.zero
  }

  var assets: [AssetState] = []
  /// By instrument index; empty before the first rulebook.
  private var contracts: [Contract] = []
  /// From which price the rules in force take a future's notional; nil before the first rulebook.
  var notionalBasis: FuturesRules.NotionalBasis?
  /// Where a debt stands by the rules in force.
  var debtSide = CollateralRules.DebtSide.equity
  /// Whether an asset's average price counts where positions are opened.
  var usesAveragePrices = false
  /// Whether an option's price of entry counts where positions are opened.
  var readsOptionEntries = false
  /// What the value of options counts at most in the equity for the initial requirement.
  var optionValueLimit: Rate?
  private let maximumPositionValue: Money

  init(maximumPositionValue: Money) { self.maximumPositionValue = maximumPositionValue }

  /// Takes a contract up or replaces it, still without prices; in the order of the indices.
  mutating func define(_ margin: ContractMargin, schedule: MarginSchedule?, of instrument: Int) {
    let contract = Contract(margin: margin, schedule: schedule)
    if instrument < contracts.count {
      contracts[instrument] = contract
    } else {
      precondition(instrument == contracts.count, "a contract was defined out of order")
      contracts.append(contract)
    }
  }

  /// Prices a contract; nil: a price is missing.
  mutating func take(_ prices: PositionPrices?, of instrument: Int) {
    contracts[instrument].margin.prices = prices
    guard let prices else { return }
    contracts[instrument].safeQuantity = ValueBound.safeQuantity(
      of: terms(of: instrument), at: prices, below: maximumPositionValue)
  }

  /// Keeps a contract's open interest.
  mutating func take(openInterest: Quantity?, of instrument: Int32) {
    contracts[Int(instrument)].openInterest = openInterest
  }

  func openInterest(of instrument: Int32) -> Quantity? {
    contracts[Int(instrument)].openInterest
  }

  /// The prices that positions in a contract are margined with; nil while one is missing.
  func prices(of instrument: Int32) -> PositionPrices? {
    notionalBasis == nil ? nil : contracts[Int(instrument)].margin.prices
  }

  private func terms(of instrument: Int) -> ValueBound.Terms {
    (contracts[instrument].margin.payoff, contracts[instrument].margin.multiplier)
  }

  // MARK: Units

  /// Sums of an account's shared part, without its orders and with the value of options in full;
  /// nil while a price is missing or a value leaves its range.
  ///
  /// Takes the whole table, so that the account's arrays are read where they are: taking them out
  /// would count references of each.
  func sharedTotals(of account: Int, in accounts: AccountTable) -> MarginTotals? {
    guard notionalBasis != nil else { return nil }
    var totals = MarginTotals()
    let positionCount =
      accounts[account].mode == .isolated ? 0 : accounts[account].positions.count
    for place in accounts[account].cash.indices {
      let asset = accounts[account].cash[place].asset
      var net = accounts[account].cash[place].amount
      var outside = AssetAmount.zero
      var limited = AssetAmount.zero
      // Every cross position's settlement asset has a cash slot, so each is met exactly once.
      for slot in 0..<positionCount
      where accounts[account].positions[slot].settlement == asset {
        guard let assessment = assess(accounts[account].positions[slot]) else { return nil }
        totals.add(assessment.requirement)
        net += assessment.worth
        outside += assessment.worthOutsideEquity
        limited += assessment.limitedWorth
      }
      guard add(net, outside, limited, of: asset, to: &totals) else { return nil }
    }
    return totals
  }

  /// Sums of one isolated position and its margin.
  func isolatedTotals(of position: PositionSlot) -> MarginTotals? {
    guard notionalBasis != nil else { return nil }
    var totals = MarginTotals()
    var net = position.isolatedMargin
    var outside = AssetAmount.zero
    if !position.state.quantity.isZero {
      guard let assessment = assess(position) else { return nil }
      totals.add(assessment.requirement)
      net += assessment.worth
      outside = assessment.worthOutsideEquity
    }
    // Its value backs nothing but itself, so that no limit holds.
    guard add(net, outside, .zero, of: position.settlement, to: &totals) else { return nil }
    return totals
  }

  private func add(
    _ net: AssetAmount, _ outside: AssetAmount, _ limited: AssetAmount, of asset: Int32,
    to totals: inout MarginTotals
  ) -> Bool {
    if net.isZero, outside.isZero, limited.isZero { return true }
    guard let price = assets[Int(asset)].price,
      net.magnitude <= assets[Int(asset)].largestAmount,
      (net - outside).magnitude <= assets[Int(asset)].largestAmount
    else { return false }
    _ = count(net, outside, limited, of: asset, at: price, in: &totals)
    return true
  }

  /// Adds an asset's net amount by its haircut or terms, and returns what counts of it.
  ///
  /// `outside` is the part that net equity alone holds, `limited` the value of limited options.
  func count(
    _ net: AssetAmount, _ outside: AssetAmount = .zero, _ limited: AssetAmount = .zero,
    of asset: Int32, at price: Price, in totals: inout MarginTotals
  ) -> Money {
    if assets[Int(asset)].hasTerms {
      return countByTerms(net, outside, limited, of: asset, at: price, in: &totals)
    }
    return totals.add(
      net, indexPrice: price, haircut: assets[Int(asset)].haircut, outsideEquity: outside,
      limited: limited)
  }

  /// Kept out of the hot path, so that it copies nothing for assets with one haircut.
  @inline(never)
  private func countByTerms(
    _ net: AssetAmount, _ outside: AssetAmount, _ limited: AssetAmount, of asset: Int32,
    at price: Price, in totals: inout MarginTotals
  ) -> Money {
    guard let terms = assets[Int(asset)].terms else { return .zero }
    let facts = assets[Int(asset)].facts
    return totals.add(
      terms.value(
        of: net, outsideEquity: outside, limited: limited,
        at: CollateralPrices(
          index: price, average: usesAveragePrices ? facts.averagePrice : nil,
          totalDeposits: facts.totalDeposits), debtSide: debtSide))
  }

  // MARK: One position

  /// Worth and requirement of one position; nil while a price is missing or it is out of range.
  func assess(_ position: PositionSlot) -> PositionAssessment? {
    if position.state.quantity.isZero { return .nothing }
    guard notionalBasis != nil, isWithinRange(position) else { return nil }
    if usesAveragePrices || readsOptionEntries { return assessAtOwnPrices(position) }
    return assess(position, with: contracts[Int(position.instrument)].margin)
  }

  private func assess(_ position: PositionSlot, with margin: ContractMargin) -> PositionAssessment?
  {
    let place = Int(position.instrument)
    return margin.assess(
      position.state, leverage: position.leverage.isZero ? nil : position.leverage,
      openInterest: contracts[place].openInterest, schedule: contracts[place].schedule)
  }

  /// Where the rules read the entry of an option, or state what opening asks at the dearer of index
  /// and average of the settlement asset.
  @inline(never)
  private func assessAtOwnPrices(_ position: PositionSlot) -> PositionAssessment? {
    var margin = contracts[Int(position.instrument)].margin
    guard let prices = prices(of: position) else { return nil }
    margin.prices = prices
    let assessment = assess(position, with: margin)
    guard let dearer = dearerPrices(prices, settlement: position.settlement), let assessment
    else { return assessment }
    margin.prices = dearer
    return assess(position, with: margin).map { assessment.opening(as: $0) } ?? assessment
  }

  /// The prices that a position is margined with; nil while one is missing.
  func prices(of position: PositionSlot) -> PositionPrices? {
    let prices = prices(of: position.instrument)
    let margin = contracts[Int(position.instrument)].margin
    guard readsOptionEntries, margin.isOption,
      let entry = position.optionEntryPrice(multiplier: margin.multiplier)
    else { return prices }
    return prices?.entered(at: entry)
  }

  /// The prices with the average of the settlement asset where that is the dearer; else nil.
  func dearerPrices(_ prices: PositionPrices, settlement: Int32) -> PositionPrices? {
    guard usesAveragePrices, let average = assets[Int(settlement)].facts.averagePrice,
      average > prices.settlementIndex
    else { return nil }
    return prices.settled(at: average)
  }

  private func isWithinRange(_ position: PositionSlot) -> Bool {
    if notionalBasis == .entry {
      let limit = assets[Int(position.settlement)].largestPositionAmount
      guard position.state.entryCashFlow.magnitude <= limit else { return false }
    }
    let quantity = position.state.quantity.magnitude
    guard isWithinValue(quantity, of: position.instrument) else { return false }
    return !readsOptionEntries || isWithinValueAtEntry(position)
  }

  /// Whether a position is worth no more than what is evaluated at its price of entry too.
  @inline(never)
  private func isWithinValueAtEntry(_ position: PositionSlot) -> Bool {
    isWithinValueAtEntry(position.state.quantity.magnitude, of: position)
  }

  /// The same for a position with the orders beside it.
  func isWithinValueAtEntry(_ quantity: Quantity, of position: PositionSlot) -> Bool {
    guard let prices = prices(of: position), let entry = prices.optionEntry else { return true }
    let entered = PositionPrices(
      mark: entry, index: prices.index, settlementIndex: prices.settlementIndex,
      initialMultiplier: prices.initialMultiplier)
    return quantity
      <= ValueBound.largestQuantity(
        of: terms(of: Int(position.instrument)), at: entered, below: maximumPositionValue)
  }

  /// Whether so many contracts are worth no more than what is evaluated.
  func isWithinValue(_ quantity: Quantity, of instrument: Int32) -> Bool {
    let place = Int(instrument)
    if quantity <= contracts[place].safeQuantity { return true }
    guard let prices = contracts[place].margin.prices else { return false }
    return quantity
      <= ValueBound.largestQuantity(
        of: terms(of: place), at: prices, below: maximumPositionValue)
  }
}
