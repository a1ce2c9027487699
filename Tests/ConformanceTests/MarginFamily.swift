import FixedPoint
import MarginDomain
import MarginModel

/// An answer under a case's key.
enum MarginAnswer {
  case number(ExactRatio)
  case text(String)
  case flag(Bool)
  case list([MarginAnswer])
  case none

  init<Number: FixedDecimal>(_ value: Number) { self = .number(ExactRatio(value)) }

  /// A scaled number or, without one, `none`.
  init<Number: FixedDecimal>(_ value: Number?) {
    self = value.map { .number(ExactRatio($0)) } ?? .none
  }

  /// An exact number or, without one, `none`.
  init(_ value: ExactRatio?) { self = value.map { .number($0) } ?? .none }

  /// Nil where the answer is what is expected, else both, for a message.
  func difference(from expected: JSONValue, within tolerance: Tolerance) -> String? {
    switch (self, expected) {
    case (.number(let answer), _):
      guard let number = expected.exact else { break }
      return tolerance.admits(answer, for: number) ? nil : "\(answer), expected \(number)"
    case (.text(let answer), .text(let text)) where answer == text: return nil
    case (.flag(let answer), .bool(let flag)) where answer == flag: return nil
    case (.none, .null): return nil
    case (.list(let answers), .list(let list)) where answers.count == list.count:
      let wrong = zip(answers, list).compactMap { $0.difference(from: $1, within: tolerance) }
      return wrong.isEmpty ? nil : wrong.joined(separator: "; ")
    default: break
    }
    return "\(self), expected \(expected)"
  }
}

/// How a family's cases are put to the public functions, and their answers into the case's keys.
struct MarginFamily {
  let answers: @Sendable (CaseInputs) throws -> [String: MarginAnswer]

  init(_ answers: @escaping @Sendable (CaseInputs) throws -> [String: MarginAnswer]) {
    self.answers = answers
  }

  /// Every family with an adapter: one table per group, each in a file of its own.
  static let built: [String: MarginFamily] = [
    futures, optionValues, optionRules, portfolio, openInterest, sizeScaled, unified,
  ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }

  /// Compares every expected key; a key without an answer fails.
  func outcome(of margin: MarginCase) -> OptionFamily.Outcome {
    do {
      let answers = try self.answers(margin.inputs)
      let wrong = margin.expected.sorted { $0.key < $1.key }.compactMap { key, expected in
        guard let answer = answers[key] else { return "\(key) is not answered" as String? }
        return answer.difference(from: expected, within: margin.tolerance(of: key))
          .map { "\(key) is \($0)" }
      }
      return wrong.isEmpty ? .passes : .fails("\(margin.id): \(wrong.joined(separator: ", "))")
    } catch let error as DomainRangeError {
      return .refused("\(margin.id): \(error)")
    } catch let error as OptionRangeError {
      return .refused("\(margin.id): \(error)")
    } catch {
      return .fails("\(margin.id): \(error)")
    }
  }

  /// Why a family of the file has no adapter.
  static func reasonNotBuilt(_ family: String) -> String {
    if let reason = notBuilt[family] { return reason }
    let system = notBuiltPrefixes.first { family.hasPrefix($0.prefix) }
    return system?.reason ?? "no adapter for this family"
  }

  private static let notBuilt: [String: String] = [
    "adl_queue": "auto-deleveraging is not in the product",
    "pipeline_liquidation_adl": "auto-deleveraging is not in the product",
  ]

  private static let notBuiltPrefixes: [(prefix: String, reason: String)] = [
    ("dydx_", "dYdX's liquidation rules are not in the product"),
    ("drift_", "Drift's liquidation rules are not in the product"),
    ("aevo_", "auto-deleveraging is not in the product"),
    ("hyperliquid_adl", "auto-deleveraging is not in the product"),
    ("bitmex_", "auto-deleveraging is not in the product"),
    ("mango_", "Mango's health is not in the product"),
    ("vega_", "Vega's margin is not in the product"),
    ("snx_", "Synthetix's margin is not in the product"),
    ("gmx_", "GMX's margin is not in the product"),
    ("tv_", "TradingView's broker emulation is not in the product"),
  ]
}
