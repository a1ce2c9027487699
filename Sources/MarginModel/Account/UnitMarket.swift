import FixedPoint
public import MarginDomain

/// The market and the rules of a moment as evaluations read them: by index, with prices of
/// positions already put together.
///
/// What is read for every position stands apart from the rest, so that nothing there allocates,
/// copies an instrument or counts references of one.
public struct UnitMarket: Sendable {
  /// What an asset counts for now.
  public struct Asset: Sendable {
    /// Its name.
    public let symbol: Symbol
    /// Reporting asset per unit; nil while none is known.
    public internal(set) var price: Price?
    /// Of the first unit, for maintenance.
    public internal(set) var haircut = Rate.one
    /// What it counts for where one haircut does not say it; nil: the haircut alone.
    public internal(set) var terms: CollateralTerms? {
      didSet { hasTerms = terms != nil }
    }
    /// Whether there are such terms: the hot path asks this and copies nothing.
    private(set) var hasTerms = false
    /// Average of the price, and deposits of all accounts, where they are known.
    var average: Price?
    var totalDeposits: AssetAmount?
    /// Confidence of the index of the underlying that it moves with; nil: it moves with none.
    var underlyingConfidence: Rate?
    /// Largest net amount that is evaluated at this price.
    var largestAmount = AssetAmount.zero
    /// Largest entry cash flow of one position that is evaluated at this price.
    public internal(set) var largestPositionAmount = AssetAmount.zero

    init(symbol: Symbol) { self.symbol = symbol }
  }

  struct Contract: Sendable {
    var margin: ContractMargin
    var schedule: MarginSchedule?
    var openInterest: Quantity?
    /// A position that is surely within the largest value.
    var safeQuantity = Quantity.zero
  }

  /// What only rules read that see several positions, or orders.
  struct Details: Sendable {
    var instrument: Instrument
    /// Index of the settlement asset.
    let settlement: Int32
    var confidence = PriceConfidence.full
  }

  /// By asset index.
  public internal(set) var assets: [Asset] = []
  /// By instrument index; empty before the first rulebook.
  var contracts: [Contract] = []
  /// By instrument index.
  var details: [Details] = []
  /// The rules in force, if any; read in place, because copying them is dear.
  var rules: [Rulebook] = []
  /// The credit lines by their places; nil: a line of 0.
  var credits: [AccountCredit?] = []
  /// Price of the asset whose peg `contingencies` watch.
  public var pegPrice: Price?
  /// Largest values that are evaluated; nil: any.
  let bounds: ValueBounds?

  // Parts of the rules that every evaluation reads.
  /// From which price a future's notional is taken; nil before the first rulebook.
  var notionalBasis: FuturesRules.NotionalBasis?
  /// Where a debt stands.
  var debtSide = CollateralRules.DebtSide.equity
  /// Whether an asset's average price counts where positions are opened.
  var usesAveragePrices = false
  /// Whether an option's price of entry counts where positions are opened.
  var readsOptionEntries = false
  /// What the value of options counts at most in the equity for the initial requirement.
  public internal(set) var optionValueLimit: Rate?
  /// Whether the positions of a unit are asked together.
  var asksTogether = false

  /// Makes a market without assets, contracts and rules.
  ///
  /// - Parameter bounds: largest values that are evaluated; nil: any.
  public init(bounds: ValueBounds?) { self.bounds = bounds }

  // MARK: Keeping it up to date

  /// Takes rules up; contracts and assets must then be defined and priced anew.
  ///
  /// - Parameter rulebook: nil: there are none.
  public mutating func adopt(_ rulebook: Rulebook?) {
    rules = rulebook.map { [$0] } ?? []
    notionalBasis = rulebook?.futures.notionalBasis
    debtSide = rulebook?.collateral.debtSide ?? .equity
    usesAveragePrices = rulebook?.collateral.usesAveragePrices ?? false
    readsOptionEntries = rulebook?.options.terms.premium == .largerOfMarkAndEntry
    optionValueLimit = rulebook?.options.terms.effectiveValueLimit
    asksTogether =
      rulebook.map { $0.options.terms.netting != nil || $0.contingencies != nil } ?? false
    credits = []
  }

