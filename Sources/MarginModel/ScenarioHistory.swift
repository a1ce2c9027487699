import FixedPoint
public import MarginDomain

/// Daily closes of several underlyings with their implied volatilities, and the table of vectors
/// that is made from them.
///
/// A move is the relative change from one day to the next: days that do not follow each other have
/// none between them, so that separate periods may stand in one history.
/// - Source: margin-method.md 3.3, 4.5.
public struct ScenarioHistory: Sendable, Equatable {
  /// What one day closed at.
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

  /// How a table is cut from a history.
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

  /// All underlyings between two days that follow each other.
  struct Step: Equatable {
    let day: Int
    let prices: [Rate]
    let volatilities: [Rate?]
  }

  /// Columns, each once.
  public let underlyings: [Symbol]
  /// Rising by their numbers, one close and one volatility per underlying.
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

  /// Places of the largest moves in `steps`, oldest first: by Σ of the squared price moves over
  /// the underlyings, the earlier of equal ones first.
  static func largest(_ steps: [Step], count: Int) -> [Int] {
    let sizes = steps.map { step in
      step.prices.reduce(Rate.zero) {
        $0 + $1.scaled(by: $1.rawValue, over: Rate.one.rawValue, rounding: .nearestEven)
      }
    }
    return steps.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }.prefix(count).sorted()
  }

  /// The table: the newest moves filtered, the largest as they were.
  ///
  /// A volatility that is not on record moves on a stressed day by the mean of the stressed moves
  /// on record on which prices went the same way (Σ of the price moves below 0, or not), also where
  /// that day makes an ordinary vector and in what moves are scaled by; on other days not at all.
  ///
  /// - Parameter selection: how many, and how they weigh.
  /// - Returns: rules with a horizon of a day, moves to the nearest step, ties to even; nil where
  ///   the history holds no move.
  /// - Complexity: O(days · underlyings + days · log days).
  public func shortfallRules(_ selection: Selection) -> ExpectedShortfallRules? {
    let steps = steps
    guard !steps.isEmpty else { return nil }
    let stressed = ScenarioHistory.largest(steps, count: selection.stressed)
    let histories = underlyings.indices.map { column in
      FilteredScenarios.History(
        underlying: underlyings[column],
        moves: volatilities(of: column, in: steps, stressed: stressed).enumerated().map {
          ExpectedShortfallRules.Move(price: steps[$0].prices[column], volatility: $1)
        })
    }
    return FilteredScenarios.rules(
      from: histories, count: selection.ordinary, stressed: stressed,
      halfLife: selection.halfLife, confidence: selection.confidence,
      stressedWeight: selection.stressedWeight
    ).rounded(to: selection.step)
  }

  /// Volatility moves of a column, with those that are not on record filled in.
  private func volatilities(of column: Int, in steps: [Step], stressed: [Int]) -> [Rate] {
    func falls(_ step: Step) -> Bool { step.prices.reduce(.zero, +).isNegative }
    func mean(falling: Bool) -> Rate {
      let known = stressed.filter { falls(steps[$0]) == falling }
        .compactMap { steps[$0].volatilities[column] }
      let sum = known.reduce(Rate.zero, +)
      return Rate(
        rawValue: FullWidth.quotient(
          of: sum.rawValue, times: 1, over: Int128(max(1, known.count)), rounding: .nearestEven))
    }
    let means = (falling: mean(falling: true), rising: mean(falling: false))
    var filled = steps.map { $0.volatilities[column] ?? .zero }
    for place in stressed where steps[place].volatilities[column] == nil {
      filled[place] = falls(steps[place]) ? means.falling : means.rising
    }
    return filled
  }
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
