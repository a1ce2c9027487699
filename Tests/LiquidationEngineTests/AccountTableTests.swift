import FixedPoint
import LiquidationTestKit
import MarginDomain
import Testing

@testable import LiquidationEngine

@Suite("Account table")
struct AccountTableTests {
  @Test("marks every account that an input changes, and keeps its number")
  func changes() throws {
    var changed = 0
    try Property("changed accounts passed the gate", cases: 10).check { random, _ in
      var engine = LiquidationStateMachine(partition: 0)
      var stream = RandomCommands(random: random)
      let rulebook = RandomCommands.drawnRulebook(&random)
      var commands = stream.setup(rulebook: rulebook)
      for _ in 0..<400 {
        let command = commands.isEmpty ? stream.next(engine) : commands.removeFirst()
        let before = engine.accounts
        var events: [MarginEvent] = []
        _ = engine.apply(command, into: &events)
        let dirty = engine.accounts.takeDirty()
        let found = Self.differences(before, engine.accounts)
        changed += found.count
        let missed = found.filter { !dirty.contains(Int32($0)) }
        guard missed.isEmpty else {
          throw Contradiction(description: "\(command.body) changed \(missed) behind the gate")
        }
        for number in before.indices {
          let id = before[record: number].id
          guard engine.accounts.number(of: id) == number else {
            throw Contradiction(description: "\(id) lost its number \(number)")
          }
        }
      }
    }
    // Streams that change nothing would prove nothing.
    #expect(changed > 1_000)
  }

  /// Numbers of accounts whose contents differ, new ones included.
  private static func differences(_ before: AccountTable, _ after: AccountTable) -> [Int] {
    after.indices.filter { account in
      guard account < before.count else { return true }
      return before[account] != after[account]
        || before[record: account] != after[record: account]
    }
  }

  @Test("lists changed accounts once, ascending, and forgets them when they are taken")
  func dirtySet() {
    var set = DirtySet()
    for account in [70, 3, 70, 64, 3] { set.insert(account) }
    set.remove(64)
    #expect(set.take() == [3, 70])
    #expect(set.take().isEmpty)
    set.insert(64)
    set.insert(3)
    #expect(set.take() == [3, 64])
  }

  @Test("refuses an entry that is out of balance")
  func balance() async {
    await #expect(processExitsWith: .failure) {
      var ledger = Ledger()
      ledger.addAsset(Symbol("USDC"))
      var entry = LedgerEntry(asset: 0)
      entry.accountCash = .one
      ledger.post(entry)
    }
  }

  @Test("takes expiries in order of time, account and number")
  func expiries() throws {
    try Property("an expiry queue is a sorted list", cases: 200).check { random, _ in
      var queue = ExpiryQueue()
      var entries: [ExpiryQueue.Entry] = []
      for _ in 0..<random.integer(1...60) {
        let entry = ExpiryQueue.Entry(
          time: EventTime(nanoseconds: Int64(random.integer(0...9))),
          account: Int32(random.integer(0...3)),
          liquidation: UInt32(random.integer(1...3)))
        queue.insert(entry)
        entries.append(entry)
        if random.integer(0...3) == 0 {
          entries.sort { $0.precedes($1) }
          guard queue.first == entries.removeFirst() else {
            throw Contradiction(description: "\(queue) after \(entries)")
          }
          queue.removeFirst()
        }
      }
      entries.sort { $0.precedes($1) }
      for entry in entries {
        guard queue.first == entry else {
          throw Contradiction(description: "\(queue) instead of \(entries)")
        }
        queue.removeFirst()
      }
    }
  }
}
