import Foundation
import Telemetry
import Testing

@Suite("Log line")
struct LogLineTests {
  private static let time: Int64 = 1_760_130_845_250  // 2025-10-10T21:14:05.250Z

  private func line(_ message: String, _ fields: LogFields = [:]) -> LogLine {
    LogLine(millisecondsSince1970: Self.time, level: .info, message: message, fields: fields)
  }

  private func text(_ line: LogLine, _ format: LogFormat) -> String {
    String(decoding: line.bytes(format: format), as: UTF8.self)
  }

  private func object(_ line: LogLine) throws -> [String: Any] {
    let parsed = try JSONSerialization.jsonObject(with: Data(line.bytes(format: .json)))
    return try #require(parsed as? [String: Any])
  }

  @Test("is one JSON object with time, level, message and typed fields")
  func json() throws {
    let line = line(
      "partition restored", ["partition": 3, "took": 0.25, "ready": true, "who": "w"])
    #expect(
      text(line, .json) == #"{"time":"2025-10-10T21:14:05.250Z","level":"info","#
        + #""message":"partition restored","partition":3,"took":0.25,"ready":true,"who":"w"}"#
        + "\n")
  }

  @Test("is one logfmt line that quotes only what needs it")
  func logfmt() {
    let line = line("a b", ["topic": "trades", "why": "no such", "eq": "a=b", "none": "", "n": -1])
    #expect(
      text(line, .logfmt) == #"time=2025-10-10T21:14:05.250Z level=info message="a b" "#
        + #"topic=trades why="no such" eq="a=b" none="" n=-1"# + "\n")
  }

  @Test("shows a person the level in a column")
  func human() {
    #expect(
      text(line("up", ["port": 80]), .text) == "2025-10-10T21:14:05.250Z info    up port=80\n")
  }

  @Test(
    "reads back exactly as JSON, whatever the text holds",
    arguments: [
      "plain", "quote \" backslash \\ slash /", "line\nfeed\r\nreturn\ttab",
      "\u{0}\u{1}\u{1F}\u{7F}",
      "\u{1B}[31mred\u{9B}31m", "rtl \u{202E}evil", "\u{2028}\u{2029}", "é 漢字 👨‍👩‍👧 \u{10FFFF}", "",
    ])
  func roundTrip(value: String) throws {
    let line = line(value, ["value": .text(value)])
    let object = try object(line)
    // Compared by scalars: `==` would take two spellings of one character for the same.
    let read = try #require(object["value"] as? String)
    #expect(Array(read.unicodeScalars) == Array(value.unicodeScalars))
    for format in LogFormat.allCases {
      let bytes = line.bytes(format: format)
      #expect(
        bytes.filter { $0 < 0x20 || $0 == 0x7F } == [0x0A], "one newline and no other control")
      #expect(bytes.last == 0x0A)
    }
  }

  @Test("reads back exactly for random scalars")
  func randomRoundTrip() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var state = seed
    for _ in 0..<2000 {
      var value = ""
      for _ in 0..<8 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let limit: UInt32 = state & 1 == 0 ? 0x100 : 0x110000
        if let scalar = Unicode.Scalar(UInt32(truncatingIfNeeded: state >> 33) % limit) {
          value.unicodeScalars.append(scalar)
        }
      }
      let read = try object(line("m", ["v": .text(value)]))["v"] as? String
      #expect(read.map { Array($0.unicodeScalars) } == Array(value.unicodeScalars), "seed \(seed)")
    }
  }

  @Test("shows bytes that are not UTF-8 as replacement characters")
  func invalidUTF8() throws {
    let value = LogValue.bytes([0x41, 0xFF, 0xC3, 0x28])
    #expect(try object(line("m", ["key": value]))["key"] as? String == "A\u{FFFD}\u{FFFD}(")
  }

  @Test("writes numbers that JSON does not have as text")
  func notANumber() throws {
    let object = try object(line("m", ["a": .number(.nan), "b": .number(-.infinity)]))
    #expect(object["a"] as? String == "nan")
    #expect(object["b"] as? String == "-inf")
  }

  @Test("keeps every value when names repeat or are reserved")
  func repeatedNames() throws {
    let object = try object(line("m", ["level": "x", "a": 1, "a": 2, "a_2": 3, "message": "y"]))
    #expect(object["level"] as? String == "info")
    #expect(object["level_2"] as? String == "x")
    #expect(object["message_2"] as? String == "y")
    #expect(object.values.compactMap { $0 as? Int }.sorted() == [1, 2, 3])
  }

  @Test("cuts a long value and says how long it was")
  func longValue() throws {
    let long = String(repeating: "é", count: 5000)
    let value = try #require(try object(line("m", ["v": .text(long)]))["v"] as? String)
    #expect(value == String(repeating: "é", count: 2048) + "...(cut, 10000 bytes)")
  }

  @Test("turns whatever would end a logfmt name into an underscore")
  func logfmtNames() {
    #expect(text(line("m", ["a b=\"c\n": 1]), .logfmt).hasSuffix(" a_b__c_=1\n"))
  }

  @Test("keeps whole numbers of every width")
  func wholeNumbers() {
    #expect(LogValue(UInt64.max) == .unsigned(.max))
    #expect(LogValue(Int8(-1)) == .integer(-1))
    #expect(LogValue(Int128.max) == .text("170141183460469231731687303715884105727"))
  }

  @Test("writes the same time as Foundation does")
  func times() {
    let formatter = ISO8601DateFormatter()
    formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    let edges: [Int64] = [0, 1, 999, 951_782_400_000, 951_868_799_999, 4_107_542_400_000]
    let spread = (0..<4000).map { Int64($0) * 791_234_567_891 / 100 }
    for milliseconds in edges + spread {
      let date = Date(timeIntervalSince1970: Double(milliseconds / 1000))
      let expected = formatter.string(from: date).dropLast(4)
      let fraction = String(format: "%03dZ", Int(milliseconds % 1000))
      #expect(
        UTCTime(millisecondsSince1970: milliseconds).description == expected + fraction)
    }
    #expect(UTCTime(millisecondsSince1970: -1).description == "1969-12-31T23:59:59.999Z")
  }
}
