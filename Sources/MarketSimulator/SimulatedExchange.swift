import FixedPoint
public import MarginDomain
import MarginModel

/// What the exchange publishes at one step of event time.
public struct MarketStep: Sendable, Equatable {
  /// Number of the table's row, from 0.
  public let number: Int
  /// Event time of all its records.
  public let time: EventTime
  /// Records of `prices`: indices of underlyings (with volatility) and dollars, marks of futures.
  public let prices: [PriceUpdate]
  /// Records of `funding`; empty at most steps.
  public let funding: [FundingUpdate]
}

/// A venue that replays a market table and matches liquidation orders against a book.
///
/// A closed loop in lockstep: `advance()` returns the records of a step; once the worker has
/// applied them, its orders are passed to `receive(_:from:)` and `cancel(_:from:)`, in any order,
/// and `answer()` returns the answers; further rounds of orders in the same step work the same way.
/// Everything depends only on the table, the depth and the orders: there is no clock and no
/// randomness.
///
/// An order trades at once as far as its limit and the book allow, in up to three fills; the rest
/// stays and trades again at each of the following steps. It expires at the last step before its
/// expiry, so that its final answer arrives before event time reaches the expiry.
public struct SimulatedExchange: Sendable {
  /// The venue with its listings.
  public let venue: SimulatedVenue
  /// The table that is replayed.
  public let table: MarketTable
  /// Steps between two funding settlements.
  public static let fundingIntervalSteps = 60

  /// The exchange's own side of all money.
  public internal(set) var books: ExchangeBooks
  /// Prices of the current step; nil before the first.
  public private(set) var state: MarketState?
  /// Funding that the exchange expects to have received, per asset of the venue, computed on its
  /// own net quantities: the ledgers' sum differs by at most one unit of 1e-12 per payment.
  public internal(set) var expectedFunding: [(asset: Symbol, amount: AssetAmount)]

  let calmDepth: Money
  var row = -1
  var orderBooks: [OrderBook]
  var desk = LiquidationDesk()
  /// Price of the last liquidation trade of the current step, per contract.
  var ownTrades: [Price?]
  var markMakers: [MarkMaker?]
  var optionIndices: [AssetAmount]
  var publishedIndices: [AssetAmount]
  private var sourceSequence: UInt64 = 0

  /// Makes an exchange positioned before the first row of its table.
  ///
  /// - Parameters:
  ///   - table: the market.
  ///   - depth: dollars that move the first underlying's linear future by 1 % in a calm market,
  ///     above zero; the other books are fractions of it. See `calmDepth(accounts:)`.
  public init(table: MarketTable, depth: Money) {
    precondition(depth.isPositive, "a book needs a depth above zero")
    venue = SimulatedVenue(market: table)
    self.table = table
    books = ExchangeBooks(venue: venue)
    calmDepth = depth
    orderBooks = venue.instruments.map { OrderBook(instrument: $0) }
    ownTrades = venue.instruments.map { _ in nil }
    markMakers = venue.instruments.map { _ in nil }
    optionIndices = venue.instruments.map { _ in .zero }
    publishedIndices = optionIndices
    expectedFunding = venue.assets.map { ($0.symbol, .zero) }
  }

  /// A depth in proportion to a number of synthetic accounts, so that books of any size behave
  /// alike: 400 dollars per account.
  public static func calmDepth(accounts: Int) -> Money {
    Money(rawValue: Int128(max(1, accounts)) * 400 * Money.one.rawValue)
  }

  /// Steps of the whole replay.
  public var stepCount: Int { table.rows.count }

  /// Advances to the next row: refills the books, makes marks and funding.
  ///
  /// - Returns: what is published at this step, or nil after the last row.
  public mutating func advance() -> MarketStep? {
    guard row + 1 < table.rows.count else { return nil }
    row += 1
    accrueOptions()
    let current = table.rows[row]
    let marks = makeMarks(current)
    let now = MarketState(
      time: current.time, venue: venue, indexPrices: current.quotes.map(\.indexPrice),
      volatilities: venue.listings.map { venue.volatility(of: $0, in: current) },
      markPrices: marks)
    state = now
    refillBooks(now)
    let prices = priceUpdates(now)
    return MarketStep(
      number: row, time: current.time, prices: prices, funding: makeFunding(now))
  }

  /// Records account events published elsewhere: books the money and remembers each account's last
  /// sequence, which answers continue.
  ///
  /// - Parameter events: in the order of each account's sequence.
  /// - Throws: `ExchangeBooksError` for what the venue does not list.
  public mutating func record(_ events: [AccountEvent]) throws(ExchangeBooksError) {
    for event in events {
      try books.book(event)
      desk.observe(event)
    }
  }

