import FixedPoint
public import MarginDomain

/// Daily closes of several underlyings with their implied volatilities, from which a table of
/// vectors is made.
///
/// A move is the relative change from one day to the next. There is no move between days that are
/// not consecutive, so that one history may hold separate periods.
/// - Source: margin-method.md 3.3, 4.5.
public struct ScenarioHistory: Sendable, Equatable {
  /// The closes of one day.
  public struct Day: Sendable, Equatable {
    /// Days since 1970-01-01.
    public let number: Int
    /// One per underlying, above 0.
    public let closes: [Price]
    /// σ per year, above 0, one per underlying; nil where none is on record.
    public let volatilities: [Rate?]
    /// Makes a day.
    public init(number: Int, closes: [Price], volatilities: [Rate?]) {
      self.number = number
      self.closes = closes
      self.volatilities = volatilities
    }
  }

  /// How a table is selected from a history.
  public struct Selection: Sendable, Equatable {
    /// How many of the newest moves make ordinary vectors, 1 or above.
    public let ordinary: Int
    /// How many of the largest moves make stressed vectors, 0 or above.
    public let stressed: Int
    /// Of the volatility that moves are filtered by, in days, above 0.
    public let halfLife: Rate
    /// Of the shortfall, 0 to below 1.
    public let confidence: Rate
    /// Of the stressed vectors together, 0 to 1.
    public let stressedWeight: Rate
    /// Grid of the moves in the table, above 0.
    public let step: Rate
    /// Makes a selection.
    public init(
      ordinary: Int, stressed: Int, halfLife: Rate, confidence: Rate, stressedWeight: Rate,
      step: Rate
    ) {
      self.ordinary = ordinary
      self.stressed = stressed
      self.halfLife = halfLife
      self.confidence = confidence
      self.stressedWeight = stressedWeight
      self.step = step
    }
  }

  /// Why no table can be made from a history.
  public enum SelectionFault: Error, Sendable, Equatable {
    /// No two days follow each other.
    case noMoves
    /// More ordinary vectors are asked for than there are moves whose volatilities are on record.
    case ordinary(available: Int)
    /// More stressed vectors are asked for than there are moves.
    case stressed(available: Int)
  }

  /// A table and how many moves were left out.
  public struct Table: Sendable, Equatable {
    /// The table.
    public let rules: ExpectedShortfallRules
    /// Moves in the period of the ordinary vectors that were skipped because a volatility is not on
    /// record.
    public let skippedMoves: Int
  }

  /// All underlyings between two days that follow each other.
  struct Step: Equatable {
    let day: Int
    let prices: [Rate]
    let volatilities: [Rate?]
  }

  /// Columns, each once.
  public let underlyings: [Symbol]
  /// In ascending order, with one close and one volatility per underlying.
  public let days: [Day]

  /// Makes a history.
  ///
  /// - Precondition: days rise and hold as many closes and volatilities as there are underlyings.
  public init(underlyings: [Symbol], days: [Day]) {
    precondition(
      zip(days, days.dropFirst()).allSatisfy { $0.number < $1.number }
        && days.allSatisfy {
          $0.closes.count == underlyings.count && $0.volatilities.count == underlyings.count
        }, "days must rise and be whole")
    self.underlyings = underlyings
    self.days = days
  }

  /// The moves, oldest first: close / close before − 1, to the nearest unit.
  var steps: [Step] {
    zip(days, days.dropFirst()).compactMap { before, day in
      guard day.number == before.number + 1 else { return nil }
      return Step(
        day: day.number,
        prices: zip(before.closes, day.closes).map { ScenarioHistory.change($0, $1) },
        volatilities: zip(before.volatilities, day.volatilities).map { old, new in
          guard let old, let new else { return nil }
          return ScenarioHistory.change(old, new)
        })
    }
  }

  private static func change<Number: FixedDecimal>(_ old: Number, _ new: Number) -> Rate {
    let raw = FullWidth.quotient(
      of: new.rawValue, times: Rate.one.rawValue, over: max(1, old.rawValue),
      rounding: .nearestEven)
    return Rate(rawValue: raw) - .one
  }

