import FixedPoint
import MarginDomain
import Testing

@testable import MarginModel

@Suite("Histories of closes")
struct ScenarioHistoryTests {
  private func rate(_ text: String) -> Rate { PortfolioSupport.rate(text) }

  /// Days 0 to 3 and 10 to 12: two moves are missing where the days do not follow each other.
  private func history() throws -> ScenarioHistory {
    func day(_ number: Int, _ closes: [String], _ sigma: String?) throws -> ScenarioHistory.Day {
      ScenarioHistory.Day(
        number: number, closes: try closes.map { try Price.parse($0) },
        volatilities: closes.map { _ in sigma.map(rate) })
    }
    return ScenarioHistory(
      underlyings: [Symbol("AAA-USD"), Symbol("BBB-USD")],
      days: [
        try day(0, ["100", "10"], nil), try day(1, ["80", "9"], nil),
        try day(2, ["88", "9"], "0.5"), try day(3, ["66", "9"], "0.6"),
        try day(10, ["50", "10"], "0.5"), try day(11, ["45", "8"], "0.7"),
        try day(12, ["54", "8.8"], "0.63"),
      ])
  }

  @Test("moves are taken between days that follow each other")
  func steps() throws {
    let steps = try history().steps
    #expect(steps.map(\.day) == [1, 2, 3, 11, 12])
    #expect(steps.map { $0.prices[0] } == ["-0.2", "0.1", "-0.25", "-0.1", "0.2"].map(rate))
    #expect(steps.map { $0.prices[1] } == ["-0.1", "0", "0", "-0.2", "0.1"].map(rate))
    #expect(steps.map { $0.volatilities[0] } == [nil, nil, rate("0.2"), rate("0.4"), rate("-0.1")])
  }

  @Test("the largest moves are stressed as they were; a missing volatility follows its kind")
  func stressed() throws {
    // Squares: 0.05, 0.01, 0.0625, 0.05, 0.05; the earlier of equal ones first.
    let steps = try history().steps
    #expect(ScenarioHistory.largest(steps, count: 2) == [0, 2])
    #expect(ScenarioHistory.largest(steps, count: 4) == [0, 2, 3, 4])
    let rules = try history().shortfallTable(selection(ordinary: 2, stressed: 4)).rules
    #expect(rules.vectors.map(\.isStressed) == [false, false, true, true, true, true])
    let moves = rules.vectors.filter(\.isStressed).map { $0.moves[0] }
    #expect(moves.map(\.price) == ["-0.2", "-0.25", "-0.1", "0.2"].map(rate))
    // On day 1 prices fell: the mean of 0.2 and 0.4.
    #expect(moves.map(\.volatility) == ["0.3", "0.2", "0.4", "-0.1"].map(rate))
    #expect(rules.horizonDays == .one)
  }

  @Test("ordinary moves are filtered and lie on the grid")
  func ordinary() throws {
    let table = try history().shortfallTable(selection(ordinary: 1, stressed: 0, halfLife: "1"))
    let vector = table.rules.vectors[0]
    // σ² starts at the mean square 0.0325 and is halved with half of each square added:
    // 0.03625, 0.023125, 0.0428125, 0.02640625 before the last move, 0.033203125 after it;
    // 0.2 · √(0.033203125 / 0.02640625) = 0.224267.
    #expect(vector.moves[0].price == rate("0.2243"))
    // Of volatility 0.2, 0.4 and −0.1 are on record, mean square 0.07: 0.055 before 0.4, 0.1075
    // before −0.1 and 0.05875 after it; −0.1 · √(0.05875 / 0.1075) = −0.073927.
    #expect(vector.moves[0].volatility == rate("-0.0739"))
    #expect(table.skippedMoves == 0)
  }

  private func selection(
    ordinary: Int, stressed: Int, halfLife: String = "20"
  ) -> ScenarioHistory.Selection {
    ScenarioHistory.Selection(
      ordinary: ordinary, stressed: stressed, halfLife: rate(halfLife), confidence: rate("0.9"),
      stressedWeight: rate("0.25"), step: rate("0.0001"))
  }

  @Test("a move without a published volatility makes no ordinary vector, and changes none")
  func gaps() throws {
    let known = try history()
    func without(_ number: Int) -> ScenarioHistory {
      ScenarioHistory(
        underlyings: known.underlyings,
        days: known.days.map { day in
          ScenarioHistory.Day(
            number: day.number, closes: day.closes,
            volatilities: day.number == number ? [rate("0.5"), nil] : day.volatilities)
        })
    }
    // Without day 2 of one underlying the move to day 3 has none; the last two are as new.
    let table = try without(2).shortfallTable(selection(ordinary: 2, stressed: 4))
    #expect(table.rules.vectors.count == 6)
    #expect(table.skippedMoves == 0)
    // On day 3 of it prices fell: the one falling move on record, 0.4.
    #expect(table.rules.vectors[3].moves[1].volatility == rate("0.4"))
    let last = try without(12).shortfallTable(selection(ordinary: 1, stressed: 4))
    #expect(last.skippedMoves == 1)
    // The move to day 11, which the one stressed value filled in for day 12 does not touch.
    let alone = try without(12).shortfallTable(selection(ordinary: 1, stressed: 0))
    #expect(last.rules.vectors[0] == alone.rules.vectors[0])
    #expect(last.rules.vectors[0].moves[1].volatility.isPositive)
  }

  @Test("an underlying without any volatility keeps it, and fewer moves than asked are a fault")
  func selections() throws {
    let known = try history()
    let bare = ScenarioHistory(
      underlyings: known.underlyings,
      days: known.days.map { day in
        ScenarioHistory.Day(
          number: day.number, closes: day.closes, volatilities: [nil, day.volatilities[1]])
      })
    let rules = try bare.shortfallTable(selection(ordinary: 3, stressed: 5)).rules
    #expect(rules.vectors.allSatisfy { $0.moves[0].volatility.isZero })
    #expect(throws: ScenarioHistory.SelectionFault.ordinary(available: 3)) {
      try known.shortfallTable(selection(ordinary: 4, stressed: 0))
    }
    #expect(throws: ScenarioHistory.SelectionFault.stressed(available: 5)) {
      try known.shortfallTable(selection(ordinary: 3, stressed: 6))
    }
    #expect(throws: ScenarioHistory.SelectionFault.noMoves) {
      try ScenarioHistory(underlyings: known.underlyings, days: [known.days[0]])
        .shortfallTable(selection(ordinary: 1, stressed: 0))
    }
  }
}
