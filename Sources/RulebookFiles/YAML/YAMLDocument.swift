internal import Foundation

/// A YAML or JSON file as a tree of values, each with its line and column.
///
/// JSON is read by the same parser: every JSON document without surrogate pairs in `\u` escapes is
/// a YAML document. Anything that could make a file mean something other than it seems is refused:
/// aliases and anchors, tags, duplicate keys, several documents in one file, NUL, bytes that are
/// not UTF-8.
public struct YAMLDocument: Sendable, Equatable {
  /// Bounds that keep a hostile or mistaken file from exhausting memory.
  public struct Limits: Sendable, Equatable {
    /// Largest size of a file in bytes.
    public var bytes: Int
    /// Most values in a file, lists and mappings included.
    public var nodes: Int
    /// Deepest nesting of lists and mappings.
    public var depth: Int

    /// Makes bounds; the defaults fit books of a hundred thousand accounts.
    public init(bytes: Int = 64 << 20, nodes: Int = 4_000_000, depth: Int = 32) {
      self.bytes = bytes
      self.nodes = nodes
      self.depth = depth
    }
  }

  /// Name of the file in messages.
  public let file: String
  /// The value at the top.
  public let root: YAMLNode

  /// Makes a document from a value that was read before.
  init(file: String, root: YAMLNode) {
    self.file = file
    self.root = root
  }

  /// Reads a document from bytes.
  ///
  /// - Parameters:
  ///   - bytes: The file's bytes, UTF-8, with or without a byte order mark.
  ///   - file: Name for messages.
  ///   - limits: Bounds on size, number of values and depth.
  /// - Throws: The faults found: one for broken syntax or a bound, one per key given twice.
  public init(bytes: [UInt8], file: String, limits: Limits = Limits()) throws(FaultList) {
    self.file = file
    guard bytes.count <= limits.bytes else {
      throw FaultList(
        Fault(
          file: file, position: SourcePosition(line: 1, column: 1),
          problem: "the file is larger than \(limits.bytes) bytes"))
    }
    let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    let body = hasMark ? bytes[3...] : bytes[...]
    if let fault = TextCheck.firstFault(in: body, file: file) { throw FaultList(fault) }
    var builder = YAMLTreeBuilder(file: file, limits: limits)
    let failure = YAMLEventParser.forEachEvent(in: body) { builder.accept($0) }
    root = try builder.finish(failure: failure)
  }

  /// Reads a document from a file, or from standard input when the path is `-`.
  ///
  /// - Parameters:
  ///   - path: Path of the file; it is also its name in messages.
  ///   - limits: Bounds on size, number of values and depth.
  /// - Throws: `FileError.unreadable` when the bytes cannot be read, else `FileError.faults`.
  public init(path: String, limits: Limits = Limits()) throws(FileError) {
    let (name, bytes) = try Self.bytes(path: path, atMost: limits.bytes)
    do {
      try self.init(bytes: bytes, file: name, limits: limits)
    } catch {
      throw .faults(error)
    }
  }

  /// Why a document could not be read from a file.
  public enum FileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file is missing, is a directory, or may not be read.
    case unreadable(file: String, reason: String)
    /// The file was read and is wrong.
    case faults(FaultList)

    /// The lines to print.
    public var description: String {
      switch self {
      case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
      case .faults(let list): list.description
      }
    }
  }

  /// A file's name for messages and its bytes, up to one more than the limit.
  static func bytes(
    path: String, atMost limit: Int
  ) throws(FileError) -> (name: String, bytes: [UInt8]) {
    let name = path == "-" ? "standard input" : path
    do {
      return (name, try contents(of: path, atMost: limit + 1))
    } catch {
      throw .unreadable(file: name, reason: sentence(for: error))
    }
  }

  private static func contents(of path: String, atMost limit: Int) throws -> [UInt8] {
    let handle: FileHandle
    if path == "-" {
      handle = .standardInput
    } else {
      handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    }
    defer { if path != "-" { try? handle.close() } }
    var bytes: [UInt8] = []
    // A pipe delivers its bytes in pieces, so that one read may not return the whole file.
    while bytes.count < limit,
      let piece = try handle.read(upToCount: limit - bytes.count), !piece.isEmpty
    {
      bytes.append(contentsOf: piece)
    }
    return bytes
  }

  private static func sentence(for error: any Error) -> String {
    let failure = error as NSError
    let underlying = failure.userInfo[NSUnderlyingErrorKey] as? NSError
    let system = underlying ?? failure
    if system.domain == NSPOSIXErrorDomain {
      return String(cString: strerror(Int32(system.code)))
    }
    return failure.code == CocoaError.fileReadNoSuchFile.rawValue
      ? "no such file" : failure.localizedDescription
  }
}
