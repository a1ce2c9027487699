/// A request that matched a route.
public struct HTTPRequest: Sendable, Equatable {
  /// `GET` or `HEAD`; an answer is the same for both, the server leaves out the body for `HEAD`.
  public let method: String
  /// Path as the client sent it, still percent-encoded, without the query.
  public let path: String
  /// Decoded value of the route's parameter, nil when the route has none.
  ///
  /// Never empty, valid UTF-8, without NUL.
  public let parameter: String?

  /// A request from its parts.
  public init(method: String, path: String, parameter: String? = nil) {
    self.method = method
    self.path = path
    self.parameter = parameter
  }
}
