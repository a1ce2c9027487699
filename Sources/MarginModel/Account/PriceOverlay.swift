import FixedPoint
public import MarginDomain

/// Prices that stand in for a market's own during an evaluation: the same account with these.
///
/// Holds what differs alone; an evaluation finds it by index.
public struct PriceOverlay: Sendable {
  /// Places in `prices` by instrument index; −1: the market's own.
  private var placeOfContract: [Int32]
  private var prices: [PositionPrices] = []
  /// Places in `assets` by asset index; −1: the market's own.
  private var placeOfAsset: [Int32]
  private var assets: [UnitMarket.Asset] = []
  /// Price of the asset whose peg `contingencies` watch; nil: the market's own.
  public var pegPrice: Price?

  /// Makes an overlay in which nothing differs.
  ///
  /// - Parameter market: the market that it lies over.
  public init(over market: UnitMarket) {
    placeOfContract = [Int32](repeating: -1, count: market.contracts.count)
    placeOfAsset = [Int32](repeating: -1, count: market.assets.count)
  }

  /// Replaces the prices of a contract.
  ///
  /// - Parameters:
  ///   - prices: those that positions in it are margined with.
  ///   - instrument: index.
  public mutating func set(_ prices: PositionPrices, of instrument: Int) {
    if placeOfContract[instrument] < 0 {
      placeOfContract[instrument] = Int32(self.prices.count)
      self.prices.append(prices)
    } else {
      self.prices[Int(placeOfContract[instrument])] = prices
    }
  }

  /// Replaces the price of an asset, with what the asset then counts for.
  ///
  /// - Parameters:
  ///   - price: reporting asset per unit.
  ///   - asset: index.
  ///   - market: the market that the overlay lies over.
  public mutating func set(_ price: Price, ofAsset asset: Int, in market: UnitMarket) {
    let moved = market.asset(at: asset, priced: price)
    if placeOfAsset[asset] < 0 {
      placeOfAsset[asset] = Int32(assets.count)
      assets.append(moved)
    } else {
      assets[Int(placeOfAsset[asset])] = moved
    }
  }

  func prices(of instrument: Int) -> PositionPrices? {
    let place = Int(placeOfContract[instrument])
    return place < 0 ? nil : prices[place]
  }

  func asset(at asset: Int) -> UnitMarket.Asset? {
    let place = Int(placeOfAsset[asset])
    return place < 0 ? nil : assets[place]
  }
}