  /// Indices of the largest moves in `steps`, oldest first: by Σ of the squared price moves over
  /// the underlyings; of equal ones the earlier counts as larger.
  static func largest(_ steps: [Step], count: Int) -> [Int] {
    let sizes = steps.map { step in
      step.prices.reduce(Rate.zero) {
        $0 + $1.scaled(by: $1.rawValue, over: Rate.one.rawValue, rounding: .nearestEven)
      }
    }
    return steps.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }.prefix(count).sorted()
  }

  /// The table: the newest moves, filtered, and the largest moves, unchanged.
  ///
  /// A move without a recorded volatility of some underlying makes no ordinary vector, because the
  /// price move alone is not a joint move. It still counts in the volatility by which price moves
  /// are scaled; volatility moves are scaled by those on record. An underlying without any recorded
  /// volatility move keeps its volatility in every vector.
  ///
  /// On a stressed day a missing volatility move is replaced by the mean of the recorded stressed
  /// ones on days when prices moved in the same direction (Σ of the price moves below 0, or not).
  ///
  /// - Parameter selection: how many, and how they weigh.
  /// - Returns: rules with a horizon of a day, moves to the nearest step, ties to even.
  /// - Throws: `SelectionFault` where the history holds fewer moves.
  /// - Complexity: O(days · underlyings + days · log days).
  /// - Source: margin-method.md 3.3, 4.5.
  public func shortfallTable(_ selection: Selection) throws(SelectionFault) -> Table {
    let steps = steps
    if steps.isEmpty { throw .noMoves }
    let recorded = underlyings.indices.filter { column in
      steps.contains { $0.volatilities[column] != nil }
    }
    let whole = steps.indices.filter { index in
      recorded.allSatisfy { steps[index].volatilities[$0] != nil }
    }
    if selection.ordinary > whole.count { throw .ordinary(available: whole.count) }
    if selection.stressed > steps.count { throw .stressed(available: steps.count) }
    let ordinary = Array(whole.suffix(selection.ordinary))
    let stressed = ScenarioHistory.largest(steps, count: selection.stressed)
    let columns = underlyings.indices.map { column in
      ScenarioColumn(column, of: steps, stressed: stressed, halfLife: selection.halfLife)
    }
    let vectors =
      ordinary.map { index in
        ExpectedShortfallRules.Vector(
          isStressed: false, moves: columns.map { $0.ordinary(at: index) })
      }
      + stressed.map { index in
        ExpectedShortfallRules.Vector(
          isStressed: true, moves: columns.map { $0.stressed(at: index) })
      }
    let rules = ExpectedShortfallRules(
      confidence: selection.confidence, stressedWeight: selection.stressedWeight,
      horizonDays: .one, underlyings: underlyings, vectors: vectors)
    return Table(
      rules: rules.rounded(to: selection.step),
      skippedMoves: steps.count - (ordinary.first ?? steps.count) - ordinary.count)
  }
}

/// One underlying's moves for the vectors of a table.
private struct ScenarioColumn {
  private let column: Int
  private let steps: [ScenarioHistory.Step]
  private let scaledPrices: [Rate]
  /// Per step; zero where none is on record.
  private let scaledVolatilities: [Rate]
  /// Means of the stressed volatility moves on record.
  private let means: (falling: Rate, rising: Rate)

  init(_ column: Int, of steps: [ScenarioHistory.Step], stressed: [Int], halfLife: Rate) {
    self.column = column
    self.steps = steps
    scaledPrices = FilteredScenarios.filtered(steps.map { $0.prices[column] }, halfLife: halfLife)
    let known = steps.indices.filter { steps[$0].volatilities[column] != nil }
    let scaled = FilteredScenarios.filtered(
      known.compactMap { steps[$0].volatilities[column] }, halfLife: halfLife)
    var volatilities = [Rate](repeating: .zero, count: steps.count)
    for (index, move) in zip(known, scaled) { volatilities[index] = move }
    scaledVolatilities = volatilities
    func mean(falling: Bool) -> Rate {
      let moves = stressed.filter { steps[$0].falls == falling }
        .compactMap { steps[$0].volatilities[column] }
      let sum = moves.reduce(Rate.zero, +)
      return Rate(
        rawValue: FullWidth.quotient(
          of: sum.rawValue, times: 1, over: Int128(max(1, moves.count)), rounding: .nearestEven))
    }
    means = (mean(falling: true), mean(falling: false))
  }

  func ordinary(at index: Int) -> ExpectedShortfallRules.Move {
    ExpectedShortfallRules.Move(
      price: scaledPrices[index], volatility: scaledVolatilities[index])
  }

  func stressed(at index: Int) -> ExpectedShortfallRules.Move {
    let step = steps[index]
    return ExpectedShortfallRules.Move(
      price: step.prices[column],
      volatility: step.volatilities[column] ?? (step.falls ? means.falling : means.rising))
  }
}

extension ScenarioHistory.Step {
  /// Whether prices fell: Σ of the moves below 0.
  fileprivate var falls: Bool { prices.reduce(.zero, +).isNegative }
}

extension ExpectedShortfallRules {
  /// The same table with every move on a grid, ties to even.
  func rounded(to step: Rate) -> ExpectedShortfallRules {
    func rounded(_ rate: Rate) -> Rate {
      Rate(
        rawValue: FullWidth.quotient(
          of: rate.rawValue, times: 1, over: max(1, step.rawValue), rounding: .nearestEven)
          * max(1, step.rawValue))
    }
    return ExpectedShortfallRules(
      confidence: confidence, stressedWeight: stressedWeight, horizonDays: horizonDays,
      underlyings: underlyings,
      vectors: vectors.map { vector in
        Vector(
          isStressed: vector.isStressed,
          moves: vector.moves.map {
            Move(price: rounded($0.price), volatility: rounded($0.volatility))
          })
      })
  }
}
