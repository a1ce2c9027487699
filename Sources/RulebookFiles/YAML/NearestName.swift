/// The name in `names` that a person most likely meant by `word`, for "did you mean".
///
/// Nearness is the number of single letters added, left out, changed or swapped with a neighbour;
/// upper and lower case, and `-` and `_`, count as equal. A name is near when that number is at
/// most a third of the word's length, and at least one is always allowed.
///
/// - Parameters:
///   - word: What was written.
///   - names: The names that exist; of several equally near ones the first is given.
/// - Returns: The nearest name, or nil when none is near.
/// - Complexity: Number of names times the product of the lengths; words over 64 letters match
///   none.
public func nearestName(to word: String, among names: [String]) -> String? {
  let letters = comparable(word)
  guard (1...64).contains(letters.count) else { return nil }
  let allowed = max(1, letters.count / 3)
  var best: (name: String, distance: Int)?
  for name in names {
    let candidate = comparable(name)
    guard abs(candidate.count - letters.count) <= allowed else { continue }
    let distance = editDistance(letters, candidate)
    guard distance <= allowed, distance < (best?.distance ?? Int.max) else { continue }
    best = (name, distance)
  }
  return best?.name
}

private func comparable(_ text: String) -> [Unicode.Scalar] {
  text.lowercased().unicodeScalars.map { $0 == "_" ? "-" : $0 }
}

/// Distance with swaps of neighbours, by three rows of the usual table.
private func editDistance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
  var beforePrevious = [Int](repeating: 0, count: second.count + 1)
  var previous = Array(0...second.count)
  for row in 0..<first.count {
    var current = [row + 1]
    for column in 0..<second.count {
      let change = previous[column] + (first[row] == second[column] ? 0 : 1)
      var cost = min(change, previous[column + 1] + 1, current[column] + 1)
      let isSwap =
        row > 0 && column > 0 && first[row] == second[column - 1]
        && first[row - 1] == second[column]
      if isSwap { cost = min(cost, beforePrevious[column - 1] + 1) }
      current.append(cost)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[second.count]
}
