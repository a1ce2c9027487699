import FixedPoint
import MarginDomain
import RulebookFiles
import Testing

@Suite("Rulebook documents")
struct RulebookReaderTests {
  private func read(_ text: String) throws -> RulebookDocument {
    try RulebookReader.read(try YAMLDocument(bytes: Array(text.utf8), file: "f"))
  }

  private func native() throws -> Rulebook {
    try #require(Preset.named("native")).document().rulebook
  }

  @Test("an id alone is its preset, with or without the date")
  func presetByName() throws {
    #expect(try read("{id: native}").rulebook == native())
    let dated = try read("{id: binance-usdm-2024-10-24}").rulebook
    let plain = try read("{id: binance-usdm}").rulebook
    #expect(dated.id.name == "binance-usdm-2024-10-24")
    #expect(dated.futures == plain.futures)
  }

  @Test("given parts replace the preset's, the others stay")
  func replacedPart() throws {
    let text = """
      id: desk
      preset: native
      version: 3
      liquidation: { confirmations: 1, order_life_seconds: 2.5, incomplete_accounts: false, \
      fee_rate: 0.005 }
      """
    let rulebook = try read(text).rulebook
    #expect(rulebook.id == RulebookID(name: "desk", version: 3))
    #expect(rulebook.liquidation.orderLifeNanoseconds == 2_500_000_000)
    #expect(!rulebook.liquidation.includesIncompleteAccounts)
    let native = try native()
    #expect(rulebook.futures == native.futures)
    #expect(rulebook.ladder == native.ladder)
    #expect(try read("{id: native, ladder: \(ladder)}").rulebook.futures == native.futures)
  }

  private let ladder = """
    { warning: { enter_below: 2, leave: 2 }, margin_call: { enter_below: 1.5, leave: 1.5 },
      reduce_only: { enter_at_or_below: 1.2, leave: 1.3 },
      liquidation: { enter_at_or_below: 1, leave: 1 } }
    """

  @Test("a rulebook of its own needs futures or options, and says what is absent")
  func ownRulebook() throws {
    let text = """
      id: desk
      reporting_asset: USD
      futures:
        notional_basis: entry
        tier_basis: mark
        liquidation_path: own_contract
        closing_fee: at_mark
        initial_rate: leverage
        liquidation_price_rounding: { long: up, short: down }
        schedules:
          - symbols: [A]
            tiers:
              - { floor: 0, cap: 100, maximum_leverage: 3, maintenance_rate: 0.1 }
              - { floor: 100, maximum_leverage: 2, maintenance_rate: 0.2 }
          - { symbols: [B], flat: { initial_rate: 0.5, maintenance_rate: 0.25 } }
      collateral: { haircuts: { USD: 0 } }
      ladder: \(ladder.replacing("\n", with: " "))
      liquidation: { confirmations: 1, order_life_seconds: 1, incomplete_accounts: true, \
      fee_rate: 0 }
      market:
        price_band: 0.1
        band_confirmations: 3
        band_timeout_seconds: 10
        maximum_price_age_seconds: 60
        maximum_time_ahead_seconds: 60
      """
    let document = try read(text)
    #expect(document.absentParts == [.options])
    let futures = document.rulebook.futures
    #expect(futures.notionalBasis == .entry)
    #expect(futures.liquidationPriceRounding == PriceRounding(long: .ceiling, short: .floor))
    guard case .tiered(let tiers) = futures.schedule(of: Symbol("A")) else {
      Issue.record("A has no tiers")
      return
    }
    // 1/3 is rounded up; 100 · (0.2 − 0.1) keeps the requirement continuous.
    #expect(tiers[0].initialRate.description == "0.333333333334")
    #expect(tiers[1].maintenanceAmount.description == "10")
    #expect(futures.schedule(of: Symbol("C")) == nil)
    #expect(document.rulebook.ladder.reduceOnly?.isEnteredAtLevel == true)
    // An option is then margined at its whole size.
    #expect(document.rulebook.options.shortMaintenanceFloor == .one)
  }

  @Test("reads the tiers of a contract in coins under that reporting asset only")
  func otherAsset() throws {
    let bitcoin = try read("{id: binance-usdm, reporting_asset: BTC}")
    #expect(bitcoin.rulebook.futures.schedules.map(\.symbol) == [Symbol("ETHBTC")])
    guard case .tiered(let tiers) = bitcoin.rulebook.futures.schedule(of: Symbol("ETHBTC")) else {
      Issue.record("ETHBTC has no tiers")
      return
    }
    // With these, all 2,805 rows of the table are read.
    #expect(tiers.count == 10)
    #expect(tiers[1].maintenanceAmount.description == "0.005")
    #expect(bitcoin.symbolsInOtherAssets.count == 348)
  }

  @Test("a document of the topic carries the id of its record")
  func published() throws {
    let id = RulebookID(name: "native", version: 7)
    let bytes = Array("{id: native}".utf8)
    #expect(try RulebookReader.read(bytes: bytes, id: id).id == id)
    for (text, sentence) in [
      ("{id: other, preset: native}", "'other' is not the name under which it is published"),
      ("{id: native, version: 6}", "differs from the version under which it is published"),
    ] {
      let error = #expect(throws: FaultList.self) {
        try RulebookReader.read(bytes: Array(text.utf8), id: id, file: "f")
      }
      #expect(error?.description.contains(sentence) == true)
    }
  }
}

extension String {
  fileprivate func replacing(_ text: Character, with other: String) -> String {
    split(separator: text).joined(separator: other)
  }
}
