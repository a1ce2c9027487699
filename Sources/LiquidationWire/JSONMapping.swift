// Between JSON values and message trees, by the Protobuf JSON mapping.

extension FieldShape {
  /// Fields with binary content have names with this ending: the generated C turns texts into bytes
  /// too, so only the name tells them apart; Schemas/check enforces the rule.
  var isBinary: Bool {
    ["_digest", "_signature", "_key_bytes"].contains { name.hasSuffix($0) }
  }
}

extension JSONValue {
  /// The JSON form of a message.
  init(_ tree: MessageTree) throws(JSONFormFault) {
    var members: [Member] = []
    for field in tree.fields {
      let value = try JSONValue(field.value, of: field.shape)
      members.append(Member(name: field.shape.name, value: value))
    }
    self = .object(members)
  }

  private init(_ value: FieldValue, of shape: FieldShape) throws(JSONFormFault) {
    switch value {
    case .unsigned(let number):
      if case .unsigned32 = shape.kind {
        self = .number(String(number))
      } else {
        self = .text(String(number))
      }
    case .signed(let number):
      if case .signed32 = shape.kind {
        self = .number(String(number))
      } else {
        self = .text(String(number))
      }
    case .boolean(let flag): self = .boolean(flag)
    case .enumeration(let number):
      self = shape.enumName(of: number).map(JSONValue.text) ?? .number(String(number))
    case .bytes(let bytes):
      if shape.isBinary {
        self = .text(Base64.text(of: bytes))
      } else if let text = String(validating: bytes, as: UTF8.self) {
        self = .text(text)
      } else {
        throw JSONFormFault("\(shape.name): its text is not UTF-8")
      }
    case .message(let tree): self = try JSONValue(tree)
    case .list(let values):
      var list: [JSONValue] = []
      for value in values { list.append(try JSONValue(value, of: shape)) }
      self = .list(list)
    }
  }

  /// The message that an object describes.
  func tree(_ shape: MessageShape, path: String) throws(JSONFormFault) -> MessageTree {
    guard case .object(let members) = self else {
      throw JSONFormFault("\(path): expected an object")
    }
    var tree = MessageTree()
    var oneofs: Set<UInt32> = []
    for member in members {
      guard let field = shape.field(named: member.name) else {
        throw JSONFormFault("\(path): \(quoted(member.name)) is no field of it")
      }
      let place = "\(path).\(field.name)"
      if field.isOneof, !oneofs.insert(field.oneofGroup).inserted {
        throw JSONFormFault("\(place): another part of its oneof is there too")
      }
      if member.value == .null { continue }
      let value = try member.value.fieldValue(field, path: place)
      tree.fields.append(MessageTree.Field(shape: field, value: value))
    }
    return tree
  }

  private func fieldValue(
    _ field: FieldShape, path: String
  ) throws(JSONFormFault) -> FieldValue {
    guard field.isRepeated else { return try single(field, path: path) }
    guard case .list(let values) = self else { throw JSONFormFault("\(path): expected a list") }
    var list: [FieldValue] = []
    for (index, value) in values.enumerated() {
      list.append(try value.single(field, path: "\(path)[\(index)]"))
    }
    return .list(list)
  }

  private func single(_ field: FieldShape, path: String) throws(JSONFormFault) -> FieldValue {
    switch (field.kind, self) {
    case (.unsigned32, _):
      return .unsigned(UInt64(try integer(UInt32.self, path: path)))
    case (.unsigned64, _): return .unsigned(try integer(UInt64.self, path: path))
    case (.signed32, _): return .signed(Int64(try integer(Int32.self, path: path)))
    case (.signed64, _): return .signed(try integer(Int64.self, path: path))
    case (.boolean, .boolean(let flag)): return .boolean(flag)
    case (.enumeration, .text(let name)):
      guard let number = field.enumNumber(of: name) else {
        throw JSONFormFault("\(path): \(quoted(name)) is no value of its enum")
      }
      return .enumeration(number)
    case (.enumeration, _): return .enumeration(try integer(Int32.self, path: path))
    case (.bytes, .text(let text)):
      guard field.isBinary else { return .bytes(Array(text.utf8)) }
      guard let bytes = Base64.bytes(of: text) else {
        throw JSONFormFault("\(path): expected base64")
      }
      return .bytes(bytes)
    case (.message(let shape), _): return .message(try tree(shape, path: path))
    case (.boolean, _): throw JSONFormFault("\(path): expected true or false")
    case (.bytes, _): throw JSONFormFault("\(path): expected a text")
    }
  }

  /// An integer, as a number or as a text.
  private func integer<Number: FixedWidthInteger>(
    _ type: Number.Type, path: String
  ) throws(JSONFormFault) -> Number {
    switch self {
    case .number(let digits), .text(let digits):
      if let number = Number(digits) { return number }
    case .null, .boolean, .list, .object: break
    }
    throw JSONFormFault("\(path): expected an integer from \(Number.min) to \(Number.max)")
  }
}

/// The base64 of RFC 4648, section 4, with padding.
enum Base64 {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")

  static func text(of bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start...].prefix(3)
      let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
      for digit in 0..<4 {
        let index = Int(bits >> (18 - 6 * UInt32(digit)) & 63)
        text.append(digit <= group.count ? digits[index] : padding)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  static func bytes(of text: String) -> [UInt8]? {
    let characters = Array(text.utf8)
    guard characters.count.isMultiple(of: 4) else { return nil }
    let paddings = characters.reversed().prefix { $0 == padding }.count
    guard paddings <= 2 else { return nil }
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    for (offset, character) in characters.dropLast(paddings).enumerated() {
      guard let digit = digits.firstIndex(of: character) else { return nil }
      bits = bits << 6 | UInt32(digit)
      if offset % 4 > 0 { bytes.append(UInt8(truncatingIfNeeded: bits >> (6 - 2 * (offset % 4)))) }
    }
    // Unused bits must be 0, so that every value has exactly one text.
    return Base64.text(of: bytes) == text ? bytes : nil
  }
}
