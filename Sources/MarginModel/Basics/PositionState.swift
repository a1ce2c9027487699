import FixedPoint
public import MarginDomain

/// A position in one contract: the contracts held and the exact cash flow of entering them.
///
/// For a future, unrealized profit is entry cash flow + cash flow of closing at the mark, whether
/// the contract is linear or inverse; for an option the premium is paid in cash and the entry cash
/// flow stays 0. In a book under rules in variation style no premium was paid, and the entry cash
/// flow of an option counts like that of a future.
public struct PositionState: Sendable, Equatable {
  /// Signed contracts.
  public var quantity: Quantity
  /// Σ cash flows of the open part, settlement asset; 0 for options whose premium was paid.
  public var entryCashFlow: AssetAmount

  /// A flat position.
  public static let flat = PositionState(quantity: .zero, entryCashFlow: .zero)

  /// Makes a position.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts.
  ///   - entryCashFlow: settlement asset, negative for a long linear position.
  public init(quantity: Quantity, entryCashFlow: AssetAmount) {
    self.quantity = quantity
    self.entryCashFlow = entryCashFlow
  }

  /// Applies a fill and returns the change of cash, gross of fees.
  ///
  /// An opening fill of a future changes no cash. A closing one realizes its own flow plus the
  /// closed share of the entry flow, e · |closed| / |q|, rounded down; the rest stays with the
  /// position, so nothing is lost. A fill through zero closes the whole position and opens the
  /// remainder on the other side. Conservation: (cash + entry cash flow) changes by exactly the
  /// fill's cash flow.
  ///
  /// - Parameters:
  ///   - fillQuantity: signed contracts, not zero.
  ///   - price: quote per unit.
  ///   - instrument: the contract.
  /// - Returns: settlement asset, to be added to the account's cash.
  public mutating func apply(
    _ fillQuantity: Quantity, at price: Price, of instrument: Instrument
  ) -> AssetAmount {
    guard instrument.isFuture else {
      quantity += fillQuantity
      return instrument.cashFlow(of: fillQuantity, at: price)
    }
    return applyKeepingEntry(fillQuantity, at: price, of: instrument)
  }

  /// Applies a fill as if the contract were a future: opening changes no cash.
  ///
  /// This keeps an option's entry, next to the state in which its premium was paid.
  ///
  /// - Parameters:
  ///   - fillQuantity: signed contracts, not zero.
  ///   - price: quote per unit.
  ///   - instrument: the contract.
  /// - Returns: settlement asset, what closing realizes; see `apply(_:at:of:)`.
  public mutating func applyKeepingEntry(
    _ fillQuantity: Quantity, at price: Price, of instrument: Instrument
  ) -> AssetAmount {
    let flow = instrument.cashFlow(of: fillQuantity, at: price)
    let isOpening = quantity.isZero || quantity.isNegative == fillQuantity.isNegative
    if isOpening {
      quantity += fillQuantity
      entryCashFlow += flow
      return .zero
    }
    if fillQuantity.magnitude < quantity.magnitude {
      let released = entryCashFlow.scaled(
        by: fillQuantity.magnitude.rawValue, over: quantity.magnitude.rawValue, rounding: .floor)
      quantity += fillQuantity
      entryCashFlow -= released
      return flow + released
    }
    let closingFlow = instrument.cashFlow(of: -quantity, at: price)
    let realized = closingFlow + entryCashFlow
    quantity += fillQuantity
    entryCashFlow = quantity.isZero ? .zero : flow - closingFlow
    return quantity.isZero ? realized + (flow - closingFlow) : realized
  }

  /// What the position adds to its settlement asset at a mark.
  ///
  /// Future: unrealized profit = entry cash flow + cash flow of closing at the mark.
  /// Option: its value q · m · P.
  ///
  /// - Parameters:
  ///   - instrument: the contract.
  ///   - mark: quote per unit.
  /// - Returns: settlement asset, signed, rounded down.
  public func worth(of instrument: Instrument, at mark: Price) -> AssetAmount {
    worth(of: instrument.units(of: quantity), instrument.pricePayoff, at: mark)
  }

  /// See `worth(of:at:)`; the units are those of the quantity.
  func worth(
    of units: ContractUnits, _ payoff: Instrument.Payoff, at mark: Price
  ) -> AssetAmount {
    entryCashFlow + payoff.cashFlow(of: -units, at: mark, rounding: .floor)
  }

  /// Average entry price: the price whose cash flow is the entry cash flow.
  ///
  /// - Parameter instrument: the contract, a future.
  /// - Returns: quote per unit, to the nearest unit of its scale; nil when flat or an option.
  public func entryPrice(of instrument: Instrument) -> Price? {
    guard instrument.isFuture, !quantity.isZero, !entryCashFlow.isZero else { return nil }
    let units = instrument.units(of: quantity)
    switch instrument.payoff {
    case .linear: return .linearPrice(of: -entryCashFlow, per: units, rounding: .nearestEven)
    case .inverse: return .inversePrice(of: units, per: entryCashFlow, rounding: .nearestEven)
    }
  }

  /// Average entry price of an option whose entry cash flow was kept.
  ///
  /// - Parameter multiplier: units per contract.
  /// - Returns: quote per unit, 0 or above, to the nearest unit of its scale; nil when flat.
  public func optionEntryPrice(multiplier: Quantity) -> Price? {
    guard !quantity.isZero else { return nil }
    let units = ContractUnits(quantity: quantity, multiplier: multiplier)
    return .linearPrice(of: -entryCashFlow, per: units, rounding: .nearestEven)
  }
}
