import FixedPoint

/// Credit lines as data: who may owe how much, and at what cost.
///
/// A line lowers what an account must hold against its positions; `AccountCredit` has the formula.
/// - Source: margin-method.md 4.8.
public struct CreditRules: Sendable, Equatable {
  /// The meaning of a rating.
  public struct Grade: Sendable, Equatable {
    /// The name that lines use.
    public let name: String
    /// The share of a line that counts, 0 to 1.
    public let factor: Rate
    /// PD: probability of default, 0 to 1.
    public let defaultProbability: Rate

    /// Makes a grade.
    public init(name: String, factor: Rate, defaultProbability: Rate) {
      self.name = name
      self.factor = factor
      self.defaultProbability = defaultProbability
    }
  }

  /// One account's line.
  public struct Line: Sendable, Equatable {
    /// L, reporting asset, 0 or above; 0: no line.
    public let amount: Money
    /// Name of the obligor's grade.
    public let grade: String
    /// Underlyings that fall when the obligor defaults: its own token, its sector; each once.
    public let wrongWay: [Symbol]

    /// No credit, whatever a table says.
    public static let none = Line(amount: .zero, grade: "")

    /// Makes a line.
    public init(amount: Money, grade: String, wrongWay: [Symbol] = []) {
      self.amount = amount
      self.grade = grade
      self.wrongWay = wrongWay
    }
  }

  /// When a line is cut because the potential loss outgrows it.
  public struct StepDown: Sendable, Equatable {
    /// Of the potential future exposure, for example 0.99; below 1.
    public let confidence: Rate
    /// Margin period of risk in days, above 0.
    public let marginPeriodDays: Rate
    /// The share by which the line is cut, 0 to 1, for example 0.25.
    public let reduction: Rate

    /// Makes a rule.
    public init(confidence: Rate, marginPeriodDays: Rate, reduction: Rate) {
      self.confidence = confidence
      self.marginPeriodDays = marginPeriodDays
      self.reduction = reduction
    }
  }

  /// Sorted by name, each name once.
  public let grades: [Grade]
  /// LGD: the share of the exposure that a default loses, 0 to 1.
  public let lossGivenDefault: Rate
  /// Nil: lines are not cut.
  public let stepDown: StepDown?
  /// Sorted by account, each account once.
  public let lines: [(account: AccountID, line: Line)]

  /// Makes rules; grades and lines are sorted.
  public init(
    grades: [Grade], lossGivenDefault: Rate, stepDown: StepDown?,
    lines: [(account: AccountID, line: Line)] = []
  ) {
    self.grades = grades.sorted { $0.name < $1.name }
    self.lossGivenDefault = lossGivenDefault
    self.stepDown = stepDown
    self.lines = lines.sorted { $0.account < $1.account }
  }

  /// The grade of a name; nil when there is none.
  public func grade(named name: String) -> Grade? { grades.first { $0.name == name } }

  /// The index of an account's line among the lines; nil without one.
  ///
  /// - Complexity: O(log n) in the lines.
  public func index(of account: AccountID) -> Int? {
    var low = 0
    var high = lines.count
    while low < high {
      let middle = (low + high) / 2
      if lines[middle].account < account { low = middle + 1 } else { high = middle }
    }
    return low < lines.count && lines[low].account == account ? low : nil
  }

  /// An account's line; nil without one.
  public func line(of account: AccountID) -> Line? { index(of: account).map { lines[$0].line } }

  /// Equality of all parts.
  public static func == (left: CreditRules, right: CreditRules) -> Bool {
    left.grades == right.grades && left.lossGivenDefault == right.lossGivenDefault
      && left.stepDown == right.stepDown && left.lines.elementsEqual(right.lines, by: ==)
  }
}
