import Foundation
import MarketSimulator
import RulebookFiles

/// What `demo` and `generate` read before they begin.
enum SimulationInputs {
  /// The market of `--market`, or the built-in crash.
  static func market(_ options: ResolvedOptions) throws(SimulationFailure) -> MarketTable {
    guard let path = options[SimulationOptions.market] else {
      do throws(MarketTableError) { return try MarketTable.crashOfOctober2025() } catch {
        throw .market(error)
      }
    }
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw .unreadable(path: path)
    }
    do throws(MarketTableError) {
      return try MarketTable(parsing: Array(bytes), name: path)
    } catch {
      throw .market(error)
    }
  }

  /// The rulebook that the simulated venue uses, and its document.
  static func nativeRulebook() throws(SimulationFailure) -> RulebookPreset {
    let preset: RulebookPreset?
    do throws(FaultList) { preset = try RulebookDocuments.preset("native") } catch {
      throw .internalFault(error.description)
    }
    guard let preset else { throw .internalFault("the preset native is missing") }
    return preset
  }
}
