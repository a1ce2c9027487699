extension BookReader {
  /// Reads a book for an answer about one account: faults in other accounts do not prevent it.
  ///
  /// Faults in the market, the rulebook, the instruments or the account itself still do. If the
  /// account is not in the book every fault counts, because any of them may hide it.
  ///
  /// - Parameters:
  ///   - document: YAML or JSON.
  ///   - account: its `account_id`.
  /// - Returns: The book, with only that account if others are faulty, and how many others are.
  /// - Throws: Every fault that stops the answer, with line and column.
  public static func read(
    _ document: YAMLDocument, account: String
  ) throws(FaultList) -> (book: Book, faultyOthers: Int) {
    let all: FaultList
    do throws(FaultList) {
      return (book: try read(document, faultLimit: .max), faultyOthers: 0)
    } catch {
      all = error
    }
    let indices = document.accounts(named: account)
    var faulty: Set<Int> = []
    var own = FaultList()
    for fault in all.faults {
      if let index = fault.path.account, !indices.isEmpty, !indices.contains(index) {
        faulty.insert(index)
      } else {
        own.append(fault)
      }
    }
    try own.throwIfAny()
    return (book: try read(document.keepingAccounts(indices)), faultyOthers: faulty.count)
  }
}

extension YAMLPath {
  /// The account of a book that a path leads into, counted from 0; nil for any other path.
  fileprivate var account: Int? {
    let start = "\(YAMLPath.root.appending(key: YAMLDocument.accountsKey))["
    guard description.hasPrefix(start) else { return nil }
    return Int(description.dropFirst(start.count).prefix { $0 != "]" })
  }
}

extension YAMLDocument {
  fileprivate static var accountsKey: String { "accounts" }

  /// The indices in `accounts` of entries with an id, ascending.
  fileprivate func accounts(named id: String) -> [Int] {
    guard case .mapping(let entries) = root.content,
      case .list(let nodes)? = entries.first(where: { $0.key == Self.accountsKey })?.value.content
    else { return [] }
    return nodes.indices.filter { index in
      guard case .mapping(let fields) = nodes[index].content,
        case .scalar(let text, _)? = fields.first(where: { $0.key == "account_id" })?.value.content
      else { return false }
      return text == id
    }
  }

  /// The document without the other accounts.
  fileprivate func keepingAccounts(_ indices: [Int]) -> YAMLDocument {
    guard case .mapping(let entries) = root.content else { return self }
    let kept = entries.map { entry -> YAMLEntry in
      guard entry.key == Self.accountsKey, case .list(let nodes) = entry.value.content else {
        return entry
      }
      return YAMLEntry(
        key: entry.key, keyPosition: entry.keyPosition,
        value: YAMLNode(
          position: entry.value.position, content: .list(indices.map { nodes[$0] })))
    }
    return YAMLDocument(
      file: file, root: YAMLNode(position: root.position, content: .mapping(kept)))
  }
}