  /// Takes the table of credit lines up, by the places of its lines.
  ///
  /// - Parameter rules: those in force; nil: there are none.
  public mutating func takeCreditLines(of rules: CreditRules?) {
    credits = rules.map { rules in rules.lines.map { AccountCredit($0.line, by: rules) } } ?? []
  }

  /// Takes an asset up, still without a price; in the order of the indices.
  public mutating func addAsset(_ symbol: Symbol) { assets.append(Asset(symbol: symbol)) }

  /// Prices an asset and takes from the rules in force what it counts for.
  ///
  /// - Parameters:
  ///   - price: reporting asset per unit; nil: none is known.
  ///   - asset: index.
  public mutating func take(_ price: Price?, ofAsset asset: Int) {
    assets[asset] = self.asset(at: asset, priced: price)
  }

  /// What an asset counts for at a price.
  func asset(at place: Int, priced price: Price?) -> Asset {
    var asset = assets[place]
    asset.price = price
    asset.haircut = rules.first?.collateral.haircut(of: asset.symbol, at: price) ?? .one
    asset.terms = rules.first?.collateral.terms(of: asset.symbol)
    asset.largestAmount = largestAmount(worth: bounds?.assetValue, at: price)
    asset.largestPositionAmount = largestAmount(worth: bounds?.positionValue, at: price)
    return asset
  }

  /// Keeps what is stated of an asset beside its price.
  ///
  /// - Parameters:
  ///   - average: average of the price.
  ///   - totalDeposits: of all accounts, in the asset.
  ///   - underlyingConfidence: of the index of the underlying that it moves with; nil: of none.
  ///   - asset: index.
  public mutating func take(
    average: Price?, totalDeposits: AssetAmount?, underlyingConfidence: Rate?, ofAsset asset: Int
  ) {
    assets[asset].average = average
    assets[asset].totalDeposits = totalDeposits
    assets[asset].underlyingConfidence = underlyingConfidence
  }

  private func largestAmount(worth value: Money?, at price: Price?) -> AssetAmount {
    guard let price else { return .zero }
    guard let value else { return AssetAmount(rawValue: .max) }
    let amount = FullWidth.checkedQuotient(
      of: value.rawValue, times: Price.one.rawValue, over: price.rawValue, rounding: .floor)
    return amount.map(AssetAmount.init(rawValue:)) ?? AssetAmount(rawValue: .max)
  }

  /// Takes a contract up or replaces it, still without prices; in the order of the indices.
  ///
  /// - Parameters:
  ///   - terms: the contract.
  ///   - settlement: index of its settlement asset.
  ///   - instrument: index.
  public mutating func define(_ terms: Instrument, settlement: Int32, of instrument: Int) {
    guard !rules.isEmpty else { return }
    let schedule = rules[0].futures.schedule(of: terms.symbol)
    let contract = Contract(
      margin: ContractMargin(terms, rulebook: rules[0], schedule: schedule), schedule: schedule)
    if instrument < contracts.count {
      contracts[instrument] = contract
      details[instrument].instrument = terms
    } else {
      precondition(instrument == contracts.count, "a contract was defined out of order")
      contracts.append(contract)
      details.append(Details(instrument: terms, settlement: settlement))
    }
  }

  /// Prices a contract; nil: a price is missing.
  public mutating func take(_ prices: PositionPrices?, of instrument: Int) {
    contracts[instrument].margin.prices = prices
    guard let prices else { return }
    contracts[instrument].safeQuantity =
      bounds.map {
        ValueBound.safeQuantity(of: bound(of: instrument), at: prices, below: $0.positionValue)
      } ?? Quantity(rawValue: .max)
  }

  /// Keeps a contract's open interest.
  public mutating func take(openInterest: Quantity?, of instrument: Int) {
    contracts[instrument].openInterest = openInterest
  }

  /// Keeps how sure the sources of a contract's prices are of them.
  public mutating func take(_ confidence: PriceConfidence, of instrument: Int) {
    details[instrument].confidence = confidence
  }

  func bound(of instrument: Int) -> ValueBound.Terms {
    (contracts[instrument].margin.payoff, contracts[instrument].margin.multiplier)
  }

  /// The prices that positions in a contract are margined with; nil while one is missing.
  public func prices(of instrument: Int32) -> PositionPrices? {
    notionalBasis == nil ? nil : contracts[Int(instrument)].margin.prices
  }
}
