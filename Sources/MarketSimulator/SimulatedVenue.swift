import FixedPoint
public import MarginDomain

/// What the simulated exchange lists: underlyings, assets and contracts, made from a market table.
///
/// Every underlying has a linear perpetual future (`BTC-PERP`, settled in USDC). The first three
/// are the majors: their coins serve as collateral, and each has an inverse perpetual future
/// (`BTC-PERP-INV`, settled in the coin). Majors with a volatility have perpetual calls and puts
/// (`BTC-115000-C`, premium style, settled in USDC, funding period 24 hours) at five strikes around
/// the first index price.
public struct SimulatedVenue: Sendable, Equatable {
  /// One underlying's contracts, as indices in `instruments`.
  struct Listing: Sendable, Equatable {
    let underlying: Symbol
    let coin: Symbol?
    let linearFuture: Int
    let inverseFuture: Int?
    let options: [Int]
    /// The column of the table with its volatility, and a factor on it; nil: none.
    let volatility: VolatilitySource?
  }
  struct VolatilitySource: Sendable, Equatable {
    let column: Int
    let factor: Rate
  }

  /// The asset in which linear contracts and options settle.
  public static let settlementAsset = Symbol("USDC")
  /// A second dollar that serves as collateral only.
  public static let secondDollar = Symbol("USDT")
  /// How many underlyings, from the first, have coins as collateral, inverse futures and options.
  public static let majorCount = 3
  /// Funding period of the options, hours.
  public static let optionFundingHours = 24

  /// Collateral and settlement assets, each once: the two dollars, then the majors' coins.
  public let assets: [CollateralAsset]
  /// Underlyings in the table's order.
  public let underlyings: [Symbol]
  /// Contracts, each symbol once: per underlying the linear future, the inverse one, the options.
  public let instruments: [Instrument]
  let listings: [Listing]
  private let indices: [Symbol: Int]

  /// Lists contracts for the underlyings of a table.
  ///
  /// - Parameter table: its first row determines ticks, lots and strikes.
  public init(market table: MarketTable) {
    var builder = VenueBuilder(table: table)
    builder.listAll()
    assets =
      [Self.settlementAsset, Self.secondDollar].map { CollateralAsset(symbol: $0, underlying: nil) }
      + builder.coins
    underlyings = table.underlyings
    instruments = builder.instruments
    listings = builder.listings
    indices = Dictionary(
      uniqueKeysWithValues: builder.instruments.enumerated().map { ($1.symbol, $0) })
  }

  /// The contract of a symbol, or nil when it is not listed.
  public func instrument(_ symbol: Symbol) -> Instrument? {
    index(of: symbol).map { instruments[$0] }
  }

  func index(of symbol: Symbol) -> Int? { indices[symbol] }

  /// The records of `reference` that define all this: assets, underlyings, contracts, rulebook.
  ///
  /// - Parameters:
  ///   - rulebook: the rules in force.
  ///   - time: when they are published and take effect.
  /// - Returns: in an order in which no record names a later one.
  public func definitions(rulebook: Rulebook, at time: EventTime) -> [ReferenceUpdate] {
    var definitions: [ReferenceUpdate.Definition] = underlyings.map { .underlying($0) }
    definitions += assets.map { .asset($0) }
    definitions += instruments.map { .instrument($0) }
    definitions.append(.rulebook(rulebook))
    return definitions.map {
      ReferenceUpdate(effectiveTime: time, eventTime: time, definition: $0)
    }
  }

  /// Implied volatility of an underlying's options in a row of the table.
  ///
  /// - Returns: per year, or nil for an underlying without options.
  func volatility(of listing: Listing, in row: MarketTable.Row) -> Rate? {
    guard let source = listing.volatility, let level = row.quotes[source.column].volatility
    else { return nil }
    return level.scaled(by: source.factor.rawValue, over: Rate.one.rawValue, rounding: .nearestEven)
  }
}

/// Derives contract terms from the first row of a table.
private struct VenueBuilder {
  let table: MarketTable
  var instruments: [Instrument] = []
  var listings: [SimulatedVenue.Listing] = []
  var coins: [CollateralAsset] = []

  init(table: MarketTable) { self.table = table }

  mutating func listAll() {
    for (column, underlying) in table.underlyings.enumerated() {
      let grid = PriceGrid(price: table.rows[0].quotes[column].indexPrice)
      let isMajor = column < SimulatedVenue.majorCount
      let coin = isMajor ? addCoin(of: underlying) : nil
      let linear = add(linearFuture(on: underlying, grid: grid))
      let inverse = coin.map { add(inverseFuture(on: underlying, coin: $0, grid: grid)) }
      let volatility = isMajor ? volatilitySource(of: column) : nil
      let options =
        volatility == nil ? [] : self.options(on: underlying, grid: grid).map { add($0) }
      listings.append(
        SimulatedVenue.Listing(
          underlying: underlying, coin: coin, linearFuture: linear, inverseFuture: inverse,
          options: options, volatility: volatility))
    }
  }

