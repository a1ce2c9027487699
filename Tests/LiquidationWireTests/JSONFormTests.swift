import LiquidationWire
import Testing

/// The JSON form's own rules.
@Suite("JSON form")
struct JSONFormTests {
  @Test("says what a text has that the schema has not")
  func faults() {
    for (text, complaint) in [
      ("", "offset 0: expected a JSON value"),
      ("[]", "PriceUpdate: expected an object"),
      ("{} x", "offset 3: expected nothing more"),
      ("{\"symbol\" 1}", "offset 10: expected ':'"),
      ("{\"symbol\":\"a\"", "offset 13: expected ',' or '}'"),
      ("{\"symbol\":\"a", "offset 12: the text has no end"),
      ("{\"symbol\":\"\\q\"}", "offset 13: an unknown escape"),
      ("{\"symbol\":\"\\ud800\"}", "half of a surrogate pair"),
      ("{\"symbol\":\"a\",\"symbol\":\"b\"}", "\"symbol\" stands twice"),
      ("{\"price\":\"1\"}", "PriceUpdate: \"price\" is no field of it"),
      ("{\"symbol\":1}", "PriceUpdate.symbol: expected a text"),
      ("{\"event_time_ns\":\"1.5\"}", "PriceUpdate.event_time_ns: expected an integer"),
      ("{\"event_time_ns\":true}", "PriceUpdate.event_time_ns: expected an integer"),
      ("{\"schema_version\":-1}", "PriceUpdate.schema_version: expected an integer from 0"),
      (String(repeating: "[", count: 40), "more than 32 levels"),
    ] {
      let fault = #expect(throws: JSONFormFault.self) {
        try JSONForm.bytes(from: text, as: .priceUpdate)
      }
      #expect(fault?.description.contains(complaint) == true, "\(text): \(fault.debugDescription)")
    }
    let twoParts = #expect(throws: JSONFormFault.self) {
      try JSONForm.bytes(from: "{\"settlement\":{},\"cumulative_index\":{}}", as: .fundingUpdate)
    }
    #expect(twoParts?.description.contains("another part of its oneof") == true)
    #expect(throws: JSONFormFault.self) {
      try JSONForm.bytes(from: "{\"state_digest\":\"a\"}", as: .journalRecord)
    }
    #expect(throws: JSONFormFault.self) {
      try JSONForm.bytes(from: "{\"form\":3}", as: .fundingUpdate)
    }
  }

  @Test("keeps every character of a text", arguments: ["é€😀", "a\"b\\c\n\t\r\u{1}\u{7f}", "\0"])
  func texts(_ text: String) throws {
    let bytes = try #require(field2(text))
    let json = try JSONForm.text(of: bytes, as: .priceUpdate)
    #expect(try JSONForm.bytes(from: json, as: .priceUpdate) == bytes)
  }

  @Test("reads escapes beyond the ones that it writes")
  func escapes() throws {
    let json = "{\"symbol\":\"\\u00e9\\ud83d\\ude00\\/\\b\\f\"}"
    #expect(try JSONForm.bytes(from: json, as: .priceUpdate) == field2("é😀/\u{8}\u{c}"))
  }

  @Test("writes an enum value that the schema lacks as its number, and refuses text that is none")
  func unknown() throws {
    let text = try JSONForm.text(of: [0x18, 0x63], as: .marginCallEvent)
    #expect(text == "{\"kind\":99}")
    #expect(throws: JSONFormFault("symbol: its text is not UTF-8")) {
      try JSONForm.text(of: [0x12, 0x01, 0xff], as: .priceUpdate)
    }
    #expect(throws: JSONFormFault("the bytes are no PriceUpdate")) {
      try JSONForm.text(of: [0x12, 0x09], as: .priceUpdate)
    }
  }

  @Test("turns digests of every length into base64 and back", arguments: 0...9)
  func digests(_ count: Int) throws {
    let digest = (0..<count).map { UInt8(251 - $0 * 17) }
    let bytes: [UInt8] = count == 0 ? [] : [0x4a, UInt8(count)] + digest
    let text = try JSONForm.text(of: bytes, as: .journalRecord)
    #expect(try JSONForm.bytes(from: text, as: .journalRecord) == bytes)
  }

  /// A PriceUpdate with nothing but its symbol.
  private func field2(_ text: String) -> [UInt8]? {
    UInt8(exactly: text.utf8.count).map { [0x12, $0] + Array(text.utf8) }
  }
}
