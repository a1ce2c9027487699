/// One value of a document with the position where it starts.
public struct YAMLNode: Sendable, Equatable {
  /// What a value is.
  public enum Content: Sendable, Equatable {
    /// Text with the way it was written.
    case scalar(String, ScalarStyle)
    /// Values in their order.
    case list([YAMLNode])
    /// Keys and values in the order of the file; no key appears twice.
    case mapping([YAMLEntry])
  }

  /// How a scalar was written: only a plain one can mean a number, a truth value or nothing.
  public enum ScalarStyle: Sendable, Equatable {
    /// Without quotes, such as `12`, `true` or `BTC-PERP`.
    case plain
    /// In single or double quotes, or as a block of text whose lines are joined, `>`.
    case quoted
    /// As a block of text whose lines are kept, `|`, each indented by that many spaces.
    case block(indentation: Int)
  }

  /// Where the value starts.
  public let position: SourcePosition
  /// The value.
  public let content: Content

  /// Makes a node.
  public init(position: SourcePosition, content: Content) {
    self.position = position
    self.content = content
  }

  /// Whether the value is a plain `null`, `~` or empty.
  public var isNull: Bool {
    guard case .scalar(let text, .plain) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// The position of a character of a text; in a block, on the line where it was written.
  ///
  /// - Parameters:
  ///   - line: of the text, from 0.
  ///   - offset: in that line, from 0.
  /// - Returns: the position, or that of the whole value if its lines are not lines of the file.
  func position(line: Int, offset: Int) -> SourcePosition {
    guard case .scalar(_, .block(let indentation)) = content else { return position }
    return SourcePosition(line: position.line + 1 + line, column: indentation + offset + 1)
  }

  /// The kind of value, for a sentence about what was found.
  public var kindDescription: String {
    switch content {
    case .scalar(let text, let style):
      isNull ? "no value" : style == .plain && !text.isEmpty ? "'\(text.quotable)'" : "text"
    case .list: "a list"
    case .mapping: "a mapping"
    }
  }
}

/// One key of a mapping with its value.
public struct YAMLEntry: Sendable, Equatable {
  /// The key's text.
  public let key: String
  /// Where the key starts.
  public let keyPosition: SourcePosition
  /// The value.
  public let value: YAMLNode

  /// Makes an entry.
  public init(key: String, keyPosition: SourcePosition, value: YAMLNode) {
    self.key = key
    self.keyPosition = keyPosition
    self.value = value
  }
}

/// The way from the top of a document to a value: `accounts[2].positions[0].quantity`.
public struct YAMLPath: Sendable, Hashable, CustomStringConvertible {
  /// The path of the document itself: empty.
  public static let root = YAMLPath(description: "")

  /// The path as it is printed.
  public let description: String

  private init(description: String) {
    self.description = description
  }

  /// The path of the value under `key`; a key that is not a plain word is quoted in brackets.
  public func appending(key: String) -> YAMLPath {
    let isWord = !key.isEmpty && key.allSatisfy { $0.isLetter || $0.isNumber || "_-".contains($0) }
    guard isWord else { return YAMLPath(description: "\(description)[\"\(key.quotable)\"]") }
    return YAMLPath(description: description.isEmpty ? key : "\(description).\(key)")
  }

  /// The path of the list's value number `index`, counted from 0.
  public func appending(index: Int) -> YAMLPath {
    YAMLPath(description: "\(description)[\(index)]")
  }
}

extension String {
  /// The text prepared for a one-line message: control characters escaped, at most 60 characters.
  var quotable: String {
    var result = ""
    for scalar in unicodeScalars.prefix(60) {
      let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      result += isControl ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return unicodeScalars.count > 60 ? result + "…" : result
  }
}
