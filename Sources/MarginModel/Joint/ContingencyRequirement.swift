import FixedPoint
public import MarginDomain

/// What a unit's requirement depends on besides its positions.
public struct UnitFacts: Sendable, Equatable {
  /// An asset held as collateral that follows an underlying.
  public struct Holding: Sendable, Equatable {
    /// Its name.
    public let asset: Symbol
    /// Its value without haircut, reporting asset.
    public let value: Money
    /// Confidence of its underlying's index.
    public let confidence: Rate
    /// Makes a holding.
    public init(asset: Symbol, value: Money, confidence: Rate) {
      self.asset = asset
      self.value = value
      self.confidence = confidence
    }
  }

  /// The price of the asset that the depeg add-on watches; nil: the peg holds.
  public var pegPrice: Price?
  /// The collateral, each asset once.
  public var holdings: [Holding]

  /// Makes facts; the defaults mean that the peg holds and there is no collateral.
  public init(pegPrice: Price? = nil, holdings: [Holding] = []) {
    self.pegPrice = pegPrice
    self.holdings = holdings
  }
}

extension PegRule {
  /// factor · max(0, threshold − price).
  ///
  /// - Parameter price: of the asset, 1 while the peg holds; nil: it holds.
  /// - Returns: a ratio, 0 or above, rounded up.
  /// - Source: Derive v2-core, `StandardManager._getDepegMultiplier`; peers.md 3.6.
  public func rate(at price: Price?) -> Rate {
    guard let price else { return .zero }
    return PegLoss.rate(factor: factor, below: threshold, at: price)
  }
}

extension ContingencyRules.Confidence {
  /// Add-on per unit of notional: factor · (1 − confidence) below the threshold, else 0.
  ///
  /// - Parameters:
  ///   - confidence: 0 to 1.
  ///   - threshold: the confidence below which the add-on applies.
  /// - Returns: a ratio, 0 or above, rounded up.
  /// - Source: Derive v2-core, `StandardManager`, oracle contingency; peers.md 3.6.
  public func rate(at confidence: Rate, below threshold: Rate) -> Rate {
    guard confidence < threshold else { return .zero }
    return (Rate.one - confidence).scaled(
      by: factor.rawValue, over: Rate.one.rawValue, rounding: .ceiling)
  }
}

extension UnitRequirement {
  /// Adds the add-ons for a lost peg and for prices of low confidence to the initial requirement,
  /// one term per cause.
  ///
  /// Depeg: rate · |q| · m · S over futures and short options. Confidence: rate · |q| · m · S over
  /// futures each and over the short options of an expiry, at the least confidence of the expiry;
  /// rate · value of collateral. A perpetual option is an expiry of its own.
  mutating func add(_ rules: ContingencyRules, for legs: [MarginLeg], facts: UnitFacts) {
    if let depeg = rules.depeg {
      let rate = depeg.rate(at: facts.pegPrice)
      let exposed = legs.filter { $0.instrument.isFuture || $0.position.quantity.isNegative }
      charge(exposed, at: rate, as: "depeg")
    }
    guard let confidence = rules.confidence else { return }
    for leg in legs where leg.instrument.isFuture {
      let sure = min(leg.confidence.mark, leg.confidence.index)
      charge(
        [leg], at: confidence.rate(at: sure, below: confidence.futureThreshold), as: "confidence")
    }
    for group in Self.optionGroups(of: legs) {
      let sure = group.map(\.confidence.least).min() ?? .one
      charge(
        group.filter(\.position.quantity.isNegative),
        at: confidence.rate(at: sure, below: confidence.optionThreshold), as: "confidence")
    }
    for holding in facts.holdings {
      let rate = confidence.rate(at: holding.confidence, below: confidence.collateralThreshold)
      addInitial(
        max(.zero, holding.value).times(rate, rounding: .ceiling),
        name: "initial.confidence.\(holding.asset)")
    }
  }

  private mutating func charge(_ legs: [MarginLeg], at rate: Rate, as cause: String) {
    for leg in legs {
      let instrument = leg.instrument
      let price =
        instrument.isFuture
        ? leg.prices.index : instrument.optionNotionalPrice(at: leg.prices.index)
      let size = instrument.notional(of: leg.position.quantity, at: price)
      let value = Money.value(of: size, at: leg.prices.settlementIndex, rounding: .ceiling)
      addInitial(
        value.times(rate, rounding: .ceiling), name: "initial.\(cause).\(instrument.symbol)")
    }
  }

  private mutating func addInitial(_ amount: Money, name: String) {
    if amount.isZero { return }
    requirement.initial += amount
    terms.append(MarginTerm(name: name, amount: amount))
  }

  private static func optionGroups(of legs: [MarginLeg]) -> [[MarginLeg]] {
    let perpetual = legs.filter {
      if case .perpetualOption = $0.instrument.kind { return true }
      return false
    }
    return ExpiryGroup.groups(of: legs).map(\.legs) + perpetual.map { [$0] }
  }
}
