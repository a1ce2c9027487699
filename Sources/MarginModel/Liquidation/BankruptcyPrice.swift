import FixedPoint
public import MarginDomain

/// One leg of a unit whose bankruptcy prices are computed.
public struct BankruptcyLeg: Sendable, Equatable {
  /// The contract.
  public let instrument: Instrument
  /// Signed contracts, not zero.
  public let quantity: Quantity
  /// Prices that the unit's net equity was computed with.
  public let prices: PositionPrices
  /// Maintenance requirement of the leg, reporting asset, 0 or above.
  public let maintenanceMargin: Money
  /// |q| · m · P, reporting asset, 0 or above.
  public let notional: Money

  /// Makes a leg.
  public init(
    instrument: Instrument, quantity: Quantity, prices: PositionPrices, maintenanceMargin: Money,
    notional: Money
  ) {
    self.instrument = instrument
    self.quantity = quantity
    self.prices = prices
    self.maintenanceMargin = maintenanceMargin
    self.notional = notional
  }
}

/// The price at which one leg's share of its unit's net equity is used up.
///
/// Net equity E is shared in proportion to the legs' maintenance margins; where all are zero, in
/// proportion to their notionals. With a the share in the settlement asset and U = q · m:
///
///     linear and options: p = mark − a / U        inverse: p = U / (U / mark + a)
///
/// A price outside the contract's possible range (option: payoff to index or strike; future: one
/// tick to the largest admitted price) is clipped. What the clipped leg does not use up is shared
/// among the others, so that Σ worth at the prices + cash = 0 wherever such prices exist.
public struct BankruptcyPrice: Sendable, Equatable {
  /// Quote per unit; rounded in the account's favour (long up, short down), so that closing at it
  /// leaves no debt other than the rounding of the cash flows.
  public let price: Price
  /// True when the price was clipped: no possible price uses up the share.
  public let isClipped: Bool

  /// Makes a price.
  public init(price: Price, isClipped: Bool) {
    self.price = price
    self.isClipped = isClipped
  }

  /// The bankruptcy prices of all legs of a unit.
  ///
  /// - Parameters:
  ///   - legs: the whole unit; none is flat.
  ///   - netEquity: E, without haircuts, reporting asset; may be negative.
  /// - Returns: one per leg, in their order.
  /// - Complexity: O(n²) at worst, when every round clips one leg; O(n) when none is clipped.
  /// - Source: contract.md, Levels; margin-method.md 4.11.
  public static func prices(of legs: [BankruptcyLeg], netEquity: Money) -> [BankruptcyPrice] {
    var results = legs.map { BankruptcyPrice(price: $0.prices.mark, isClipped: false) }
    var isOpen = legs.map { _ in true }
    var rest = netEquity
    var hasClipped = true
    while hasClipped {
      hasClipped = false
      let weights = BankruptcyWeights(of: legs, isOpen: isOpen)
      var used = Money.zero
      for index in legs.indices where isOpen[index] {
        let share = weights.share(of: rest, at: index)
        results[index] = legs[index].price(usingUp: share)
        guard results[index].isClipped else { continue }
        hasClipped = true
        isOpen[index] = false
        used += legs[index].equityUsed(at: results[index].price, atMost: share)
      }
      rest -= used
    }
    return results
  }
}

/// How net equity is shared among the legs that are not clipped yet.
private struct BankruptcyWeights {
  let weights: [Int128]
  let total: Int128

  init(of legs: [BankruptcyLeg], isOpen: [Bool]) {
    let margins = zip(legs, isOpen).map { $1 ? $0.maintenanceMargin.rawValue : 0 }
    let notionals = zip(legs, isOpen).map { $1 ? $0.notional.rawValue : 0 }
    let ones = isOpen.map { Int128($0 ? 1 : 0) }
    // A sum of requirements is within the headroom of `DomainLimits`, so these cannot overflow.
    if margins.contains(where: { $0 > 0 }) {
      weights = margins
    } else {
      weights = notionals.contains { $0 > 0 } ? notionals : ones
    }
    total = weights.reduce(0, +)
  }

