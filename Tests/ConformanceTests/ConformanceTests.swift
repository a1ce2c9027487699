import Testing

/// Runs files of numbers from real venues and independent methods through the public functions.
///
/// A family without an adapter is reported, not failed; a family with one must pass every case.
@Suite("ConformanceTests")
struct ConformanceTests {
  @Test("reproduces the option vectors")
  func optionVectors() throws {
    let file = try VectorFile(name: "option_vectors", variable: "PLIMSOLL_OPTION_VECTORS")
    let members = try file.members()
    var report = ConformanceReport(file: "option_vectors")
    for family in members.keys.sorted() {
      guard let member = members[family], let rows = rows(of: member) else { continue }
      if let whole = OptionFamily.whole[family] {
        add(family, whole(member), to: &report)
      } else if let adapter = OptionFamily.built[family] {
        add(family, rows, adapter, to: &report)
      } else if VenueExample.families.contains(family) {
        add(family, rows.map { VenueExample.outcome(of: $0, members: members) }, to: &report)
      } else {
        let reason = OptionFamily.notBuilt[family] ?? "no adapter for this family"
        report.add(family: family, total: rows.count, notBuilt: reason)
      }
    }
    report.close()
    #expect(report.total > 0, "\(file.path) holds no cases")
    #expect(report.failures.isEmpty)
  }

  @Test("reproduces the margin cases")
  func marginCases() throws {
    let file = try VectorFile(name: "margin_cases", variable: "PLIMSOLL_MARGIN_CASES")
    let members = try file.members()
    let sets = members["parameter_sets"]?.object ?? [:]
    let cases = try (members["cases"]?.list ?? []).map {
      try MarginCase($0, parameterSets: sets)
    }
    var report = ConformanceReport(file: "margin_cases")
    for (family, cases) in Dictionary(grouping: cases, by: \.family).sorted(by: { $0.key < $1.key })
    {
      if let adapter = MarginFamily.built[family] {
        add(family, cases.map(adapter.outcome(of:)), to: &report)
      } else {
        let reason = MarginFamily.reasonNotBuilt(family)
        report.add(family: family, total: cases.count, notBuilt: reason)
      }
    }
    report.close()
    #expect(report.total > 0, "\(file.path) holds no cases")
    #expect(report.failures.isEmpty)
  }

  private func add(
    _ family: String, _ outcomes: [OptionFamily.Outcome], to report: inout ConformanceReport
  ) {
    var failing: [String] = []
    var refused: [String] = []
    for outcome in outcomes {
      switch outcome {
      case .passes: break
      case .refused(let reason): refused.append(reason)
      case .fails(let reason): failing.append(reason)
      }
    }
    report.add(family: family, total: outcomes.count, failing: failing, refused: refused)
  }

  /// A family is a list of cases, or an object that has them under `cases`.
  private func rows(of member: JSONValue) -> [JSONValue]? {
    member.list ?? member.object?["cases"]?.list
  }

  private func add(
    _ family: String, _ rows: [JSONValue], _ adapter: OptionFamily,
    to report: inout ConformanceReport
  ) {
    var failing: [String] = []
    var refused: [String] = []
    for (number, row) in rows.enumerated() {
      switch adapter.outcome(OptionRow(values: row.object ?? [:])) {
      case .passes: break
      case .refused(let reason): refused.append("\(family)[\(number)] \(reason)")
      case .fails(let reason): failing.append("\(family)[\(number)] \(reason)")
      }
    }
    report.add(family: family, total: rows.count, failing: failing, refused: refused)
  }
}

@Suite("Conformance harness")
struct ConformanceHarnessTests {
  private func outcome(_ changes: [String: JSONValue]) throws -> OptionFamily.Outcome {
    let family = try #require(OptionFamily.built["everlasting"])
    // σ²T = 1: u = 3 and a third of the strike at the money.
    let row: [String: JSONValue] = [
      "S": .number(90), "K": .number(90), "sigma": .number(0.5), "T": .text("4.0"),
      "period": .text("4y"), "u": .text("3.0"), "call": .text("30.00000000000000"),
    ]
    return family.outcome(OptionRow(values: row.merging(changes) { _, new in new }))
  }

  @Test("passes a right row and fails a wrong, unanswered or unreadable one")
  func failures() throws {
    guard case .passes = try outcome([:]) else {
      Issue.record("a right row must pass")
      return
    }
    let wrong: [[String: JSONValue]] = [
      ["call": .text("30.0000000001")], ["rho_greek": .number(1)], ["call": .text("thirty")],
      ["S": .null], ["put": .number(.nan)],
    ]
    for changes in wrong {
      guard case .fails = try outcome(changes) else {
        Issue.record("\(changes) must fail")
        continue
      }
    }
  }

  @Test("passes a row that is refused for its range")
  func refusal() throws {
    guard case .refused(let reason) = try outcome(["S": .number(1e10)]) else {
      Issue.record("an index of 1e10 must be refused")
      return
    }
    #expect(reason.contains("index 10000000000.0"))
  }
}
