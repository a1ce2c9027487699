import FixedPoint
import MarginDomain
import MarginModel
import RulebookFiles

/// The answer of `plimsoll stress` for programs; `docs/reference/stress.md` describes it.
struct StressJSON {
  private let report: StressReport

  init(_ report: StressReport) { self.report = report }

  var text: String {
    let result = report.result
    let scenarios = zip(report.plan.scenarios, result.scenarios).map { scenario, tally in
      AnswerJSON.object(
        [("name", .text(scenario.name))] + figures(tally)
          + (report.isDay ? [] : details(tally)))
    }
    var entries: [(key: String, value: AnswerJSON)] = [
      ("rulebook", .text(report.book.rulebook.id.name)),
      ("reporting_asset", .text(report.book.rulebook.reportingAsset.text)),
      ("as_of_ns", report.book.asOf.map { .text(String($0.nanoseconds)) } ?? .null),
      ("accounts", .number(result.before.counts.reduce(0, +))),
    ]
    if case .day(let name) = report.plan.kind {
      entries.append(("day", .text(name)))
      entries.append(("not_moved", .list(report.plan.still.map { .text($0.text) })))
    }
    entries += [
      ("before", .object(figures(result.before))), ("scenarios", .list(scenarios)),
      ("worst_scenario", .text(report.plan.scenarios[report.worstScenario].name)),
      ("worst_point", .object(figures(result.worstPoint) + details(result.worstPoint))),
    ]
    return AnswerJSON.object(entries).description + "\n"
  }

  private func figures(_ tally: StressTally) -> [(key: String, value: AnswerJSON)] {
    [
      (
        "status",
        .object(report.states.map { ($0.statusWord, .number(tally.count(of: $0))) })
      ),
      ("newly_called", .number(tally.newlyCalled)),
      ("newly_liquidated", .number(tally.newlyLiquidated)),
      ("insolvent", .number(tally.insolvent)), ("shortfall", .decimal(tally.shortfall)),
      ("equity", .decimal(tally.equity)), ("net_equity", .decimal(tally.netEquity)),
      ("net_equity_change", .decimal(report.change(of: tally))),
      ("maintenance_margin", .decimal(tally.maintenanceMargin)),
    ]
  }

  private func details(_ tally: StressTally) -> [(key: String, value: AnswerJSON)] {
    [
      (
        "underlyings",
        .list(
          report.losses(of: tally).map { underlying in
            .object([
              ("symbol", .text(underlying.symbol.text)), ("loss", .decimal(underlying.loss)),
              ("gain", .decimal(underlying.gain)),
              ("net", .decimal(underlying.gain - underlying.loss)),
            ])
          })
      ),
      ("worst_accounts", .list(tally.worst.map(account))),
    ]
  }

  private func account(_ account: StressedAccount) -> AnswerJSON {
    .object([
      ("account_id", .text(account.accountID.text)),
      ("scenario", .text(report.plan.scenarios[account.scenario].name)),
      ("before", summary(account.before)), ("after", summary(account.after)),
    ])
  }

  private func summary(_ summary: AccountSummary) -> AnswerJSON {
    .object([
      ("status", .text(summary.state.statusWord)), ("equity", .decimal(summary.equity)),
      ("net_equity", .decimal(summary.netEquity)),
      ("maintenance_margin", .decimal(summary.maintenanceMargin)),
      ("maintenance_excess", .decimal(summary.maintenanceExcess)),
      ("shortfall", .decimal(summary.shortfall)),
    ])
  }
}
