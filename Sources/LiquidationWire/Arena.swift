import CProtobufC
import CSchemas

// With MessageTree.swift, the only unsafe code of this target: memory for one message at a time,
// and the conversions into and out of protobuf-c. Proof of its safety, in addition to the comments
// on single calls:
// * Every pointer in a message that protobuf-c has unpacked leads into the arena that the call was
//   given, or to constants of the generated C. `Arena.unpack` hands the message to a closure and
//   forgets everything only after the closure has returned; what the closure keeps are Swift values
//   that were copied out.
// * Every pointer in a message that is being built leads into the arena that made it (`bytes`,
//   `place`, `list`); `Arena.pack` copies the packed bytes out and only then forgets.
// * The generated structs start with `ProtobufCMessage base` and carry the descriptor that their
//   own `init` function has set, so a pointer to one is a pointer to its base.

/// A struct that protoc-c generated for a message of the schemas.
protocol ProtobufMessage {
  /// An empty message, made by the generated `init` function.
  static func empty() -> Self
  /// The part that all messages begin with.
  var base: ProtobufCMessage { get }
}

/// Memory for one message: allocation advances a mark, and all memory is freed at once.
///
/// The first block is kept from record to record; what does not fit goes into further blocks, which
/// are freed at the end of the record. `limit` bounds the total, whatever the bytes contain:
/// protobuf-c gives up when an allocation returns NULL.
///
/// Sendable without a lock: its state is touched only in calls made by an `ArenaOwner` that holds
/// the only reference, so never by two threads at a time.
final class Arena: @unchecked Sendable {
  /// Bytes that are kept from record to record.
  static let firstBlockSize = 64 * 1_024
  /// What a message may need in addition to the size of its record.
  static let allowance = 1_024 * 1_024
  /// Enough for every C type.
  private static let alignment = 16

  private let firstBlock: UnsafeMutableRawPointer
  private var block: UnsafeMutableRawPointer
  private var blockSize: Int
  private var used = 0
  private var furtherBlocks: [UnsafeMutableRawPointer] = []
  private var reserved = 0
  private var limit = 0
  /// True when the last message needed more than its limit.
  private(set) var isExhausted = false

  init() {
    firstBlock = .allocate(byteCount: Self.firstBlockSize, alignment: Self.alignment)
    block = firstBlock
    blockSize = Self.firstBlockSize
  }

  deinit {
    reset()
    firstBlock.deallocate()
  }

  private func reset() {
    if !furtherBlocks.isEmpty {
      for further in furtherBlocks { further.deallocate() }
      furtherBlocks.removeAll(keepingCapacity: true)
      block = firstBlock
      blockSize = Self.firstBlockSize
    }
    used = 0
    reserved = 0
  }

  /// Aligned memory that lives until the end of the record, or nil beyond the limit.
  fileprivate func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    guard size >= 0, size <= limit - reserved else {
      isExhausted = true
      return nil
    }
    // At least one unit, so that no two allocations share an address; `size` is at most `limit`,
    // which is far from the end of Int.
    let padded = max(Self.alignment, (size + Self.alignment - 1) & ~(Self.alignment - 1))
    reserved += padded
    if padded > blockSize - used {
      blockSize = max(Self.firstBlockSize, padded)
      block = .allocate(byteCount: blockSize, alignment: Self.alignment)
      furtherBlocks.append(block)
      used = 0
    }
    defer { used += padded }
    return block + used
  }

  /// Unpacks a message, lets the closure read it, and frees all memory.
  ///
  /// - Parameters:
  ///   - type: the message that the bytes should be.
  ///   - bytes: the record's value.
  ///   - read: copies out what it needs; nothing of the message may leave it.
  /// - Returns: what the closure returns, or nil when the bytes are not such a message.
  /// - Throws: what the closure throws.
  func unpack<Message: ProtobufMessage, Result, Failure>(
    _ type: Message.Type, from bytes: ArraySlice<UInt8>,
    _ read: (Message) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    try withUnpacked(Message.empty().base.descriptor, from: bytes) {
      message throws(Failure) in
      // The descriptor is that of `Message`, so what was unpacked is a `Message`.
      try read(UnsafeRawPointer(message).assumingMemoryBound(to: Message.self).pointee)
    }
  }

  /// Unpacks by a descriptor; the message is only valid during the closure.
  func withUnpacked<Result, Failure>(
    _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>?, from bytes: ArraySlice<UInt8>,
    _ read: (UnsafeMutablePointer<ProtobufCMessage>) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    defer { reset() }
    guard let message = unpacked(descriptor, from: bytes) else { return nil }
    return try read(message)
  }

  /// A message in the arena, valid until the next `reset`.
  private func unpacked(
    _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>?, from bytes: ArraySlice<UInt8>
  ) -> UnsafeMutablePointer<ProtobufCMessage>? {
    limit = Self.allowance + bytes.count
    isExhausted = false
    // Unretained is enough: `self` outlives the call, and the allocator does not.
    var allocator = ProtobufCAllocator(
      alloc: allocateForProtobuf, free: keepForProtobuf,
      allocator_data: Unmanaged.passUnretained(self).toOpaque())
    return bytes.withUnsafeBufferPointer { buffer in
      protobuf_c_message_unpack(descriptor, &allocator, buffer.count, buffer.baseAddress)
    }
  }

  /// Lets the closure build a message from parts in this arena, packs it, and frees all memory.
  func pack<Message: ProtobufMessage>(_ build: (Arena) -> Message) -> [UInt8] {
    withUnlimited {
      withUnsafePointer(to: build(self)) { packedBytes(UnsafeRawPointer($0)) }
    }
  }

  /// Lets the closure allocate without a limit, and frees all memory: for our own values, whose
  /// size the domain bounds.
  func withUnlimited<Result>(_ build: () -> Result) -> Result {
    limit = Int.max / 2
    isExhausted = false
    defer { reset() }
    return build()
  }

  /// Copies a text into the arena.
  func bytes(_ text: String) -> ProtobufCBinaryData {
    var text = text
    return text.withUTF8 { bytes(UnsafeRawBufferPointer($0)) }
  }

  /// Copies bytes into the arena.
  func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData {
    bytes.withUnsafeBytes { self.bytes($0) }
  }

  private func bytes(_ source: UnsafeRawBufferPointer) -> ProtobufCBinaryData {
    guard let start = source.baseAddress, !source.isEmpty else { return ProtobufCBinaryData() }
    let copy = allocated(source.count)
    copy.copyMemory(from: start, byteCount: source.count)
    return ProtobufCBinaryData(
      len: source.count, data: copy.assumingMemoryBound(to: UInt8.self))
  }

  /// Places a value in the arena, as the part of another message.
  func place<Value: BitwiseCopyable>(_ value: Value) -> UnsafeMutablePointer<Value> {
    let place = allocated(MemoryLayout<Value>.stride)
    return place.initializeMemory(as: Value.self, repeating: value, count: 1)
  }

  /// Places a list of messages in the form that protobuf-c expects: an array of pointers.
  func list<Message: BitwiseCopyable>(
    _ messages: [Message]
  ) -> UnsafeMutablePointer<UnsafeMutablePointer<Message>?>? {
    guard !messages.isEmpty else { return nil }
    let size = MemoryLayout<UnsafeMutablePointer<Message>?>.stride * messages.count
    let places = allocated(size).bindMemory(
      to: UnsafeMutablePointer<Message>?.self, capacity: messages.count)
    for (index, message) in messages.enumerated() {
      (places + index).initialize(to: place(message))
    }
    return places
  }

  /// Aligned memory inside `withUnlimited`.
  func allocated(_ size: Int) -> UnsafeMutableRawPointer {
    guard let memory = allocate(size) else {
      preconditionFailure("an arena without a limit refused \(size) bytes")
    }
    return memory
  }
}

