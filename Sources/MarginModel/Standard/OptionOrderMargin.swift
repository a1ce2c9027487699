import FixedPoint
public import MarginDomain

/// A resting order for options, and the margin that a venue freezes for each order by itself.
///
/// Only a venue's published examples use it: the product margins the orders of a contract together,
/// see `ContractOrders`.
public struct OptionOrder: Sendable, Equatable {
  /// Which way it changes the position.
  public enum Effect: Sendable, Equatable {
    /// Buys to open or increase a long position.
    case buyToOpen
    /// Buys to close a short position.
    case buyToClose
    /// Sells to open or increase a short position.
    case sellToOpen
    /// Sells to close a long position.
    case sellToClose
  }

  /// Which way it changes the position.
  public let effect: Effect
  /// Contracts · multiplier, above zero.
  public let units: ContractUnits
  /// Limit, settlement asset per unit, 0 or above.
  public let price: Price
  /// Fee of the whole order, settlement asset, 0 or above.
  public let fee: AssetAmount
  /// Makes an order.
  public init(effect: Effect, units: ContractUnits, price: Price, fee: AssetAmount) {
    self.effect = effect
    self.units = units
    self.price = price
    self.fee = fee
  }

  /// What the order freezes before it trades.
  ///
  /// P premium = units · price, φ fee, R the requirement of the resulting position = units · its
  /// initial requirement, r smallest margin of an opening sale.
  ///
  ///     buy to open    P + φ               sell to open   max(R − P + φ, units · r)
  ///     buy to close   max(0, P − R + φ)   sell to close  max(0, φ − P)
  ///
  /// - Parameters:
  ///   - perUnit: initial requirement of one unit of the short position, settlement asset.
  ///   - minimum: r, settlement asset per unit.
  /// - Returns: settlement asset, 0 or above, rounded up.
  /// - Source: OKX, "Option margin", order margin; margin-method.md 3.1.
  public func margin(perUnit: Price, minimum: Price) -> AssetAmount {
    let frozen: AssetAmount
    switch effect {
    case .buyToOpen: frozen = premium(.ceiling) + fee
    case .sellToOpen:
      frozen = max(
        value(perUnit, .ceiling) - premium(.floor) + fee, value(minimum, .ceiling))
    case .buyToClose: frozen = premium(.ceiling) - value(perUnit, .floor) + fee
    case .sellToClose: frozen = fee - premium(.floor)
    }
    return max(.zero, frozen)
  }

  private func premium(_ rounding: RoundingMode) -> AssetAmount { value(price, rounding) }

  private func value(_ price: Price, _ rounding: RoundingMode) -> AssetAmount {
    .linearValue(of: units, at: price, rounding: rounding)
  }
}
