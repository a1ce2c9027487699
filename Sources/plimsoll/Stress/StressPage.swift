import FixedPoint
import MarginDomain
import MarginModel
import RulebookFiles

/// The answer of `plimsoll stress` as one page: no scripts, nothing from elsewhere, readable in
/// light and dark.
struct StressPage {
  private let report: StressReport
  private let decimals: Int

  init(_ report: StressReport) {
    self.report = report
    let decimals = FigureText.decimals(
      for: [report.result.before.netEquity, report.focus.shortfall])
    // A page shows whole units of the reporting asset where a table shows cents.
    self.decimals = decimals == 2 ? 0 : decimals
  }

  var text: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Stress test</title>
    <style>
    \(Self.style)
    </style>
    </head>
    <body>
    <main>
    <h1>Stress test</h1>
    <p class="facts">\(Self.escaped(report.title)).\(notes)</p>
    \(cards)
    \(charts)
    <h2>Accounts by status</h2>
    \(statusTable)
    <h2>Gains and losses, \(Self.escaped(report.focusTitle))</h2>
    \(lossTable)
    \(worstTable)
    <p class="note">Every account stands still: nothing is liquidated, called or paid in between.
    Shortfall is what accounts with a negative net equity would owe if all were closed at the marks.
    </p>
    </main>
    </body>
    </html>

