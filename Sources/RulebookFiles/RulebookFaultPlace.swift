import MarginDomain

/// Where the faults of a rulebook's values stand in its document.
extension YAMLFields {
  /// Reports what is out of range or contradicts in a part of a rulebook, read from this mapping.
  mutating func report(_ faults: [RulebookFault]) {
    for fault in faults {
      report(fault.detail.problem, along: fault.steps, expected: fault.detail.expected)
    }
  }

  /// Reports a fault at the end of a way; steps that the document does not have are passed over.
  private mutating func report(
    _ problem: String, along steps: [RulebookFault.Step], expected: String
  ) {
    var place = YAMLPlace(
      node: YAMLNode(position: position, content: .mapping(entries)), path: path)
    // The first step is the part itself.
    for step in steps.dropFirst() { place.follow(step) }
    report(
      problem,
      at: LocatedValue(value: problem, position: place.node.position, path: place.path),
      expected: expected)
  }
}

/// A value of a document and the way to it.
private struct YAMLPlace {
  var node: YAMLNode
  var path: YAMLPath

  /// Goes on to a part of the value, where there is one.
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
    case (.place(let place), .list(let nodes)): enter(nodes, place)
    case (.entry(let name), .list(let nodes)):
      if let place = nodes.firstIndex(where: { $0.isNamed(name) }) { enter(nodes, place) }
    default: break
    }
  }

  /// Keys of a document where a field has another name.
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

  private mutating func enter(_ nodes: [YAMLNode], _ place: Int) {
    guard nodes.indices.contains(place) else { return }
    (node, path) = (nodes[place], path.appending(index: place))
  }
}

extension YAMLNode {
  /// Whether an element of a list is that of a symbol or an account.
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