  /// Books funding that the clients paid; see `ExchangeBooks.bookFunding(_:of:)`.
  ///
  /// - Parameters:
  ///   - amount: −Σ of the changes of the clients' cash.
  ///   - asset: its asset.
  /// - Throws: `ExchangeBooksError.unknownSymbol`.
  public mutating func bookFunding(
    _ amount: AssetAmount, of asset: Symbol
  ) throws(ExchangeBooksError) {
    try books.bookFunding(amount, of: asset)
  }

  // MARK: Prices

  /// Last trade of the inverse future: that of the table, whose column is that of such a contract.
  private func inverseLast(of listing: Int, in row: MarketTable.Row) -> Price {
    row.quotes[listing].lastPrice ?? row.quotes[listing].indexPrice
  }

  /// Last trade of the linear future: a quarter as far from the index as that of the table.
  ///
  /// The table's trades are those of coin-margined contracts, whose books emptied; contracts
  /// margined in dollars have more of the depth and keep closer to the index.
  private func linearLast(of listing: Int, in row: MarketTable.Row) -> Price {
    let index = row.quotes[listing].indexPrice
    let distance = inverseLast(of: listing, in: row) - index
    return index + distance.scaled(by: 1, over: 4, rounding: .nearestEven)
  }

  private mutating func makeMarks(_ current: MarketTable.Row) -> [Price] {
    var marks = [Price](repeating: .zero, count: venue.instruments.count)
    for (listingIndex, listing) in venue.listings.enumerated() {
      let indexPrice = current.quotes[listingIndex].indexPrice
      for future in [listing.linearFuture, listing.inverseFuture].compactMap({ $0 }) {
        // A liquidation trade of the previous step counts as the last trade for the premium.
        let traded =
          future == listing.linearFuture
          ? linearLast(of: listingIndex, in: current) : inverseLast(of: listingIndex, in: current)
        let last = ownTrades[future] ?? traded
        var maker = markMakers[future] ?? MarkMaker(indexPrice: indexPrice, lastPrice: last)
        maker.update(indexPrice: indexPrice, lastPrice: last)
        markMakers[future] = maker
        marks[future] = maker.markPrice(
          indexPrice: indexPrice, tickSize: venue.instruments[future].tickSize)
      }
      guard let volatility = venue.volatility(of: listing, in: current) else { continue }
      for option in listing.options {
        guard let terms = venue.instruments[option].optionTerms else { continue }
        // The engine's own function, so that the book and the accounts' marks agree.
        marks[option] = ModelMark.price(of: terms, index: indexPrice, volatility: volatility)
      }
    }
    ownTrades = venue.instruments.map { _ in nil }
    return marks
  }

  private mutating func refillBooks(_ now: MarketState) {
    for (listingIndex, listing) in venue.listings.enumerated() {
      let depth = thinned(listing: listingIndex)
      // Smaller coins have three tenths of the first one's depth, inverse futures half of the
      // linear ones', each option a twentieth.
      let own = listingIndex == 0 ? depth : depth.scaled(by: 3, over: 10, rounding: .towardZero)
      orderBooks[listing.linearFuture].refill(
        midPrice: linearLast(of: listingIndex, in: table.rows[row]), depth: own)
      if let inverse = listing.inverseFuture {
        orderBooks[inverse].refill(
          midPrice: inverseLast(of: listingIndex, in: table.rows[row]),
          depth: own.scaled(by: 1, over: 2, rounding: .towardZero))
      }
      for option in listing.options {
        orderBooks[option].refill(
          midPrice: now.markPrices[option],
          depth: own.scaled(by: 1, over: 20, rounding: .towardZero))
      }
    }
  }

  /// Calm depth / (1 + move / 1 %), the move being that of the index over the last twelve steps.
  private func thinned(listing: Int) -> Money {
    let now = table.rows[row].quotes[listing].indexPrice
    let before = table.rows[max(0, row - 12)].quotes[listing].indexPrice
    let move = (now - before).magnitude
    return calmDepth.scaled(
      by: before.rawValue, over: before.rawValue + 100 * move.rawValue, rounding: .towardZero)
  }

  private mutating func priceUpdates(_ now: MarketState) -> [PriceUpdate] {
    var updates: [PriceUpdate] = []
    func add(_ symbol: Symbol, mark: Price?, index: Price?, volatility: Rate?) {
      sourceSequence += 1
      updates.append(
        PriceUpdate(
          symbol: symbol, eventTime: now.time, sourceSequence: sourceSequence, markPrice: mark,
          indexPrice: index, impliedVolatility: volatility))
    }
    for (listingIndex, listing) in venue.listings.enumerated() {
      add(
        listing.underlying, mark: nil, index: now.indexPrices[listingIndex],
        volatility: now.volatilities[listingIndex])
    }
    for asset in venue.assets where asset.underlying == nil {
      add(asset.symbol, mark: nil, index: now.indexPrice(of: asset.symbol), volatility: nil)
    }
    for (listingIndex, instrument) in venue.instruments.enumerated() where instrument.isFuture {
      add(instrument.symbol, mark: now.markPrices[listingIndex], index: nil, volatility: nil)
    }
    return updates
  }
}
