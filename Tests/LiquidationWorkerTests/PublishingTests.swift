import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import LiquidationWorker
import MarginDomain
import StreamTransport
import Telemetry
import Testing

extension OnMemory {
  @Suite("Publishing and failures")
  struct PublishingTests {
    private func fault(
      _ kind: TransportError.Kind, _ reason: String = "the broker said no"
    ) -> TransportError {
      TransportError(kind: kind, code: "TEST", reason: reason)
    }

    /// A worker with an account that is just not called yet, and the venue before it.
    private func start(
      adjust: (inout WorkerConfiguration) -> Void = { _ in }
    ) async throws -> (Venue, RunningWorker) {
      var venue = Venue(partitions: 1)
      try await venue.defineMarket()
      venue.open("acct", cash: "20000", long: "1")
      let worker = try await startAlone(venue, adjust: adjust)
      try await eventually("the offsets of the rebuild are stored") {
        venue.broker.committed()[venue.trades(0)] == 2
      }
      return (venue, worker)
    }

    @Test("offers an output again when the client has no room")
    func retriesPublish() async throws {
      var (venue, worker) = try await start()
      venue.broker.fail(.publish, with: Array(repeating: fault(.retriable), count: 9))
      venue.deposit("acct", "-19600")
      try await worker.hasApplied(venue)
      #expect(worker.metric("plimsoll_publish_retries_total") == 9)
      #expect(try venue.events(.marginCalls, of: "acct").map(\.body) == [.warning])
      #expect(try await worker.stop() == nil)
    }

    @Test(
      "ends with the reason when outputs cannot be published",
      arguments: [TransportError.Kind.fatal, .refused, .deliveryFailed])
    func failsToPublish(_ kind: TransportError.Kind) async throws {
      var (venue, worker) = try await start()
      venue.broker.fail(kind == .deliveryFailed ? .delivery : .publish, with: [fault(kind)])
      let before = venue.broker.committed()
      venue.deposit("acct", "-19600")
      #expect(try await worker.failure() == .transport("the broker said no"))
      #expect(
        worker.health.readiness().lines.contains("lane-0 failed: the broker said no"))
      // What was not published is not called done.
      #expect(venue.broker.committed() == before)
      #expect(worker.service.progress.current[0].trades[0] == 2)
    }

    @Test("says which option to change when another worker has the same instance name")
    func fenced() async throws {
      let (venue, worker) = try await start()
      venue.broker.fail(
        .groupPoll,
        with: [TransportError(kind: .fatal, code: "FENCED_INSTANCE_ID", reason: "Kafka client: x")])
      let failure = try #require(await worker.failure())
      #expect(failure == .instanceTaken(name: "a", group: "plimsoll"))
      #expect(
        failure.description
          == "another worker of group plimsoll has started with the same instance name a; "
          + "give each worker an --instance of its own, or leave the option out")
      #expect(worker.health.readiness().lines.contains("lane-0 failed: \(failure)"))
    }

    @Test("gives up when the client never has room")
    func neverRoom() async throws {
      var (venue, worker) = try await start()
      venue.broker.fail(.publish, with: Array(repeating: fault(.retriable), count: 10))
      venue.deposit("acct", "-19600")
      #expect(try await worker.failure() == .transport("the broker said no"))
    }

    @Test("stays alive and answers queries while the broker takes its time to acknowledge")
    func slowFlush() async throws {
      var (venue, worker) = try await start()
      venue.broker.hold(.flush)
      venue.deposit("acct", "-19600")
      try await eventually("the lane waits for the acknowledgement") {
        venue.broker.calls(of: .flush) > 0
      }
      #expect(try await worker.account("acct").accountSequence == 3)
      #expect(worker.service.progress.current[0].trades[0] == 2)
      #expect(venue.broker.committed()[venue.trades(0)] != 3)
      venue.broker.release(.flush)
      try await worker.hasApplied(venue)
      #expect(try !venue.events(.marginCalls, of: "acct").isEmpty)
      #expect(try await worker.stop() == nil)
    }

    @Test("gives up when the broker never acknowledges")
    func neverFlushed() async throws {
      var (venue, worker) = try await start { $0.flushMilliseconds = 30 }
      venue.broker.hold(.flush)
      venue.deposit("acct", "-19600")
      #expect(
        try await worker.failure()
          == .transport("the broker has not acknowledged the outputs after 30 ms"))
    }

    @Test("offers nothing again once the patience for waiting is used up")
    func oneDeadline() async throws {
      var (venue, worker) = try await start { $0.flushMilliseconds = 0 }
      venue.broker.fail(.publish, with: [fault(.retriable)])
      venue.deposit("acct", "-19600")
      #expect(try await worker.failure() == .transport("the broker said no"))
      #expect(worker.metric("plimsoll_publish_retries_total") == 0)
    }

    @Test("writes a dead letter without its record when it is too large, and goes on")
    func largeDeadLetter() async throws {
      var (venue, worker) = try await start()
      venue.broker.fail(.publish, with: [fault(.refused, "too large")])
      let letter = venue.write(
        venue.builder.transfer("acct-9", "NOPE", number("1")),
        headers: [RecordHeader(name: "trace", text: "1")])
      venue.deposit("acct", "1")
      try await worker.hasApplied(venue)
      let written = try #require(venue.deadLetters.first)
      #expect(written.key == nil && written.value == nil)
      #expect(written.header("dlq.offset") == String(letter.offset))
      #expect(written.header("dlq.reason") == "unknown_symbol")
      let size = letter.record.value?.count ?? 0
      #expect(
        written.header("dlq.omitted")
          == "a key of 6 bytes, a value of \(size) bytes and 1 headers are too large to be written "
          + "here")
      #expect(try await worker.stop() == nil)
    }

    @Test(
      "ends with the reason when a client fails for good",
      arguments: [BrokerOperation.groupPoll, .manualPoll, .commit, .groupStart, .read])
    func clientFails(_ operation: BrokerOperation) async throws {
      var venue = Venue(partitions: 1)
      try await venue.defineMarket()
      venue.deposit("acct", "1")
      let worker = try RunningWorker(on: venue, lanes: 2)
      venue.broker.fail(operation, with: [fault(.fatal)])
      venue.broker.assign(["a-0": [0], "a-1": []])
      #expect(try await worker.failure() == .transport("the broker said no"))
      #expect(
        worker.health.readiness().lines.contains { $0.hasSuffix("failed: the broker said no") })
      #expect(venue.broker.members().isEmpty)
    }

    @Test(
      "goes on when group offsets cannot be stored for now",
      arguments: [TransportError.Kind.abortable, .retriable])
    func commitRefused(_ kind: TransportError.Kind) async throws {
      var (venue, worker) = try await start()
      venue.broker.fail(.commit, with: [fault(kind)])
      venue.deposit("acct", "1")
      venue.deposit("acct", "1")
      try await worker.hasApplied(venue)
      venue.deposit("acct", "1")
      try await eventually("later offsets are stored") {
        venue.broker.committed()[venue.trades(0)] == 5
      }
      #expect(try await worker.stop() == nil)
    }
  }
}
