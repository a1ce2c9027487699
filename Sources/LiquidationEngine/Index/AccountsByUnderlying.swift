/// Who may be affected by a price: the seam behind which an index can answer with fewer accounts.
///
/// A key is something whose record can change an account's margin: a contract (its mark), or a feed
/// (an underlying's or an asset's index). Each key has the accounts that hold something on it, in
/// ascending account order, so that the order of events depends on the state alone.
struct AccountsByUnderlying: Sendable {
  private var byInstrument: [[Int32]] = []
  private var byFeed: [[Int32]] = []

  /// Keys: contract n is 2n, feed n is 2n + 1.
  static func key(instrument: Int32) -> Int32 { 2 * instrument }
  static func key(feed: Int32) -> Int32 { 2 * feed + 1 }
  /// Whether a key is a contract's, not a feed's.
  static func isInstrument(key: Int32) -> Bool { key & 1 == 0 }

  /// Makes room for so many feeds and contracts.
  mutating func follow(feeds: Int, instruments: Int) {
    while byFeed.count < feeds { byFeed.append([]) }
    while byInstrument.count < instruments { byInstrument.append([]) }
  }

  /// Whether any account is listed under a key, which may be one that nobody has heard of here.
  func hasAccounts(key: Int32) -> Bool {
    let lists = Self.isInstrument(key: key) ? byInstrument : byFeed
    let index = Int(key / 2)
    return index < lists.count && !lists[index].isEmpty
  }

  /// Accounts with a position in a contract, or in an option that is valued on it.
  func holders(ofInstrument instrument: Int32) -> [Int32] { byInstrument[Int(instrument)] }

  /// Accounts with an option on the feed, a contract settled in an asset of it, or a debt in one.
  func accounts(onFeed feed: Int32) -> [Int32] { byFeed[Int(feed)] }

  /// Replaces an account's keys; both lists ascend.
  ///
  /// Cost: one binary search and one move of the tail of a list per key that changes. New accounts
  /// are last, so loading them appends.
  mutating func replace(_ old: [Int32], with new: [Int32], account: Int32) {
    var oldIndex = 0
    var newIndex = 0
    while oldIndex < old.count || newIndex < new.count {
      if newIndex == new.count || (oldIndex < old.count && old[oldIndex] < new[newIndex]) {
        change(old[oldIndex], account: account, isInsertion: false)
        oldIndex += 1
      } else if oldIndex == old.count || new[newIndex] < old[oldIndex] {
        change(new[newIndex], account: account, isInsertion: true)
        newIndex += 1
      } else {
        oldIndex += 1
        newIndex += 1
      }
    }
  }

  private mutating func change(_ key: Int32, account: Int32, isInsertion: Bool) {
    if Self.isInstrument(key: key) {
      Self.change(&byInstrument[Int(key / 2)], account, isInsertion)
    } else {
      Self.change(&byFeed[Int(key / 2)], account, isInsertion)
    }
  }

  private static func change(_ list: inout [Int32], _ account: Int32, _ isInsertion: Bool) {
    if isInsertion, account > list.last ?? -1 {
      list.append(account)
      return
    }
    var low = 0
    var high = list.count
    while low < high {
      let middle = (low + high) / 2
      if list[middle] < account { low = middle + 1 } else { high = middle }
    }
    let isThere = low < list.count && list[low] == account
    precondition(isThere != isInsertion, "an account's dependencies lost step with the index")
    if isInsertion { list.insert(account, at: low) } else { list.remove(at: low) }
  }

  /// Whether an account is listed under a key; for invariant checks.
  func contains(_ account: Int32, key: Int32) -> Bool {
    let list = Self.isInstrument(key: key) ? byInstrument[Int(key / 2)] : byFeed[Int(key / 2)]
    return list.contains(account)
  }

  /// How many entries there are under all keys; for invariant checks.
  var entryCount: Int { (byInstrument + byFeed).reduce(0) { $0 + $1.count } }
}
