import Foundation
import Testing

@testable import plimsoll

/// `plimsoll explain` against a worker that runs.
@Suite("plimsoll explain --worker", .serialized)
struct LiveExplainTests {
  /// Three steps of a market of three coins.
  private static let market = """
    time,BTC-USD.index,BTC-USD.volatility,ETH-USD.index,SOL-USD.index
    1760130000,115000,0.5,4000,200
    1760130005,114000,0.55,3950,198
    1760130010,113500,0.56,3930,197

    """

  @Test("explains an account of a running worker, and asks what would change")
  func live() async throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let table = try directory.write(Self.market, to: "market.csv")
    let worker = try RunningProcess([
      "demo", "--accounts=40", "--market=\(table.path)", "--keep", "--metrics-port=0",
      "--log-level=error",
    ])
    defer { worker.discard() }
    try await worker.until("it stays up") { $0.error.contains("queries: http://") }
    let address = try #require(
      worker.error.components(separatedBy: "queries: ").last?
        .components(separatedBy: "/accounts/").first)
    let account = "--account=acct-000003"
    let words = ["explain", "--worker=\(address)", account]
    let table1 = try PlimsollProcess.run(words)
    #expect(table1.status == 0, "\(table1.error)")
    #expect(table1.output.hasPrefix("account acct-000003: "))

    let answered = try PlimsollProcess.run(words + ["--format=json", "--what-if=all -30%"])
    try #require(answered.status == 0, "\(answered.error)")
    let pair = try CommittedBook.json(answered.output)
    let (before, after) = (
      try #require((pair["before"] as? [[String: Any]])?.first),
      try #require((pair["after"] as? [[String: Any]])?.first)
    )
    #expect(before["rulebook"] as? String == "native")
    #expect(before["equity"] as? String != after["equity"] as? String)
    try await agreesWithWorker(before, address: address)

    let unknown = try PlimsollProcess.run(["explain", "--worker=\(address)", "--account=nobody"])
    #expect(unknown.status == 64)
    #expect(unknown.error.contains("account nobody is not known (status 404)"))
    let alone = try PlimsollProcess.run(["explain", "--worker=\(address)"])
    #expect(alone.status == 64)
    #expect(alone.error.contains("expected --account as well"))
    #expect(try await worker.stop(by: SIGINT) == 0, "\(worker.error)")
    #expect(try PlimsollProcess.run(words).status == 69)
  }

  /// The worker's own view of the account has the same figures, to the last digit.
  private func agreesWithWorker(_ answer: [String: Any], address: String) async throws {
    let url = try #require(URL(string: "\(address)/accounts/acct-000003"))
    let result = try PlimsollProcess.run(
      URL(fileURLWithPath: "/usr/bin/env"), ["curl", "-sf", url.absoluteString])
    // A machine without curl has no second opinion to offer.
    guard result.status == 0 else { return }
    let view = try CommittedBook.json(result.output)
    let units = try #require(view["units"] as? [[String: Any]])
    for key in ["equity", "net_equity", "maintenance_margin", "initial_margin"] {
      var sum = Decimal.zero
      for unit in units {
        let text = try #require(unit[key] as? String)
        sum += try #require(Decimal(string: text))
      }
      #expect(answer[key] as? String == "\(sum)", "\(key)")
    }
  }
}