    """
  }

  private var notes: String {
    var text = ""
    if let origin = report.origin {
      text += " \(Self.escaped(Self.sentence(origin)))."
    }
    if !report.plan.still.isEmpty {
      let names = report.plan.still.map(\.text).joined(separator: ", ")
      text += " Not in the table, so standing still: \(Self.escaped(names))."
    }
    return text
  }

  private func amount(_ value: Money) -> String { FigureText.fixed(value, decimals) }

  private var cards: String {
    let focus = report.focus
    let asset = Self.escaped(report.book.rulebook.reportingAsset.text)
    let figures = [
      ("newly liquidated", FigureText.count(focus.newlyLiquidated)),
      ("newly called", FigureText.count(focus.newlyCalled)),
      ("insolvent", FigureText.count(focus.insolvent)),
      ("shortfall, \(asset)", amount(focus.shortfall)),
      (
        "change of net equity, \(asset)",
        FigureText.fixed(report.change(of: focus), decimals, signed: true)
      ),
    ]
    let cells = figures.map { "<div><b>\($1)</b><span>\($0)</span></div>" }.joined(separator: "\n")
    return """
      <h2>\(Self.escaped(Self.sentence(report.focusTitle)))</h2>
      <section class="cards">
      \(cells)
      </section>
      """
  }

  // MARK: Charts

  private var charts: String {
    guard report.plan.scenarios.count > 1 else { return "" }
    if case .grid(let grids) = report.plan.kind, grids.count == 2 {
      return """
        <h2>Newly liquidated accounts</h2>
        \(map(grids) { (Int128($0.newlyLiquidated), FigureText.count($0.newlyLiquidated)) })
        <h2>Shortfall</h2>
        \(map(grids) { ($0.shortfall.rawValue, amount($0.shortfall)) })
        """
    }
    let names = report.plan.scenarios.indices.map(tick)
    let states = Array(report.states.dropFirst())
    let chart = StressChart(names: names)
    return """
      <h2>Accounts below a level</h2>
      \(legend(states))
      \(chart.stack(
        report.result.scenarios.map { tally in states.reversed().map { tally.count(of: $0) } },
        classes: states.reversed().map { "s\($0.rawValue)" }))
      <h2>Shortfall</h2>
      \(chart.area(
        report.result.scenarios.map(\.shortfall), label: amount))
      """
  }

  private func legend(_ states: [MarginState]) -> String {
    let items = states.map { "<span><i class=\"s\($0.rawValue)\"></i>\($0.levelWord)</span>" }
    return "<p class=\"legend\">" + items.joined(separator: "\n") + "</p>"
  }

  /// A label short enough for the axis: the time of a step, or the change of one point of a grid.
  private func tick(_ index: Int) -> String {
    let label = report.label(of: index)
    guard !report.isDay else { return label }
    return label.split(separator: " ").last.map(String.init) ?? label
  }

  /// A table of two grids, its cells tinted by their value.
  private func map(
    _ grids: [StressGrid], _ value: (StressTally) -> (raw: Int128, text: String)
  ) -> String {
    let values = report.result.scenarios.map(value)
    let largest = max(1, values.map(\.raw).max() ?? 1)
    let (rows, columns) = (grids[0].changes, grids[1].changes)
    var text = "<div class=\"wide\"><table class=\"map\">\n<tr><th>"
    text += "\(Self.escaped(grids[0].target.text)) \\ \(Self.escaped(grids[1].target.text))</th>"
    text += columns.map { "<th>\(StressPlanner.percent($0))</th>" }.joined() + "</tr>\n"
    for (row, change) in rows.enumerated() {
      text += "<tr><th>\(StressPlanner.percent(change))</th>"
      for column in columns.indices {
        let cell = values[row * columns.count + column]
        // From 5 to 85 hundredths; a cell of zero stays blank.
        let tint = cell.raw == 0 ? 0 : 5 + 80 * cell.raw / largest
        text += "<td style=\"--t:\(tint)%\">\(cell.text)</td>"
      }
      text += "</tr>\n"
    }
    return text + "</table></div>"
  }

  // MARK: Tables

  private func table(_ header: [String], _ rows: [[String]], left: Set<Int>) -> String {
    func cells(_ row: [String], _ tag: String) -> String {
      row.enumerated().map { column, cell in
        "<\(tag)\(left.contains(column) ? " class=\"l\"" : "")>\(Self.escaped(cell))</\(tag)>"
      }.joined()
    }
    let lines = rows.map { "<tr>\(cells($0, "td"))</tr>" }.joined(separator: "\n")
    return """
      <div class="wide"><table>
      <thead><tr>\(cells(header, "th"))</tr></thead>
      <tbody>
      \(lines)
      </tbody>
      </table></div>
      """
  }

  private var statusTable: String {
    func row(_ name: String, _ tally: StressTally) -> [String] {
      [name] + report.states.map { FigureText.count(tally.count(of: $0)) } + [
        FigureText.count(tally.newlyCalled), FigureText.count(tally.newlyLiquidated),
        FigureText.count(tally.insolvent), amount(tally.shortfall),
        amount(tally.netEquity),
      ]
    }
    var rows = [row("now", report.result.before)]
    for index in report.shownSteps(atMost: 13) {
      rows.append(row(report.label(of: index), report.result.scenarios[index]))
    }
    if report.plan.scenarios.count > 1 {
      rows.append(row("each at its worst", report.result.worstPoint))
    }
    return table(
      ["scenario"] + report.states.map(\.levelWord)
        + ["newly called", "newly liquidated", "insolvent", "shortfall", "net equity"],
      rows, left: [0])
  }

  private var lossTable: String {
    let rows = report.losses(of: report.focus).map { underlying in
      [
        underlying.symbol.text, amount(underlying.loss), amount(underlying.gain),
        FigureText.fixed(underlying.gain - underlying.loss, decimals, signed: true),
      ]
    }
    if rows.isEmpty { return "<p>No account gains or loses.</p>" }
    return table(["underlying", "lost by losers", "won by winners", "net"], rows, left: [0])
  }

  private var worstTable: String {
    let rows = report.focus.worst.map { account in
      let (old, new) = (account.before.state.statusWord, account.after.state.statusWord)
      return [
        account.accountID.text, old == new ? new : "\(old) → \(new)",
        amount(account.before.equity), amount(account.after.equity),
        amount(account.after.maintenanceMargin), amount(account.after.maintenanceExcess),
        amount(account.after.shortfall),
      ] + (report.isDay ? [report.label(of: account.scenario)] : [])
    }
    if rows.isEmpty { return "" }
    return "<h2>Worst accounts</h2>\n"
      + table(
        ["account", "status", "equity now", "equity then", "maintenance", "excess", "shortfall"]
          + (report.isDay ? ["worst step"] : []), rows, left: [0, 1])
  }

  private static func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst()
  }

  /// Text as HTML: names come from files.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in FigureText.printable(text).unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  private static let style = """
    :root{--paper:#fff;--ink:#1c2127;--quiet:#5d6772;--line:#d9dee3;--band:#f4f6f8;
    --s2:#e3b341;--s3:#e07b39;--s4:#a05fb4;--s5:#c93a3a;--accent:#2f6fb0}
    @media (prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e4e8ec;--quiet:#98a3ae;
    --line:#313941;--band:#1c2228;--s2:#c99a2e;--s3:#d0743a;--s4:#a873bb;--s5:#d9534f;
    --accent:#6aa5e0}}
    body{margin:0;background:var(--paper);color:var(--ink);
    font:15px/1.45 system-ui,sans-serif}
    main{max-width:68rem;margin:0 auto;padding:1.5rem}
    h1{font-size:1.5rem;margin:0 0 .25rem}
    h2{font-size:1.05rem;margin:1.75rem 0 .5rem}
    .facts,.note{color:var(--quiet);margin:.25rem 0}
    .note{margin-top:2rem;max-width:46rem}
    .cards{display:flex;flex-wrap:wrap;gap:.75rem}
    .cards div{flex:1 1 9rem;background:var(--band);border:1px solid var(--line);
    border-radius:6px;padding:.6rem .8rem}
    .cards b{display:block;font-size:1.2rem;font-variant-numeric:tabular-nums}
    .cards span{color:var(--quiet);font-size:.85rem}
    .wide{overflow-x:auto}
    table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.88rem}
    th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid var(--line);
    white-space:nowrap}
    th{font-weight:600;color:var(--quiet);white-space:normal;vertical-align:bottom}
    .l{text-align:left}
    .map td{background:color-mix(in srgb,var(--s5) var(--t),transparent);text-align:center}
    .legend span{margin-right:1.2rem;color:var(--quiet)}
    .legend i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.4em}
    svg{width:100%;height:auto;display:block}
    svg text{fill:var(--quiet);font:11px system-ui,sans-serif}
    .axis{stroke:var(--line);stroke-width:1;fill:none}
    .s2{fill:var(--s2);background:var(--s2)}.s3{fill:var(--s3);background:var(--s3)}
    .s4{fill:var(--s4);background:var(--s4)}.s5{fill:var(--s5);background:var(--s5)}
    .line{fill:none;stroke:var(--accent);stroke-width:2}
    .under{fill:var(--accent);fill-opacity:.18}
    """
}
