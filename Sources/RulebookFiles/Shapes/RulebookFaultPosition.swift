import MarginDomain

/// Finds the positions of a rulebook's faulty values in its document.
extension YAMLFields {
  /// Reports faults of the values of a part of a rulebook that was read from this mapping.
  mutating func report(_ faults: [RulebookFault]) {
    for fault in faults {
      report(fault.detail.problem, along: fault.steps, expected: fault.detail.expected)
    }
  }

  /// Reports a fault at the end of a path; steps that are not in the document are skipped.
  private mutating func report(
    _ problem: String, along steps: [RulebookFault.Step], expected: String
  ) {
    var target = LocatedNode(
      node: YAMLNode(position: position, content: .mapping(entries)), path: path)
    // The first step is the part itself.
    for step in steps.dropFirst() { target.follow(step) }
    report(
      problem,
      at: LocatedValue(value: problem, position: target.node.position, path: target.path),
      expected: expected)
  }
}

/// A value of a document with its path.
private struct LocatedNode {
  var node: YAMLNode
  var path: YAMLPath

  /// Moves to a part of the value, if it exists.
  mutating func follow(_ step: RulebookFault.Step) {
    switch (step, node.content) {
    case (.key(let key), .mapping(let entries)):
      enter(entries, key: Self.keys[key] ?? key)
    case (.entry(let name), .mapping(let entries)):
      if !enter(entries, key: name), enter(entries, key: "symbols"),
        case .mapping(let listed) = node.content
      {
        enter(listed, key: name)
      }
    case (.usual, .mapping(let entries)): enter(entries, key: "usual")
    case (.index(let index), .list(let nodes)): enter(nodes, index)
    case (.entry(let name), .list(let nodes)):
      if let index = nodes.firstIndex(where: { $0.isNamed(name) }) { enter(nodes, index) }
    default: break
    }
  }

  /// Keys of a document for fields that have another name.
  private static let keys = [
    "open_interest": "open_interest_scaled", "lower": "lower_open_interest",
    "upper": "upper_open_interest", "discount": "size",
  ]

  @discardableResult
  private mutating func enter(_ entries: [YAMLEntry], key: String) -> Bool {
    guard let entry = entries.first(where: { $0.key == key }) else { return false }
    (node, path) = (entry.value, path.appending(key: key))
    return true
  }

  private mutating func enter(_ nodes: [YAMLNode], _ index: Int) {
    guard nodes.indices.contains(index) else { return }
    (node, path) = (nodes[index], path.appending(index: index))
  }
}

extension YAMLNode {
  /// Whether an element of a list belongs to a symbol or an account.
  fileprivate func isNamed(_ name: String) -> Bool {
    guard case .mapping(let entries) = content else { return false }
    return entries.contains { entry in
      switch (entry.key, entry.value.content) {
      case ("account_id", .scalar(let text, _)): return text == name
      case ("symbols", .list(let nodes)):
        return nodes.contains { node in
          guard case .scalar(let text, _) = node.content else { return false }
          return text == name
        }
      default: return false
      }
    }
  }
}
