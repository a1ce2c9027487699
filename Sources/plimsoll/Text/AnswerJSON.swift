import FixedPoint
import LiquidationWire

/// A JSON value whose keys keep their order, so that answers read like the reference page.
indirect enum AnswerJSON: Sendable {
  case text(String)
  case number(Int)
  case boolean(Bool)
  case null
  case list([AnswerJSON])
  case object([(key: String, value: AnswerJSON)])

  /// An exact decimal as text; null for none.
  static func decimal(_ value: (some FixedDecimal)?) -> AnswerJSON {
    value.map { .text($0.description) } ?? .null
  }

  /// The value as JSON, indented by two spaces.
  var description: String { description(indent: "") }

  private func description(indent: String) -> String {
    let inner = indent + "  "
    switch self {
    case .text(let text): return JSONText.quoted(text)
    case .number(let number): return String(number)
    case .boolean(let value): return value ? "true" : "false"
    case .null: return "null"
    case .list(let values):
      if values.isEmpty { return "[]" }
      let lines = values.map { inner + $0.description(indent: inner) }
      return "[\n" + lines.joined(separator: ",\n") + "\n\(indent)]"
    case .object(let entries):
      if entries.isEmpty { return "{}" }
      let lines = entries.map {
        inner + JSONText.quoted($0.key) + ": " + $0.value.description(indent: inner)
      }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    }
  }
}
