/// A JSON value; objects keep the order of their members.
enum JSONValue: Equatable {
  case null
  case boolean(Bool)
  /// The digits as written: nothing is lost to binary floating point.
  case number(String)
  case text(String)
  case list([JSONValue])
  case object([Member])

  struct Member: Equatable {
    let name: String
    let value: JSONValue
  }

  /// Reads one JSON text.
  init(_ text: String) throws(JSONFormFault) {
    var scanner = JSONScanner(bytes: Array(text.utf8))
    self = try scanner.wholeValue()
  }

  /// On one line, without spaces.
  var text: String { written(indentation: nil) }

  /// Indented by two spaces.
  var indentedText: String { written(indentation: "") }

  private func written(indentation: String?) -> String {
    switch self {
    case .null: return "null"
    case .boolean(let flag): return flag ? "true" : "false"
    case .number(let digits): return digits
    case .text(let text): return JSONText.quoted(text)
    case .list(let values):
      let inner = indentation.map { $0 + "  " }
      return Self.enclosed(
        "[", values.map { $0.written(indentation: inner) }, "]", indentation: indentation)
    case .object(let members):
      let inner = indentation.map { $0 + "  " }
      let colon = indentation == nil ? ":" : ": "
      let parts = members.map {
        JSONText.quoted($0.name) + colon + $0.value.written(indentation: inner)
      }
      return Self.enclosed("{", parts, "}", indentation: indentation)
    }
  }

  private static func enclosed(
    _ opening: String, _ parts: [String], _ closing: String, indentation: String?
  ) -> String {
    guard let indentation, !parts.isEmpty else {
      return opening + parts.joined(separator: ",") + closing
    }
    let lines = parts.map { indentation + "  " + $0 }.joined(separator: ",\n")
    return "\(opening)\n\(lines)\n\(indentation)\(closing)"
  }
}
