public import FixedPoint

/// A contract that can be held, with its terms.
public struct Instrument: Sendable, Equatable {
  /// What kind of contract it is.
  public enum Kind: Sendable, Equatable {
    /// Never expires, pays funding.
    case perpetualFuture
    /// Never expires, pays mark − payoff per funding period.
    case perpetualOption(OptionTerms)
    /// Settles at expiry.
    case datedFuture(expiry: EventTime)
    /// Settles its payoff at expiry; `forward` names the dated future it is valued on, if any.
    case datedOption(OptionTerms, expiry: EventTime, forward: Symbol?)
  }

  /// How its value follows the price.
  public enum Payoff: Sendable, Equatable {
    /// units · price, in quote.
    case linear
    /// units / price, in coin.
    case inverse
  }

  /// Where an option's mark comes from.
  public enum MarkSource: Sendable, Equatable {
    /// From records of `prices`.
    case published
    /// Revalued by the model at each index or volatility update of its underlying or itself.
    case model
  }

  /// Unique name.
  public let symbol: Symbol
  /// Contract type and its terms.
  public let kind: Kind
  /// Linear or inverse; an inverse option is quoted and settles in its coin.
  public let payoff: Payoff
  /// The index that it refers to.
  public let underlying: Symbol
  /// The asset in which profit, loss and funding are paid.
  public let settlementAsset: Symbol
  /// Underlying (linear, options) or quote (inverse future) per contract, above zero, up to 1e6.
  public let multiplier: Quantity
  /// Price grid, above zero.
  public let tickSize: Price
  /// Quantity grid, above zero.
  public let lotSize: Quantity
  /// Fee of a taker as a ratio of notional, 0 to 1.
  public let takerFee: Rate
  /// Where an option's mark comes from; futures are always published.
  public let markSource: MarkSource

  /// Makes an instrument from values that the border has checked.
  public init(
    symbol: Symbol, kind: Kind, payoff: Payoff, underlying: Symbol, settlementAsset: Symbol,
    multiplier: Quantity, tickSize: Price, lotSize: Quantity, takerFee: Rate,
    markSource: MarkSource
  ) {
    self.symbol = symbol
    self.kind = kind
    self.payoff = payoff
    self.underlying = underlying
    self.settlementAsset = settlementAsset
    self.multiplier = multiplier
    self.tickSize = tickSize
    self.lotSize = lotSize
    self.takerFee = takerFee
    self.markSource = markSource
  }

  /// The option's terms, or nil for a future.
  public var optionTerms: OptionTerms? {
    switch kind {
    case .perpetualOption(let terms), .datedOption(let terms, _, _): return terms
    case .perpetualFuture, .datedFuture: return nil
    }
  }

  /// The dated future that a dated option is valued on; nil: the index, or no dated option.
  public var forward: Symbol? {
    if case .datedOption(_, _, let forward) = kind { return forward }
    return nil
  }

  /// When it settles; nil for a perpetual contract.
  public var expiry: EventTime? {
    switch kind {
    case .datedFuture(let expiry), .datedOption(_, let expiry, _): return expiry
    case .perpetualFuture, .perpetualOption: return nil
    }
  }

  /// True for futures: they carry unrealized profit and loss instead of a value.
  public var isFuture: Bool { optionTerms == nil }

  /// How an amount of the settlement asset follows the contract's own price.
  ///
  /// Same as `payoff`, except that the price of an inverse option is in its coin, so that its units
  /// are worth units · price, as in a linear contract.
  public var pricePayoff: Payoff {
    switch kind {
    case .perpetualFuture, .datedFuture: return payoff
    case .perpetualOption, .datedOption: return .linear
    }
  }

  /// True for an option whose price, premium and payoff are in its coin.
  public var isCoinOption: Bool { payoff == .inverse && !isFuture }

  /// quantity · multiplier, exact.
  public func units(of quantity: Quantity) -> ContractUnits {
    ContractUnits(quantity: quantity, multiplier: multiplier)
  }
}

/// The terms of an option.
public struct OptionTerms: Sendable, Equatable {
  /// Call or put.
  public enum Right: Sendable, Equatable {
    /// Pays max(0, index − strike).
    case call
    /// Pays max(0, strike − index).
    case put
  }

  /// Call or put.
  public let right: Right
  /// Strike in quote per unit, above zero.
  public let strike: Price
  /// Funding period of a perpetual option in hours, above zero; ignored for dated ones.
  public let fundingPeriodHours: Rate
  /// Hours between two funding payments of a perpetual option, counted from the epoch; nil:
  /// funding accrues continuously.
  public let paymentIntervalHours: Rate?
  /// Interest on the option's value per year that its model assumes; 0 where the venue pays none.
  public let interestRate: Rate
  /// Carry (drift) of the index per year that a perpetual option's model assumes.
  public let carryRate: Rate

  /// Makes terms.
  public init(
    right: Right, strike: Price, fundingPeriodHours: Rate, paymentIntervalHours: Rate? = nil,
    interestRate: Rate = .zero, carryRate: Rate = .zero
  ) {
    self.right = right
    self.strike = strike
    self.fundingPeriodHours = fundingPeriodHours
    self.paymentIntervalHours = paymentIntervalHours
    self.interestRate = interestRate
    self.carryRate = carryRate
  }

  /// The payoff at an index: max(0, S − K) or max(0, K − S), exact.
  public func payoff(at index: Price) -> Price {
    switch right {
    case .call: return max(.zero, index - strike)
    case .put: return max(.zero, strike - index)
    }
  }

  /// The largest value the option can have at an index: the index (call) or the strike (put).
  public func upperBound(at index: Price) -> Price {
    switch right {
    case .call: return index
    case .put: return strike
    }
  }
}

/// An asset that serves as collateral and in which contracts settle.
public struct CollateralAsset: Sendable, Equatable {
  /// Unique name.
  public let symbol: Symbol
  /// The underlying that it follows (BTC follows BTC-USD), or nil: its own index price counts.
  public let underlying: Symbol?

  /// Makes an asset.
  public init(symbol: Symbol, underlying: Symbol?) {
    self.symbol = symbol
    self.underlying = underlying
  }
}
