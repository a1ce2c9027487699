import FixedPoint
import MarginDomain
import MarginModel

/// The answer of `plimsoll explain` for people: aligned, with rounded numbers.
enum ExplainTable {
  static func text(_ answers: [ExplainAnswer]) -> String {
    answers.map(account).joined(separator: "\n")
  }

  private static func account(_ answer: ExplainAnswer) -> String {
    let report = answer.report
    let mode = "\(answer.marginMode)"
    var lines = [
      "account \(printable(report.accountID.text)): \(report.state.statusWord) "
        + "(\(mode), rulebook \(printable(answer.rulebook.id.name)), "
        + "amounts in \(printable(answer.rulebook.reportingAsset.text)))"
    ]
    lines +=
      TextGrid(
        rows: [
          ["equity", amount(report.equity), "net equity", amount(report.netEquity)],
          [
            "initial margin", amount(report.initialMargin), "initial excess",
            amount(report.initialExcess),
          ],
          [
            "maintenance margin", amount(report.maintenanceMargin), "maintenance excess",
            amount(report.maintenanceExcess),
          ],
          [
            "margin level", number(report.marginLevel, digits: 4), "margin ratio",
            number(report.marginRatio, digits: 4),
          ],
          ["available", amount(report.available), "", ""],
        ], leftColumns: [0, 2]
      ).lines
    if !report.positions.isEmpty { lines += ["", "  positions"] + positions(answer) }
    let terms = report.units.flatMap { unit in
      Self.terms(of: unit, isShared: answer.marginMode != .isolated)
    }
    if !terms.isEmpty {
      let names: Set = answer.marginMode == .isolated ? [0, 1] : [0, 2]
      lines += ["", "  terms"] + TextGrid(rows: terms, leftColumns: names).lines
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func terms(of unit: UnitAssessment, isShared: Bool) -> [[String]] {
    var owner = ""
    if case .isolatedPosition(let symbol) = unit.unit { owner = printable(symbol.text) }
    return unit.terms.map { term in
      let row = unit.portfolio == nil ? [] : [term.row.map(printable) ?? ""]
      return (isShared ? [] : [owner]) + [printable(term.name), amount(term.amount)] + row
    }
  }

  private static func positions(_ answer: ExplainAnswer) -> [String] {
    let positions = answer.report.positions
    let money = TextGrid(
      rows: [["", "notional", "unrealized", "value", "initial", "maintenance", "funding/day"]]
        + positions.map { position in
          [
            printable(position.symbol.text), amount(position.notional),
            amount(position.unrealizedPnL), amount(position.value),
            amount(position.requirement.initial), amount(position.requirement.maintenance),
            amount(position.fundingPerDay),
          ]
        }, leftColumns: [0])
    let prices = TextGrid(
      rows: [["", "price", "liq. below", "liq. above", "bankruptcy", "delta", "gamma", "vega"]]
        + positions.map { position in
          [
            printable(position.symbol.text), number(position.liquidation.current, digits: 8),
            number(position.liquidation.below, digits: 8),
            number(position.liquidation.above, digits: 8),
            number(position.bankruptcyPrice, digits: 8),
            number(position.greeks?.delta, digits: 8), number(position.greeks?.gamma, digits: 10),
            number(position.greeks?.vega, digits: 6),
          ]
        }, leftColumns: [0])
    var lines = money.lines + [""] + prices.lines
    let units = positions.compactMap { position in
      answer.isolatedUnit(of: position.symbol).map { unit in
        [
          printable(position.symbol.text), unit.state(by: answer.rulebook.ladder).statusWord,
          amount(unit.totals.equity), number(unit.totals.marginLevel, digits: 4),
        ]
      }
    }
    if !units.isEmpty {
      lines += [""]
      lines +=
        TextGrid(rows: [["", "status", "equity", "level"]] + units, leftColumns: [0, 1]).lines
    }
    return lines
  }

  private static func amount(_ value: Money?) -> String { number(value, digits: 8) }

  /// A number rounded to so many decimals, `-` for none.
  private static func number<Number: FixedDecimal>(_ value: Number?, digits: Int) -> String {
    guard let value else { return "-" }
    let step = DecimalText.power(ofTen: max(0, Number.fractionDigits - digits))
    return value.rounded(toMultipleOf: Number(rawValue: step), rounding: .nearestEven).description
  }

  /// Names come from files; a control character must not reach the terminal.
  private static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? "\u{FFFD}" : scalar
        }))
  }
}

/// Rows of cells under each other: names to the left, numbers to the right.
struct TextGrid {
  let rows: [[String]]
  let leftColumns: Set<Int>

  /// The rows as lines, indented, without spaces at their ends.
  var lines: [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return leftColumns.contains(column) ? cell + padding : padding + cell
      }
      var line = "    " + cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
