import OperatorEndpoint
import Testing

extension OperatorEndpointSuite {
  @Suite("HTTP server")
  struct HTTPServerTests {
    private static let routes = [
      HTTPRoute("/page", .immediate { _ in .text(200, "hello\n") }),
      HTTPRoute("/echo/{text}", .immediate { .text(200, $0.parameter ?? "none") }),
    ]

    private func server(
      _ change: (inout HTTPServerConfiguration) -> Void = { _ in }
    ) throws -> HTTPServer {
      var configuration = HTTPServerConfiguration()
      change(&configuration)
      return try HTTPServer(configuration: configuration, routes: Self.routes)
    }

    private func ask(_ server: HTTPServer, _ method: String, _ target: String, _ more: String = "")
      async throws -> RawAnswer
    {
      try await RawHTTPClient.ask(server.port, RawHTTPClient.request(method, target, more))
    }

    @Test("answers HEAD with the headers of GET and no body")
    func head() async throws {
      let server = try server()
      let get = try await ask(server, "GET", "/page")
      let head = try await ask(server, "HEAD", "/page")
      #expect(get.body == "hello\n")
      #expect(head.isComplete)
      #expect(head.body.isEmpty)
      for name in ["content-length", "content-type", "cache-control", "x-content-type-options"] {
        #expect(head.headers[name] == get.headers[name])
        #expect(head.headers[name] != nil)
      }
      #expect(head.status == 200)
    }

    @Test(
      "answers other methods with 405 and says which are allowed",
      arguments: ["POST", "PUT", "DELETE", "OPTIONS", "BREW"])
    func methods(method: String) async throws {
      let server = try server()
      let answer = try await ask(server, method, "/page")
      #expect(answer.status == 405)
      #expect(answer.headers["allow"] == "GET, HEAD")
      #expect(try await ask(server, method, "/none").status == 404)
    }

    @Test(
      "refuses a body before reading it",
      arguments: [
        "Content-Length: 1000000000\r\n", "Content-Length: 1\r\n", "Transfer-Encoding: chunked\r\n",
      ])
    func body(header: String) async throws {
      let server = try server()
      #expect(try await ask(server, "GET", "/page", header).status == 413)
      #expect(try await ask(server, "GET", "/page", "Content-Length: 0\r\n").status == 200)
    }

    @Test("answers several requests on one connection")
    func keepAlive() async throws {
      let server = try server()
      try await RawHTTPClient.blocking { [port = server.port] in
        let connection = try RawConnection(port: port)
        for number in 0..<5 {
          try connection.send("GET /echo/\(number) HTTP/1.1\r\nHost: x\r\n\r\n")
          #expect(try connection.receiveAnswer().body == "\(number)")
        }
      }
    }

    @Test("answers a header or a target that is too long with 431 or 414, and serves on")
    func tooLong() async throws {
      let server = try server()
      let header = "X-Long: \(String(repeating: "x", count: 20_000))\r\n"
      let answer = try await ask(server, "GET", "/page", header)
      #expect(answer.status == 431)
      let long = String(repeating: "x", count: 2048)
      #expect(try await ask(server, "GET", "/page?\(long)").status == 414)
      #expect(try await ask(server, "GET", "/echo/\(long)").status == 414)
      #expect(try await ask(server, "GET", "/page?" + long.dropLast(6)).status == 200)
    }

    @Test(
      "refuses what is not HTTP and serves on",
      arguments: [
        "\r\n\r\n\r\n\r\nnonsense\r\n\r\n", "GET /page HTTP/1.1\r\n\r\n",
        "\u{16}\u{3}\u{1}\r\n\r\n",
        "GET /page HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
      ])
    func nonsense(bytes: String) async throws {
      let server = try server { $0.timeoutSeconds = 1 }
      let answer = try await RawHTTPClient.ask(server.port, bytes)
      #expect(answer.status == nil || (400...505).contains(answer.status ?? 0))
      #expect(try await ask(server, "GET", "/page").status == 200)
    }

    @Test("refuses connections over the limit of one address, and serves those it has")
    func connectionsPerAddress() async throws {
      let server = try server { $0.connectionLimitPerAddress = 4 }
      try await RawHTTPClient.blocking { [port = server.port] in
        let request = "GET /page HTTP/1.1\r\nHost: x\r\n\r\n"
        var kept: [RawConnection] = []
        for _ in 0..<4 {
          let connection = try RawConnection(port: port)
          try connection.send(request)
          #expect(try connection.receiveAnswer().status == 200)
          kept.append(connection)
        }
        for _ in 0..<40 {
          let refused = try RawConnection(port: port)
          try? refused.send(request)
          #expect(try refused.receiveAll() == "")
        }
        for connection in kept {
          try connection.send(request)
          #expect(try connection.receiveAnswer().status == 200)
        }
        kept.removeAll()
      }
      // The server learns of the closed connections in its own time, so the first may be refused.
      var status: Int?
      while status == nil { status = try await ask(server, "GET", "/page").status }
      #expect(status == 200)
    }

    @Test("lets connections over its whole limit wait until others have ended")
    func connections() async throws {
      let server = try server {
        $0.connectionLimit = 8
        $0.connectionLimitPerAddress = 1000
        $0.timeoutSeconds = 1
      }
      try await RawHTTPClient.blocking { [port = server.port] in
        // Silent connections hold all places until their time is up; only then comes the last.
        let silent = try (0..<12).map { _ in try RawConnection(port: port) }
        let last = try RawConnection(port: port)
        try last.send(RawHTTPClient.request("GET", "/page"))
        #expect(RawAnswer(try last.receiveAll()).status == 200)
        for connection in silent { #expect(try connection.receiveAll() == "") }
      }
    }

    @Test("listens on loopback only unless told otherwise")
    func loopback() async throws {
      let loopbackOnly = try server()
      let everywhere = try server { $0.address = "0.0.0.0" }
      #expect(loopbackOnly.address == "127.0.0.1")
      // 127.0.0.2 reaches this machine too, but not a socket that is bound to 127.0.0.1.
      try await RawHTTPClient.blocking { [ports = (loopbackOnly.port, everywhere.port)] in
        #expect(throws: RawConnection.Failure.self) {
          try RawConnection(address: "127.0.0.2", port: ports.0)
        }
        _ = try RawConnection(address: "127.0.0.2", port: ports.1)
      }
    }

    @Test("says which setting keeps it from starting")
    func startErrors() throws {
      let running = try server()
      let taken = #expect(throws: HTTPServerError.self) {
        try server { $0.port = running.port }
      }
      #expect(taken?.description.hasSuffix("port \(running.port): Address already in use") == true)
      #expect(throws: HTTPServerError.badAddress("localhost")) {
        try server { $0.address = "localhost" }
      }
      #expect(throws: HTTPServerError.badLimit(name: "connectionLimit", minimum: 1)) {
        try server { $0.connectionLimit = 0 }
      }
    }

    @Test("frees its port when stopped, as often as it is told to")
    func stop() async throws {
      let first = try server()
      let port = first.port
      first.stop()
      first.stop()
      await #expect(throws: RawConnection.Failure.self) {
        try await RawHTTPClient.ask(port, RawHTTPClient.request("GET", "/page"))
      }
      let second = try server { $0.port = port }
      #expect(try await ask(second, "GET", "/page").status == 200)
    }
  }
}
