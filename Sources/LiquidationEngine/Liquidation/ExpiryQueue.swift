import MarginDomain

/// Orders' expiries to come: the earliest first, ties by account, then by the account's liquidation
/// number.
///
/// A binary heap. An entry whose liquidation has ended meanwhile stays until its time and is passed
/// over then: numbers of liquidations never repeat, so it cannot be taken for another one.
struct ExpiryQueue: Sendable {
  struct Entry: Sendable, Equatable {
    let time: EventTime
    let account: Int32
    let liquidation: UInt32

    func precedes(_ other: Entry) -> Bool {
      if time != other.time { return time < other.time }
      if account != other.account { return account < other.account }
      return liquidation < other.liquidation
    }
  }

  /// No entry precedes the one at half its index.
  private var entries: [Entry] = []

  var first: Entry? { entries.first }
  var isEmpty: Bool { entries.isEmpty }
  var count: Int { entries.count }

  /// - Complexity: O(log n).
  mutating func insert(_ entry: Entry) {
    var index = entries.count
    entries.append(entry)
    while index > 0 {
      let parent = (index - 1) / 2
      guard entries[index].precedes(entries[parent]) else { return }
      entries.swapAt(index, parent)
      index = parent
    }
  }

  /// - Complexity: O(log n).
  mutating func removeFirst() {
    let last = entries.removeLast()
    guard !entries.isEmpty else { return }
    entries[0] = last
    var index = 0
    while true {
      let (left, right) = (2 * index + 1, 2 * index + 2)
      var least = index
      if left < entries.count, entries[left].precedes(entries[least]) { least = left }
      if right < entries.count, entries[right].precedes(entries[least]) { least = right }
      guard least != index else { return }
      entries.swapAt(index, least)
      index = least
    }
  }
}
