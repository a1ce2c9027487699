import FixedPoint
public import MarginDomain

/// The resting orders of one contract, with their sums.
///
/// Two values are equal when they hold the same orders, regardless of the order in which these were
/// given.
public struct ContractOrders: Sendable, Equatable {
  /// One order of the contract.
  public struct Order: Sendable, Equatable {
    /// Signed contracts, not 0: positive buys.
    public let quantity: Quantity
    /// Limit, quote per unit, above zero.
    public let price: Price
    /// Makes an order.
    public init(quantity: Quantity, price: Price) {
      self.quantity = quantity
      self.price = price
    }
  }

  /// The buy orders, highest price first; ties by quantity.
  private let bids: [Order]
  /// The sell orders, lowest price first; ties by quantity.
  private let asks: [Order]
  /// Σ contracts of buy orders, 0 or above.
  public let buys: Quantity
  /// Σ contracts of sell orders as a magnitude, 0 or above.
  public let sells: Quantity
  /// Σ notionals at the orders' own prices, settlement asset, each rounded up.
  public let notional: AssetAmount
  /// The part of `notional` that belongs to buy orders.
  public let buyNotional: AssetAmount

  /// Number of orders.
  public var count: Int { bids.count + asks.count }

  /// The orders: buys from the highest price, then sells from the lowest; ties by quantity.
  public var orders: [Order] { bids + asks }

  /// No orders.
  public static let none = ContractOrders()

  private init() {
    (bids, asks) = ([], [])
    (buys, sells) = (.zero, .zero)
    (notional, buyNotional) = (.zero, .zero)
  }

  /// Sums orders.
  ///
  /// - Parameters:
  ///   - orders: of one contract, in any order; their contracts together lie in the range of a
  ///     position.
  ///   - instrument: the contract.
  /// - Complexity: O(n log n).
  public init(_ orders: [Order], in instrument: Instrument) {
    var (buys, sells) = (Quantity.zero, Quantity.zero)
    var (notional, buyNotional) = (AssetAmount.zero, AssetAmount.zero)
    for order in orders {
      let size = instrument.notional(of: order.quantity, at: order.price)
      notional += size
      if order.quantity.isNegative {
        sells -= order.quantity
      } else {
        buys += order.quantity
        buyNotional += size
      }
    }
    bids = orders.filter { !$0.quantity.isNegative }
      .sorted { ($1.price, $0.quantity) < ($0.price, $1.quantity) }
    asks = orders.filter(\.quantity.isNegative)
      .sorted { ($0.price, $0.quantity) < ($1.price, $1.quantity) }
    (self.buys, self.sells) = (buys, sells)
    (self.notional, self.buyNotional) = (notional, buyNotional)
  }

  /// The cost of filling the orders of each side at their own prices instead of the mark.
  ///
  /// Σ over the buys above the mark, and over the sells below it, of |value at the price − value at
  /// the mark|. An order better than the mark earns no credit, because by the time it fills the
  /// mark will have moved there. Inverse contracts are valued in 1/P; a buy above the mark costs
  /// there too.
  ///
  /// - Parameters:
  ///   - mark: quote per unit, above zero for an inverse contract.
  ///   - instrument: the contract.
  /// - Returns: settlement asset, each side 0 or above, rounded up by order.
  /// - Complexity: O(orders worse than the mark + 1).
  func costOfFilling(at mark: Price, in instrument: Instrument) -> OrderSides<AssetAmount> {
    let isInverse = instrument.pricePayoff == .inverse
    func cost(_ order: Order) -> AssetAmount {
      let dear = max(order.price, mark)
      let cheap = min(order.price, mark)
      let (large, small) = isInverse ? (cheap, dear) : (dear, cheap)
      return instrument.notional(of: order.quantity, at: large, rounding: .ceiling)
        - instrument.notional(of: order.quantity, at: small, rounding: .floor)
    }
    var sides = OrderSides(buys: AssetAmount.zero, sells: .zero)
    for order in bids {
      guard order.price > mark else { break }
      sides.buys += cost(order)
    }
    for order in asks {
      guard order.price < mark else { break }
      sides.sells += cost(order)
    }
    return sides
  }
}

/// One value for the buy orders and one for the sell orders of a contract.
struct OrderSides<Value: Sendable>: Sendable {
  var buys: Value
  var sells: Value
}