  func share(of equity: Money, at index: Int) -> Money {
    equity.scaled(by: weights[index], over: max(1, total), rounding: .towardZero)
  }
}

extension BankruptcyLeg {
  /// Prices that the contract can have.
  var priceRange: ClosedRange<Price> {
    if let range = instrument.optionPriceRange(at: prices.index) { return range }
    let smallest =
      instrument.payoff == .inverse
      ? max(instrument.tickSize, DomainLimits.minimumInversePrice) : instrument.tickSize
    return smallest...max(smallest, DomainLimits.maximumPrice)
  }

  /// The price at which the leg is worth `share` less than at the mark.
  func price(usingUp share: Money) -> BankruptcyPrice {
    let range = priceRange
    let solved: Price
    switch instrument.pricePayoff {
    case .linear: solved = linearPrice(usingUp: share)
    case .inverse: solved = inversePrice(usingUp: share)
    }
    if solved < range.lowerBound {
      return BankruptcyPrice(price: range.lowerBound, isClipped: true)
    }
    if solved > range.upperBound {
      return BankruptcyPrice(price: range.upperBound, isClipped: true)
    }
    return BankruptcyPrice(price: solved, isClipped: false)
  }

  /// p = mark − a / U; beyond the admitted prices where the quotient is.
  private func linearPrice(usingUp share: Money) -> Price {
    let units = instrument.units(of: quantity)
    let isLong = quantity.isPositive
    let amount = settlementAmount(worth: share)
    let step = Price.linearPrice(of: amount, per: units, rounding: isLong ? .floor : .ceiling)
    let far = Price(rawValue: 4 * DomainLimits.maximumPrice.rawValue)
    guard let step, step.magnitude < far else {
      return amount.isNegative == isLong ? far : -far
    }
    return prices.mark - step
  }

  /// p = U / (U / mark + a); without a positive solution the largest price is returned, because the
  /// position is then worth less than the share at every price.
  private func inversePrice(usingUp share: Money) -> Price {
    let units = instrument.units(of: quantity)
    let isLong = quantity.isPositive
    let far = Price(rawValue: 4 * DomainLimits.maximumPrice.rawValue)
    let size = AssetAmount.inverseValue(of: units, at: prices.mark, rounding: .nearestEven)
    let coins = size + settlementAmount(worth: share)
    guard coins.isPositive == isLong, !coins.isZero else { return far }
    return .inversePrice(of: units, per: coins, rounding: isLong ? .ceiling : .floor) ?? far
  }

  /// The share in the settlement asset; saturates at 1e24 of it, far beyond every balance.
  private func settlementAmount(worth share: Money) -> AssetAmount {
    let limit: Int128 = 1_000_000_000_000_000_000_000_000_000_000_000_000
    let amount = FullWidth.checkedQuotient(
      of: share.rawValue, times: Price.one.rawValue, over: prices.settlementIndex.rawValue,
      rounding: .towardZero)
    guard let amount else { return AssetAmount(rawValue: share.isNegative ? -limit : limit) }
    return AssetAmount(rawValue: min(max(amount, -limit), limit))
  }

  /// How much less the leg is worth at `price` than at its mark, but no more than its share.
  func equityUsed(at price: Price, atMost share: Money) -> Money {
    let flows = [price, prices.mark].map {
      instrument.cashFlow(of: -quantity, at: $0, rounding: .nearestEven)
    }
    let lost = flows[1] - flows[0]
    let value = FullWidth.checkedQuotient(
      of: lost.rawValue, times: prices.settlementIndex.rawValue, over: Price.one.rawValue,
      rounding: .nearestEven)
    guard let value, value.magnitude < share.rawValue.magnitude else { return share }
    return Money(rawValue: value)
  }
}
