import Foundation
import Testing

@Suite("plimsoll scenarios")
struct ScenariosCommandTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test("prints the table that native uses from the history that ships")
  func shipped() throws {
    let history = Self.root.appending(path: "docs/examples/btc-eth-daily.csv").path
    let result = try PlimsollProcess.run(["scenarios", history])
    #expect(result.status == 0, "\(result.error)")
    let table = "Sources/RulebookFiles/Tables/btc-eth-daily-2025-10-27.yaml"
    #expect(
      try result.output == String(contentsOf: Self.root.appending(path: table), encoding: .utf8))
  }

  @Test("takes numbers of vectors, and says what is wrong in a history")
  func numbers() throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let closes = "day,SOL-USD\n2025-01-01,100\n2025-01-02,90\n2025-01-03,99\n"
    let file = try directory.write(closes, to: "closes.csv")
    let one = try PlimsollProcess.run(
      ["scenarios", "--vectors=1", "--stressed=1", "--confidence=0.9", file.path])
    #expect(one.status == 0, "\(one.error)")
    // The mean squares before and after the last move are the same: 0.01.
    #expect(
      one.output == """
        confidence: 0.9
        stressed_weight: 0.25
        horizon_days: 1
        underlyings: ["SOL-USD"]
        vectors: |
          0.1 0
        stressed_vectors: |
          -0.1 0

        """)
    let more = try PlimsollProcess.run(["scenarios", "--vectors=3", "--stressed=0", file.path])
    #expect(more.status == 64)
    #expect(more.output.isEmpty)
    #expect(more.error.hasSuffix("expected at most 2\n"), "\(more.error)")
    let worse = try PlimsollProcess.run(["scenarios", "--vectors=2", "--stressed=3", file.path])
    #expect(worse.status == 64)
    #expect(worse.error.contains("--stressed: \(file.path) holds 2 moves, expected at most 2"))
    let apart = try directory.write(
      closes.replacingOccurrences(of: "01-02", with: "01-01"), to: "apart.csv")
    let refused = try PlimsollProcess.run(["scenarios", apart.path])
    #expect(refused.status == 65)
    #expect(refused.error.contains("apart.csv:3:1: is not later than the day before it"))
    let gap = try directory.write(
      "\u{FEFF}day,SOL-USD,volatility\n2025-01-01,100,0.5\n2025-01-02,90,0.6\n2025-01-03,99,\n",
      to: "gap.csv")
    let skipped = try PlimsollProcess.run(["scenarios", "--vectors=1", "--stressed=0", gap.path])
    #expect(skipped.status == 0)
    #expect(skipped.output.contains("vectors: |\n  -0.1 0.2\n"))
    #expect(
      skipped.error
        == "plimsoll scenarios: 1 move makes no ordinary vector: a volatility is not on record\n")
    #expect(try PlimsollProcess.run(["scenarios", "/nowhere.csv"]).status == 66)
    #expect(try PlimsollProcess.run(["scenarios", "--confidence=1", file.path]).status == 64)
  }
}
