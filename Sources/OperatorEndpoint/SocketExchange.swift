#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// One request and its answer over a TCP connection of its own; the only file of the client that
/// touches pointers.
///
/// Why it is safe: every pointer comes from `withUnsafe…`, `&` or `getaddrinfo`; the first two live
/// for one call and never escape, and the list of addresses is freed by the `defer` next to its
/// call, after all reading of it. The descriptor is closed by a `defer` likewise.
enum SocketExchange {
  /// Sends all bytes and reads up to the end of the stream.
  static func answer(
    to request: [UInt8], host: String, port: UInt16, timeoutSeconds: Int, atMost limit: Int
  ) throws(HTTPClient.Failure) -> [UInt8] {
    let descriptor = try connection(to: host, port: port, timeoutSeconds: timeoutSeconds)
    defer { close(descriptor) }
    try send(request, on: descriptor)
    return try receive(on: descriptor, atMost: limit)
  }

  private static func connection(
    to host: String, port: UInt16, timeoutSeconds: Int
  ) throws(HTTPClient.Failure) -> Int32 {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = streamType
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &list)
    guard code == 0, let list else {
      throw .unreachable(String(cString: gai_strerror(code)))
    }
    defer { freeaddrinfo(list) }
    var reason = "no address"
    var next: UnsafeMutablePointer<addrinfo>? = list
    while let entry = next?.pointee {
      next = entry.ai_next
      let descriptor = socket(entry.ai_family, entry.ai_socktype, entry.ai_protocol)
      guard descriptor >= 0 else {
        reason = String(cString: strerror(errno))
        continue
      }
      var timeout = timeval()
      timeout.tv_sec = .init(timeoutSeconds)
      let size = socklen_t(MemoryLayout<timeval>.size)
      setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, size)
      setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, size)
      if connect(descriptor, entry.ai_addr, entry.ai_addrlen) == 0 { return descriptor }
      reason = String(cString: strerror(errno))
      close(descriptor)
    }
    throw .unreachable(reason)
  }

  private static func send(
    _ bytes: [UInt8], on descriptor: Int32
  ) throws(HTTPClient.Failure) {
    var sent = 0
    while sent < bytes.count {
      #if canImport(Darwin)
        let count = bytes[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      #else
        // Without the flag a closed connection would kill the process with a signal.
        let flags = Int32(MSG_NOSIGNAL)
        let count = bytes[sent...].withUnsafeBytes { buffer in
          plainSend(descriptor, buffer.baseAddress, buffer.count, flags)
        }
      #endif
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .broken(sentence()) }
      sent += count
    }
  }

  private static func receive(
    on descriptor: Int32, atMost limit: Int
  ) throws(HTTPClient.Failure) -> [UInt8] {
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .broken(sentence()) }
      if count == 0 { return all }
      all += chunk[..<count]
      guard all.count <= limit else { throw .notAnAnswer("it is longer than \(limit) bytes") }
    }
  }

  private static func sentence() -> String {
    errno == EAGAIN || errno == EWOULDBLOCK
      ? "no answer in time" : String(cString: strerror(errno))
  }

  private static var streamType: Int32 {
    #if canImport(Darwin) || canImport(Musl)
      SOCK_STREAM
    #else
      Int32(SOCK_STREAM.rawValue)
    #endif
  }
}

#if canImport(Musl)
  private let plainSend = Musl.send
#elseif !canImport(Darwin)
  private let plainSend = Glibc.send
#endif
