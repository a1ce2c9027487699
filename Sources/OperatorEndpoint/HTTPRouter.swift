/// Finds the route of a request, or the answer of a request that has none.
struct HTTPRouter: Sendable {
  enum Match: Sendable {
    case route(HTTPRoute.Handler, HTTPRequest)
    case refusal(HTTPResponse)
  }

  private let routes: [HTTPRoute]

  init(routes: [HTTPRoute]) { self.routes = routes }

  /// The path comes as sent, still percent-encoded: an encoded slash belongs to the parameter.
  func match(method: String, path: String) -> Match {
    for route in routes {
      guard let found = Self.parameter(of: path, pattern: route.pattern) else { continue }
      guard method == "GET" || method == "HEAD" else { return .refusal(.methodNotAllowed()) }
      guard let encoded = found.encoded else {
        return .route(route.handler, HTTPRequest(method: method, path: path))
      }
      guard let parameter = PercentEncoding.decode(encoded) else {
        return .refusal(
          .text(
            400, "A part of the path is not valid: expected UTF-8 in percent-encoding.\n"))
      }
      return .route(
        route.handler, HTTPRequest(method: method, path: path, parameter: parameter))
    }
    return .refusal(notFound)
  }

  private var notFound: HTTPResponse {
    let pages = routes.map(\.pattern).joined(separator: ", ")
    return .text(404, "There is no such page here. Pages: \(pages)\n")
  }

  /// Nil when the path does not match; the parameter's encoded form when the pattern has one.
  private static func parameter(of path: String, pattern: String) -> (encoded: Substring?, Void)? {
    guard let open = pattern.firstIndex(of: "{"), let close = pattern.firstIndex(of: "}") else {
      return path == pattern ? (nil, ()) : nil
    }
    let prefix = pattern[..<open]
    let suffix = pattern[pattern.index(after: close)...]
    guard path.hasPrefix(prefix), path.hasSuffix(suffix),
      path.utf8.count > prefix.utf8.count + suffix.utf8.count
    else { return nil }
    let part = path.dropFirst(prefix.count).dropLast(suffix.count)
    return part.contains("/") ? nil : (part, ())
  }
}

/// Percent-encoding of URLs.
enum PercentEncoding {
  /// The decoded text, or nil for a broken escape, bytes that are not UTF-8, or NUL.
  /// - Source: RFC 3986, section 2.1; `+` stands for itself in a path.
  static func decode(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == 0x25 else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit)
      else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
  }

  /// A text as one part of a path.
  /// - Source: RFC 3986, section 2.3: everything except unreserved characters is encoded.
  static func encode(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".unicodeScalars)
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        result += "%"
        result.unicodeScalars.append(digits[Int(byte >> 4)])
        result.unicodeScalars.append(digits[Int(byte & 15)])
      }
    }
    return result
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}
