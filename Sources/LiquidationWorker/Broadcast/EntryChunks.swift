/// Entries numbered from 0, kept in chunks, so that dropping the oldest moves none of the rest.
struct EntryChunks: Sendable {
  /// Small appends share a chunk up to this many entries.
  private static let sharedSize = 1_024

  private var chunks: [[BroadcastEntry]] = []
  /// Number of the first entry of each chunk.
  private var starts: [UInt64] = []
  /// Number that the next entry will get.
  private(set) var end: UInt64 = 0

  /// Number of the oldest entry that is kept; `end` when there is none.
  var first: UInt64 { starts.first ?? end }

  mutating func append(_ entries: [BroadcastEntry]) {
    guard !entries.isEmpty else { return }
    if let last = chunks.indices.last, chunks[last].count + entries.count <= Self.sharedSize {
      chunks[last].append(contentsOf: entries)
    } else {
      chunks.append(entries)
      starts.append(end)
    }
    end += UInt64(entries.count)
  }

  /// At most `limit` entries from `index` on, which must not have been dropped.
  func entries(from index: UInt64, limit: Int) -> [BroadcastEntry] {
    precondition(index >= first, "a lane reads broadcast entries that were dropped")
    guard index < end, limit > 0 else { return [] }
    var taken: [BroadcastEntry] = []
    var chunk = chunkIndex(of: index)
    var next = Int(index - starts[chunk])
    while taken.count < limit, chunk < chunks.count {
      let stop = min(chunks[chunk].count, next + limit - taken.count)
      taken.append(contentsOf: chunks[chunk][next..<stop])
      chunk += 1
      next = 0
    }
    return taken
  }

  /// Drops the chunks in which every entry is older than `index`.
  mutating func drop(before index: UInt64) {
    guard index < end else {
      chunks.removeAll(keepingCapacity: true)
      starts.removeAll(keepingCapacity: true)
      return
    }
    guard index > first else { return }
    let spent = chunkIndex(of: index)
    guard spent > 0 else { return }
    chunks.removeFirst(spent)
    starts.removeFirst(spent)
  }

  /// The last chunk that does not begin after `index`.
  private func chunkIndex(of index: UInt64) -> Int {
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= index { low = middle } else { high = middle }
    }
    return low
  }
}
