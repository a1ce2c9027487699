import Foundation
import LiquidationWire
import Testing

@Suite("JSON text")
struct JSONTextTests {
  @Test(
    "stands on one line and reads back the same",
    arguments: [
      "", "plain", "a \"b\"\\c", "line\nnext\r\ttab", "\0\u{1}\u{1F}\u{7F}\u{85}\u{9F}",
      "\u{2028}\u{2029}", "é😀/",
    ])
  func roundTrip(text: String) throws {
    let quoted = JSONText.quoted(text)
    #expect(!quoted.unicodeScalars.contains { CharacterSet.newlines.contains($0) })
    let value = try JSONSerialization.jsonObject(
      with: Data(quoted.utf8), options: .fragmentsAllowed)
    #expect(value as? String == text)
  }
}
