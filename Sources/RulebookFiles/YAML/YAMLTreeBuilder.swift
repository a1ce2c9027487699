/// Builds the tree of one document from the parser's events and enforces the limits on the way.
struct YAMLTreeBuilder {
  /// A list or mapping that is not closed yet.
  private struct OpenContainer {
    let position: SourcePosition
    let isMapping: Bool
    var values: [YAMLNode] = []
    var entries: [YAMLEntry] = []
    var linesOfKeys: [String: Int] = [:]
    var pendingKey: (text: String, position: SourcePosition)?
  }

  private let file: String
  private let limits: YAMLDocument.Limits
  private var faults = FaultList()
  private var open: [OpenContainer] = []
  private var root: YAMLNode?
  private var nodeCount = 0
  private var hasDocument = false

  init(file: String, limits: YAMLDocument.Limits) {
    self.file = file
    self.limits = limits
  }

  /// Processes one event.
  ///
  /// - Returns: False when the rest of the document is not worth reading.
  mutating func accept(_ event: YAMLEvent) -> Bool {
    switch event {
    case .documentStart(let position):
      return acceptDocument(at: position)
    case .alias(let position):
      return stop(position, "an alias is not accepted", expected: "the value itself")
    case .scalar(let text, let style, let decoration, let position):
      guard isAccepted(decoration, position), countNode(position) else { return false }
      return acceptScalar(text, style, position)
    case .listStart(let decoration, let position):
      guard isAccepted(decoration, position) else { return false }
      return openContainer(OpenContainer(position: position, isMapping: false))
    case .mappingStart(let decoration, let position):
      guard isAccepted(decoration, position) else { return false }
      return openContainer(OpenContainer(position: position, isMapping: true))
    case .containerEnd:
      return closeContainer()
    }
  }

  /// The finished tree.
  ///
  /// - Throws: Every fault found on the way, the parser's own last.
  func finish(failure: YAMLSyntaxFailure?) throws(FaultList) -> YAMLNode {
    var faults = faults
    if let failure {
      faults.append(
        Fault(
          file: file, position: failure.position, path: currentPath, problem: failure.problem,
          expected: "YAML or JSON"))
    }
    try faults.throwIfAny()
    guard let root else {
      throw FaultList(
        Fault(
          file: file, position: SourcePosition(line: 1, column: 1),
          problem: "the file holds no document", expected: "YAML or JSON"))
    }
    return root
  }

  private mutating func acceptDocument(at position: SourcePosition) -> Bool {
    guard !hasDocument else {
      return stop(position, "a second document starts here", expected: "one document in a file")
    }
    hasDocument = true
    return true
  }

  private mutating func acceptScalar(
    _ text: String, _ style: YAMLNode.ScalarStyle, _ position: SourcePosition
  ) -> Bool {
    if text.utf8.contains(0) {
      return stop(position, "an escape stands for NUL", expected: "text without NUL")
    }
    if let last = open.last, last.isMapping, last.pendingKey == nil {
      open[open.count - 1].pendingKey = (text, position)
      return true
    }
    return add(YAMLNode(position: position, content: .scalar(text, style)))
  }

  private mutating func openContainer(_ container: OpenContainer) -> Bool {
    guard countNode(container.position) else { return false }
    if let last = open.last, last.isMapping, last.pendingKey == nil {
      return stop(container.position, "a list or mapping is used as a key", expected: "text")
    }
    guard open.count < limits.depth else {
      return stop(container.position, "nesting is deeper than \(limits.depth) levels")
    }
    open.append(container)
    return true
  }

  private mutating func closeContainer() -> Bool {
    guard let container = open.popLast() else { return true }
    let content: YAMLNode.Content =
      container.isMapping ? .mapping(container.entries) : .list(container.values)
    return add(YAMLNode(position: container.position, content: content))
  }

  private mutating func add(_ node: YAMLNode) -> Bool {
    guard let index = open.indices.last else {
      root = node
      return true
    }
    guard let key = open[index].pendingKey else {
      open[index].values.append(node)
      return true
    }
    if let earlier = open[index].linesOfKeys[key.text] {
      faults.append(
        Fault(
          file: file, position: key.position, path: currentPath,
          problem: "key appears twice, first on line \(earlier)"))
    } else {
      open[index].linesOfKeys[key.text] = key.position.line
      open[index].entries.append(
        YAMLEntry(key: key.text, keyPosition: key.position, value: node))
    }
    open[index].pendingKey = nil
    return true
  }

  private mutating func isAccepted(
    _ decoration: YAMLDecoration?, _ position: SourcePosition
  ) -> Bool {
    guard let decoration else { return true }
    let article = decoration == .anchor ? "an" : "a"
    return stop(
      position, "\(article) \(decoration.rawValue) is not accepted", expected: "the value alone")
  }

  private mutating func countNode(_ position: SourcePosition) -> Bool {
    nodeCount += 1
    guard nodeCount > limits.nodes else { return true }
    return stop(position, "the file holds more than \(limits.nodes) values")
  }

  private mutating func stop(
    _ position: SourcePosition, _ problem: String, expected: String? = nil
  ) -> Bool {
    faults.append(
      Fault(
        file: file, position: position, path: currentPath, problem: problem, expected: expected))
    return false
  }

  private var currentPath: YAMLPath {
    open.reduce(.root) { path, container in
      if !container.isMapping { return path.appending(index: container.values.count) }
      guard let key = container.pendingKey else { return path }
      return path.appending(key: key.text)
    }
  }
}
