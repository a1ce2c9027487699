import FixedPoint

/// What venues add to the rates of the standard margin of options.
///
/// The defaults of `init()` add nothing: equity includes the value of options, and rates apply to
/// the index.
public struct OptionRequirementTerms: Sendable, Equatable {
  /// How an option's premium reaches the account.
  public enum PremiumStyle: Sendable, Equatable {
    /// Paid in cash when it trades; the position is worth q · m · V.
    case paid
    /// Not paid; the position is worth its change since entry, q · m · (V − entry), like a future.
    case variation
  }

  /// The price that the short's rates apply to, and from which the distance to the strike is
  /// measured.
  public enum RateBase: Sendable, Equatable {
    /// The index.
    case index
    /// The forward to the expiry; the index where none is known.
    case forward
    /// The index, while the distance counts from the forward and in proportion to it:
    /// rate · S − OTM · S / F.
    case indexByForward
    /// The strike; the distance counts from the index.
    case strike
  }

  /// The price used as the premium in a short's initial requirement.
  public enum PremiumBasis: Sendable, Equatable {
    /// The mark.
    case mark
    /// The larger of the mark and the average price of entry.
    case largerOfMarkAndEntry
  }

  /// One step of the factor on a short's rates by its size.
  public struct SizeFactor: Sendable, Equatable {
    /// Smallest size of the step, inclusive, units of the underlying.
    public let floor: Quantity
    /// Factor on the whole position's rates, above zero.
    public let factor: Rate
    /// Makes a step.
    public init(floor: Quantity, factor: Rate) {
      self.floor = floor
      self.factor = factor
    }
  }

  /// How premiums reach the account.
  public var style = PremiumStyle.paid
  /// Whether a short's requirement includes the option's mark.
  ///
  /// With paid premiums the equity then leaves out the value of options, so that it is not required
  /// twice.
  public var includesMark = false
  /// The price that the short's rates apply to.
  public var base = RateBase.index
  /// The price used as the premium in the initial requirement.
  public var premium = PremiumBasis.mark
  /// Floor of a short put's maintenance requirement as a ratio of the mark.
  public var putMaintenanceMarkRate = Rate.zero
  /// Rate at the money of a short put's maintenance requirement; nil: that of a call.
  public var putMaintenanceRate: Rate?
  /// Floor of a short put's maintenance requirement; nil: that of a call.
  public var putMaintenanceFloor: Rate?
  /// A short put's initial requirement is at least this multiple of its maintenance requirement; 1
  /// or more.
  public var putInitialFactor = Rate.one
  /// Fee of a liquidation in a short's maintenance requirement, as a ratio of the base.
  public var maintenanceFeeRate = Rate.zero
  /// Hours of funding, |V − payoff| · hours / period, in the requirements of perpetual options.
  public var fundingHours = Rate.zero
  /// Factors on a short's rates by size, ascending by floor; empty: 1 at every size.
  public var sizeFactors: [SizeFactor] = []
  /// p: share of the value that a long's initial requirement includes.
  public var longInitialValueRate = Rate.one
  /// Requirement by delta and gamma instead of the rates; nil: by the rates.
  public var deltaGamma: DeltaGammaRule?
  /// Netting of the options of one expiry; nil: each position on its own.
  public var netting: ExpiryNettingRule?
  /// Largest share of the equity, 0 to 1, that option value may make up for opening positions and
  /// withdrawing cash; nil: no limit.
  ///
  /// Has no effect where the equity includes no option value.
  public var valueLimit: Rate?

  /// The requirement of resting orders of options.
  public var orders = RestingOrderRule.none

  /// Makes terms that add nothing.
  public init() {}

  /// True where equity leaves out the value of options because the requirement includes it.
  public var isValueOutsideEquity: Bool { style == .paid && includesMark }

  /// `valueLimit` where equity includes the value of options; else nil.
  public var effectiveValueLimit: Rate? { style == .paid && !includesMark ? valueLimit : nil }
}

/// The requirement of resting orders of options, and of all resting orders in portfolio margin.
public enum RestingOrderRule: Sendable, Equatable {
  /// Nothing.
  case none
  /// The larger increase of the initial requirement from filling all orders of one side.
  case worstSide
}

/// Requirement of an option by the cost of a move of the index, to second order.
public struct DeltaGammaRule: Sendable, Equatable {
  /// Initial requirement = maintenance requirement · this / maintenance ratio.
  public let initialRatio: Rate
  /// The move of the index, as a ratio; above zero, at most the initial ratio.
  public let maintenanceRatio: Rate
  /// Makes a rule.
  public init(initialRatio: Rate, maintenanceRatio: Rate) {
    self.initialRatio = initialRatio
    self.maintenanceRatio = maintenanceRatio
  }
}

/// Netting of the options of one underlying and expiry.
public struct ExpiryNettingRule: Sendable, Equatable {
  /// Initial requirement of a short call that no long call covers, as a ratio of the forward.
  public let unpairedInitialRate: Rate
  /// The same for the maintenance requirement; at most the initial one.
  public let unpairedMaintenanceRate: Rate
  /// Makes a rule.
  public init(unpairedInitialRate: Rate, unpairedMaintenanceRate: Rate) {
    self.unpairedInitialRate = unpairedInitialRate
    self.unpairedMaintenanceRate = unpairedMaintenanceRate
  }
}

/// Add-ons to the initial requirement while prices are less trustworthy.
public struct ContingencyRules: Sendable, Equatable {
  /// Add-on while the source of a price is not confident of it.
  public struct Confidence: Sendable, Equatable {
    /// Confidence of a future's mark and index below which the add-on applies.
    public let futureThreshold: Rate
    /// The same for an expiry's options: mark, index and forward.
    public let optionThreshold: Rate
    /// The same for collateral: the index of its underlying.
    public let collateralThreshold: Rate
    /// Add-on per unit of notional and of missing confidence, 0 to 1.
    public let factor: Rate
    /// Makes a rule.
    public init(
      futureThreshold: Rate, optionThreshold: Rate, collateralThreshold: Rate, factor: Rate
    ) {
      self.futureThreshold = futureThreshold
      self.optionThreshold = optionThreshold
      self.collateralThreshold = collateralThreshold
      self.factor = factor
    }
  }

  /// Add-on per unit of notional while a dollar-pegged asset trades below its peg, or nil.
  public let depeg: PegRule?
  /// Add-on for a lack of confidence, or nil.
  public let confidence: Confidence?
  /// Makes rules.
  public init(depeg: PegRule?, confidence: Confidence?) {
    self.depeg = depeg
    self.confidence = confidence
  }
}
