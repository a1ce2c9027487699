import FixedPoint
import MarginDomain

/// Grids and risk arrays that were made before, so that what did not move is not made again.
///
/// A shelf serves one set of rules, assets and scan ranges. It keeps one array per contract, the
/// last, and gives it again where everything that it was made from is the same: an answer never
/// depends on what a shelf holds.
struct RiskArrayShelf {
  private struct Entry {
    let inputs: RiskInputs
    let array: RiskArray
  }

  private var knownGrids: [Symbol: ScenarioGrid] = [:]
  private var knownArrays: [Symbol: Entry] = [:]

  /// The grid of an underlying.
  mutating func grid(of underlying: Symbol, by rules: PortfolioRules) -> ScenarioGrid {
    if let known = knownGrids[underlying] { return known }
    let grid = ScenarioGrid(of: underlying, by: rules)
    knownGrids[underlying] = grid
    return grid
  }

  /// The array of a contract; nil for an option without a volatility.
  mutating func array(
    of instrument: Instrument, at inputs: RiskInputs, grid: ScenarioGrid,
    settlementGrid: ScenarioGrid?, rules: PortfolioRules
  ) -> RiskArray? {
    if let known = knownArrays[instrument.symbol], known.inputs == inputs { return known.array }
    let array = RiskArray.make(
      of: instrument, at: inputs, grid: grid, settlementGrid: settlementGrid, rules: rules)
    knownArrays[instrument.symbol] = array.map { Entry(inputs: inputs, array: $0) }
    return array
  }
}
