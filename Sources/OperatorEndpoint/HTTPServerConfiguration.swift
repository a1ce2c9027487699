/// Where the server listens, and its limits.
public struct HTTPServerConfiguration: Sendable, Equatable {
  /// IPv4 or IPv6 address in digits; loopback by default, since there is no authentication.
  public var address = "127.0.0.1"
  /// TCP port; 0 picks a free one, see `HTTPServer.port`.
  public var port: UInt16 = 0
  /// Open connections at one time, at least 1; more wait in the kernel's queue.
  public var connectionLimit: UInt32 = 64
  /// Open connections from one client address, at least 1; more are closed at once.
  public var connectionLimitPerAddress: UInt32 = 16
  /// Silence in seconds after which a connection is closed, at least 1.
  public var timeoutSeconds: UInt32 = 10
  /// Bytes of memory for one connection's request line and headers, at least 1,024.
  public var connectionMemoryBytes = 16_384
  /// Longest request target (path and query) in bytes; longer ones are answered with 414.
  public var targetLengthLimit = 2048
  /// How long a deferred route may take before its client gets 503.
  public var answerLimit: Duration = .seconds(1)
  /// Deferred answers being computed at one time, late ones included; more are answered with 503.
  public var pendingAnswerLimit = 64

  /// The defaults: a free port on loopback.
  public init() {}
}

/// Why the server did not start.
public enum HTTPServerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The address is not an IPv4 or IPv6 address in digits.
  case badAddress(String)
  /// A limit is too small to serve at all.
  case badLimit(name: String, minimum: Int)
  /// The address and port could not be taken; the reason is the system's.
  case cannotListen(address: String, port: UInt16, reason: String)

  /// One sentence that names the setting and what was expected.
  public var description: String {
    switch self {
    case .badAddress(let address):
      "HTTP address '\(address)': expected an IPv4 or IPv6 address such as 127.0.0.1 or ::1"
    case .badLimit(let name, let minimum): "HTTP limit \(name): expected at least \(minimum)"
    case .cannotListen(let address, let port, let reason):
      "HTTP server cannot listen on \(address) port \(port): \(reason)"
    }
  }
}

extension HTTPServerConfiguration {
  func check() throws(HTTPServerError) {
    let limits: [(name: String, value: Int, minimum: Int)] = [
      ("connectionLimit", Int(connectionLimit), 1),
      ("connectionLimitPerAddress", Int(connectionLimitPerAddress), 1),
      ("timeoutSeconds", Int(timeoutSeconds), 1),
      ("connectionMemoryBytes", connectionMemoryBytes, 1024),
      ("targetLengthLimit", targetLengthLimit, 1),
      ("pendingAnswerLimit", pendingAnswerLimit, 1),
    ]
    for limit in limits where limit.value < limit.minimum {
      throw .badLimit(name: limit.name, minimum: limit.minimum)
    }
    guard answerLimit > .zero else { throw .badLimit(name: "answerLimit (seconds)", minimum: 1) }
  }
}
