/// What the domain and engine rings must not do, so that the same commands always give the same
/// state and the same events on every machine.
enum DeterminismRules {
  static let rings: Set<String> = [
    "FixedPoint", "DeterministicMath", "MarginDomain", "MarginModel", "LiquidationEngine",
  ]

  /// A line with this marker and a reason, or the line below it, is left alone.
  static let marker = "determinism-ok"

  /// Names that bring in the clock, chance, the machine or the outside world.
  private static let banned: [String: String] = [
    "Date": "the clock", "ContinuousClock": "the clock", "SuspendingClock": "the clock",
    "Clock": "the clock", "clock_gettime": "the clock", "gettimeofday": "the clock",
    "DispatchTime": "the clock", "mach_absolute_time": "the clock",
    "random": "chance", "randomElement": "chance", "shuffle": "chance", "shuffled": "chance",
    "SystemRandomNumberGenerator": "chance", "arc4random": "chance", "UUID": "chance",
    "hashValue": "the seed of hashing", "Hasher": "the seed of hashing",
    "ObjectIdentifier": "memory addresses",
    "Locale": "the locale", "getenv": "the environment", "ProcessInfo": "the environment",
    "CommandLine": "the environment",
    "Task": "the scheduler", "DispatchQueue": "the scheduler", "Thread": "the scheduler",
    "async": "the scheduler", "await": "the scheduler",
  ]

  /// Functions that write to or read from the process's streams, when called unqualified.
  private static let bannedCalls: Set<String> = ["print", "debugPrint", "dump", "readLine"]

  /// Members of a dictionary or set that hand out its elements in the order of their hashes.
  private static let ordered: Set<String> = [
    "compactMap", "enumerated", "filter", "first", "flatMap", "forEach", "keys", "lazy",
    "makeIterator", "map", "popFirst", "prefix", "reduce", "values",
  ]

  static func findings(in source: SwiftSource, unorderedNames: Set<String>) -> [Finding] {
    guard rings.contains(source.target), source.path.hasPrefix("Sources/") else { return [] }
    var findings: [Finding] = []
    for index in source.tokens.indices where source.tokens[index].kind == .word {
      let message =
        bannedUse(in: source.tokens, at: index)
        ?? unorderedUse(in: source.tokens, at: index, of: unorderedNames)
      let line = source.tokens[index].line
      if let message, !source.isExcused(line, marker: marker) {
        findings.append(source.finding(line, message))
      }
    }
    return findings
  }

  private static func bannedUse(in tokens: [Token], at index: Int) -> String? {
    let text = tokens[index].text
    if let reason = banned[text] { return "\(text) depends on \(reason)" }
    let previous = index > 0 ? tokens[index - 1].text : ""
    let next = index + 1 < tokens.count ? tokens[index + 1].text : ""
    let isCall = next == "(" && previous != "." && previous != "func"
    return isCall && bannedCalls.contains(text) ? "\(text) is input or output" : nil
  }

  private static func unorderedUse(
    in tokens: [Token], at index: Int, of names: Set<String>
  ) -> String? {
    let name = tokens[index].text
    guard names.contains(name), index + 1 < tokens.count else { return nil }
    let message = "\(name) is a dictionary or set; its order differs from run to run"
    if tokens[index + 1].text == "." {
      let member = index + 2 < tokens.count ? tokens[index + 2].text : ""
      let isSorted = tokens[(index + 3)...].prefix(2).map(\.text) == [".", "sorted"]
      return ordered.contains(member) && !isSorted ? message : nil
    }
    let endsLoopHead = tokens[index + 1].text == "{" || tokens[index + 1].text == "where"
    return endsLoopHead && isLoopedOver(tokens, at: index) ? message : nil
  }

  /// Whether the path that ends here (`state.accounts`) is what a `for` loop goes over.
  private static func isLoopedOver(_ tokens: [Token], at index: Int) -> Bool {
    var start = index
    while start >= 2, tokens[start - 1].text == ".", tokens[start - 2].kind == .word { start -= 2 }
    return start > 0 && tokens[start - 1].text == "in"
  }

  /// Names that the sources of one target declare as dictionaries or sets.
  ///
  /// Without `indices`, which every array has as well, in order.
  static func unorderedNames(in sources: [SwiftSource]) -> Set<String> {
    Set(
      sources.flatMap { source in
        source.tokens.indices.compactMap { index in
          let name = source.tokens[index].text
          return name != "indices" && isUnordered(source.tokens, after: index) ? name : nil
        }
      })
  }

  /// Whether a name here is followed by a dictionary or set type: `: [K: V]`, `: Set<`, `= Set(`.
  private static func isUnordered(_ tokens: [Token], after index: Int) -> Bool {
    guard tokens[index].kind == .word, index + 2 < tokens.count,
      [":", "="].contains(tokens[index + 1].text)
    else { return false }
    var start = index + 2
    while ["inout", "borrowing", "consuming", "sending"].contains(tokens[start].text),
      start + 1 < tokens.count
    { start += 1 }
    if ["Set", "Dictionary"].contains(tokens[start].text) {
      return !isSorted(tokens, afterCallAt: start)
    }
    return tokens[start].text == "[" && hasColon(tokens, insideBracketAt: start)
  }

  /// Whether `Set(...)` here is put in order at once: `Set(names).sorted()`.
  private static func isSorted(_ tokens: [Token], afterCallAt start: Int) -> Bool {
    guard start + 1 < tokens.count, tokens[start + 1].text == "(" else { return false }
    var depth = 0
    for index in tokens[(start + 1)...].indices {
      if tokens[index].text == "(" { depth += 1 }
      if tokens[index].text == ")" { depth -= 1 }
      if depth == 0 {
        return tokens[(index + 1)...].prefix(2).map(\.text) == [".", "sorted"]
      }
    }
    return false
  }

  private static func hasColon(_ tokens: [Token], insideBracketAt start: Int) -> Bool {
    var depth = 0
    for token in tokens[start...] {
      switch token.text {
      case "[", "(": depth += 1
      case "]", ")": depth -= 1
      case ":": if depth == 1 { return true }
      default: break
      }
      if depth == 0 { return false }
    }
    return false
  }
}
