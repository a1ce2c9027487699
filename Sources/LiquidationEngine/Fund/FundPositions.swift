import FixedPoint
import MarginDomain
import MarginModel

/// The insurance fund's position per instrument; its cash stands in the ledger.
struct FundPositions: Sendable {
  private var positions: [PositionState] = []

  mutating func addInstrument() { positions.append(.flat) }

  subscript(instrument: Int) -> PositionState { positions[instrument] }

  /// Changes the fund's position by a trade at a price.
  ///
  /// - Parameters:
  ///   - quantity: signed contracts that the fund takes.
  ///   - instrument: index of the contract.
  ///   - price: quote per unit.
  ///   - terms: of the contract.
  ///   - entry: of the settlement asset; gets the fund's cash and entry flow, and the contracts.
  /// - Returns: the flow that it took in, cash and entry cash flow together, settlement asset.
  mutating func trade(
    _ quantity: Quantity, of instrument: Int, at price: Price, terms: Instrument,
    into entry: inout LedgerEntry
  ) -> AssetAmount {
    let before = positions[instrument]
    let cash = positions[instrument].apply(quantity, at: price, of: terms)
    let entryChange = positions[instrument].entryCashFlow - before.entryCashFlow
    entry.fundCash += cash
    entry.fundEntryFlows += entryChange
    var trade = entry.trade ?? LedgerEntry.Trade(instrument: Int32(instrument))
    trade.fundQuantity += quantity
    entry.trade = trade
    return cash + entryChange
  }
}
