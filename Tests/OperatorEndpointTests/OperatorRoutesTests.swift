import OperatorEndpoint
import Telemetry
import Testing

extension OperatorEndpointSuite {
  @Suite("Operator routes")
  struct OperatorRoutesTests {
    private actor Ledger {
      private let equities = ["alice": "12.50", "a/b é%": "1"]
      func equity(of account: String) -> String? { equities[account] }
    }

    private let metrics = MetricsRegistry()
    private let health = HealthState()
    private let server: HTTPServer

    init() throws {
      let ledger = Ledger()
      // Tests share two threads with many others, so an answer may wait far longer than in a
      // worker.
      var configuration = HTTPServerConfiguration()
      configuration.answerLimit = .seconds(60)
      server = try HTTPServer(
        configuration: configuration,
        routes: HTTPRoute.operatorRoutes(metrics: metrics, health: health) { account in
          guard let equity = await ledger.equity(of: account) else {
            return .text(404, "There is no such account on this worker.\n")
          }
          return .json("{\"equity\":\"\(equity)\"}")
        })
    }

    private func get(_ target: String) async throws -> RawAnswer {
      try await RawHTTPClient.ask(server.port, RawHTTPClient.request("GET", target))
    }

    @Test("serve the metrics as Prometheus asks for them")
    func metricsPage() async throws {
      try metrics.counter("plimsoll_x_total", help: "X.").increment(by: 3)
      let answer = try await get("/metrics?name[]=plimsoll_x_total")
      #expect(answer.status == 200)
      #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      #expect(answer.body == metrics.text())
      #expect(answer.body.hasSuffix("plimsoll_x_total 3\n"))
    }

    @Test("answer readiness with 503 and the reasons, then with 200")
    func readiness() async throws {
      health.setReason("restore/3", "restoring partition 3: 120000 records left")
      health.clearReason(HealthState.startingKey)
      let before = try await get("/readyz")
      #expect(before.status == 503)
      #expect(before.body == "restoring partition 3: 120000 records left\n")
      #expect(try await get("/healthz").status == 200)
      health.clearReason("restore/3")
      let after = try await get("/readyz")
      #expect(after.status == 200)
      #expect(after.body == "ready\n")
      #expect(after.headers["content-type"] == "text/plain; charset=utf-8")
    }

    @Test("answer an account from an actor")
    func account() async throws {
      let answer = try await get("/accounts/alice")
      #expect(answer.status == 200)
      #expect(answer.headers["content-type"] == "application/json")
      #expect(answer.body == "{\"equity\":\"12.50\"}")
      #expect(try await get("/accounts/bob").status == 404)
    }

    @Test("decode the account, an encoded slash included")
    func decoding() async throws {
      let answer = try await get("/accounts/a%2Fb%20%C3%a9%25")
      #expect(answer.status == 200)
      #expect(answer.body == "{\"equity\":\"1\"}")
    }

    @Test(
      "answer 400 to an account that is not valid percent-encoded UTF-8",
      arguments: ["%", "a%2", "%zz", "%FF", "%C3", "%00", "a%ED%A0%80"])
    func badEscape(account: String) async throws {
      let answer = try await get("/accounts/\(account)")
      #expect(answer.status == 400)
      #expect(answer.body.contains("percent-encoding"))
    }

    @Test(
      "answer 404 with the pages there are",
      arguments: [
        "/", "/metrics/", "/Metrics", "/%6Detrics", "/accounts", "/accounts/", "/accounts/a/b",
      ])
    func notFound(target: String) async throws {
      let answer = try await get(target)
      #expect(answer.status == 404)
      #expect(
        answer.body
          == "There is no such page here. Pages: /metrics, /healthz, /readyz, /accounts/{id}\n")
    }
  }
}
