public import Telemetry

/// A path and its handler.
public struct HTTPRoute: Sendable {
  /// How a route makes its answer.
  public enum Handler: Sendable {
    /// Called on the server's only thread: answer from a snapshot, never wait.
    case immediate(@Sendable (HTTPRequest) -> HTTPResponse)
    /// Called in a task of its own while the connection is suspended; the server's thread continues
    /// with other requests. Without an answer in time the client gets 503 and the task is
    /// cancelled.
    case deferred(@Sendable (HTTPRequest) async -> HTTPResponse)
  }

  /// Such as `/metrics`, or `/accounts/{id}` with one part that is a parameter.
  public let pattern: String
  /// The handler.
  public let handler: Handler

  /// A route.
  /// - Parameters:
  ///   - pattern: starts with `/`; one part in braces matches any one non-empty part.
  ///   - handler: answers requests.
  public init(_ pattern: String, _ handler: Handler) {
    self.pattern = pattern
    self.handler = handler
  }

  /// What operators expect: metrics, liveness, readiness and account queries.
  /// - Parameters:
  ///   - metrics: rendered at each reading.
  ///   - health: answers 200, or 503 with the reasons as lines of text.
  ///   - account: answers for one account id, already decoded; it may await an actor.
  /// - Returns: `/metrics`, `/healthz`, `/readyz` and `/accounts/{id}`.
  public static func operatorRoutes(
    metrics: MetricsRegistry, health: HealthState,
    account: @escaping @Sendable (String) async -> HTTPResponse
  ) -> [HTTPRoute] {
    [
      HTTPRoute(
        "/metrics",
        .immediate { _ in
          HTTPResponse(
            status: 200, contentType: MetricsRegistry.contentType,
            body: Array(metrics.text().utf8))
        }),
      HTTPRoute("/healthz", .immediate { _ in .health(health.liveness()) }),
      HTTPRoute("/readyz", .immediate { _ in .health(health.readiness()) }),
      HTTPRoute("/accounts/{id}", .deferred { await account($0.parameter ?? "") }),
    ]
  }
}
