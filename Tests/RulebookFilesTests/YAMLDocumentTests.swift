import RulebookFiles
import Testing

@Suite("YAML document")
struct YAMLDocumentTests {
  private func faults(
    _ text: String, limits: YAMLDocument.Limits = .init()
  ) -> [String] {
    faults(bytes: Array(text.utf8), limits: limits)
  }

  private func faults(bytes: [UInt8], limits: YAMLDocument.Limits = .init()) -> [String] {
    do {
      _ = try YAMLDocument(bytes: bytes, file: "f.yaml", limits: limits)
      return []
    } catch {
      return error.faults.map(\.description)
    }
  }

  @Test("knows line and column of every value and key")
  func positions() throws {
    let document = try YAMLDocument(
      bytes: Array("a: 1\n# why\nlist:\n  - x\n  - {é: \"two\", b: 'x'}\n".utf8), file: "f.yaml")
    guard case .mapping(let entries) = document.root.content else {
      Issue.record("not a mapping")
      return
    }
    #expect(entries.map(\.key) == ["a", "list"])
    #expect(entries[0].value.position == SourcePosition(line: 1, column: 4))
    #expect(entries[1].keyPosition == SourcePosition(line: 3, column: 1))
    guard case .list(let values) = entries[1].value.content,
      case .mapping(let inner) = values[1].content
    else {
      Issue.record("not a list with a mapping")
      return
    }
    #expect(values[0].content == .scalar("x", .plain))
    #expect(inner[0].key == "é")
    #expect(inner[0].value.content == .scalar("two", .quoted))
    // The accented letter is two bytes and one column.
    #expect(inner[0].value.position == SourcePosition(line: 5, column: 9))
    #expect(inner[1].keyPosition == SourcePosition(line: 5, column: 16))
  }

