import FixedPoint
import MarginDomain
import RulebookFiles
import Testing

@Suite("Faults of rulebooks, reference files and books")
struct DocumentFaultTests {
  @Test("reports every fault of a rulebook with its place")
  func rulebook() throws {
    #expect(try faults(of: Self.rulebookText, as: .reference) == Self.rulebookFaults)
  }

  @Test("says what is missing of a rulebook that is no preset")
  func presets() throws {
    #expect(try faults(of: Self.presetsText, as: .reference) == Self.presetsFaults)
  }

  @Test("checks the ladder and that reference files are whole")
  func reference() throws {
    #expect(try faults(of: Self.referenceText, as: .reference) == Self.referenceFaults)
  }

  @Test("reports what a book says wrongly and what its answers miss")
  func book() throws {
    #expect(try faults(of: Self.bookText, as: .book) == Self.bookFaults)
  }

  private enum Kind {
    case reference, book
  }

  /// The faults of a document, each without the file's name.
  private func faults(of text: String, as kind: Kind) throws -> [String] {
    let document = try YAMLDocument(bytes: Array(text.utf8), file: "f")
    do throws(FaultList) {
      switch kind {
      case .reference: _ = try ReferenceReader.read(document, eventTime: EventTime(nanoseconds: 1))
      case .book: _ = try BookReader.read(document)
      }
    } catch {
      return error.faults.map { String($0.description.dropFirst(2)) }
    }
    return []
  }

  private static let rulebookText = """
    rulebooks:
      - id: mine
        version: 1
        preset: native
        futures:
          notional_basis: mark
          tier_basis: liquidation_price
          liquidation_path: underlyng
          closing_fee: none
          initial_rate: leverage
          schedules:
            - symbols: [A, B]
              tiers:
                - [10, 100, 0.01, 50, 0]
                - [90, 200, 0.02, 25, 1]
                - [250, 300, 0.015, 20, 1]
            - symbols: [B, C]
              tiers:
                - { floor: 0, initial_rate: 0.01, maintenance_rate: 0.02 }
                - { floor: 0, initial_rate: 1.5, maintenance_rate: -0.1 }
            - symbols: [D]
              tiers:
                - [0, 100, 0.01, 50, 0]
                - [100, 200, 0.02, 25, 3]
            - symbols: [E]
              flat: { initial_rate: 0.01, maintenance_rate: 0.02 }
              tiers: []
            - symbols: [F]
              flat: { initial_rate: 0.01, maintenance_rate: 0.02 }
        collateral:
          haircuts: { USDC: 1.5, BTC: 0.1 }
          debt_order: [BTX, BTC, BTC]
        ladder:
          warning: { enter_below: 1.1, leave: 1.05 }
          margin_call: { enter_below: 1.2, leave: 1.3 }
          liquidation: { enter_below: 1, enter_at_or_below: 1, leave: 1 }
        liquidation:
          { confirmations: 3, order_life_seconds: 0, incomplete_accounts: yes, fee_rate: 2 }
        market:
          price_band: 0
          band_confirmations: 3
          band_timeout_seconds: -1
          maximum_price_age_seconds: 60
          maximum_time_ahead_seconds: 1e9
        laddr: 3
    """

