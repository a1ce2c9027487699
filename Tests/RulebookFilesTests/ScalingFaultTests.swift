import MarginDomain
import RulebookFiles
import Testing

@Suite("Faults of scaled schedules and collateral terms")
struct ScalingFaultTests {
  private func faults(_ futures: String, _ collateral: String = "{ haircuts: { USD: 0 } }")
    -> [String]
  {
    let text = """
      id: mine
      preset: native
      futures:
        notional_basis: mark
        tier_basis: mark
        liquidation_path: underlying
        closing_fee: none
        initial_rate: leverage
        \(futures)
      collateral: \(collateral)
      """
    do throws(FaultList) {
      _ = try RulebookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "f"))
    } catch {
      return error.faults.map { String($0.description.dropFirst(2)) }
    }
    return []
  }

  private static let flat =
    "default_schedule: { flat: { initial_rate: 0.1, maintenance_rate: 0.05 } }"

  @Test("bounds, grids and orders of rates, each with its place")
  func schedules() {
    let interest = """
      default_schedule: { open_interest_scaled: { initial_rate: 0.1, maintenance_fraction: 1, \
      lower_open_interest: 5, upper_open_interest: 5, rate_step: 0 } }
      """
    #expect(
      faults(interest) == [
        "9:150: futures.default_schedule.open_interest_scaled.rate_step: is '0', expected a grid "
          + "above 0, at most 1"
      ])
    let size = """
      default_schedule: { size_scaled: { initial_rate: 0.1, maintenance_rate: 0.2, measure: unit, \
      linear: { base_size: 0, step_size: 1, initial_increment: 0, maintenance_increment: 1 } } }
      """
    #expect(
      faults(size).contains {
        $0.contains("measure: 'unit' is not accepted (did you mean units?)")
      })
    #expect(faults("price_cap: 1\n  " + Self.flat).contains { $0.contains("without its basis") })
    #expect(faults("orders: { basis: all }\n  " + Self.flat).count == 1)
    #expect(faults(Self.flat).isEmpty)
  }

  @Test("terms of an asset, each with its place")
  func collateral() {
    let tiers = "{ tiers: [ { floor: 0, haircut: 0.2 }, { floor: 0, haircut: 0.1 } ] }"
    #expect(
      faults(Self.flat, "{ haircuts: { BTC: \(tiers) } }") == [
        "10:71: collateral.haircuts.BTC.tiers[1]: floor 0 follows 0, expected ascending floors"
      ])
    for terms in [
      "{ haircut: 0, tiers: [] }", "{ haircut: 2 }", "{ haircut: 0, debt: { initial: 1 } }",
      "{ haircut: 0, debt: { initial: 1, maintenance: 1.1 } }", "{ haircut: 0, colour: red }",
      "{ tiers: [ { floor: 1, haircut: 0 } ] }", "{ haircut: 0, depeg: { threshold: 1 } }",
    ] {
      #expect(faults(Self.flat, "{ haircuts: { BTC: \(terms) } }").count == 1, "\(terms)")
    }
    #expect(
      faults(
        Self.flat, "{ haircuts: { A: { haircut: 0, depeg: { threshold: 1.01, factor: 1 } } } }")
        == [
          "10:64: collateral.haircuts.A.depeg.threshold: is '1.01', expected a price above 0, at "
            + "most 1"
        ])
  }

  @Test("a peg of a coin that no haircut counts is named where it stands")
  func pegs() {
    func faults(_ addOns: String, _ collateral: String = "") -> [String] {
      let text = """
        id: mine
        preset: native
        portfolio:
          rows: [{ price: 0.1, volatility: same }]
          volatility_shock: { up: 0.5, down: 0.2, short_power: 0.3, long_power: 0.3, day_floor: 1 }
          initial_factor: 1
          maintenance_factor: 1
          add_ons: \(addOns)
        \(collateral)
        """
      do throws(FaultList) {
        _ = try RulebookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "f"))
      } catch {
        return error.faults.map { String($0.description.dropFirst(2)) }
      }
      return []
    }
    let peg = "{ threshold: 0.99, factor: 1 }"
    #expect(
      faults("{ coin_pegs: { USDC: \(peg), USDX: \(peg) } }") == [
        "8:65: portfolio.add_ons.coin_pegs.USDX: has no haircut (did you mean USD?), expected an "
          + "asset of collateral.haircuts"
      ])
    #expect(
      faults("{ coin_pegs: { USDX: \(peg) } }", "collateral: { haircuts: { USDX: 1 } }") == [])
    // The preset's own pegs stay where fewer coins are counted.
    #expect(faults("{}", "collateral: { haircuts: { USD: 0 } }") == [])
    #expect(
      faults("{ coin_pegs: { USDC: { threshold: 2, factor: 1 } } }") == [
        "8:46: portfolio.add_ons.coin_pegs.USDC.threshold: is '2', expected a price above 0, at "
          + "most 1"
      ])
    #expect(faults("{ depeg: { asset: USDC, threshold: 1.2, factor: 1 } }").count == 1)
  }
}
