import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import LiquidationWorker
import MarginDomain
import StreamTransport
import Telemetry
import Testing

extension OnMemory {
  @Suite("Worker service")
  struct ServiceTests {
    @Test(
      "leads prices, trades and funding to events, with gapless sequences per topic and partition")
    func publishesEvents() async throws {
      var venue = Venue()
      let worker = try await startAlone(venue, lanes: 2)
      try await venue.defineMarket(for: [worker])
      try await worker.hasApplied(venue)
      let names = (0..<4 as Range<Int32>).flatMap { venue.accounts(on: $0, count: 3) }
      for name in names { venue.open(name, cash: "5000", long: "1") }
      try await worker.hasApplied(venue)
      for price in ["56000", "55400", "55200", "55100", "55000"] {
        venue.price(price)
        try await worker.hasApplied(venue)
      }
      venue.write(
        venue.builder.funding(
          "BTC-PERP", .settlement(rate: number("0.0001"), price: number("55000")))
      )
      try await worker.hasApplied(venue)
      #expect(try await worker.stop() == nil)
      for topic in MarginEvent.Topic.allCases {
        let events = try venue.events(topic)
        #expect(events.count >= names.count)
        for partition in 0..<4 as Range<Int32> {
          let own = events.filter { $0.partition == partition }.map(\.event)
          #expect(own.map(\.sequence) == Array(1...UInt64(max(1, own.count))))
          #expect(own.allSatisfy { venue.partition(of: $0.id.accountID.text) == partition })
        }
      }
      let started = try venue.events(.liquidations).filter {
        if case .liquidationStarted = $0.event.body { return true }
        return false
      }
      #expect(Set(started.map(\.event.id.accountID.text)) == Set(names))
      #expect(venue.deadLetters.isEmpty)
    }

    @Test("is not ready before its lanes have joined, and says why")
    func readiness() async throws {
      let venue = Venue()
      let worker = try RunningWorker(on: venue, lanes: 2)
      #expect(!worker.health.readiness().isHealthy)
      try await eventually("both lanes have joined") { venue.broker.members().count == 2 }
      #expect(
        worker.health.readiness().lines
          == ["lane-0 is joining the group", "lane-1 is joining the group"])
      venue.broker.assign(["a-0": [0, 1, 2, 3], "a-1": []])
      try await worker.isLive(on: [0, 1, 2, 3])
      try await worker.stop()
      #expect(worker.health.readiness().lines.contains("the worker is stopping"))
    }

    @Test("drains on stop: what was taken is published and its offsets are stored")
    func drains() async throws {
      var venue = Venue()
      // Nothing is stored while it runs, so what is stored in the end comes from the drain.
      let worker = try await startAlone(venue) { $0.commitMilliseconds = 3_600_000 }
      let before = venue.broker.committed()
      try await venue.defineMarket(for: [worker])
      for partition in 0..<4 as Range<Int32> {
        venue.open(venue.accounts(on: partition, count: 1)[0], cash: "5000", long: "1")
      }
      try await worker.hasApplied(venue)
      #expect(venue.broker.committed() == before)
      #expect(try await worker.stop() == nil)
      for partition in 0..<4 as Range<Int32> {
        #expect(venue.broker.committed()[venue.trades(partition)] == 2)
      }
      #expect(venue.broker.members().isEmpty)
      #expect(!worker.service.isLive(on: 0))
    }

    @Test("stops at once when it is told before it has partitions")
    func stopsEarly() async throws {
      let venue = Venue()
      let worker = try RunningWorker(on: venue, lanes: 2)
      #expect(try await worker.stop() == nil)
    }

    @Test("answers questions about an account while batches flow")
    func answersWhileBusy() async throws {
      var venue = Venue(partitions: 1)
      try await venue.defineMarket()
      venue.deposit("acct", "1")
      let worker = try await startAlone(venue) { $0.batchLimit = 10 }
      let rounds = 300
      for _ in 0..<rounds { venue.deposit("acct", "1") }
      var answers: [UInt64] = []
      while answers.last != UInt64(rounds) + 1 {
        answers.append(try await worker.account("acct").accountSequence)
        await Task.yield()
      }
      #expect(answers == answers.sorted())
      #expect(await worker.service.account(AccountID("nobody")) == nil)
      #expect(try await worker.stop() == nil)
      // Also after the lane has ended.
      #expect(try await worker.account("acct").accountSequence == UInt64(rounds) + 1)
    }

    @Test("does not let a lane without partitions hold up the broadcast log")
    func idleLane() async throws {
      var venue = Venue()
      let worker = try RunningWorker(on: venue, lanes: 2) { $0.broadcastLimit = 8 }
      venue.broker.assign(["a-0": [0, 1, 2, 3], "a-1": []])
      try await worker.isLive(on: [0, 1, 2, 3])
      try await venue.defineMarket(for: [worker])
      for step in 0..<60 { venue.price(String(60_000 + step)) }
      try await worker.hasApplied(venue)
      #expect(worker.service.progress.current.map(\.broadcast)[0].values.contains(123))
      #expect(try await worker.stop() == nil)
    }

    @Test("does not let a lane that has not joined hold up the broadcast log")
    func unjoinedLane() async throws {
      var venue = Venue()
      let worker = try RunningWorker(on: venue, lanes: 2) { $0.broadcastLimit = 8 }
      // Without a share for it, the second lane is assigned nothing; without an assignment at all
      // it waits for one.
      try await eventually("both lanes have joined") { venue.broker.members().count == 2 }
      try await venue.defineMarket()
      for step in 0..<60 { venue.price(String(60_000 + step)) }
      let prices = TopicPartition(topic: Venue.topics.prices, partition: 0)
      try await eventually("both lanes let the prices pass") {
        worker.service.progress.current.allSatisfy { $0.broadcast[prices] == 123 }
      }
      #expect(try await worker.stop() == nil)
    }
  }
}
