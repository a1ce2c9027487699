import Telemetry
import Testing

@testable import OperatorEndpoint

extension OperatorEndpointSuite {
  @Suite("HTTP client")
  struct HTTPClientTests {
    @Test("asks a server, names encoded, and gets status and body")
    func asks() async throws {
      let server = try HTTPServer(
        configuration: HTTPServerConfiguration(),
        routes: [
          HTTPRoute(
            "/accounts/{id}/book",
            .deferred { request in .json("{\"id\":\"\(request.parameter ?? "")\"}\n") }),
          HTTPRoute("/accounts/{id}", .immediate { _ in .text(404, "no such account\n") }),
        ])
      defer { server.stop() }
      let port = server.port
      let (book, account) = try await RawHTTPClient.blocking {
        let client = try HTTPClient(address: "http://127.0.0.1:\(port)/")
        return (
          try client.get(["accounts", "a/b é%", "book"]), try client.get(["accounts", "x"])
        )
      }
      #expect(book.status == 200)
      #expect(book.contentType == "application/json")
      #expect(String(decoding: book.body, as: UTF8.self) == "{\"id\":\"a/b é%\"}\n")
      #expect(account.status == 404)
      #expect(String(decoding: account.body, as: UTF8.self) == "no such account\n")
      // What has listened there listens no more.
      server.stop()
      await #expect(throws: HTTPClient.Failure.unreachable("Connection refused")) {
        try await RawHTTPClient.blocking {
          try HTTPClient(address: "127.0.0.1:\(port)").get(["accounts"])
        }
      }
    }

    @Test(
      "refuses what is no address",
      arguments: [
        "https://localhost:1", "localhost", "http://:80", "http://a:0", "http://a:99999",
        "http://a:1/path", "::1:80", "http://u@a:1",
      ])
    func addresses(text: String) {
      #expect(throws: HTTPClient.Failure.badAddress(text)) { try HTTPClient(address: text) }
    }

    @Test("understands whole answers only")
    func answers() throws {
      let whole = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
      #expect(try HTTPClient.parse(Array(whole.utf8)).body == Array("hi".utf8))
      for text in [
        "", "HTTP/1.1 200 OK\r\n", "SSH-2.0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi",
      ] {
        #expect(throws: HTTPClient.Failure.self, "\(text)") {
          try HTTPClient.parse(Array(text.utf8))
        }
      }
    }
  }
}
