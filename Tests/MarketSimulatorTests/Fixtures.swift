import FixedPoint
import MarginDomain
import MarketSimulator

/// A deterministic source of test cases; the seed is printed with every failure.
struct CaseGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
  mutating func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }
  mutating func shuffle<Element>(_ elements: [Element]) -> [Element] {
    var rest = elements
    for place in rest.indices.reversed() where place > 0 {
      rest.swapAt(place, number(0...place))
    }
    return rest
  }
}

func rate(_ text: String) throws -> Rate { try Rate.parse(text) }
func price(_ text: String) throws -> Price { try Price.parse(text) }
func quantity(_ text: String) throws -> Quantity { try Quantity.parse(text) }
func dollars(_ whole: Int) -> Money { Money(rawValue: Int128(whole) * Money.one.rawValue) }

/// The native levels and tiers of contract.md.
func nativeRulebook() throws -> Rulebook {
  let floors = [0, 50_000, 250_000, 1_000_000, 5_000_000, 20_000_000].map(dollars)
  let initial = try ["0.01", "0.02", "0.04", "0.1", "0.2", "0.5"].map(rate)
  let maintenance = try ["0.005", "0.01", "0.02", "0.05", "0.1", "0.25"].map(rate)
  let amounts = try MaintenanceAmounts.byContinuity(floors: floors, rates: maintenance)
  let tiers = floors.indices.map {
    MarginTier(
      floor: floors[$0], initialRate: initial[$0], maintenanceRate: maintenance[$0],
      maintenanceAmount: amounts[$0])
  }
  func step(_ enter: String, _ leave: String) throws -> MarginLadder.Step {
    .init(enter: try rate(enter), isEnteredAtLevel: false, leave: try rate(leave))
  }
  return Rulebook(
    id: RulebookID(name: "native", version: 1), reportingAsset: Symbol("USD"),
    futures: FuturesRules(
      notionalBasis: .mark, tierBasis: .liquidationPrice, liquidationPath: .underlying,
      closingFee: .none, initialRate: .largerOfLeverageAndTier, liquidationPriceRounding: nil,
      bankruptcyPriceRounding: nil, defaultSchedule: .tiered(tiers), schedules: []),
    options: StandardOptionRules(
      shortInitialRate: try rate("0.15"), shortInitialFloor: try rate("0.1"),
      shortMaintenanceRate: try rate("0.075"), shortMaintenanceFloor: try rate("0.0375"),
      putCap: try rate("0.5"), longInitialRate: try rate("0.1"),
      longMaintenanceValueRate: try rate("0.5"), longMaintenanceRate: try rate("0.05")),
    collateral: CollateralRules(
      haircuts: [
        (Symbol("USDC"), .zero), (Symbol("USDT"), try rate("0.02")),
        (Symbol("BTC"), try rate("0.1")), (Symbol("AVAX"), try rate("0.25")),
        (Symbol("BCH"), try rate("0.25")),
      ], debtOrder: []),
    ladder: MarginLadder(
      warning: try step("1.25", "1.35"), marginCall: try step("1.1", "1.2"), reduceOnly: nil,
      liquidation: try step("1", "1.05")),
    liquidation: LiquidationRules(
      confirmations: 2, orderLifeNanoseconds: 30_000_000_000, includesIncompleteAccounts: true,
      feeRate: .zero),
    market: MarketRules(
      priceBand: try rate("0.1"), bandConfirmations: 3, bandTimeoutNanoseconds: 10_000_000_000,
      maximumPriceAgeNanoseconds: 60_000_000_000, maximumTimeAheadNanoseconds: 60_000_000_000))
}

enum MaintenanceAmounts {
  static func byContinuity(floors: [Money], rates: [Rate]) throws -> [Money] {
    var amounts = [Money.zero]
    for place in 1..<floors.count {
      let step = floors[place].times(rates[place] - rates[place - 1], rounding: .nearestEven)
      amounts.append(amounts[place - 1] + step)
    }
    return amounts
  }
}

/// A table of one underlying at these prices, a step every five seconds.
func table(_ prices: [String], last: [String]? = nil, volatility: String? = nil) throws
  -> MarketTable
{
  var text = "time,ABC-USD.index" + (last == nil ? "" : ",ABC-USD.last")
  text += volatility == nil ? "\n" : ",ABC-USD.volatility\n"
  for (place, indexPrice) in prices.enumerated() {
    text += "\(1_000 + 5 * place),\(indexPrice)"
    if let last { text += ",\(last[place])" }
    if let volatility { text += ",\(volatility)" }
    text += "\n"
  }
  return try MarketTable(parsing: Array(text.utf8), name: "test.csv")
}

func order(
  _ orderID: String, _ symbol: String, _ quantityText: String, limit: String,
  expirySeconds: Int64
) throws -> LiquidationOrder {
  LiquidationOrder(
    liquidationID: "L-\(orderID)", orderID: orderID, symbol: Symbol(symbol),
    quantity: try quantity(quantityText), limitPrice: try price(limit),
    bankruptcyPrice: try price(limit), markPrice: try price(limit),
    expiry: EventTime(nanoseconds: expirySeconds * 1_000_000_000))
}