  private static let rulebookFaults = [
    "8:25: rulebooks[0].futures.liquidation_path: 'underlyng' is not accepted (did "
      + "you mean underlying?), expected one of underlying, own_contract",
    "14:15: rulebooks[0].futures.schedules[0].tiers[0]: starts at 10, expected the "
      + "first floor to be 0",
    "15:15: rulebooks[0].futures.schedules[0].tiers[1]: overlaps the tier before, "
      + "which ends at 100, expected a floor of 100, not 90",
    "16:15: rulebooks[0].futures.schedules[0].tiers[2]: leaves a gap after the tier "
      + "before, which ends at 200, expected a floor of 200, not 250",
    "16:15: rulebooks[0].futures.schedules[0].tiers[2]: the maintenance rate falls "
      + "from 0.02 to 0.015, expected rates that do not fall with size",
    "19:15: rulebooks[0].futures.schedules[1].tiers[0]: the initial rate 0.01 is "
      + "below the maintenance rate, expected 0.02 or more",
    "20:41: rulebooks[0].futures.schedules[1].tiers[1].initial_rate: is '1.5', "
      + "expected a ratio from 0 to 1",
    "20:64: rulebooks[0].futures.schedules[1].tiers[1].maintenance_rate: is '-0.1', "
      + "expected a ratio from 0 to 1",
    "24:15: rulebooks[0].futures.schedules[2].tiers[1]: the maintenance amount 3 "
      + "makes the requirement jump at 100, expected 1",
    "25:11: rulebooks[0].futures.schedules[3]: names both tiers and flat, expected "
      + "one of tiers, flat, open_interest_scaled, size_scaled",
    "29:33: rulebooks[0].futures.schedules[4].flat.initial_rate: 0.01 is below the "
      + "maintenance rate, expected 0.02 or more",
    "31:25: rulebooks[0].collateral.haircuts.USDC: is '1.5', expected a ratio from 0 to 1",
    "32:20: rulebooks[0].collateral.debt_order[0]: 'BTX' has no haircut (did you mean "
      + "BTC?), expected an asset of haircuts",
    "32:30: rulebooks[0].collateral.debt_order[2]: 'BTC' stands twice, expected each "
      + "asset once",
    "34:43: rulebooks[0].ladder.warning.leave: 1.05 is below the level of entry, "
      + "expected 1.1 or more",
    "36:20: rulebooks[0].ladder.liquidation: names both ways to enter, expected one "
      + "of enter_below, enter_at_or_below",
    "38:24: rulebooks[0].liquidation.confirmations: is '3', expected a whole number "
      + "from 1 to 2",
    "38:47: rulebooks[0].liquidation.order_life_seconds: is '0', expected a number of "
      + "seconds above 0, at most 31622400",
    "38:71: rulebooks[0].liquidation.incomplete_accounts: is 'yes', expected true or "
      + "false",
    "38:86: rulebooks[0].liquidation.fee_rate: is '2', expected a ratio from 0 to 1",
    "40:19: rulebooks[0].market.price_band: is '0', expected a number above 0, at "
      + "most 1000000",
    "42:29: rulebooks[0].market.band_timeout_seconds: is '-1', expected a number of "
      + "seconds above 0, at most 31622400",
    "44:35: rulebooks[0].market.maximum_time_ahead_seconds: is '1e9', expected a "
      + "number of seconds above 0, at most 31622400",
    "45:5: rulebooks[0].laddr: is not a known key (did you mean ladder?)",
  ]

  private static let presetsText = """
    rulebooks:
      - { id: natve, version: 1 }
      - id: mine
        version: 1
        futures:
          notional_basis: mark
          tier_basis: mark
          liquidation_path: underlying
          closing_fee: none
          initial_rate: leverage
          default_schedule: { flat: { initial_rate: 0.1, maintenance_rate: 0.05 } }
      - { id: native }
      - { id: x, version: 1, preset: binance }
    """

  private static let presetsFaults = [
    "2:11: rulebooks[0].id: 'natve' is not a preset (did you mean native?), expected "
      + "one of \(Preset.names.joined(separator: ", ")), or a rulebook with all its parts",
    "3:5: rulebooks[1].reporting_asset: is missing, and the id is no preset, expected "
      + "an asset",
    "3:5: rulebooks[1].collateral: is missing, and the id is no preset, expected the "
      + "rules of collateral",
    "3:5: rulebooks[1].ladder: is missing, and the id is no preset, expected the "
      + "levels of the states",
    "3:5: rulebooks[1].liquidation: is missing, and the id is no preset, expected the "
      + "rules of liquidations",
    "3:5: rulebooks[1].market: is missing, and the id is no preset, expected the "
      + "rules of prices and times",
    "12:5: rulebooks[2]: has no version, expected a version above 0, larger than the "
      + "one published before",
    "13:34: rulebooks[3].preset: 'binance' is not a preset, expected one of "
      + Preset.names.joined(separator: ", "),
  ]

  private static let referenceText = """
    rulebooks:
      - id: mine
        version: 1
        preset: native
        ladder:
          warning: { enter_below: 1.1, leave: 1.2 }
          margin_call: { enter_below: 1.2, leave: 1.3 }
          liquidation: { enter_below: 1.15, leave: 1.2 }
      - { id: mine, version: 2, preset: native }
    instruments:
      - { symbol: A, kind: PERPETUAL_FUTURE, payoff: LINEAR, underlying: U, settlement_asset: S }
    """

  private static let referenceFaults = [
    "7:20: rulebooks[0].ladder.margin_call: it is entered at 1.2, before the milder state, "
      + "expected a level of at most 1.1",
    "9:5: rulebooks[1]: 'mine' stands in the file already, expected each rulebook once",
    "11:5: instruments[0].multiplier: is missing, expected a number above 0, at most 1e6",
    "11:5: instruments[0].tick_size: is missing, expected a price above 0, at most 1e9",
    "11:5: instruments[0].lot_size: is missing, expected a quantity above 0, at most 1e13",
    "11:5: instruments[0].taker_fee: is missing, expected a ratio from 0 to 1",
  ]

