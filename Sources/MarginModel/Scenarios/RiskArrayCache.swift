import FixedPoint
import MarginDomain

/// Keeps grids and risk arrays, so that only those whose inputs changed are computed again.
///
/// A cache serves one set of rules, assets and scan ranges. It keeps the last array of each
/// contract and returns it as long as all of its inputs are the same, so that results never depend
/// on what is cached.
struct RiskArrayCache {
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
