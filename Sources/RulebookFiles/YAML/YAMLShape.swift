/// What a value must look like, and how it becomes a Swift value.
///
/// Shapes are composed (`.list(of: .decimal)`). Reading reports every fault and continues, so that
/// one run shows everything that is wrong.
public struct YAMLShape<Value>: Sendable {
  /// What is accepted, as worded after "expected" in a fault.
  public let expected: String
  let read: @Sendable (YAMLNode, YAMLPath, inout YAMLReader) -> Value?

  /// Makes a shape from its description and its reading function, which must report a fault for
  /// every nil.
  public init(
    expected: String, read: @escaping @Sendable (YAMLNode, YAMLPath, inout YAMLReader) -> Value?
  ) {
    self.expected = expected
    self.read = read
  }

  /// A scalar that `parse` understands.
  ///
  /// - Parameters:
  ///   - expected: What is accepted, for the fault.
  ///   - parse: Returns the value, or nil when the text is not one.
  /// - Returns: The shape.
  public static func parsed(
    expected: String, _ parse: @escaping @Sendable (String) -> Value?
  ) -> YAMLShape {
    YAMLShape(expected: expected) { node, path, reader in
      if case .scalar(let text, _) = node.content, !node.isNull, let value = parse(text) {
        return value
      }
      reader.report(node.unexpected, at: node.position, path, expected: expected)
      return nil
    }
  }

  /// One of a few words, each with its value.
  public static func oneOf(_ words: [(word: String, value: Value)]) -> YAMLShape
  where Value: Sendable {
    let names = words.map(\.word)
    let expected = names.count == 1 ? names[0] : "one of \(names.joined(separator: ", "))"
    return YAMLShape(expected: expected) { node, path, reader in
      guard case .scalar(let text, _) = node.content, !node.isNull else {
        reader.report(node.unexpected, at: node.position, path, expected: expected)
        return nil
      }
      if let match = words.first(where: { $0.word == text }) { return match.value }
      let hint = nearestName(to: text, among: names).map { " (did you mean \($0)?)" } ?? ""
      let problem = "'\(text.quotable)' is not accepted\(hint)"
      reader.report(problem, at: node.position, path, expected: expected)
      return nil
    }
  }

  /// A mapping with named keys: `body` reads each key, and keys that it does not read are refused.
  ///
  /// - Parameters:
  ///   - expected: What the mapping is, such as "a position".
  ///   - body: Reads the keys; nil when a part that it needs was missing or wrong.
  /// - Returns: The shape.
  public static func mapping(
    _ expected: String, _ body: @escaping @Sendable (inout YAMLFields) -> Value?
  ) -> YAMLShape {
    YAMLShape(expected: expected) { node, path, reader in
      guard case .mapping(let entries) = node.content else {
        reader.report(node.unexpected, at: node.position, path, expected: expected)
        return nil
      }
      var fields = YAMLFields(
        entries: entries, position: node.position, path: path, reader: reader)
      let value = body(&fields)
      reader = fields.finish()
      return value
    }
  }

  /// The same shape with its value mapped; `transform` cannot fail.
  public func map<Result>(_ transform: @escaping @Sendable (Value) -> Result) -> YAMLShape<Result> {
    let read = read
    return YAMLShape<Result>(expected: expected) { node, path, reader in
      read(node, path, &reader).map(transform)
    }
  }

  /// A shape's value together with its position, for later checks.
  public static func located<Inner>(_ shape: YAMLShape<Inner>) -> YAMLShape
  where Value == LocatedValue<Inner> {
    YAMLShape(expected: shape.expected) { node, path, reader in
      shape.read(node, path, &reader).map {
        LocatedValue(value: $0, position: node.position, path: path)
      }
    }
  }

  /// A list of values, empty allowed; faulty ones are reported and left out.
  public static func list<Element>(of element: YAMLShape<Element>) -> YAMLShape
  where Value == [Element] {
    let expected = "a list"
    return YAMLShape(expected: expected) { node, path, reader in
      guard case .list(let nodes) = node.content else {
        reader.report(node.unexpected, at: node.position, path, expected: expected)
        return nil
      }
      return nodes.enumerated().compactMap { index, child in
        element.read(child, path.appending(index: index), &reader)
      }
    }
  }

  /// A mapping whose keys are data, such as assets: its entries in the order of the file.
  public static func entries<Element>(of element: YAMLShape<Element>) -> YAMLShape
  where Value == [(key: LocatedValue<String>, value: Element)] {
    let expected = "a mapping"
    return YAMLShape(expected: expected) { node, path, reader in
      guard case .mapping(let entries) = node.content else {
        reader.report(node.unexpected, at: node.position, path, expected: expected)
        return nil
      }
      return entries.compactMap { entry in
        let path = path.appending(key: entry.key)
        let key = LocatedValue(value: entry.key, position: entry.keyPosition, path: path)
        return element.read(entry.value, path, &reader).map { (key, $0) }
      }
    }
  }
}

/// A value with the position where it was written.
public struct LocatedValue<Value> {
  /// The value.
  public let value: Value
  /// Where it starts in its file.
  public let position: SourcePosition
  /// Its path from the top of the document.
  public let path: YAMLPath

  /// Makes a located value.
  public init(value: Value, position: SourcePosition, path: YAMLPath) {
    self.value = value
    self.position = position
    self.path = path
  }
}

extension LocatedValue: Sendable where Value: Sendable {}
extension LocatedValue: Equatable where Value: Equatable {}

extension YAMLShape where Value == String {
  /// Any text, quoted or not, that is not empty.
  public static var text: YAMLShape {
    parsed(expected: "text") { $0.isEmpty ? nil : $0 }
  }

  /// A decimal number, quoted or not, as plain digits: without exponent and `+`, the digits
  /// otherwise kept.
  ///
  /// `1e-7` is accepted and becomes `0.0000001`. The caller checks range and scale.
  public static var decimal: YAMLShape {
    parsed(expected: "a decimal number such as \"0.0005\"", DecimalNotation.plain)
  }
}

extension YAMLShape where Value == Int64 {
  /// A whole number within bounds, quoted or not.
  public static func integer(
    in range: ClosedRange<Int64> = Int64.min...Int64.max
  ) -> YAMLShape {
    let isBounded = range != Int64.min...Int64.max
    let bounds = isBounded ? " from \(range.lowerBound) to \(range.upperBound)" : ""
    return parsed(expected: "a whole number\(bounds)") { text in
      guard let value = Int64(text), range.contains(value) else { return nil }
      return value
    }
  }
}

extension YAMLShape where Value == Bool {
  /// A plain `true` or `false`; the quoted words are text and refused.
  public static var boolean: YAMLShape {
    YAMLShape(expected: "true or false") { node, path, reader in
      if node.content == .scalar("true", .plain) { return true }
      if node.content == .scalar("false", .plain) { return false }
      reader.report(node.unexpected, at: node.position, path, expected: "true or false")
      return nil
    }
  }
}

extension YAMLShape where Value == YAMLNode {
  /// Any value, unread.
  public static var node: YAMLShape {
    YAMLShape(expected: "a value") { node, _, _ in node }
  }
}

extension YAMLShape
where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
  /// One of the words of an enumeration of text.
  public static var enumeration: YAMLShape {
    oneOf(Value.allCases.map { (word: $0.rawValue, value: $0) })
  }
}

extension YAMLNode {
  /// What was found, as a sentence about the path.
  fileprivate var unexpected: String {
    guard case .scalar(let text, let style) = content, style != .plain else {
      return "is \(kindDescription)"
    }
    return "is \"\(text.quotable)\""
  }
}
