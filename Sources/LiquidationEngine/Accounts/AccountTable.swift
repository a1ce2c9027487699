import MarginDomain
import MarginModel

/// The accounts of one partition, each under a number that it keeps.
///
/// The storage is private to this file: everything else reads through the subscripts and changes
/// an account through the gate, `changing` and `changingRecord`, which marks it dirty. So what
/// works on changed accounts alone (an index, checkpoints, a digest that is kept up) sees every
/// change of cash, of a position, of an order and of a state.
///
/// **Numbers** count from 0 in the order in which accounts were first seen. They are part of the
/// state: events of one input are ordered by them.
struct AccountTable: Sendable {
  /// What evaluations read, apart from the rest, so that they touch little memory.
  private var holdings: [AccountHoldings] = []
  private var records: [AccountRecord] = []
  private var numbers: [AccountID: Int32] = [:]
  private var dirty = DirtySet()

  /// Number of accounts.
  var count: Int { holdings.count }
  /// All numbers, ascending.
  var indices: Range<Int> { holdings.indices }
  var isEmpty: Bool { holdings.isEmpty }

  /// The number of an account; nil when it was never seen.
  func number(of id: AccountID) -> Int? { numbers[id].map(Int.init) }

  /// What an account holds.
  subscript(account: Int) -> AccountHoldings {
    _read { yield holdings[account] }
  }

  /// What only events of the account itself read.
  subscript(record account: Int) -> AccountRecord {
    _read { yield records[account] }
  }

  // MARK: The gate

  /// What an account holds, to be changed; marks the account dirty.
  subscript(changing account: Int) -> AccountHoldings {
    _read { yield holdings[account] }
    _modify {
      dirty.insert(account)
      yield &holdings[account]
    }
  }

  /// The account's record, to be changed; marks the account dirty.
  subscript(changingRecord account: Int) -> AccountRecord {
    _read { yield records[account] }
    _modify {
      dirty.insert(account)
      yield &records[account]
    }
  }

  /// Takes up an account that was not seen before.
  ///
  /// - Returns: its number.
  mutating func add(_ id: AccountID) -> Int {
    precondition(numbers[id] == nil, "an account was added twice")
    let number = holdings.count
    numbers[id] = Int32(number)
    holdings.append(AccountHoldings())
    records.append(AccountRecord(id: id))
    dirty.insert(number)
    return number
  }

  /// Forgets the account that was added last, which holds nothing yet.
  mutating func removeNewest() {
    guard let record = records.popLast() else { return }
    holdings.removeLast()
    numbers[record.id] = nil
    dirty.remove(holdings.count)
  }

  /// Accounts that passed the gate since the last call, ascending; they are clean afterwards.
  mutating func takeDirty() -> [Int32] { dirty.take() }
}

/// Numbers of accounts that changed: one bit each, and the list of those that are set.
struct DirtySet: Sendable {
  private var words: [UInt64] = []
  private var changed: [Int32] = []

  mutating func insert(_ account: Int) {
    let (word, bit) = (account >> 6, UInt64(1) << UInt64(account & 63))
    if word >= words.count {
      words.append(contentsOf: repeatElement(0, count: word + 1 - words.count))
    }
    guard words[word] & bit == 0 else { return }
    words[word] |= bit
    changed.append(Int32(account))
  }

  mutating func remove(_ account: Int) {
    let (word, bit) = (account >> 6, UInt64(1) << UInt64(account & 63))
    guard word < words.count, words[word] & bit != 0 else { return }
    words[word] &= ~bit
    changed.removeAll { $0 == Int32(account) }
  }

  /// The numbers, ascending; the set is empty afterwards.
  mutating func take() -> [Int32] {
    for number in changed { words[Int(number) >> 6] = 0 }
    defer { changed.removeAll(keepingCapacity: true) }
    return changed.sorted()
  }
}
