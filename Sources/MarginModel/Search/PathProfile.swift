import FixedPoint
import MarginDomain

extension CollateralTerms {
  /// Whether an amount counts for maintenance as with one haircut, at a price that does not move.
  var isStraight: Bool {
    guard case .flat = maintenance else { return false }
    return debt.maintenance == .one && debt.scaling == nil && valueStep == Money(rawValue: 1)
  }
}

/// What is known about the excess along a path before any price is looked at.
struct PathProfile {
  /// Whether the excess is concave in the price, or in 1 / price: then it is above zero on one
  /// stretch without gaps, because equity is linear with haircuts that only bend it down, and
  /// tiered requirements only bend up.
  let isPlain: Bool
  /// Strikes of the options on the path.
  let strikes: [Price]
  /// Assets with a price of their own that follows the underlying.
  let followers: [Symbol]
  private let hasInverse: Bool
  private let lowestByBasis: Price
  /// Σ of sizes, entry cash flows and moving cash at current prices, reporting asset.
  private let size: Money
  private let isQuadratic: Bool

  /// How one moving position's worth depends on the price.
  private enum Form {
    case linear, reciprocal, other
  }

  init(
    of position: AccountBook.Position, in book: AccountBook, market: MarketView,
    rulebook: Rulebook, ownContract: Bool
  ) {
    let underlying = position.instrument.underlying
    let moving = book.positions.filter {
      ownContract
        ? $0.instrument.symbol == position.instrument.symbol
        : $0.instrument.underlying == underlying
    }
    func follows(_ asset: Symbol) -> Bool {
      !ownContract && asset != rulebook.reportingAsset
        && market.assets[asset]?.underlying == underlying
    }
    let assets = book.balances.map(\.asset) + book.positions.map(\.instrument.settlementAsset)
    followers = Set(assets).sorted().filter { follows($0) && market.assetPrices[$0] != nil }
    strikes = moving.compactMap { $0.instrument.optionTerms?.strike }
    let index = market.indices[underlying]
    let forms = moving.map { item in
      PathProfile.form(
        of: item.instrument, followsPrice: follows(item.instrument.settlementAsset),
        hasBasis: market.marks[item.instrument.symbol] != index)
    }
    let movesCash = assets.contains(where: follows)
    // Haircuts by size and requirements on a grid bend both ways, in small steps.
    let hasSteps =
      rulebook.futures.amountRounding != nil
      || assets.contains { asset in
        guard let terms = rulebook.collateral.terms(of: asset) else { return false }
        let isStraight = terms.isStraight && (terms.depeg == nil || !follows(asset))
        return !isStraight || rulebook.collateral.debtSide == .requirement
      }
    let isOneForm =
      forms.allSatisfy { $0 == .linear } || (forms.allSatisfy { $0 == .reciprocal } && !movesCash)
    isPlain = isOneForm && !hasSteps
    hasInverse = moving.contains { $0.instrument.payoff == .inverse }
    isQuadratic = zip(moving, forms).contains {
      $1 == .other && follows($0.instrument.settlementAsset)
    }
    var lowest = Price.zero
    if !ownContract, let index {
      for item in moving where item.instrument.isFuture {
        if let mark = market.marks[item.instrument.symbol] { lowest = max(lowest, index - mark) }
      }
    }
    lowestByBasis = lowest
    size = PathProfile.size(of: book, market: market, rulebook: rulebook)
  }

  private static func form(
    of instrument: Instrument, followsPrice: Bool, hasBasis: Bool
  ) -> Form {
    guard instrument.isFuture else { return .other }
    switch instrument.payoff {
    case .linear: return followsPrice ? .other : .linear
    case .inverse where followsPrice: return hasBasis ? .other : .linear
    case .inverse: return .reciprocal
    }
  }

  private static func size(
    of book: AccountBook, market: MarketView, rulebook: Rulebook
  ) -> Money {
    var sum = Money.zero
    func add(_ amount: AssetAmount, _ asset: Symbol) {
      guard let price = market.price(of: asset, reportingAsset: rulebook.reportingAsset) else {
        return
      }
      sum += Money.value(of: amount.magnitude, at: price, rounding: .ceiling)
    }
    for (asset, amount) in book.balances { add(amount, asset) }
    for item in book.positions {
      let settlement = item.instrument.settlementAsset
      add(item.isolatedMargin, settlement)
      add(item.state.entryCashFlow, settlement)
      if let mark = market.mark(of: item.instrument) {
        add(item.instrument.notional(of: item.state.quantity, at: mark), settlement)
      }
    }
    return sum
  }

  /// The prices that may be looked at: admitted ones, at which no sum leaves its range.
  func range(around start: Price) -> ClosedRange<Price> {
    // Values grow with the price, those of inverse contracts with its reciprocal; 1e24 of the
    // reporting asset is what `DomainLimits` leaves room for. A product of two moving prices grows
    // with the square, so it is kept near.
    let largestValue: Int128 = 1_000_000_000_000_000_000_000_000_000_000_000_000
    let room = max(1, largestValue / max(1, size.rawValue))
    let factor = min(room, isQuadratic ? 1_000 : 1_000_000_000_000_000_000_000)
    let highest = FullWidth.checkedQuotient(
      of: start.rawValue, times: factor, over: 1, rounding: .floor)
    let upper = min(
      DomainLimits.maximumPrice, highest.map(Price.init(rawValue:)) ?? DomainLimits.maximumPrice)
    let smallest = hasInverse ? DomainLimits.minimumInversePrice : DomainLimits.minimumPrice
    let byRoom = start.scaled(by: 1, over: factor, rounding: .ceiling)
    let lower = max(smallest, hasInverse ? byRoom : smallest, lowestByBasis + smallest)
    return min(lower, start)...max(upper, start)
  }
}