  @Test("loads JSON unchanged")
  func json() throws {
    let json = "{\n\t\"a\":[1,-2.5e3,true,null,\"x\\/y\\n\\u00e9\"],\n\t\"b\":{},\"c\":[]\n}"
    let document = try YAMLDocument(bytes: Array(json.utf8), file: "f.json")
    guard case .mapping(let entries) = document.root.content,
      case .list(let values) = entries[0].value.content
    else {
      Issue.record("not a mapping with a list")
      return
    }
    #expect(entries.map(\.key) == ["a", "b", "c"])
    #expect(
      values.map(\.content) == [
        .scalar("1", .plain), .scalar("-2.5e3", .plain), .scalar("true", .plain),
        .scalar("null", .plain), .scalar("x/y\né", .quoted),
      ])
    #expect(entries[1].value.content == .mapping([]))
    #expect(entries[2].value.position == SourcePosition(line: 3, column: 13))
  }

  @Test("skips a byte order mark without moving the columns")
  func byteOrderMark() throws {
    let document = try YAMLDocument(bytes: [0xEF, 0xBB, 0xBF] + Array("a: 1".utf8), file: "f")
    guard case .mapping(let entries) = document.root.content else {
      Issue.record("not a mapping")
      return
    }
    #expect(entries[0].keyPosition == SourcePosition(line: 1, column: 1))
  }

  @Test(
    "refuses broken syntax at its line and column",
    arguments: [
      ("a: [1, 2\nb: 3", "f.yaml:2:2: a[2]: did not find expected ',' or ']' while parsing"),
      ("a: b: c", "f.yaml:1:5: mapping values are not allowed in this context"),
      ("{\"a\": \"x", "f.yaml:1:9: found unexpected end of stream while scanning a quoted"),
      ("a: 1\n\tb: 2", "f.yaml:2:1: a: found a tab character that violates indentation"),
      ("a: \"\\ud800\"", "f.yaml:1:"),
    ])
  func syntax(text: String, start: String) {
    let found = faults(text)
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix(start) == true, "\(found)")
    #expect(found.first?.hasSuffix(", expected YAML or JSON") == true, "\(found)")
  }

  @Test(
    "refuses what could change a file's meaning",
    arguments: [
      (
        "a: &x 1\nb: *x",
        "f.yaml:1:4: a: an anchor is not accepted, expected the value alone"
      ),
      ("b:\n  - *x", "f.yaml:2:5: b[0]: an alias is not accepted, expected the value itself"),
      ("a: !!str 1", "f.yaml:1:4: a: a tag is not accepted, expected the value alone"),
      (
        "a: 1\n---\nb: 2",
        "f.yaml:2:1: a second document starts here, expected one document in a file"
      ),
      ("? [a]\n: 1", "f.yaml:1:3: a list or mapping is used as a key, expected text"),
      ("a: \"x\\0y\"", "f.yaml:1:4: a: an escape stands for NUL, expected text without NUL"),
      ("", "f.yaml:1:1: the file holds no document, expected YAML or JSON"),
      ("# only a comment\n", "f.yaml:1:1: the file holds no document, expected YAML or JSON"),
    ])
  func refusals(text: String, fault: String) {
    #expect(faults(text) == [fault])
  }

  @Test("reports every key given twice")
  func duplicates() {
    #expect(
      faults("a: 1\nb: {x: 1, x: 2}\na: 2\na: 3\n") == [
        "f.yaml:2:11: b.x: key appears twice, first on line 2",
        "f.yaml:3:1: a: key appears twice, first on line 1",
        "f.yaml:4:1: a: key appears twice, first on line 1",
      ])
  }

  @Test("refuses NUL, control characters and bytes that are not UTF-8")
  func bytes() {
    #expect(
      faults(bytes: Array("a: 1\nb: é".utf8) + [0]) == [
        "f.yaml:2:5: control character U+0000 is not allowed, expected a text file in UTF-8"
      ])
    #expect(
      faults(bytes: Array("a: 1\nbé: ".utf8) + [0xC3, 0x28]) == [
        "f.yaml:2:5: a byte is not UTF-8, expected a text file in UTF-8"
      ])
    #expect(
      faults("a: \u{7}") == [
        "f.yaml:1:4: control character U+0007 is not allowed, expected a text file in UTF-8"
      ])
    #expect(faults(bytes: [0xFF, 0xFE, 0x61, 0]).first?.hasPrefix("f.yaml:1:1: a byte") == true)
  }

  @Test("holds its bounds while it reads")
  func limits() {
    #expect(
      faults("12345", limits: .init(bytes: 4)) == ["f.yaml:1:1: the file is larger than 4 bytes"])
    #expect(
      faults("[[[1]]]", limits: .init(depth: 2)) == [
        "f.yaml:1:3: [0][0]: nesting is deeper than 2 levels"
      ])
    #expect(faults("[[1]]", limits: .init(depth: 2)).isEmpty)
    #expect(
      faults("[1, 2, 3]", limits: .init(nodes: 3)) == [
        "f.yaml:1:8: [2]: the file holds more than 3 values"
      ])
    #expect(faults("[1, 2]", limits: .init(nodes: 3)).isEmpty)
    let deep = String(repeating: "[", count: 100_000)
    #expect(
      faults(deep) == ["f.yaml:1:33: " + bracketPath(32) + ": nesting is deeper than 32 levels"])
  }

  private func bracketPath(_ depth: Int) -> String {
    String(repeating: "[0]", count: depth)
  }

  @Test("answers every damaged file with a document or with faults inside the file")
  func damagedFiles() throws {
    let whole = Array("a: [1, {b: \"x\\n\"}, 'é']\n? c\n: |\n  text\nd: &e *f\n--- !t\n".utf8)
    let pieces = Array("[]{}:,#&*!|>'\"%@`-? \n\t\r\u{0}\u{7F}é".utf8) + [0xC0, 0xED, 0xFF]
    var state: UInt64 = 20_251_010
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    var accepted = 0
    for round in 0..<3_000 {
      var bytes = whole.prefix(next(whole.count + 1))
      for _ in 0..<next(5) where !bytes.isEmpty {
        bytes[next(bytes.count)] = pieces[next(pieces.count)]
      }
      do {
        _ = try YAMLDocument(bytes: Array(bytes), file: "f")
        accepted += 1
      } catch {
        let lines = bytes.count { $0 == 0x0A || $0 == 0x0D || $0 == 0x85 } + 2
        #expect(!error.isEmpty, "round \(round)")
        for fault in error.faults {
          #expect((1...lines).contains(fault.position.line), "round \(round): \(fault)")
          #expect((1...bytes.count + 2).contains(fault.position.column), "round \(round)")
        }
      }
    }
    // Some survive their damage and most do not; otherwise the damage tests nothing.
    #expect((30...2_000).contains(accepted), "\(accepted) accepted")
  }

  @Test("says why a file cannot be read")
  func unreadable() {
    #expect(
      throws: YAMLDocument.FileError.unreadable(
        file: "/nowhere/book.json", reason: "No such file or directory")
    ) { try YAMLDocument(path: "/nowhere/book.json") }
    #expect(
      throws: YAMLDocument.FileError.unreadable(file: "/tmp", reason: "Is a directory")
    ) { try YAMLDocument(path: "/tmp") }
  }
}
