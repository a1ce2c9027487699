import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import LiquidationWorker
import MarginDomain
import StreamTransport
import Telemetry
import Testing

extension OnMemory {
  @Suite("Start of the worker")
  struct StartTests {
    @Test(
      "refuses to start without a topic, and names it",
      arguments: ["prices", "funding", "reference", "trades", "margin-calls", "dead-letter"])
    func missingTopic(_ topic: String) {
      let venue = Venue(changing: [topic: 0])
      let error = #expect(throws: WorkerError.self) { try RunningWorker(on: venue) }
      #expect(error == .missingTopic(topic))
      #expect(
        error?.description
          == "topic \(topic) does not exist; create it with `plimsoll topics create`")
    }

    @Test(
      "refuses account topics of unequal partition counts",
      arguments: ["margin-calls", "liquidations", "dead-letter"])
    func unequalCounts(_ topic: String) {
      let venue = Venue(changing: [topic: 3])
      let error = #expect(throws: WorkerError.self) { try RunningWorker(on: venue) }
      #expect(error == .partitionCount(topic: topic, found: 3, expected: 4))
      #expect(
        error?.description
          == "topic \(topic) has 3 partitions and trades has 4; the account topics must have "
          + "equally many, see `plimsoll topics check`")
    }

    @Test("says what the broker said when it cannot be asked")
    func brokerFails() {
      let venue = Venue()
      venue.broker.fail(
        .watermarks,
        with: [TransportError(kind: .retriable, code: "_TIMED_OUT", reason: "nobody answers")])
      let error = #expect(throws: WorkerError.self) { try RunningWorker(on: venue) }
      #expect(error == .transport("nobody answers"))
    }

    @Test(
      "refuses to rebuild when the beginning of an input is gone",
      arguments: ["trades", "prices", "reference"])
    func beginningGone(_ topic: String) async throws {
      var venue = Venue(partitions: 1)
      try await venue.defineMarket()
      venue.open("acct", cash: "5000", long: "1")
      let place = TopicPartition(topic: topic, partition: 0)
      venue.broker.dropRecords(of: place, before: 1)
      let worker = try RunningWorker(on: venue)
      venue.broker.assign(["a-0": [0]])
      let failure = try #require(try await worker.failure())
      #expect(
        failure.description
          == "the beginning of \(topic)-0 is gone (its first offset is 1), so the state of its "
          + "accounts cannot be rebuilt; keep the inputs with unlimited retention, or start on new "
          + "topics with a snapshot of each account")
      #expect(!worker.health.readiness().isHealthy)
    }
  }
}
