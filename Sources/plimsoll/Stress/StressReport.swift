import FixedPoint
import MarginDomain
import MarginModel
import RulebookFiles

/// Everything that the forms of the answer show.
struct StressReport {
  let book: Book
  let plan: StressPlan
  let result: StressResult

  /// The states that an account can be in here, in order.
  var states: [MarginState] { [.healthy] + book.rulebook.ladder.steps.map(\.state) }

  /// The scenario with the largest shortfall; of equal ones the one with the most newly liquidated
  /// accounts, then the smallest net equity, then the first.
  var worstScenario: Int {
    var worst = 0
    for index in result.scenarios.indices.dropFirst() {
      let (one, best) = (result.scenarios[index], result.scenarios[worst])
      if one.shortfall != best.shortfall {
        if one.shortfall > best.shortfall { worst = index }
      } else if one.newlyLiquidated != best.newlyLiquidated {
        if one.newlyLiquidated > best.newlyLiquidated { worst = index }
      } else if one.netEquity < best.netEquity {
        worst = index
      }
    }
    return worst
  }

  /// What is shown in detail: the worst scenario, or for a day each account at its worst step.
  var focus: StressTally { isDay ? result.worstPoint : result.scenarios[worstScenario] }

  /// What `focus` is, as a title.
  var focusTitle: String {
    if isDay { return "each account at its worst step" }
    let name = FigureText.printable(plan.scenarios[worstScenario].name)
    return plan.scenarios.count == 1 ? name : "the worst scenario: \(name)"
  }

  var isDay: Bool {
    if case .day = plan.kind { return true }
    return false
  }

  /// What was done, in a line.
  var title: String {
    let count = result.before.counts.reduce(0, +)
    let time = book.asOf.map { ", as of \(InternetTime.text($0.nanoseconds))" } ?? ""
    return "\(FigureText.count(count)) account\(count == 1 ? "" : "s"), "
      + "\(plan.scenarios.count) scenario\(plan.scenarios.count == 1 ? "" : "s"), "
      + "rulebook \(FigureText.printable(book.rulebook.id.name)), "
      + "amounts in \(FigureText.printable(book.rulebook.reportingAsset.text))\(time)"
  }

  /// A scenario's name; for a step of a day its time, without the date if that is always the same.
  func label(of index: Int) -> String {
    let name = plan.scenarios[index].name
    guard isDay, let date else { return FigureText.printable(name) }
    return String(name.dropFirst(date.count + 1).prefix(8))
  }

  /// The date of all steps of a day; nil when they have several.
  var date: String? {
    let dates = Set(plan.scenarios.map { String($0.name.prefix(10)) })
    return isDay && dates.count == 1 ? dates.first : nil
  }

  /// Where the steps come from, in a line; nil unless the scenarios are a day.
  var origin: String? {
    guard case .day(let name) = plan.kind else { return nil }
    return "replayed: \(FigureText.printable(name))" + (date.map { ", \($0), times in UTC" } ?? "")
  }

  /// Change of the whole book's net equity.
  func change(of tally: StressTally) -> Money { tally.netEquity - result.before.netEquity }

  /// The underlyings on which somebody gains or loses in a tally, the largest loss first.
  func losses(of tally: StressTally) -> [StressedUnderlying] {
    tally.underlyings.filter { !$0.loss.isZero || !$0.gain.isZero }.sorted {
      $0.loss != $1.loss ? $0.loss > $1.loss : $0.symbol < $1.symbol
    }
  }

  /// The steps of a day that a table shows: at most `count`, evenly spaced, always including the
  /// last and the worst one.
  func shownSteps(atMost count: Int) -> [Int] {
    let steps = plan.scenarios.count
    guard isDay, steps > count else { return Array(0..<steps) }
    var shown = Set((0..<count).map { $0 * (steps - 1) / (count - 1) })
    shown.insert(worstScenario)
    return shown.sorted()
  }
}
