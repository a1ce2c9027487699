import FixedPoint
import LiquidationWire
import MarginDomain
import Testing

/// Keys, tombstones and versions: what stands around a message.
@Suite("Keys and values")
struct KeyTests {
  private let account = Array("acct-000123".utf8)

  private func fill() throws -> [UInt8] { try Sample.named("AccountEvent.fill").bytes() }

  @Test("a record of trades without a key is refused")
  func emptyKey() throws {
    for key in [nil, []] as [[UInt8]?] {
      for value in [nil, try fill()] {
        let refusal = try #require(decode(.trades, key: key, value: value).refusal)
        #expect(refusal.reason == .emptyKey)
        #expect(refusal.account == nil)
      }
    }
  }

  @Test("a key that cannot be read names no account")
  func unreadableKey() throws {
    let keys: [[UInt8]] = [
      [0x61, 0xff], [0x61, 0x00, 0x62], Array(repeating: 0x61, count: 129),
    ]
    for key in keys {
      let refusal = try #require(decode(.trades, key: key, value: try fill()).refusal)
      #expect(refusal.reason == .malformedText)
      #expect(refusal.account == nil)
    }
  }

  @Test("a key of the longest length is admitted when the value says the same")
  func longestKey() throws {
    let name = String(repeating: "a", count: 128)
    let value = try Sample.named("AccountEvent.fill").replacing("acct-000123", name).bytes()
    #expect(decode(.trades, key: Array(name.utf8), value: value).command != nil)
  }

  @Test("a key that is not the account in the value marks the key's account")
  func mismatch() throws {
    let refusal = try #require(
      decode(.trades, key: Array("acct-000124".utf8), value: try fill()).refusal)
    #expect(refusal.reason == .keyMismatch)
    #expect(refusal.account == AccountID("acct-000124"))
    // The sequence is another account's.
    #expect(refusal.accountSequence == 0)
    #expect(
      refusal.detail == "account_id: it is \"acct-000123\", expected the key's \"acct-000124\"")
  }

  @Test("accounts that differ in bytes alone are not the same")
  func canonicalEquivalence() throws {
    // Both are shown as é, and Swift compares them as equal text.
    let composed = "\u{e9}"
    let decomposed = "e\u{301}"
    let value = try Sample.named("AccountEvent.fill").replacing("acct-000123", composed).bytes()
    #expect(decode(.trades, key: Array(composed.utf8), value: value).command != nil)
    let refusal = try #require(
      decode(.trades, key: Array(decomposed.utf8), value: value).refusal)
    #expect(refusal.reason == .keyMismatch)
  }

  @Test("a value without an account is refused, and marks the key's account")
  func missingAccount() throws {
    let value = try Sample.named("AccountEvent.fill").replacing("acct-000123", "").bytes()
    let refusal = try #require(decode(.trades, key: account, value: value).refusal)
    #expect(refusal.reason == .malformedField)
    #expect(refusal.account == AccountID("acct-000123"))
  }

  @Test("a tombstone is refused on every topic, and marks the account on trades")
  func tombstone() throws {
    for topic in InputTopic.allCases {
      let refusal = try #require(decode(topic, key: account, value: nil).refusal)
      #expect(refusal.reason == .tombstone)
      #expect(refusal.account == (topic == .trades ? AccountID("acct-000123") : nil))
    }
  }

  @Test("an empty value has no schema version")
  func emptyValue() throws {
    for topic in InputTopic.allCases {
      let refusal = try #require(decode(topic, key: account, value: []).refusal)
      #expect(refusal.reason == .unknownSchemaVersion)
    }
  }

  @Test("a broadcast record's key may be missing or empty, but not another name")
  func broadcastKey() throws {
    let names = [
      "PriceUpdate.mark": "BTC-PERP", "FundingUpdate.settlement": "BTC-PERP",
      "ReferenceUpdate.instrument": "BTC-PERP", "ReferenceUpdate.asset": "BTC",
      "ReferenceUpdate.underlying": "BTC-USD", "ReferenceUpdate.rulebook": "native",
    ]
    for (name, key) in names {
      let sample = try Sample.named(name)
      let topic = try #require(sample.message.inputTopic)
      let value = try sample.bytes()
      for admitted in [nil, [], Array(key.utf8)] as [[UInt8]?] {
        #expect(decode(topic, key: admitted, value: value).command != nil, "\(name)")
      }
      for other in ["x", key + " ", key + "\0", String(key.dropLast())] {
        let refusal = decode(topic, key: Array(other.utf8), value: value).refusal
        #expect(refusal?.reason == .keyMismatch, "\(name) with \(other)")
      }
    }
  }

  @Test("a name that is not UTF-8 is refused")
  func notUTF8() throws {
    var value = try Sample.named("PriceUpdate.mark").bytes()
    let place = try #require(value.firstIndex(of: UInt8(ascii: "B")))
    value[place] = 0xff
    let refusal = try #require(decode(.prices, key: nil, value: value).refusal)
    #expect(refusal.reason == .malformedText)
    #expect(refusal.detail == "symbol: it is not UTF-8")
  }

  @Test("a name with a NUL is refused rather than cut")
  func nul() throws {
    let sample = try Sample.named("PriceUpdate.mark").replacing("BTC-PERP", "BTC\\u0000PERP")
    let value = try sample.bytes()
    #expect(try JSONForm.text(of: value, as: .priceUpdate).contains("BTC\\u0000PERP"))
    let refusal = try #require(decode(.prices, key: nil, value: value).refusal)
    #expect(refusal.reason == .malformedText)
  }

  @Test("zero is a legal mark at the border, because only the engine knows options")
  func zeroMark() throws {
    let value = try Sample.named("PriceUpdate.mark").replacing("65010.1", "0").bytes()
    guard case .updatePrice(let update)? = decode(.prices, key: nil, value: value).command else {
      Issue.record("a mark of 0 was refused")
      return
    }
    #expect(update.markPrice == .zero)
  }

  @Test("a rulebook that its reader refuses is inconsistent, with the reader's words")
  func rulebookFault() throws {
    var decoder = CommandDecoder { _, id in
      .failure(RulebookDocumentFault(description: "\(id): line 3: no such rule"))
    }
    let value = try Sample.named("ReferenceUpdate.rulebook").bytes()
    let decoded = decoder.decode(.reference, key: nil, value: value[...])
    #expect(decoded.refusal?.reason == .inconsistentReference)
    #expect(decoded.refusal?.detail == "rulebook.document: native@3: line 3: no such rule")
  }
}
