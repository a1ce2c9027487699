import FixedPoint
public import MarginDomain

/// What an evaluation reads beside market and account, and where it notes its terms.
///
/// The hot path goes without: a class, so that its absence costs one comparison.
public final class UnitExtras {
  /// Other prices than the market's; nil: the market's own.
  public var overlay: PriceOverlay?
  /// The terms of the evaluation; nil: none are noted.
  public var terms: UnitTerms?
  /// Smallest initial rate, chosen by the account for all that it holds and owes; nil: none.
  public var initialRateFloor: Rate?
  /// A credit line that beats the rulebook's table.
  var credit: AccountCredit?
  /// Average prices of entry of options by the places of the positions; empty: the positions'
  /// own entry flows say it.
  var optionEntries: [Price?] = []

  /// Makes extras.
  ///
  /// - Parameters:
  ///   - terms: where terms are noted; nil: nowhere.
  ///   - overlay: other prices.
  public init(terms: UnitTerms? = nil, overlay: PriceOverlay? = nil) {
    self.terms = terms
    self.overlay = overlay
  }

  func optionEntry(at slot: Int) -> Price? {
    optionEntries.indices.contains(slot) ? optionEntries[slot] : nil
  }

  func note(_ assessment: PositionAssessment?, of position: PositionSlot, at slot: Int) {
    if position.state.quantity.isZero { return }
    terms?.positions.append(
      UnitTerms.PositionNote(
        slot: slot, instrument: position.instrument, assessment: assessment))
  }

  func note(_ asset: UnitTerms.AssetNote) { terms?.heldAssets.append(asset) }
}

/// The terms that the sums of one unit were made of.
///
/// Where something is missing, the sums cover the rest.
public struct UnitTerms: Sendable {
  /// What the unit holds of one asset.
  public struct AssetNote: Sendable {
    /// Index of the asset.
    public let asset: Int32
    /// Cash with what settles in the asset.
    public let net: AssetAmount
    /// The part of it that net equity alone holds.
    public let outsideEquity: AssetAmount
    /// The part of it that is the value of limited options.
    public let limited: AssetAmount
    /// Reporting asset per unit; nil: none is known, or the amount is out of range.
    public internal(set) var price: Price?
    /// What it adds to equity; nil as `price`.
    public internal(set) var counted: Money?
    /// What a debt in it adds to the maintenance requirement.
    public internal(set) var maintenanceDebt = Money.zero
  }

  /// One open position.
  public struct PositionNote: Sendable {
    /// Its place among the account's positions.
    public let slot: Int
    /// Index of the contract.
    public let instrument: Int32
    /// Worth and requirement; nil: a price is missing, or it is out of range.
    public let assessment: PositionAssessment?
  }

  /// The orders of one contract.
  public struct OrderNote: Sendable {
    /// Index of the contract.
    public let instrument: Int32
    /// What they ask; nil: they cannot be valued.
    public let requirement: PositionRequirement?
    /// Whether they count for the decision.
    public let isNeeded: Bool
  }

  /// Assets of which there is something, in the order of the cash.
  public internal(set) var heldAssets: [AssetNote] = []
  /// Open positions, asset by asset.
  public internal(set) var positions: [PositionNote] = []
  /// Contracts in which orders rest.
  public internal(set) var orders: [OrderNote] = []
  /// What the positions ask together, less what each asks alone.
  public internal(set) var joint: [MarginTerm] = []
  /// Value of options that does not count for the initial requirement.
  public internal(set) var withheld = Money.zero
  /// What the unit asks under its credit line; nil without one.
  public internal(set) var credited: CreditedRequirement?

  /// Makes empty terms.
  public init() {}

  /// Whether a price was missing or a value out of range.
  public var isPartial: Bool {
    heldAssets.contains { $0.counted == nil } || positions.contains { $0.assessment == nil }
      || orders.contains { $0.isNeeded && $0.requirement == nil }
  }

  mutating func note(_ requirement: PositionRequirement?, of instrument: Int32, isNeeded: Bool) {
    orders.append(
      OrderNote(instrument: instrument, requirement: requirement, isNeeded: isNeeded))
  }
}
