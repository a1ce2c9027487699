import FixedPoint
public import MarginDomain

extension LiquidationPrices {
  /// A price over the current one, less 1.
  ///
  /// - Parameter price: quote per unit.
  /// - Returns: signed, to the nearest unit; nil when it does not fit its type.
  public func change(to price: Price) -> Rate? {
    .ratio(of: price - current, to: current, rounding: .nearestEven)
  }
}

/// How far a unit is from one level of the ladder.
public struct LevelDistance: Sendable, Equatable {
  /// What moves on the way to the level, and the prices at which the level is reached.
  public struct Path: Sendable, Equatable {
    /// The underlying that moves, or the contract whose own mark moves.
    public let symbol: Symbol
    /// The price now and the nearest ones at which the level is reached.
    public let prices: LiquidationPrices

    /// The nearest price over the current one, less 1; nil when no price reaches the level.
    public var nearestChange: Rate? { prices.nearest.flatMap(prices.change) }
  }

  /// The state that is entered at the level.
  public let state: MarginState
  /// The level: equity / maintenance margin.
  public let level: Rate
  /// equity − level · maintenance margin, reporting asset, to the nearest unit; below zero: past
  /// the level.
  public let excess: Money
  /// One path per underlying of the unit, or per contract where its own mark moves; in the order
  /// of the positions.
  public let paths: [Path]

  /// The path on which the smallest change reaches the level; the first of equal ones.
  public var nearest: Path? {
    var best: (path: Path, change: Rate)?
    for path in paths {
      guard let change = path.nearestChange?.magnitude else { continue }
      if best.map({ change < $0.change }) ?? true { best = (path, change) }
    }
    return best?.path
  }
}

/// The distances of one unit.
public struct UnitDistances: Sendable, Equatable {
  /// Which unit.
  public let unit: MarginUnit
  /// One per level of the ladder, from the warning to the liquidation.
  public let levels: [LevelDistance]
}

extension AccountBook {
  /// How far each unit with a requirement is from each level of the ladder.
  ///
  /// In money: equity − level · maintenance margin. In prices: those at which the level would be
  /// reached, found as liquidation prices are, with this level instead of the liquidation level.
  ///
  /// - Parameters:
  ///   - units: of the book that is searched, as `assess` gave them.
  ///   - reports: of positions, whose liquidation prices are not searched again.
  ///   - searches: of the same book.
  /// - Returns: units in the order of `assess`; those without positions are left out.
  /// - Throws: `AssessmentFault`, the first thing that is missing.
  /// - Complexity: one search per level and path.
  /// - Source: contract.md, Levels.
  func levelDistances(
    of units: [UnitAssessment], reports: [PositionReport], searches: inout LiquidationSearches
  ) throws(AssessmentFault) -> [UnitDistances] {
    let rulebook = searches.rulebook
    var result: [UnitDistances] = []
    for unit in units where !unit.positions.isEmpty {
      let moving = movingPositions(of: unit, by: rulebook)
      var levels: [LevelDistance] = []
      for (state, step) in rulebook.ladder.steps {
        var paths: [LevelDistance.Path] = []
        for (symbol, position) in moving {
          let known =
            state == .liquidating
            ? reports.first { $0.symbol == position.instrument.symbol } : nil
          let prices: LiquidationPrices
          if let known {
            prices = known.liquidation
          } else {
            prices = try searches.prices(of: position, at: step.enter)
          }
          paths.append(LevelDistance.Path(symbol: symbol, prices: prices))
        }
        levels.append(
          LevelDistance(
            state: state, level: step.enter,
            excess: unit.totals.equity
              - unit.totals.maintenanceMargin.times(step.enter, rounding: .nearestEven),
            paths: paths))
      }
      result.append(UnitDistances(unit: unit.unit, levels: levels))
    }
    return result
  }

  /// The underlyings or contracts whose price can move a unit to a level, with one position of
  /// each.
  private func movingPositions(
    of unit: UnitAssessment, by rulebook: Rulebook
  ) -> [(symbol: Symbol, position: Position)] {
    var found: [(symbol: Symbol, position: Position)] = []
    for entry in unit.positions {
      guard let position = positions.first(where: { $0.instrument.symbol == entry.symbol }) else {
        continue
      }
      let instrument = position.instrument
      let movesItself = rulebook.futures.liquidationPath == .ownContract && instrument.isFuture
      let symbol = movesItself ? instrument.symbol : instrument.underlying
      if !found.contains(where: { $0.symbol == symbol }) { found.append((symbol, position)) }
    }
    return found
  }
}
