import CProtobufC
import CSchemas

// Reflective conversion into and out of protobuf-c, by the descriptors in the generated C. Proof of
// its safety:
// * Descriptors, their field tables and their names are constants of the generated C and never
//   move.
// * A field's `offset`, `quantifier_offset`, `type` and `label` describe the C struct exactly: they
//   are made by `offsetof` of the same generated headers. Each load and store below uses the C type
//   that protobuf-c documents for that type and label.
// * Messages that are read or built lie in an arena, and the trees hold copies.

/// A message outside of any arena: the fields that are present, in the order of their numbers.
struct MessageTree {
  struct Field {
    let shape: FieldShape
    let value: FieldValue
  }

  var fields: [Field] = []
}

/// The value of one field.
enum FieldValue {
  case unsigned(UInt64)
  case signed(Int64)
  case boolean(Bool)
  /// The number of an enum's value, which the schema may not know.
  case enumeration(Int32)
  /// Text or bytes: the generated C does not tell them apart.
  case bytes([UInt8])
  case message(MessageTree)
  case list([FieldValue])
}

/// The schema of a message.
struct MessageShape: @unchecked Sendable {
  // Unchecked: a descriptor is a constant of the generated C.
  fileprivate let descriptor: UnsafePointer<ProtobufCMessageDescriptor>

  fileprivate init(_ descriptor: UnsafePointer<ProtobufCMessageDescriptor>) {
    self.descriptor = descriptor
  }

  init?(of message: some ProtobufMessage) {
    guard let descriptor = message.base.descriptor else { return nil }
    self.init(descriptor)
  }

  var fields: [FieldShape] {
    UnsafeBufferPointer(
      start: descriptor.pointee.fields, count: Int(descriptor.pointee.n_fields)
    ).map(FieldShape.init)
  }

  func field(named name: String) -> FieldShape? { fields.first { $0.name == name } }
}

/// The schema of a field.
struct FieldShape {
  fileprivate let descriptor: ProtobufCFieldDescriptor

  /// The C form of a single value.
  enum Kind {
    case unsigned32, unsigned64, signed32, signed64, boolean, enumeration, bytes
    case message(MessageShape)
  }

  var name: String { String(cString: descriptor.name) }
  var isRepeated: Bool { descriptor.label == PROTOBUF_C_LABEL_REPEATED }
  var isOneof: Bool { descriptor.flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0 }

  /// The same for all parts of one oneof: the offset of their case in the struct.
  var oneofGroup: UInt32 { descriptor.quantifier_offset }

  var kind: Kind {
    switch descriptor.type {
    case PROTOBUF_C_TYPE_UINT32: return .unsigned32
    case PROTOBUF_C_TYPE_UINT64: return .unsigned64
    case PROTOBUF_C_TYPE_INT32: return .signed32
    case PROTOBUF_C_TYPE_INT64: return .signed64
    case PROTOBUF_C_TYPE_BOOL: return .boolean
    case PROTOBUF_C_TYPE_ENUM: return .enumeration
    case PROTOBUF_C_TYPE_BYTES: return .bytes
    case PROTOBUF_C_TYPE_MESSAGE:
      return .message(
        MessageShape(
          descriptor.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)))
    default: preconditionFailure("\(name) has a type that Schemas/check does not let in")
    }
  }

  private var enumeration: UnsafePointer<ProtobufCEnumDescriptor> {
    descriptor.descriptor.assumingMemoryBound(to: ProtobufCEnumDescriptor.self)
  }

  /// The schema's name of an enum's number, or nil.
  func enumName(of number: Int32) -> String? {
    protobuf_c_enum_descriptor_get_value(enumeration, number)
      .map { String(cString: $0.pointee.name) }
  }

  /// The number of an enum's name, or nil.
  func enumNumber(of name: String) -> Int32? {
    protobuf_c_enum_descriptor_get_value_by_name(enumeration, name).map { $0.pointee.value }
  }
}

extension Arena {
  /// Unpacks bytes into a tree, or nil when they are not such a message.
  func tree(_ shape: MessageShape, from bytes: ArraySlice<UInt8>) -> MessageTree? {
    withUnpacked(shape.descriptor, from: bytes) { message in
      readTree(shape, at: UnsafeRawPointer(message))
    }
  }

  /// Packs a tree into the bytes of its message.
  func pack(_ tree: MessageTree, as shape: MessageShape) -> [UInt8] {
    withUnlimited { packedBytes(UnsafeRawPointer(build(tree, shape))) }
  }

