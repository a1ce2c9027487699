import FixedPoint
import MarginDomain
import MarginModel

/// Before and after a change, side by side.
struct ExplainComparison {
  let before: ExplainAnswer
  let after: ExplainAnswer
  private let decimals: Int

  /// All accounts, one after the other, below the changes in question.
  static func text(_ pairs: [ExplainComparison], changes: [String]) -> String {
    let head = "what if\n" + changes.map { "    \(FigureText.printable($0))\n" }.joined() + "\n"
    return head + pairs.map(\.text).joined(separator: "\n")
  }

  init(before: ExplainAnswer, after: ExplainAnswer) {
    self.before = before
    self.after = after
    decimals = FigureText.decimals(
      for: [before, after].flatMap { answer -> [Money?] in
        let report = answer.report
        return [report.equity, report.netEquity, report.initialMargin, report.maintenanceMargin]
      })
  }

  private var text: String {
    let (old, new) = (before.report.state.statusWord, after.report.state.statusWord)
    var lines = [after.title(status: old == new ? "still \(new)" : "\(old) -> \(new)"), ""]
    lines += TextGrid(rows: [["", "before", "after", "change"]] + figures, leftColumns: [0]).lines
    let levels = distances
    if levels.count > 1 {
      lines += ["", "  distance to the levels"]
      lines += TextGrid(rows: levels, leftColumns: [0, 1]).lines
    }
    if positions.count > 1 {
      lines += ["", "  positions"]
      lines += TextGrid(rows: positions, leftColumns: [0, 1]).lines
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func amount(_ value: Money?) -> String { FigureText.fixed(value, decimals) }

  private var figures: [[String]] {
    func money(_ name: String, _ part: (AccountReport) -> Money) -> [String] {
      let (old, new) = (part(before.report), part(after.report))
      return [
        name, amount(old), amount(new), FigureText.fixed(new - old, decimals, signed: true),
      ]
    }
    func ratio(_ name: String, _ part: (AccountReport) -> Rate?) -> [String] {
      let (old, new) = (part(before.report), part(after.report))
      var change: Rate?
      if let old, let new { change = new - old }
      return [
        name, FigureText.fixed(old, 4), FigureText.fixed(new, 4),
        FigureText.fixed(change, 4, signed: true),
      ]
    }
    return [
      money("equity", \.equity), money("net equity", \.netEquity),
      money("initial margin", \.initialMargin), money("maintenance margin", \.maintenanceMargin),
      money("initial excess", \.initialExcess), money("maintenance excess", \.maintenanceExcess),
      money("available", \.available), ratio("margin level", \.marginLevel),
      ratio("margin ratio", \.marginRatio),
    ]
  }

  /// Per unit and level: the money above it and the nearest price, before and after.
  private var distances: [[String]] {
    var rows = [["", "level", "before", "after", "reached by", "reached by"]]
    for unit in unitNames {
      let (old, new) = (levels(of: unit, in: before), levels(of: unit, in: after))
      for (number, step) in after.rulebook.ladder.steps.enumerated() {
        let one = old.first { $0.state == step.state }
        let other = new.first { $0.state == step.state }
        rows.append([
          number == 0 ? FigureText.printable(ExplainAnswer.name(of: unit)) : "",
          step.state.levelWord, amount(one?.excess), amount(other?.excess), move(one), move(other),
        ])
      }
    }
    return rows
  }

  private var unitNames: [MarginUnit] {
    before.distances.map(\.unit)
      + after.distances.map(\.unit).filter { unit in
        !before.distances.contains { $0.unit == unit }
      }
  }

  private func levels(of unit: MarginUnit, in answer: ExplainAnswer) -> [LevelDistance] {
    answer.distances.first { $0.unit == unit }?.levels ?? []
  }

  private func move(_ level: LevelDistance?) -> String {
    guard let nearest = level?.nearest else { return "-" }
    return "\(FigureText.printable(nearest.symbol.text)) "
      + FigureText.percent(nearest.nearestChange)
  }

  private var positions: [[String]] {
    let symbols =
      before.report.positions.map(\.symbol)
      + after.report.positions.map(\.symbol).filter { symbol in
        !before.report.positions.contains { $0.symbol == symbol }
      }
    let isIsolated = before.book.marginMode == .isolated || after.book.marginMode == .isolated
    var rows = [
      ["", ""] + (isIsolated ? ["status"] : []) + [
        "quantity", "mark", "value", "maintenance", "liquidation", "bankruptcy", "delta",
      ]
    ]
    for symbol in symbols {
      for (name, when, answer) in [
        (FigureText.printable(symbol.text), "before", before), ("", "after", after),
      ] {
        let state = answer.isolatedUnit(of: symbol)?.state(by: answer.rulebook.ladder)
        rows.append(
          [name, when] + (isIsolated ? [state?.statusWord ?? "-"] : []) + cells(symbol, in: answer))
      }
    }
    return rows
  }

  private func cells(_ symbol: Symbol, in answer: ExplainAnswer) -> [String] {
    guard let report = answer.report.positions.first(where: { $0.symbol == symbol }),
      let held = answer.position(symbol)
    else { return ["0", "-", "-", "-", "-", "-", "-"] }
    return [
      FigureText.short(held.state.quantity, 8),
      FigureText.price(answer.market.mark(of: held.instrument)), amount(report.value),
      amount(report.requirement.maintenance), FigureText.price(report.liquidation.nearest),
      FigureText.price(report.bankruptcyPrice), FigureText.short(report.greeks?.delta, 6),
    ]
  }
}
