import FixedPoint
import LiquidationTestKit
import MarginDomain
import Testing

@testable import LiquidationWire

/// Lists, sizes and memory.
@Suite("Bounds")
struct BoundsTests {
  private let account = AccountID("acct-000123")

  private func decodeEvent(_ body: AccountEvent.Body) -> DecodedRecord {
    var encoder = CommandEncoder()
    let record = encoder.encode(
      AccountEvent(
        accountID: account, accountSequence: 7, eventTime: EventTime(nanoseconds: 9), body: body))
    return decode(.trades, key: record.key, value: record.value)
  }

  private func snapshot(positions: Int, balances: Int) -> AccountEvent.Body {
    .snapshot(
      AccountSnapshot(
        marginMode: .cross,
        balances: (0..<balances).map { (asset: Symbol("A\($0)"), amount: .one) },
        positions: (0..<positions).map { number in
          AccountSnapshot.Position(
            // The longest names, so that the memory of a full snapshot is known to suffice.
            symbol: Symbol(String(repeating: "x", count: 120) + String(10_000 + number)),
            quantity: -.one, entryPrice: .one, leverage: .one, isolatedMargin: .one)
        }, leverages: []))
  }

  @Test("a snapshot may be as large as an account, and no larger")
  func snapshots() {
    let largest = snapshot(
      positions: DomainLimits.maximumPositions, balances: DomainLimits.maximumBalances)
    #expect(decodeEvent(largest).command != nil)
    for (positions, balances, field) in [(1_025, 0, "positions"), (0, 65, "balances")] {
      let refusal = decodeEvent(snapshot(positions: positions, balances: balances)).refusal
      #expect(refusal?.reason == .outOfRange)
      #expect(refusal?.detail.hasPrefix("snapshot.\(field): it has") == true)
      #expect(refusal?.accountSequence == 7)
    }
  }

  @Test("resting orders and settings have at most 1,024 entries")
  func lists() {
    func symbols(_ count: Int) -> [Symbol] { (0..<count).map { Symbol("S\($0)") } }
    func bodies(_ count: Int) -> [AccountEvent.Body] {
      [
        .restingOrders(
          symbols(count).map { RestingOrder(symbol: $0, quantity: .one, price: .one) }),
        .settings(
          AccountSettings(
            marginMode: nil, leverages: symbols(count).map { ($0, .one) },
            isolatedMarginChanges: [])),
        .settings(
          AccountSettings(
            marginMode: nil, leverages: [],
            isolatedMarginChanges: symbols(count).map { ($0, .one) })),
      ]
    }
    for body in bodies(1_024) { #expect(decodeEvent(body).command != nil) }
    for body in bodies(1_025) { #expect(decodeEvent(body).refusal?.reason == .outOfRange) }
  }

  @Test("a record of 2 MB that unpacks to many times its size is given up")
  func amplification() {
    // A million empty balances: two bytes each, over fifty when unpacked.
    let entries = repeated([0x12, 0x00], count: 1_000_000)
    let value = [0x08, 0x01, 0x52] + varint(entries.count) + entries
    let refusal = decode(.trades, key: Array(account.text.utf8), value: value).refusal
    #expect(refusal?.reason == .undecodable)
    #expect(refusal?.detail.contains("unpack to more than") == true)
    #expect(refusal?.account == account)
  }

  @Test("a record of 2 MB of unknown fields costs no more than its size and the allowance")
  func unknownFields() {
    let value = [0x08, 0x01] + repeated([0x78, 0x01], count: 1_000_000)
    #expect(decode(.prices, key: nil, value: value).refusal?.reason == .undecodable)
  }

  @Test("unknown fields of newer minor versions are skipped")
  func minorVersions() throws {
    let value = try Sample.named("PriceUpdate.mark").bytes() + [0x78, 0x01, 0x82, 0x01, 0x01, 0x41]
    #expect(decode(.prices, key: nil, value: value).command != nil)
  }

  @Test("a large text is admitted up to its limit, and the next record is read as ever")
  func largeDocument() {
    var encoder = CommandEncoder()
    var decoder = CommandDecoder { document, id in
      document.count == 1_048_576
        ? .success(anyRulebook(id)) : .failure(RulebookDocumentFault(description: "cut"))
    }
    for (size, isAdmitted) in [(1_048_576, true), (2_000_000, false), (1_048_576, true)] {
      let record = encoder.encode(
        .rulebook(
          RulebookID(name: "native", version: 1),
          document: [UInt8](repeating: UInt8(ascii: "#"), count: size)),
        eventTime: EventTime(nanoseconds: 1), effectiveTime: EventTime(nanoseconds: 0))
      let decoded = decoder.decode(.reference, key: record.key[...], value: record.value[...])
      #expect((decoded.command != nil) == isAdmitted)
    }
  }

  @Test("copies of one decoder work at the same time")
  func copies() async throws {
    let original = CommandDecoder { _, id in .success(anyRulebook(id)) }
    var used = original
    let value = try Sample.named("PriceUpdate.mark").bytes()
    let expected = used.decode(.prices, key: nil, value: value[...])
    let shared = used
    let wrong = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          var own = shared
          return (0..<500).count { _ in
            own.decode(.prices, key: nil, value: value[...]) != expected
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(wrong == 0)
  }

  @Test("the reader of hot decimals agrees with the one that reads everything")
  func decimals() {
    Property("hot decimals", cases: 20_000).check { random, _ in
      let alphabet = Array("0123456789012345678900..-+ex".utf8)
      let text = (0..<random.integer(1...24)).compactMap { _ in random.element(of: alphabet) }
      for digits in [8, 12] {
        let slow = try? DecimalText.parse(text, fractionDigits: digits)
        if let fast = DecimalReader.read(text, fractionDigits: digits) { #expect(fast == slow) }
      }
    }
  }

  @Test("the reader of hot decimals reads what prices look like")
  func hotDecimals() {
    for (text, raw) in [
      ("65010.1", 65_010_100_000_000_000), ("-0.5", -500_000_000_000), ("0", 0),
      ("7.", 7_000_000_000_000), (".25", 250_000_000_000), ("-1", -1_000_000_000_000),
    ] as [(String, Int128)] {
      #expect(DecimalReader.read(Array(text.utf8), fractionDigits: 12) == raw)
    }
    #expect(DecimalReader.read(Array("+1".utf8), fractionDigits: 12) == nil)
    #expect(DecimalReader.read(Array("1234567890123456789".utf8), fractionDigits: 12) == nil)
  }

  private func repeated(_ bytes: [UInt8], count: Int) -> [UInt8] {
    Array(Array(repeating: bytes, count: count).joined())
  }

  private func varint(_ value: Int) -> [UInt8] {
    var rest = value
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
