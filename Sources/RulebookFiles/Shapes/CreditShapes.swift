import FixedPoint
import MarginDomain

extension YAMLShape where Value == CreditRules {
  /// The part `credit`.
  static var creditRules: YAMLShape {
    .mapping("the rules of credit lines") { fields in
      let grades = fields.required("grades", .entries(of: .gradeTerms) as YAMLShape<[GradeEntry]>)
      let loss = fields.required("loss_given_default", .ratio)
      let stepDown = fields.optional("step_down", .stepDown)
      let lines =
        fields.optional("lines", .list(of: .located(.tableLine)) as YAMLShape<[Located]>) ?? []
      guard let grades, let loss else { return nil }
      if grades.isEmpty {
        fields.report("holds no grade", for: "grades", expected: "one grade or more")
      }
      func rules(_ lines: [TableLine]) -> CreditRules {
        CreditRules(
          grades: grades.map {
            CreditRules.Grade(
              name: $0.key.value, factor: $0.value.factor,
              defaultProbability: $0.value.defaultProbability)
          },
          lossGivenDefault: loss, stepDown: stepDown,
          lines: lines.map { ($0.account.value, $0.line.line) })
      }
      // What is faulty is reported with its place and left out.
      let graded = rules([])
      var sound: [TableLine] = []
      var seen: Set<AccountID> = []
      for entry in lines.map(\.value) {
        let isGraded = fields.check(entry.line, by: graded)
        if seen.insert(entry.account.value).inserted {
          if isGraded { sound.append(entry) }
          continue
        }
        fields.report(
          "'\(entry.account.value.text.quotable)' has a line already", at: entry.account,
          expected: "one line of an account")
      }
      let table = rules(sound)
      fields.report(table.faults())
      return table
    }
  }

  private typealias GradeEntry = (key: LocatedValue<String>, value: GradeTerms)
  private typealias Located = LocatedValue<TableLine>
}

/// A grade without its name.
private struct GradeTerms: Sendable {
  let factor: Rate
  let defaultProbability: Rate
}

/// A line of the rulebook's table.
private struct TableLine: Sendable {
  let account: LocatedValue<AccountID>
  let line: WrittenLine
}

/// A credit line as written in a document.
struct WrittenLine: Sendable {
  let line: CreditRules.Line
  /// The grade with its position in the file.
  let grade: LocatedValue<String>
  /// The wrong-way underlyings with their positions in the file.
  let wrongWay: [LocatedValue<Symbol>]
}

extension YAMLShape where Value == GradeTerms {
  fileprivate static var gradeTerms: YAMLShape {
    .mapping("factor and default_probability") { fields in
      let factor = fields.required("factor", .ratio)
      let probability = fields.required("default_probability", .ratio)
      guard let factor, let probability else { return nil }
      return GradeTerms(factor: factor, defaultProbability: probability)
    }
  }
}

extension YAMLShape where Value == CreditRules.StepDown {
  fileprivate static var stepDown: YAMLShape {
    .mapping("when a line is cut") { fields in
      let confidence = fields.required("confidence", .shareBelowOne)
      let days = fields.required("margin_period_days", .positive)
      let reduction = fields.required("reduction", .ratio)
      guard let confidence, let days, let reduction else { return nil }
      return CreditRules.StepDown(
        confidence: confidence, marginPeriodDays: days, reduction: reduction)
    }
  }
}

extension YAMLShape where Value == Rate {
  fileprivate static var shareBelowOne: YAMLShape {
    fixed(in: .zero...Rate(rawValue: Rate.one.rawValue - 1), "a ratio from 0 to below 1")
  }
}

extension YAMLShape where Value == TableLine {
  fileprivate static var tableLine: YAMLShape {
    .mapping("a credit line") { fields in
      let account = fields.required(
        "account_id", .located(YAMLShape<String>.identifier.map { AccountID($0) }))
      let amount = fields.required("amount", .creditAmount)
      let grade = fields.required(
        "grade", .located(.identifier) as YAMLShape<LocatedValue<String>>)
      let line = fields.creditLine(amount: amount, grade: grade)
      guard let account, let line else { return nil }
      return TableLine(account: account, line: line)
    }
  }
}

extension YAMLShape where Value == Money {
  /// The amount of a line.
  static var creditAmount: YAMLShape {
    fixed(
      in: .zero...Money(rawValue: DomainLimits.maximumBalance.rawValue), "an amount from 0 to 1e15")
  }
}

extension YAMLFields {
  /// Makes a line, with its `wrong_way`.
  mutating func creditLine(amount: Money?, grade: LocatedValue<String>?) -> WrittenLine? {
    let wrongWay =
      optional("wrong_way", .list(of: .located(.symbol)) as YAMLShape<[LocatedValue<Symbol>]>)
      ?? []
    for (index, symbol) in wrongWay.enumerated()
    where wrongWay[..<index].contains(where: { $0.value == symbol.value }) {
      report(
        "'\(symbol.value.text.quotable)' stands twice", at: symbol,
        expected: "each underlying once")
    }
    guard let amount, let grade else { return nil }
    return WrittenLine(
      line: CreditRules.Line(
        amount: amount, grade: grade.value, wrongWay: wrongWay.map(\.value)),
      grade: grade, wrongWay: wrongWay)
  }

  /// Reports a grade that the rules do not have.
  ///
  /// - Returns: whether they have it.
  @discardableResult
  mutating func check(_ line: WrittenLine, by rules: CreditRules) -> Bool {
    if rules.grade(named: line.grade.value) != nil { return true }
    let names = rules.grades.map(\.name)
    let hint =
      nearestName(to: line.grade.value, among: names).map { " (did you mean \($0)?)" } ?? ""
    report(
      "'\(line.grade.value.quotable)' is not a grade\(hint)", at: line.grade,
      expected: "one of \(names.joined(separator: ", "))")
    return false
  }
}
