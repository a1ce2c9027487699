/// Serves a few pages to operators over HTTP/1.1, from one thread of libmicrohttpd's.
///
/// Immediate routes run on that thread. A deferred route, such as an account query that waits for
/// its shard's turn, suspends its connection instead: the thread continues, a task awaits the
/// answer, and the connection is resumed with it or, after `answerLimit`, with 503. So no thread
/// and no lane ever waits for HTTP, and a hanging lane costs a bounded number of tasks and
/// connections.
public final class HTTPServer: Sendable {
  /// Address that it listens on.
  public let address: String
  /// Port that it listens on; the actual one when the configuration said 0.
  public let port: UInt16
  private let daemon: MicroHTTPDaemon

  /// Starts serving.
  /// - Parameters:
  ///   - configuration: address and limits.
  ///   - routes: the first that matches a path answers.
  /// - Throws: `HTTPServerError` when a setting is not valid or the port cannot be taken.
  public init(
    configuration: HTTPServerConfiguration = HTTPServerConfiguration(), routes: [HTTPRoute]
  ) throws(HTTPServerError) {
    try configuration.check()
    daemon = try MicroHTTPDaemon(
      configuration: configuration, router: HTTPRouter(routes: routes))
    address = configuration.address
    port = daemon.port
  }

  deinit { stop() }

  /// Stops listening, answers waiting clients with 503, closes the connections and ends the thread.
  ///
  /// Returns when all of that is done; calling it again does nothing. Must not be called from a
  /// route.
  public func stop() { daemon.stop() }
}
