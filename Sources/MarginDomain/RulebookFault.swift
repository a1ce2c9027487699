import FixedPoint

/// The largest requirements that a rulebook may lead to, so that their sums cannot overflow.
public struct RulebookLimits: Sendable, Equatable {
  /// Largest rate of a requirement.
  public var requirementRate: Rate
  /// Largest value of one position, reporting asset.
  public var positionValue: Money
  /// Largest value of an asset's net amount, reporting asset.
  public var assetValue: Money

  /// Makes limits.
  public init(requirementRate: Rate, positionValue: Money, assetValue: Money) {
    self.requirementRate = requirementRate
    self.positionValue = positionValue
    self.assetValue = assetValue
  }

  /// The limits of a worker: a rate of 10, 1e22 and 1e24 of the reporting asset.
  public static let standard = RulebookLimits(
    requirementRate: DomainLimits.maximumRequirementRate,
    positionValue: Money(rawValue: 10_000_000_000_000_000_000_000_000_000_000_000),
    assetValue: Money(rawValue: 1_000_000_000_000_000_000_000_000_000_000_000_000))
}

/// A number of a rulebook out of its range, or two that contradict each other.
public struct RulebookFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// One step of the path to a value in a rulebook's document.
  public enum Step: Sendable, Equatable {
    /// A key of a mapping.
    case key(String)
    /// An index in a list, from 0.
    case index(Int)
    /// The entry with a name: a key that is data, or the element of a list that has this name.
    case entry(String)
    /// The entry for every name without one of its own.
    case usual
  }

  /// The class of the fault, as a refused record states it.
  public let reason: RejectReason
  /// The field, what is wrong with it and what was expected.
  public private(set) var detail: RefusalDetail
  /// The path to the value in a document, which includes entries that the field leaves out.
  public private(set) var steps: [Step]

  init(_ reason: RejectReason, _ field: String, _ problem: String, expected: String) {
    self.reason = reason
    detail = RefusalDetail(field: field, problem: problem, expected: expected)
    steps = field.split(separator: ".").map { .key(String($0)) }
  }

  /// One line, as in `RefusalDetail`.
  public var description: String { detail.description }

  /// The same fault, with its field named from the enclosing part.
  func inside(_ outer: String) -> RulebookFault {
    var fault = self
    fault.detail = detail.inside(outer)
    return fault
  }

  /// The same fault with other first steps of its path.
  ///
  /// - Parameters:
  ///   - prefix: the new first steps.
  ///   - count: how many steps the prefix replaces.
  /// - Returns: a fault that differs only in its path.
  func under(_ prefix: [Step], replacing count: Int = 0) -> RulebookFault {
    var fault = self
    fault.steps = prefix + steps.dropFirst(count)
    return fault
  }

  /// The same fault with more steps at the end of its path.
  func at(_ last: [Step]) -> RulebookFault {
    var fault = self
    fault.steps = steps + last
    return fault
  }
}
