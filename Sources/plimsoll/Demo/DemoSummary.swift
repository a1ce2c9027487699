import FixedPoint
import Foundation
import MarginDomain
import MarketSimulator
import Telemetry

/// The figures of a demo run: the same in the table for people and in the JSON file.
struct DemoSummary {
  var accounts = 0
  var steps = 0
  var inputs = 0
  var marginCalls = 0
  var liquidationsStarted = 0
  var liquidationsResolved = 0
  private var bankrupt: Set<AccountID> = []
  /// Accounts that were bankrupt at least once, in one unit or several.
  var bankruptAccounts: Int { bankrupt.count }
  var shortfall = Money.zero
  var deadLetters = 0
  /// Nil until the check has run.
  var conservation: ConservationReport?
  /// Digest of the events' contents, in the order of partition, topic and sequence within a round;
  /// the same seed gives the same digest.
  var decisionDigest: UInt64 = 0xcbf2_9ce4_8422_2325
  var events = 0
  var latency = LatencyHistogram()
  var memoryBytes: UInt64 = 0
  var seconds = 0.0

  var inputsPerSecond: Double { seconds > 0 ? Double(inputs) / seconds : 0 }

  /// Adds a round's events.
  mutating func add(_ received: [ReceivedEvent]) {
    for item in received {
      events += 1
      fold("\(item.partition) \(item.event.sequence) \(item.event.id) ")
      fold(EventText.line(item.event))
      switch item.event.body {
      case .marginCall: marginCalls += 1
      case .liquidationStarted: liquidationsStarted += 1
      case .liquidationResolved(let body):
        liquidationsResolved += 1
        shortfall += body.shortfall
      case .bankrupt: bankrupt.insert(item.event.id.accountID)
      default: break
      }
    }
  }

  /// Sum of the absolute amounts that do not cancel, over assets and contracts; 0 when everything
  /// is conserved.
  var conservationError: String {
    guard let conservation else { return "not checked" }
    var total: Int128 = 0
    for entry in conservation.amounts { total += entry.error.magnitude.rawValue }
    for entry in conservation.quantities { total += entry.error.magnitude.rawValue }
    return total == 0 ? "0" : AssetAmount(rawValue: total).description
  }

  /// FNV-1a over the text: enough to tell two runs apart; it need not be secure.
  private mutating func fold(_ text: String) {
    for byte in text.utf8 { decisionDigest = (decisionDigest ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }

  /// The table for people.
  var text: String {
    func row(_ name: String, _ value: String) -> String {
      "  " + name + String(repeating: " ", count: max(1, 26 - name.count)) + value + "\n"
    }
    let p50 = latency.quantile(0.5).map { "\($0 / 1_000) ms" } ?? "-"
    let p99 = latency.quantile(0.99).map { "\($0 / 1_000) ms" } ?? "-"
    return "\nsummary\n"
      + row("accounts", "\(accounts)")
      + row("steps of event time", "\(steps)")
      + row("inputs applied", "\(inputs) (\(Int(inputsPerSecond.rounded())) per second)")
      + row("margin calls", "\(marginCalls)")
      + row("liquidations started", "\(liquidationsStarted)")
      + row("liquidations resolved", "\(liquidationsResolved)")
      + row("bankrupt accounts", "\(bankruptAccounts)")
      + row("shortfall", "\(EventText.decimals(shortfall.description, 2)) USD")
      + row("dead letters", "\(deadLetters)")
      + row("conservation error", conservationError)
      + row("price record to event", "p50 \(p50), p99 \(p99) (record timestamp to arrival here)")
      + row("memory", "\(memoryBytes >> 20) MiB (peak of the whole process, broker included)")
      + row("decisions", "\(events) events, digest \(String(decisionDigest, radix: 16))")
      + row("time", "\(EventText.decimals(String(seconds), 1)) s")
  }

  /// A quantile in milliseconds; null when no price record caused an event.
  private func milliseconds(_ share: Double) -> Any {
    latency.quantile(share).map { Double($0) / 1_000 } ?? NSNull()
  }

  /// The JSON of `--summary`.
  func json() throws -> Data {
    let figures: [String: Any] = [
      "accounts": accounts, "inputs": inputs,
      "inputs_per_second": inputsPerSecond.rounded(), "margin_calls": marginCalls,
      "liquidations_started": liquidationsStarted,
      "liquidations_resolved": liquidationsResolved, "bankrupt_accounts": bankruptAccounts,
      "shortfall": NSDecimalNumber(string: shortfall.description), "dead_letters": deadLetters,
      "conservation_error": NSDecimalNumber(string: conservationError),
      "latency_p50_ms": milliseconds(0.5), "latency_p99_ms": milliseconds(0.99),
      "memory_bytes": memoryBytes, "seconds": seconds,
      "decision_digest": String(decisionDigest, radix: 16),
    ]
    return try JSONSerialization.data(
      withJSONObject: figures, options: [.prettyPrinted, .sortedKeys])
  }
}
