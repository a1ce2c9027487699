extension BookReader {
  /// Reads a book for the answer about one account: faults of the others do not stop it.
  ///
  /// What is wrong with the market, the rulebook, the instruments or the account itself still does.
  /// Without the account in the book every fault counts, as any of them may hide it.
  ///
  /// - Parameters:
  ///   - document: YAML or JSON.
  ///   - account: its `account_id`.
  /// - Returns: The book, with that account alone where another one is faulty, and how many others
  ///   are.
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
    let places = document.accounts(named: account)
    var faulty: Set<Int> = []
    var own = FaultList()
    for fault in all.faults {
      if let place = fault.path.account, !places.isEmpty, !places.contains(place) {
        faulty.insert(place)
      } else {
        own.append(fault)
      }
    }
    try own.throwIfAny()
    return (book: try read(document.keepingAccounts(places)), faultyOthers: faulty.count)
  }
}

extension YAMLPath {
  /// Which account of a book a path leads into, counted from 0; nil for all else.
  fileprivate var account: Int? {
    let start = "\(YAMLPath.root.appending(key: YAMLDocument.accountsKey))["
    guard description.hasPrefix(start) else { return nil }
    return Int(description.dropFirst(start.count).prefix { $0 != "]" })
  }
}

extension YAMLDocument {
  fileprivate static var accountsKey: String { "accounts" }

  /// The places in `accounts` at which an id stands, ascending.
  fileprivate func accounts(named id: String) -> [Int] {
    guard case .mapping(let entries) = root.content,
      case .list(let nodes)? = entries.first(where: { $0.key == Self.accountsKey })?.value.content
    else { return [] }
    return nodes.indices.filter { place in
      guard case .mapping(let fields) = nodes[place].content,
        case .scalar(let text, _)? = fields.first(where: { $0.key == "account_id" })?.value.content
      else { return false }
      return text == id
    }
  }

  /// The document without the other accounts.
  fileprivate func keepingAccounts(_ places: [Int]) -> YAMLDocument {
    guard case .mapping(let entries) = root.content else { return self }
    let kept = entries.map { entry -> YAMLEntry in
      guard entry.key == Self.accountsKey, case .list(let nodes) = entry.value.content else {
        return entry
      }
      return YAMLEntry(
        key: entry.key, keyPosition: entry.keyPosition,
        value: YAMLNode(
          position: entry.value.position, content: .list(places.map { nodes[$0] })))
    }
    return YAMLDocument(
      file: file, root: YAMLNode(position: root.position, content: .mapping(kept)))
  }
}
