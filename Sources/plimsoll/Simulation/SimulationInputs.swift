import Foundation
import MarginDomain
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

  /// One line that names the venue's coins which the rulebook does not list as collateral; nil when
  /// it lists them all.
  static func collateralWarning(of venue: SimulatedVenue, by rulebook: Rulebook) -> String? {
    let listed = rulebook.collateral.haircuts.map(\.asset)
    let names = venue.assets.map(\.symbol).filter { !listed.contains($0) }.map(\.text)
    guard !names.isEmpty else { return nil }
    return
      "warning: rulebook \(rulebook.id.name) lists no haircut of \(names.joined(separator: ", "))"
      + ", so nobody's holding of it counts as collateral"
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
