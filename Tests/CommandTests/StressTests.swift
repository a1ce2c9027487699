import Foundation
import Testing

@testable import plimsoll

@Suite("plimsoll stress")
struct StressTests {
  private func stress(_ words: [String]) throws -> PlimsollProcess.Result {
    try PlimsollProcess.run(["stress", "--book", CommittedBook.path("desk.yaml")] + words)
  }

  private func json(_ words: [String]) throws -> [String: Any] {
    let result = try stress(["--format=json"] + words)
    try #require(result.status == 0, "\(result.error)")
    return try CommittedBook.json(result.output)
  }

  @Test("prints a grid as it was checked by hand")
  func grid() throws {
    let result = try stress(["--grid=BTC-USD -30%..+30% step 10%"])
    #expect(result.status == 0)
    #expect(result.output == (try CommittedBook.text("desk-stress.txt")))
  }

  @Test("one scenario of several moves, as JSON")
  func moves() throws {
    let result = try stress([
      "--format=json", "--worst=1", "--move=BTC-USD -20%", "--move=all vol +50%",
    ])
    #expect(result.status == 0)
    #expect(result.output == (try CommittedBook.text("desk-stress.json")))
  }

  @Test("says the same as explain says of each account in the moved market")
  func agreement() throws {
    let answer = try json(["--move=BTC-USD -25%", "--worst=4"])
    let scenarios = try #require(answer["scenarios"] as? [[String: Any]])
    let worst = try #require(scenarios[0]["worst_accounts"] as? [[String: Any]])
    #expect(worst.count == 4)
    let explained = try PlimsollProcess.run([
      "explain", "--book", CommittedBook.path("desk.yaml"), "--format=json",
      "--what-if=BTC-USD -25%",
    ])
    let pair = try CommittedBook.json(explained.output)
    for (key, list) in [("before", pair["before"]), ("after", pair["after"])] {
      for account in try #require(list as? [[String: Any]]) {
        let entry = try #require(
          worst.first { $0["account_id"] as? String == account["account_id"] as? String })
        let standing = try #require(entry[key] as? [String: Any])
        for figure in ["status", "equity", "net_equity", "maintenance_margin"] {
          #expect(standing[figure] as? String == account[figure] as? String)
        }
      }
    }
  }

  @Test("two grids give every pair, and moves hold at every point")
  func pairs() throws {
    let answer = try json([
      "--grid=BTC-USD -10%..+10% step 10%", "--grid=BTC-USD vol 0%..+50% step 50%",
      "--move=ETH-USD 2000",
    ])
    let scenarios = try #require(answer["scenarios"] as? [[String: Any]])
    #expect(
      scenarios.map { $0["name"] as? String } == [
        "BTC-USD -10%, BTC-USD vol 0%", "BTC-USD -10%, BTC-USD vol +50%",
        "BTC-USD 0%, BTC-USD vol 0%", "BTC-USD 0%, BTC-USD vol +50%",
        "BTC-USD +10%, BTC-USD vol 0%", "BTC-USD +10%, BTC-USD vol +50%",
      ])
    // 120 ETH at 500 less; nothing else moves in the middle.
    let still = try #require(scenarios[2]["underlyings"] as? [[String: Any]])
    #expect(still.map { $0["symbol"] as? String } == ["ETH-USD"])
    #expect(still[0]["loss"] as? String == "60000")
    #expect(scenarios[2]["net_equity_change"] as? String == "-60000")
  }

  @Test("replays the day that ships, and a table of one's own")
  func day() throws {
    let shipped = try json(["--day=crash-2025-10-10"])
    let steps = try #require(shipped["scenarios"] as? [[String: Any]])
    #expect(steps.count == 301)
    #expect(shipped["day"] as? String == "crash-2025-10-10.csv")
    #expect(steps[0]["net_equity_change"] as? String == "0")
    let point = try #require(shipped["worst_point"] as? [String: Any])
    let liquidated = try #require(point["newly_liquidated"] as? Int)
    #expect(liquidated >= (steps.compactMap { $0["newly_liquidated"] as? Int }.max() ?? 0))

    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let table = try directory.write(
      "time,BTC-USD.index\n1760000000,100000\n1760000005,90000\n1760000010,110000\n",
      to: "day.csv")
    let own = try stress(["--day", table.path])
    #expect(own.status == 0)
    #expect(own.output.contains("not in the table, so standing still: ETH-USD"))
    let fall = try json(["--day", table.path])
    let move = try json(["--move=BTC-USD -10%"])
    let (second, single) = (
      try #require((fall["scenarios"] as? [[String: Any]])?[1]),
      try #require((move["scenarios"] as? [[String: Any]])?[0])
    )
    for key in ["shortfall", "net_equity", "maintenance_margin"] {
      #expect(second[key] as? String == single[key] as? String)
    }
  }

  @Test("makes a page that needs nothing else, names from files escaped")
  func page() throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let text = try CommittedBook.text("desk.yaml").replacing(
      "account_id: fund-long", with: "account_id: \"<b>&fund\"")
    let book = try directory.write(text, to: "book.yaml")
    let result = try PlimsollProcess.run([
      "stress", "--book", book.path, "--format=html", "--grid=BTC-USD -30%..+30% step 5%",
    ])
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("<!doctype html>\n"))
    #expect(result.output.contains("&lt;b&gt;&amp;fund"))
    #expect(!result.output.contains("<b>&fund"))
    for word in ["<script", "http:", "https:", "src=", "@import", "url("] {
      #expect(!result.output.contains(word), "\(word)")
    }
    #expect(result.output.components(separatedBy: "<svg").count == 3)
  }

  @Test(
    "says what is wrong, and ends with the right code",
    arguments: [
      ([], 64, "a scenario is missing, expected --move, --grid or --day"),
      (["--day=x", "--move=all -1%"], 64, "--day stands alone"),
      (["--day=nowhere.csv"], 66, "nowhere.csv cannot be read"),
      (["--move=BTC-USD"], 64, "--move \"BTC-USD\": after 'BTC-USD' a word is missing"),
      (["--grid=BTC-USD -30%"], 64, "'-30%' is no range, expected FROM..TO"),
      (["--grid=BTC-USD -30%..+30%"], 64, "after '-30%..+30%' a word is missing"),
      (["--grid=BTC-USD -30%..+31% step 5%"], 64, "miss its end, expected a width that fits"),
      (["--grid=BTC-USD +30%..-30% step 5%"], 64, "runs backwards"),
      (["--grid=BTC-USD -30%..+30% stride 5%"], 64, "'stride' is not understood"),
      (["--grid=all -50%..+50% step 0.01%"], 64, "has 10001 points, expected at most 1000"),
      (
        ["--grid=all -50%..+50% step 1%", "--grid=all vol -50%..+50% step 1%"], 64,
        "the grids together have 10201 points"
      ),
      (["--move=all -1%", "--worst=-1"], 64, "--worst"),
    ] as [([String], Int32, String)])
  func faults(words: [String], status: Int32, sentence: String) throws {
    let result = try stress(words)
    #expect(result.status == status)
    #expect(result.output.isEmpty)
    #expect(result.error.contains(sentence), "\(result.error)")
  }

  @Test("a day without the book's underlyings ends with 65")
  func foreignDay() throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let table = try directory.write(
      "time,XRP-USD.index\n1760000000,2\n1760000005,3\n", to: "day.csv")
    let result = try stress(["--day", table.path])
    #expect(result.status == 65)
    #expect(result.error.contains("has none of the book's underlyings, expected one of BTC-USD"))
    let broken = try directory.write("time\n", to: "broken.csv")
    #expect(try stress(["--day", broken.path]).status == 65)
  }

  @Test("generate writes a book that stress and explain read")
  func generated() throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let path = directory.url.appendingPathComponent("book.json").path
    let made = try PlimsollProcess.run(["generate", "--accounts=120", "--book=\(path)"])
    #expect(made.status == 0, "\(made.error)")
    let words = ["stress", "--book", path, "--format=json", "--move=all -15%"]
    let result = try PlimsollProcess.run(words)
    #expect(result.status == 0, "\(result.error)")
    let answer = try CommittedBook.json(result.output)
    #expect(answer["accounts"] as? Int == 120)
    let scenarios = try #require(answer["scenarios"] as? [[String: Any]])
    let liquidated = try #require(scenarios[0]["newly_liquidated"] as? Int)
    #expect(liquidated > 20)
    // The same bytes again.
    #expect(try PlimsollProcess.run(words).output == result.output)
    let account = try PlimsollProcess.run(["explain", "--book", path, "--account=acct-000007"])
    #expect(account.status == 0, "\(account.error)")
  }
}
