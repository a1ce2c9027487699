import Dispatch

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A TCP connection that sends what it is told, well-formed or not.
///
/// Calls block their thread, so use `RawHTTPClient.ask` from asynchronous tests.
final class RawConnection {
  struct Failure: Error { var call: String, number: Int32 }

  private let descriptor: Int32

  /// Connects to an IPv4 address in digits.
  init(address: String = "127.0.0.1", port: UInt16) throws {
    #if canImport(Darwin)
      descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #else
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    var timeout = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    var target = sockaddr_in()
    target.sin_family = sa_family_t(AF_INET)
    target.sin_port = port.bigEndian
    inet_pton(AF_INET, address, &target.sin_addr)
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafePointer(to: &target) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
    }
    guard code == 0 else { throw Failure(call: "connect", number: errno) }
  }

  deinit { close(descriptor) }

  /// Sends the text whole, or throws when the server has closed the connection.
  func send(_ text: String) throws {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      #if canImport(Darwin)
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      #else
        let flags = Int32(MSG_NOSIGNAL)
        let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, flags) }
      #endif
      guard count > 0 else { throw Failure(call: "send", number: errno) }
      rest = rest.dropFirst(count)
    }
  }

  /// The next bytes; empty at the end of the stream, as which a reset counts.
  func receive() throws -> [UInt8] {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = read(descriptor, &chunk, chunk.count)
    guard count >= 0 || errno == ECONNRESET else { throw Failure(call: "read", number: errno) }
    return Array(chunk.prefix(max(0, count)))
  }

  /// Everything up to the end of the stream.
  func receiveAll() throws -> String {
    var all: [UInt8] = []
    while true {
      let next = try receive()
      if next.isEmpty { return String(decoding: all, as: UTF8.self) }
      all += next
    }
  }

  /// One answer with a known length, leaving the connection open.
  func receiveAnswer(hasBody: Bool = true) throws -> RawAnswer {
    var all: [UInt8] = []
    while true {
      let answer = RawAnswer(String(decoding: all, as: UTF8.self))
      let length = answer.headers["content-length"].flatMap { Int($0) }
      if let length, answer.isComplete, !hasBody || answer.body.utf8.count >= length {
        return answer
      }
      let next = try receive()
      guard !next.isEmpty else { throw Failure(call: "end of stream", number: 0) }
      all += next
    }
  }
}

/// Status, headers and body as they came.
struct RawAnswer: Sendable {
  var status: Int?
  var headers: [String: String] = [:]
  var body = ""
  var isComplete = false

  init(_ text: String) {
    let (head, rest) = Self.cut(text)
    isComplete = rest != nil
    body = rest ?? ""
    let lines = head.split(separator: "\r\n")
    status = lines.first.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) }
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { headers[parts[0].lowercased()] = String(parts[1].dropFirst()) }
    }
  }

  private static func cut(_ text: String) -> (head: String, rest: String?) {
    let bytes = Array(text.utf8)
    let end = Array("\r\n\r\n".utf8)
    guard bytes.count >= end.count else { return (text, nil) }
    for start in 0...(bytes.count - end.count) where bytes[start..<start + end.count] == end[...] {
      let rest = bytes[(start + end.count)...]
      return (
        String(decoding: bytes[..<start], as: UTF8.self), String(decoding: rest, as: UTF8.self)
      )
    }
    return (text, nil)
  }
}

enum RawHTTPClient {
  /// Sends one request on a connection of its own and reads up to the end of the stream.
  static func ask(_ port: UInt16, _ request: String) async throws -> RawAnswer {
    try await blocking {
      let connection = try RawConnection(port: port)
      try connection.send(request)
      return RawAnswer(try connection.receiveAll())
    }
  }

  /// The text of a request without a body that closes its connection.
  static func request(_ method: String, _ target: String, _ more: String = "") -> String {
    "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(more)\r\n"
  }

  /// Runs blocking calls away from the threads that tests and server tasks share.
  static func blocking<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      let thread = DispatchQueue(label: "client")
      thread.async { continuation.resume(with: Result(catching: work)) }
    }
  }
}