/// Called by protobuf-c on the thread that called it, with the arena as the context.
private func allocateForProtobuf(
  _ context: UnsafeMutableRawPointer?, _ size: Int
) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  return Unmanaged<Arena>.fromOpaque(context).takeUnretainedValue().allocate(size)
}

/// The arena frees everything at once, so a single piece is kept until then.
private func keepForProtobuf(
  _ context: UnsafeMutableRawPointer?, _ piece: UnsafeMutableRawPointer?
) {}

/// Packs the message that begins at this address.
func packedBytes(_ address: UnsafeRawPointer) -> [UInt8] {
  let message = address.assumingMemoryBound(to: ProtobufCMessage.self)
  let size = protobuf_c_message_get_packed_size(message)
  return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    // An empty message may have no address to write to.
    count = buffer.baseAddress.map { protobuf_c_message_pack(message, $0) } ?? 0
  }
}

extension ProtobufCBinaryData {
  /// Lets the closure read the bytes in place.
  func withBytes<Result>(_ read: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    read(UnsafeBufferPointer(start: data, count: data == nil ? 0 : len))
  }

  /// True when these are the same bytes.
  func isEqual(to other: ArraySlice<UInt8>) -> Bool {
    withBytes { own in other.withUnsafeBufferPointer { own.elementsEqual($0) } }
  }

  /// The bytes as text, when they are UTF-8 without NUL.
  var textReading: TextReading { withBytes(TextReading.init) }
}

/// The bytes as text.
enum TextReading {
  case text(String)
  case notUTF8
  case hasNUL

  init(_ bytes: ArraySlice<UInt8>) { self = bytes.withUnsafeBufferPointer(TextReading.init) }

  /// Names are nearly always ASCII, for which one pass is enough; the standard library's validation
  /// costs several times as much.
  fileprivate init(_ bytes: UnsafeBufferPointer<UInt8>) {
    var all: UInt8 = 0
    var hasNUL = false
    for byte in bytes {
      all |= byte
      if byte == 0 { hasNUL = true }
    }
    if all < 0x80, !hasNUL {
      self = .text(String(decoding: bytes, as: UTF8.self))
    } else if let text = String(validating: bytes, as: UTF8.self) {
      self = hasNUL ? .hasNUL : .text(text)
    } else {
      self = .notUTF8
    }
  }
}

/// The messages of a repeated field, copied out of their array of pointers; the parts that they
/// lead to stay in the arena.
func elements<Message>(
  _ list: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?, count: Int
) -> [Message] {
  guard let list else { return [] }
  return UnsafeBufferPointer(start: list, count: count).compactMap { $0?.pointee }
}

/// Owns an arena that is made at first use and never shared by two values.
///
/// Copies of the owner share the reference until one of them is used; `isKnownUniquelyReferenced`
/// is then false, and the owner in use makes a new arena, just as an array copies on write. It is
/// true only for the last owner, and using it needs exclusive access to that owner, so two threads
/// never work on one arena.
struct ArenaOwner: Sendable {
  private var shared: Arena?

  /// The arena of this value alone.
  var arena: Arena {
    mutating get {
      let isOwn = isKnownUniquelyReferenced(&shared)
      if isOwn, let shared { return shared }
      let own = Arena()
      shared = own
      return own
    }
  }
}