  private mutating func add(_ instrument: Instrument) -> Int {
    instruments.append(instrument)
    return instruments.count - 1
  }

  private mutating func addCoin(of underlying: Symbol) -> Symbol {
    let coin = Symbol(coinName(of: underlying))
    coins.append(CollateralAsset(symbol: coin, underlying: underlying))
    return coin
  }

  private func coinName(of underlying: Symbol) -> String {
    String(underlying.text.dropLast("-USD".count))
  }

  /// Its own column; else that of the first underlying with one, times 1.8: smaller coins are about
  /// that much more volatile than Bitcoin.
  private func volatilitySource(of column: Int) -> SimulatedVenue.VolatilitySource? {
    let quotes = table.rows[0].quotes
    if quotes[column].volatility != nil { return .init(column: column, factor: .one) }
    guard let base = quotes.firstIndex(where: { $0.volatility != nil }) else { return nil }
    return .init(column: base, factor: Rate(rawValue: 1_800_000_000_000))
  }

  private func linearFuture(on underlying: Symbol, grid: PriceGrid) -> Instrument {
    Instrument(
      symbol: Symbol(coinName(of: underlying) + "-PERP"), kind: .perpetualFuture, payoff: .linear,
      underlying: underlying, settlementAsset: SimulatedVenue.settlementAsset, multiplier: .one,
      tickSize: grid.tickSize, lotSize: grid.lotSize, takerFee: Rate(rawValue: 500_000_000),
      markSource: .published)
  }

  /// Contracts of 10 dollars each, 100 where a coin costs more than 10,000.
  private func inverseFuture(
    on underlying: Symbol, coin: Symbol, grid: PriceGrid
  ) -> Instrument {
    Instrument(
      symbol: Symbol(coinName(of: underlying) + "-PERP-INV"), kind: .perpetualFuture,
      payoff: .inverse, underlying: underlying, settlementAsset: coin,
      multiplier: Quantity(rawValue: (grid.exponent >= 4 ? 100 : 10) * Quantity.one.rawValue),
      tickSize: grid.tickSize, lotSize: .one, takerFee: Rate(rawValue: 500_000_000),
      markSource: .published)
  }

  private func options(on underlying: Symbol, grid: PriceGrid) -> [Instrument] {
    let coin = coinName(of: underlying)
    let period = Rate(rawValue: Int128(SimulatedVenue.optionFundingHours) * Rate.one.rawValue)
    return grid.strikes.flatMap { strike in
      [(OptionTerms.Right.call, "C"), (.put, "P")].map { right, letter in
        Instrument(
          symbol: Symbol("\(coin)-\(strike)-\(letter)"),
          kind: .perpetualOption(
            OptionTerms(right: right, strike: strike, fundingPeriodHours: period)),
          payoff: .linear, underlying: underlying,
          settlementAsset: SimulatedVenue.settlementAsset, multiplier: .one,
          tickSize: grid.tickSize, lotSize: grid.lotSize, takerFee: Rate(rawValue: 300_000_000),
          markSource: .model)
      }
    }
  }
}

/// Ticks, lots and strikes for a price of this size, all powers of ten (or multiples of one).
///
/// With 10^e ≤ price < 10^(e+1): tick 10^(e−4) (10^(e−6) from 10,000 on), lot 10^(1−e) coins,
/// worth 10 to 100 dollars. Lot · tick is at least 1e-5, so that every value of a linear contract
/// is exact at the scale of `AssetAmount`.
struct PriceGrid {
  let price: Price
  let exponent: Int

  init(price: Price) {
    self.price = price
    var exponent = -Price.fractionDigits
    while DecimalText.power(ofTen: exponent + Price.fractionDigits + 1) <= price.rawValue {
      exponent += 1
    }
    self.exponent = exponent
  }

  var tickSize: Price { Self.price(tenTo: exponent >= 4 ? exponent - 6 : exponent - 4) }
  var lotSize: Quantity {
    Quantity(rawValue: DecimalText.power(ofTen: 1 - exponent + Quantity.fractionDigits))
  }
  /// 90, 95, 100, 105 and 110 % of the price, on a grid of 10^(e−2).
  var strikes: [Price] {
    [90, 95, 100, 105, 110].map { percent in
      price.scaled(by: percent, over: 100, rounding: .nearestEven)
        .rounded(toMultipleOf: Self.price(tenTo: exponent - 2), rounding: .nearestEven)
    }
  }

  private static func price(tenTo exponent: Int) -> Price {
    Price(rawValue: DecimalText.power(ofTen: exponent + Price.fractionDigits))
  }
}
