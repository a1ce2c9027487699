import FixedPoint
public import MarginDomain

/// How one underlying moves in every column of a risk array: rows, joint rows, vectors, in this
/// order.
///
/// Depends only on the rules and the underlying's price scan range; made again when one of them
/// changes, and shared by all contracts and accounts.
public struct ScenarioGrid: Sendable, Equatable {
  /// The underlying's part in one column.
  public struct Column: Sendable, Equatable {
    /// Relative move of the price, −0.99 or above.
    public let move: Rate
    /// How volatilities change.
    public let volatility: VolatilityChange
  }

  /// The underlying of the grid.
  public let underlying: Symbol
  /// Every column: `scanCount` rows, `jointCount` joint rows, then `vectorCount` vectors.
  public let columns: [Column]
  /// Number of rows of the scan.
  public let scanCount: Int
  /// Number of joint rows.
  public let jointCount: Int
  /// Number of vectors; 0 when no vector covers the underlying.
  public let vectorCount: Int
  /// Weights of the rows for ordinary accounts, in their order.
  public let weights: [Rate]
  /// Weights of the rows for concentrated accounts.
  public let concentratedWeights: [Rate]

  /// Makes the grid of an underlying.
  ///
  /// - Parameters:
  ///   - underlying: any.
  ///   - rules: rows, ranges, betas and vectors.
  /// - Complexity: O(columns).
  public init(of underlying: Symbol, by rules: PortfolioRules) {
    self.underlying = underlying
    let range = rules.priceScanRanges[underlying]
    let scan = rules.scenarios.map {
      Column(move: $0.price.move(range: range), volatility: $0.volatility)
    }
    let beta = rules.betas[underlying]
    let joint = rules.jointScenarios.map { row in
      row.members.contains(underlying)
        ? Column(
          move: row.price.move(
            range: range.scaled(
              by: beta.rawValue, over: Rate.one.rawValue, rounding: .nearestEven)),
          volatility: row.volatility)
        : Column(move: .zero, volatility: .same)
    }
    let vectors = ScenarioGrid.vectors(of: underlying, rules.expectedShortfall)
    columns = scan + joint + vectors
    (scanCount, jointCount, vectorCount) = (scan.count, joint.count, vectors.count)
    func weights(_ factor: Rate) -> [Rate] {
      zip(rules.scenarios, scan).map { row, column in
        switch row.weight {
        case .fixed(let weight): return weight
        case .tail: return ScenarioGrid.tailWeight(factor, range: range, move: column.move)
        }
      }
    }
    self.weights = weights(rules.tailWeight.factor)
    concentratedWeights = weights(rules.tailWeight.concentratedFactor)
  }

  /// τ · PSR / |move|, at most 1; 1 for a row without a move.
  private static func tailWeight(_ factor: Rate, range: Rate, move: Rate) -> Rate {
    guard !move.isZero else { return .one }
    return min(
      .one,
      factor.scaled(by: range.rawValue, over: move.magnitude.rawValue, rounding: .nearestEven))
  }

  private static func vectors(
    of underlying: Symbol, _ rules: ExpectedShortfallRules?
  ) -> [Column] {
    guard let rules, let index = rules.underlyings.firstIndex(of: underlying) else { return [] }
    return rules.vectors.map { vector in
      let move = vector.moves[index]
      return Column(
        move: max(Rate(rawValue: -990_000_000_000), move.price),
        volatility: .factor(max(.zero, .one + move.volatility)))
    }
  }

  /// The joint rows' columns.
  var jointColumns: Range<Int> { scanCount..<(scanCount + jointCount) }
  /// The vectors' columns.
  var vectorColumns: Range<Int> { (scanCount + jointCount)..<columns.count }

  /// How an asset that follows this underlying moves in a column of another underlying's grid.
  ///
  /// A row of the scan moves one underlying alone; joint rows and vectors move both.
  func move(in column: Int, of other: ScenarioGrid) -> Rate {
    if other.underlying == underlying { return columns[column].move }
    guard column >= other.scanCount else { return .zero }
    return column < columns.count ? columns[column].move : .zero
  }
}
