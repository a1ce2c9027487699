import Foundation
import Testing

@Suite("Demo on a market of one's own")
struct DemoTests {
  /// Four coins, of which the first two are majors that the native rules do not know.
  private static let market = """
    time,PEPE-USD.index,WIF-USD.index,BTC-USD.index,ETH-USD.index
    1760130300,2,3,60000,3000
    1760130305,1.9,2.9,59000,2950
    1760130310,1.8,2.7,56000,2800
    1760130315,1.8,2.7,56000,2800
    """

  @Test("names coins without a haircut once, and ends with the summary")
  func summaryLast() throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let market = try directory.write(Self.market, to: "market.csv")
    let script = "\"$0\" demo --market=\"$1\" --accounts=60 2>&1"
    let result = try PlimsollProcess.run(
      URL(fileURLWithPath: "/bin/bash"),
      ["-c", script, PlimsollProcess.executable().path, market.path])
    #expect(result.status == 0, "\(result.output)")
    let lines = result.output.split(separator: "\n")
    #expect(
      lines.filter { $0.contains("warning:") } == [
        "plimsoll demo: warning: rulebook native lists no haircut of PEPE, WIF, "
          + "so nobody's holding of it counts as collateral"
      ])
    let summary = try #require(lines.firstIndex(of: "summary"))
    #expect(lines[..<summary].contains { $0.contains("lane drained") })
    #expect(lines[(summary + 1)...].allSatisfy { $0.hasPrefix("  ") }, "\(result.output)")
    #expect(lines.last?.hasPrefix("  time") == true)
  }
}
