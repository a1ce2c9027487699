public import Telemetry

/// An answer: status, content type and body.
public struct HTTPResponse: Sendable, Equatable {
  /// Status code, 200 to 599.
  public var status: UInt32
  /// Value of the `Content-Type` header.
  public var contentType: String
  /// Methods for the `Allow` header of a 405; nil otherwise.
  public var allowedMethods: String?
  /// The body's bytes.
  public var body: [UInt8]

  /// An answer from its parts.
  public init(status: UInt32, contentType: String, body: [UInt8]) {
    self.status = status
    self.contentType = contentType
    self.body = body
  }

  /// Plain text in UTF-8.
  public static func text(_ status: UInt32, _ text: String) -> HTTPResponse {
    HTTPResponse(
      status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
  }

  /// A JSON document, which the caller has made.
  public static func json(_ document: String, status: UInt32 = 200) -> HTTPResponse {
    HTTPResponse(status: status, contentType: "application/json", body: Array(document.utf8))
  }

  /// 200 when the report is healthy, 503 otherwise, with the report's lines.
  public static func health(_ report: HealthReport) -> HTTPResponse {
    .text(report.isHealthy ? 200 : 503, report.text)
  }

  static func methodNotAllowed() -> HTTPResponse {
    var response = text(405, "Only GET and HEAD are answered here.\n")
    response.allowedMethods = "GET, HEAD"
    return response
  }
}
