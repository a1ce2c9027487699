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
      guard let rows = members[family].flatMap(rows(of:)) else { continue }
      if let adapter = OptionFamily.built[family] {
        add(family, rows, adapter, to: &report)
      } else {
        let reason = OptionFamily.notBuilt[family] ?? "no adapter for this family"
        report.add(family: family, total: rows.count, notBuilt: reason)
      }
    }
    report.close()
    #expect(report.total > 0, "\(file.path) holds no cases")
    #expect(report.failures.isEmpty)
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
