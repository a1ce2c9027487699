import FixedPoint

/// What a rulebook may ask at most, so that sums of what it asks stay within their types.
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

  /// Those of a worker: a rate of 10, 1e22 and 1e24 of the reporting asset.
  public static let standard = RulebookLimits(
    requirementRate: DomainLimits.maximumRequirementRate,
    positionValue: Money(rawValue: 10_000_000_000_000_000_000_000_000_000_000_000),
    assetValue: Money(rawValue: 1_000_000_000_000_000_000_000_000_000_000_000_000))
}

/// A number of a rulebook out of its range, or two that contradict each other.
public struct RulebookFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// One step of the way to a value in a rulebook's document.
  public enum Step: Sendable, Equatable {
    /// A key of a mapping.
    case key(String)
    /// A place in a list, from 0.
    case place(Int)
    /// The entry of a name: a key that is data, or the element of a list that names it.
    case entry(String)
    /// The entry that holds for every name without one of its own.
    case usual
  }

  /// The class of the fault, as a refused record states it.
  public let reason: RejectReason
  /// The field, what is wrong with it and what was expected.
  public private(set) var detail: RefusalDetail
  /// The way to the value in a document, which names entries that the field leaves out.
  public private(set) var steps: [Step]

  init(_ reason: RejectReason, _ field: String, _ problem: String, expected: String) {
    self.reason = reason
    detail = RefusalDetail(field: field, problem: problem, expected: expected)
    steps = field.split(separator: ".").map { .key(String($0)) }
  }

  /// One line, as `RefusalDetail` says it.
  public var description: String { detail.description }

  /// The same fault, seen from the part around the field.
  func inside(_ outer: String) -> RulebookFault {
    var fault = self
    fault.detail = detail.inside(outer)
    return fault
  }

  /// The same fault with other first steps of its way.
  ///
  /// - Parameters:
  ///   - prefix: what comes first.
  ///   - count: how many steps it stands for.
  /// - Returns: a fault that differs in its way alone.
  func under(_ prefix: [Step], replacing count: Int = 0) -> RulebookFault {
    var fault = self
    fault.steps = prefix + steps.dropFirst(count)
    return fault
  }

  /// The same fault with more steps at the end of its way.
  func at(_ last: [Step]) -> RulebookFault {
    var fault = self
    fault.steps = steps + last
    return fault
  }
}