  private static let bookText = """
    reporting_asset: USD
    rulebook: { id: native }
    assets:
      - { asset: USDC, index_price: 1 }
      - { asset: BTC, underlying: BTC-USD }
      - { asset: XX }
    underlyings:
      - { symbol: BTC-USD }
      - { symbol: ETH-USD, index_price: 3000 }
      - { symbol: USDC }
    instruments:
      - symbol: BTC-PERP
        kind: PERPETUAL_FUTURE
        payoff: LINEAR
        underlying: BTC-USD
        settlement_asset: USDC
        multiplier: 1
      - symbol: ETH-PERP
        kind: PERPETUAL_FUTURE
        payoff: LINEAR
        underlying: ETH-USD
        settlement_asset: USDC
        multiplier: 1
        strike: 4
      - symbol: ETH-C
        kind: PERPETUAL_OPTION
        option: CALL
        strike: 3000
        funding_period_hours: 24
        underlying: ETH-USD
        settlement_asset: USDC
        multiplier: 1
      - symbol: ETH-F
        kind: DATED_FUTURE
        expiry_ns: -5
        payoff: LINEAR
        underlying: ETH-USD
        settlement_asset: USDC
        multiplier: 1
      - symbol: ETH-2
        kind: PERPETUAL_FUTURE
        payoff: LINEAR
        underlying: ETH-USD
        settlement_asset: USDC
        multiplier: 1
    marks:
      - { symbol: BTC-PERP, mark_price: 65000 }
      - { symbol: ETH-PREP, mark_price: 3000 }
      - { symbol: ETH-C, mark_price: 4000 }
    accounts:
      - account_id: a1
        margin_mode: CROSS
        balances: { USDC: 10, XX: 1, USDT: 5 }
        credit_line: 5
        positions:
          - { symbol: BTC-PERP, quantity: 1, entry_price: 65000 }
          - { symbol: ETH-2, quantity: 0, entry_price: 3000 }
          - { symbol: ETH-2, quantity: 1 }
          - { symbol: ETH-C, quantity: 1, entry_price: 100, isolated_margin: 5 }
          - { symbol: ETH-F, quantity: 1, entry_price: 3000 }
          - { symbol: BTC-PRP, quantity: 1, entry_price: 65000, colour: red }
      - { account_id: a1, margin_mode: PORTFOLIO }
      - account_id: a2
        margin_mode: ISOLATED
        positions: [ { symbol: ETH-C, quantity: 1e-8, leverage: 0, open_orders: [1] } ]
    """

  private static let bookFaults = [
    "4:5: assets[0]: 'USDC' is an underlying already, expected a symbol that no other "
      + "instrument, asset or underlying has",
    "24:13: instruments[1].strike: does not belong to a PERPETUAL_FUTURE, expected no "
      + "such key",
    "35:16: instruments[3].expiry_ns: is '-5', expected nanoseconds since 1970, above 0",
    "48:15: marks[1].symbol: 'ETH-PREP' is not an instrument of this document (did "
      + "you mean ETH-PERP?), expected a symbol that is defined here",
    "49:34: marks[2].mark_price: 4000 is more than the option can be worth, expected "
      + "at most the index price 3000",
    "53:27: accounts[0].balances.XX: needs a price of the asset XX, expected "
      + "index_price of the asset, or of the underlying that it moves with",
    "53:34: accounts[0].balances.USDT: 'USDT' is not an asset of this document (did "
      + "you mean USDC?), expected a symbol that is defined here",
    "54:18: accounts[0].credit_line: has no credit_grade, expected credit_grade beside it",
    "56:9: accounts[0].positions[0]: needs an index price of BTC-USD, expected "
      + "index_price of the underlying",
    "57:36: accounts[0].positions[1].quantity: is '0', expected a signed quantity, "
      + "not 0, of at most 1e13",
    "58:9: accounts[0].positions[2]: holds no entry_price, expected the average price "
      + "of entry",
    "58:9: accounts[0].positions[2]: no mark price of ETH-2, expected its mark_price "
      + "in marks",
    "59:74: accounts[0].positions[3].isolated_margin: does not count in a CROSS "
      + "account, expected none, or margin_mode ISOLATED",
    "61:19: accounts[0].positions[5].symbol: 'BTC-PRP' is not an instrument of this "
      + "document (did you mean BTC-PERP?), expected a symbol that is defined here",
    "61:61: accounts[0].positions[5].colour: is not a known key, expected one of "
      + "symbol, quantity, entry_price, entry_cash_flow, leverage, isolated_margin, open_orders, "
      + "awaiting_settlement",
    "62:19: accounts[1].account_id: 'a1' stands in the book already, expected each "
      + "account once",
    "65:18: accounts[2].positions[0]: holds no isolated_margin, expected "
      + "isolated_margin, as the account's margin_mode is ISOLATED",
    "65:61: accounts[2].positions[0].leverage: is '0', expected a number above 0, at "
      + "most 1000000",
    "65:78: accounts[2].positions[0].open_orders[0]: is '1', expected a resting order",
  ]
}
