/// Queries another process's `HTTPServer`: plain HTTP, one request per connection.
public struct HTTPClient: Sendable {
  /// Why there was no answer.
  public enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The address is not `http://HOST:PORT`.
    case badAddress(String)
    /// Nothing listens there, or the name is unknown.
    case unreachable(String)
    /// The connection broke, or timed out.
    case broken(String)
    /// The answer is not HTTP, or too long.
    case notAnAnswer(String)

    /// What happened, for people.
    public var description: String {
      switch self {
      case .badAddress(let text): "'\(text)' is no address, expected http://HOST:PORT"
      case .unreachable(let reason): "nobody answers: \(reason)"
      case .broken(let reason): "the connection broke off: \(reason)"
      case .notAnAnswer(let reason): "the answer is not understood: \(reason)"
      }
    }
  }

  /// The host's name or address.
  public let host: String
  /// The port.
  public let port: UInt16
  /// Longest wait for a connection and for each part of the answer, seconds.
  private let timeoutSeconds: Int

  /// Longest answer that is read, bytes.
  public static let largestAnswer = 64 << 20

  /// Reads an address.
  ///
  /// - Parameters:
  ///   - address: `http://HOST:PORT`, the scheme and a trailing slash are optional; an IPv6 host is
  ///     in brackets.
  ///   - timeoutSeconds: longest wait, above zero.
  /// - Throws: `Failure.badAddress`.
  public init(address: String, timeoutSeconds: Int = 30) throws(Failure) {
    var rest = Substring(address)
    if rest.lowercased().hasPrefix("http://") { rest = rest.dropFirst(7) }
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    guard let colon = rest.lastIndex(of: ":"), let port = UInt16(rest[rest.index(after: colon)...]),
      port > 0
    else { throw .badAddress(address) }
    var host = rest[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      throw .badAddress(address)
    }
    guard !host.isEmpty, !host.contains(where: { "/ @?#\0".contains($0) }) else {
      throw .badAddress(address)
    }
    self.host = String(host)
    self.port = port
    self.timeoutSeconds = timeoutSeconds
  }

  /// Requests a page; blocks the calling thread.
  ///
  /// - Parameter parts: the parts of the path, which are percent-encoded here.
  /// - Returns: status, content type and body.
  /// - Throws: `Failure`.
  public func get(_ parts: [String]) throws(Failure) -> HTTPResponse {
    let path = parts.map { "/" + PercentEncoding.encode($0) }.joined()
    let request =
      "GET \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nConnection: close\r\n"
      + "Accept: application/json\r\n\r\n"
    let bytes = try SocketExchange.answer(
      to: Array(request.utf8), host: host, port: port, timeoutSeconds: timeoutSeconds,
      atMost: Self.largestAnswer)
    return try Self.parse(bytes)
  }

  /// Reads an answer that ended with its connection.
  static func parse(_ bytes: [UInt8]) throws(Failure) -> HTTPResponse {
    let end: [UInt8] = [13, 10, 13, 10]
    guard let head = bytes.firstRange(of: end) else {
      throw .notAnAnswer("its header does not end")
    }
    let lines = String(decoding: bytes[..<head.lowerBound], as: UTF8.self).split(
      separator: "\r\n")
    let first = lines.first?.split(separator: " ", maxSplits: 2) ?? []
    guard first.count >= 2, first[0].hasPrefix("HTTP/1."), let status = UInt32(first[1]),
      (200...599).contains(status)
    else { throw .notAnAnswer("it does not begin with a status") }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
    }
    guard headers["transfer-encoding"] == nil else {
      throw .notAnAnswer("it comes in chunks")
    }
    let body = Array(bytes[head.upperBound...])
    if let length = headers["content-length"].flatMap({ Int($0) }), length != body.count {
      throw .broken("\(body.count) of \(length) bytes came")
    }
    return HTTPResponse(
      status: status, contentType: headers["content-type"] ?? "", body: body)
  }
}

extension [UInt8] {
  /// The first range of a sequence of bytes.
  fileprivate func firstRange(of part: [UInt8]) -> Range<Int>? {
    guard count >= part.count else { return nil }
    for start in 0...(count - part.count) where self[start..<start + part.count] == part[...] {
      return start..<start + part.count
    }
    return nil
  }
}
