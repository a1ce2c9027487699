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
    let rules = try #require(
      try history().shortfallRules(
        ScenarioHistory.Selection(
          ordinary: 2, stressed: 4, halfLife: rate("20"), confidence: rate("0.975"),
          stressedWeight: rate("0.25"), step: rate("0.0001"))))
    #expect(rules.vectors.map(\.isStressed) == [false, false, true, true, true, true])
    let moves = rules.vectors.filter(\.isStressed).map { $0.moves[0] }
    #expect(moves.map(\.price) == ["-0.2", "-0.25", "-0.1", "0.2"].map(rate))
    // On day 1 prices fell: the mean of 0.2 and 0.4.
    #expect(moves.map(\.volatility) == ["0.3", "0.2", "0.4", "-0.1"].map(rate))
    #expect(rules.horizonDays == .one)
  }

  @Test("ordinary moves are filtered and lie on the grid")
  func ordinary() throws {
    let selection = ScenarioHistory.Selection(
      ordinary: 1, stressed: 0, halfLife: rate("1"), confidence: rate("0.9"),
      stressedWeight: rate("0.25"), step: rate("0.0001"))
    let vector = try #require(try history().shortfallRules(selection)).vectors[0]
    // σ² starts at the mean square 0.0325 and is halved with half of each square added:
    // 0.03625, 0.023125, 0.0428125, 0.02640625 before the last move, 0.033203125 after it;
    // 0.2 · √(0.033203125 / 0.02640625) = 0.224267.
    #expect(vector.moves[0].price == rate("0.2243"))
  }
}
