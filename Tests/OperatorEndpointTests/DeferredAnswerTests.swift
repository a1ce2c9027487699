import OperatorEndpoint
import Synchronization
import Testing

extension OperatorEndpointSuite {
  @Suite("Deferred answers")
  struct DeferredAnswerTests {
    /// A gate that routes wait at; opened by the test.
    private actor Gate {
      private var waiting: [CheckedContinuation<Void, Never>] = []
      private var arrivals: [CheckedContinuation<Void, Never>] = []
      private var count = 0
      private var isOpen = false

      func pass() async {
        count += 1
        for arrival in arrivals { arrival.resume() }
        arrivals = []
        if !isOpen { await withCheckedContinuation { waiting.append($0) } }
      }

      func arrived(_ wanted: Int) async {
        while count < wanted { await withCheckedContinuation { arrivals.append($0) } }
      }

      func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
      }
    }

    private func server(
      _ gate: Gate, _ change: (inout HTTPServerConfiguration) -> Void = { _ in }
    ) throws -> HTTPServer {
      var configuration = HTTPServerConfiguration()
      change(&configuration)
      return try HTTPServer(
        configuration: configuration,
        routes: [
          HTTPRoute("/now", .immediate { _ in .text(200, "now\n") }),
          HTTPRoute(
            "/wait/{id}",
            .deferred { request in
              await gate.pass()
              return .text(200, request.parameter ?? "")
            }),
        ])
    }

    private func get(_ server: HTTPServer, _ target: String) async throws -> RawAnswer {
      try await RawHTTPClient.ask(server.port, RawHTTPClient.request("GET", target))
    }

    @Test("come to the right clients, while other pages are served")
    func concurrency() async throws {
      let gate = Gate()
      let server = try server(gate) { $0.answerLimit = .seconds(60) }
      try await withThrowingTaskGroup(of: (Int, RawAnswer).self) { group in
        for number in 0..<10 {
          group.addTask { (number, try await get(server, "/wait/\(number)")) }
        }
        await gate.arrived(10)
        #expect(try await get(server, "/now").body == "now\n")
        await gate.open()
        for try await (number, answer) in group {
          #expect(answer.status == 200)
          #expect(answer.body == "\(number)")
        }
      }
    }

    @Test("come at once many times over one connection")
    func keepAlive() async throws {
      let gate = Gate()
      await gate.open()
      let server = try server(gate) { $0.answerLimit = .seconds(60) }
      try await RawHTTPClient.blocking { [port = server.port] in
        let connection = try RawConnection(port: port)
        for number in 0..<500 {
          try connection.send("GET /wait/\(number) HTTP/1.1\r\nHost: x\r\n\r\n")
          #expect(try connection.receiveAnswer().body == "\(number)")
        }
      }
    }

    @Test("become 503 when they take too long, and a late one harms nobody")
    func deadline() async throws {
      let gate = Gate()
      let server = try server(gate) { $0.answerLimit = .milliseconds(50) }
      let answer = try await get(server, "/wait/1")
      #expect(answer.status == 503)
      #expect(answer.body == "There was no answer in time; the worker may be busy. Try again.\n")
      await gate.open()
      #expect(try await get(server, "/now").status == 200)
    }

    @Test("are refused while too many are in the making, late ones included")
    func limit() async throws {
      let gate = Gate()
      let server = try server(gate) {
        $0.answerLimit = .milliseconds(1)
        $0.pendingAnswerLimit = 2
      }
      for number in 0..<2 {
        #expect(try await get(server, "/wait/\(number)").body.contains("in time"))
      }
      #expect(try await get(server, "/wait/2").body.contains("Too many requests"))
      #expect(try await get(server, "/now").status == 200)
      await gate.open()
      var body = "Too many requests"
      while body.hasPrefix("Too many requests") { body = try await get(server, "/wait/3").body }
      #expect(body == "3" || body.contains("in time"))
    }

    @Test("end with a stop, which waits for nobody")
    func stop() async throws {
      let gate = Gate()
      let server = try server(gate) { $0.answerLimit = .seconds(3600) }
      try await withThrowingTaskGroup(of: RawAnswer.self) { group in
        for number in 0..<8 { group.addTask { try await get(server, "/wait/\(number)") } }
        await gate.arrived(8)
        try await RawHTTPClient.blocking { server.stop() }
        for try await answer in group { #expect(answer.status == nil || answer.status == 503) }
      }
      await gate.open()
    }

    @Test("survive stops at any moment")
    func stopRaces() async throws {
      for round in 0..<40 {
        let gate = Gate()
        if round % 2 == 0 { await gate.open() }
        let server = try server(gate) { $0.answerLimit = .milliseconds(1 + round % 4) }
        try await withThrowingTaskGroup(of: Void.self) { group in
          for number in 0..<6 {
            group.addTask {
              // A connection that comes after the stop is refused by the system; that is fine here.
              let answer = try? await get(server, "/wait/\(number)")
              #expect([nil, 200, 503].contains(answer?.status))
            }
          }
          if round % 3 != 0 { await gate.arrived(1) }
          try await RawHTTPClient.blocking { server.stop() }
          await gate.open()
          try await group.waitForAll()
        }
      }
    }

    @Test("leave nothing behind when the client goes away first")
    func clientGone() async throws {
      let gate = Gate()
      let server = try server(gate) { $0.answerLimit = .seconds(60) }
      try await RawHTTPClient.blocking { [port = server.port] in
        for _ in 0..<10 {
          try RawConnection(port: port).send("GET /wait/1 HTTP/1.1\r\nHost: x\r\n\r\n")
        }
      }
      await gate.arrived(10)
      await gate.open()
      #expect(try await get(server, "/now").status == 200)
      #expect(try await get(server, "/wait/2").body == "2")
      try await RawHTTPClient.blocking { server.stop() }
    }
  }
}