  private func build(_ tree: MessageTree, _ shape: MessageShape) -> UnsafeMutableRawPointer {
    let start = allocated(shape.descriptor.pointee.sizeof_message)
    shape.descriptor.pointee.message_init(
      start.assumingMemoryBound(to: ProtobufCMessage.self))
    for part in tree.fields {
      let field = part.shape
      let address = start + Int(field.descriptor.offset)
      let quantifier = start + Int(field.descriptor.quantifier_offset)
      if case .list(let values) = part.value {
        quantifier.storeBytes(of: values.count, as: Int.self)
        let stride = field.stride
        let list = allocated(stride * values.count)
        for (index, value) in values.enumerated() { store(value, field, at: list + index * stride) }
        address.storeBytes(of: list, as: UnsafeMutableRawPointer.self)
      } else {
        if field.isOneof { quantifier.storeBytes(of: field.descriptor.id, as: UInt32.self) }
        store(part.value, field, at: address)
      }
    }
    return start
  }

  private func store(
    _ value: FieldValue, _ field: FieldShape, at address: UnsafeMutableRawPointer
  ) {
    switch (field.kind, value) {
    case (.unsigned32, .unsigned(let number)):
      address.storeBytes(of: UInt32(truncatingIfNeeded: number), as: UInt32.self)
    case (.unsigned64, .unsigned(let number)): address.storeBytes(of: number, as: UInt64.self)
    case (.signed32, .signed(let number)):
      address.storeBytes(of: Int32(truncatingIfNeeded: number), as: Int32.self)
    case (.signed64, .signed(let number)): address.storeBytes(of: number, as: Int64.self)
    case (.boolean, .boolean(let flag)): address.storeBytes(of: flag ? 1 : 0, as: Int32.self)
    case (.enumeration, .enumeration(let number)): address.storeBytes(of: number, as: Int32.self)
    case (.bytes, .bytes(let bytes)):
      address.storeBytes(of: self.bytes(bytes), as: ProtobufCBinaryData.self)
    case (.message(let shape), .message(let tree)):
      address.storeBytes(of: build(tree, shape), as: UnsafeMutableRawPointer.self)
    default: preconditionFailure("\(field.name) was given a value of another kind")
    }
  }
}

extension FieldShape {
  /// Distance between the elements of a repeated field.
  fileprivate var stride: Int {
    switch kind {
    case .unsigned32, .signed32, .boolean, .enumeration: return MemoryLayout<Int32>.stride
    case .unsigned64, .signed64: return MemoryLayout<Int64>.stride
    case .bytes: return MemoryLayout<ProtobufCBinaryData>.stride
    case .message: return MemoryLayout<UnsafeRawPointer>.stride
    }
  }
}

private func readTree(_ shape: MessageShape, at start: UnsafeRawPointer) -> MessageTree {
  var tree = MessageTree()
  for field in shape.fields {
    let address = start + Int(field.descriptor.offset)
    let quantifier = start + Int(field.descriptor.quantifier_offset)
    if field.isRepeated {
      let count = quantifier.load(as: Int.self)
      guard count > 0, let list = address.load(as: UnsafeRawPointer?.self) else { continue }
      let stride = field.stride
      let values = (0..<count).compactMap { readValue(field, at: list + $0 * stride) }
      tree.fields.append(MessageTree.Field(shape: field, value: .list(values)))
    } else if field.isOneof {
      guard quantifier.load(as: UInt32.self) == field.descriptor.id,
        let value = readValue(field, at: address)
      else { continue }
      tree.fields.append(MessageTree.Field(shape: field, value: value))
    } else if let value = readValue(field, at: address), !value.isDefault {
      tree.fields.append(MessageTree.Field(shape: field, value: value))
    }
  }
  return tree
}

/// The value at an address, or nil for a message that is not present.
private func readValue(_ field: FieldShape, at address: UnsafeRawPointer) -> FieldValue? {
  switch field.kind {
  case .unsigned32: return .unsigned(UInt64(address.load(as: UInt32.self)))
  case .unsigned64: return .unsigned(address.load(as: UInt64.self))
  case .signed32: return .signed(Int64(address.load(as: Int32.self)))
  case .signed64: return .signed(address.load(as: Int64.self))
  case .boolean: return .boolean(address.load(as: Int32.self) != 0)
  case .enumeration: return .enumeration(address.load(as: Int32.self))
  case .bytes: return .bytes(address.load(as: ProtobufCBinaryData.self).withBytes(Array.init))
  case .message(let shape):
    return address.load(as: UnsafeRawPointer?.self).map { .message(readTree(shape, at: $0)) }
  }
}

extension FieldValue {
  /// True for the default value, which proto3 does not send.
  fileprivate var isDefault: Bool {
    switch self {
    case .unsigned(let number): return number == 0
    case .signed(let number): return number == 0
    case .boolean(let flag): return !flag
    case .enumeration(let number): return number == 0
    case .bytes(let bytes): return bytes.isEmpty
    case .message, .list: return false
    }
  }
}
