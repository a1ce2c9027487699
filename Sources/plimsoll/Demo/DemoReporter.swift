import Foundation
import MarginDomain

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The output while the demo runs: a live status line on a terminal, plain lines otherwise, and the
/// first events as they arrive.
struct DemoReporter {
  /// Number of events of each kind that are shown.
  private static let shownPerKind = 2
  private let isTerminal: Bool
  private var shown: [String: Int] = [:]
  private var lastStatus = ""

  init() { isTerminal = isatty(2) == 1 }

  /// Prints a line of its own.
  mutating func note(_ text: String) {
    clearStatus()
    Console.complain(text)
  }

  /// Prints the first events of each kind.
  mutating func show(_ events: [ReceivedEvent]) {
    for item in events {
      let count = shown[item.event.id.kind, default: 0]
      guard count < DemoReporter.shownPerKind else { continue }
      shown[item.event.id.kind] = count + 1
      clearStatus()
      Console.write(EventText.line(item.event) + "\n")
    }
  }

  /// Shows the progress of the replay: on a terminal in one line, otherwise every sixtieth step.
  mutating func status(step: Int, of steps: Int, time: EventTime, summary: DemoSummary) {
    let text =
      "\(InternetTime.text(time.nanoseconds))  step \(step)/\(steps)  "
      + "margin calls \(summary.marginCalls)  liquidations \(summary.liquidationsStarted)  "
      + "bankrupt \(summary.bankruptAccounts)"
    if isTerminal {
      Console.status(text)
      lastStatus = text
    } else if step % 60 == 0 || step == steps {
      Console.complain(text)
    }
  }

  mutating func clearStatus() {
    guard !lastStatus.isEmpty else { return }
    Console.status("")
    lastStatus = ""
  }
}
