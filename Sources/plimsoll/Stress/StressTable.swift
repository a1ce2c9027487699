import FixedPoint
import MarginDomain
import MarginModel
import RulebookFiles

/// The answer of `plimsoll stress` for people: aligned, with rounded numbers.
struct StressTable {
  private let report: StressReport
  private let decimals: Int

  init(_ report: StressReport) {
    self.report = report
    decimals = FigureText.decimals(for: [report.result.before.netEquity, report.focus.shortfall])
  }

  var text: String {
    var lines = [report.title]
    if let origin = report.origin { lines.append(origin) }
    if !report.plan.still.isEmpty {
      let names = report.plan.still.map { FigureText.printable($0.text) }
      lines.append("not in the table, so standing still: \(names.joined(separator: ", "))")
    }
    lines += ["", "  accounts by status"] + statuses
    lines += ["", "  \(report.focusTitle)"]
    let losses = self.losses
    if !losses.isEmpty { lines += losses }
    let worst = worstAccounts
    if !worst.isEmpty { lines += ["", "  worst accounts"] + worst }
    return lines.joined(separator: "\n") + "\n"
  }

  private func amount(_ value: Money) -> String { FigureText.fixed(value, decimals) }

  private var statuses: [String] {
    let header =
      [""] + report.states.map(\.levelWord) + [
        "new calls", "new liq.", "insolvent", "shortfall", "net equity",
      ]
    var rows = [header, row("now", report.result.before)]
    for index in report.shownSteps(atMost: 13) {
      rows.append(row(report.label(of: index), report.result.scenarios[index]))
    }
    if report.plan.scenarios.count > 1 {
      rows.append(row("each at its worst", report.result.worstPoint))
    }
    return TextGrid(rows: rows, leftColumns: [0]).lines
  }

  private func row(_ name: String, _ tally: StressTally) -> [String] {
    [name] + report.states.map { FigureText.count(tally.count(of: $0)) } + [
      FigureText.count(tally.newlyCalled), FigureText.count(tally.newlyLiquidated),
      FigureText.count(tally.insolvent), amount(tally.shortfall), amount(tally.netEquity),
    ]
  }

  private var losses: [String] {
    let rows = report.losses(of: report.focus).map { underlying in
      [
        FigureText.printable(underlying.symbol.text), amount(underlying.loss),
        amount(underlying.gain),
        FigureText.fixed(underlying.gain - underlying.loss, decimals, signed: true),
      ]
    }
    if rows.isEmpty { return ["    no account gains or loses"] }
    return TextGrid(
      rows: [["", "lost by losers", "won by winners", "net"]] + rows, leftColumns: [0]
    ).lines
  }

  private var worstAccounts: [String] {
    let rows = report.focus.worst.map { account in
      let (old, new) = (account.before.state.statusWord, account.after.state.statusWord)
      return [
        FigureText.printable(account.accountID.text), old == new ? new : "\(old) -> \(new)",
        amount(account.before.equity), amount(account.after.equity),
        amount(account.after.maintenanceMargin), amount(account.after.maintenanceExcess),
        amount(account.after.shortfall),
      ] + (report.isDay ? [report.label(of: account.scenario)] : [])
    }
    if rows.isEmpty { return [] }
    let header =
      ["", "status", "equity now", "equity then", "maintenance", "excess", "shortfall"]
      + (report.isDay ? ["worst step"] : [])
    return TextGrid(rows: [header] + rows, leftColumns: [0, 1]).lines
  }
}
