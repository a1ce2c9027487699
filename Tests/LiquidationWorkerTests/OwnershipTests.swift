import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import LiquidationWorker
import MarginDomain
import StreamTransport
import Telemetry
import Testing

extension OnMemory {
  @Suite("Owners of partitions")
  struct OwnershipTests {
    private let all: [Int32] = [0, 1, 2, 3]

    /// Accounts on each partition, prices that call some of them and liquidate others.
    private func trade(
      _ venue: inout Venue, _ workers: [RunningWorker]
    ) async throws -> [String] {
      try await venue.defineMarket(for: workers)
      var names: [String] = []
      for partition in all {
        let own = venue.accounts(on: partition, count: 3)
        for (name, cash) in zip(own, ["3850", "3950", "20000"]) {
          venue.open(name, cash: cash, long: "1")
        }
        names += own
      }
      for worker in workers { try await worker.hasApplied(venue) }
      for price in ["57000", "56500", "56400", "56390"] {
        venue.price(price)
        for worker in workers { try await worker.hasApplied(venue) }
      }
      return names
    }

    /// The accounts that a worker knows, by name.
    private func views(
      _ names: [String], _ worker: RunningWorker
    ) async -> [String: AccountView] {
      var views: [String: AccountView] = [:]
      for name in names { views[name] = await worker.service.account(AccountID(name)) }
      return views
    }

    @Test("when one of two workers stops, the other rebuilds the same state and goes on")
    func takesOver() async throws {
      var venue = Venue()
      let first = try RunningWorker("a", on: venue)
      let second = try RunningWorker("b", on: venue)
      venue.broker.assign(["a-0": [0, 1], "b-0": [2, 3]])
      try await first.isLive(on: [0, 1])
      try await second.isLive(on: [2, 3])
      let names = try await trade(&venue, [first, second])
      let seen = await views(names, first).merging(views(names, second)) { $1 }
      let ledgers = await first.ledgers().merging(second.ledgers()) { $1 }
      let statistics = await first.statistics()
      #expect(seen.count == names.count)
      #expect(try await first.stop() == nil)
      let published = try venue.events(.liquidations).map(\.event.id)

      venue.broker.assign(["b-0": all])
      try await second.isLive(on: all)
      #expect(await views(names, second) == seen)
      #expect(await second.ledgers() == ledgers)
      let rebuilt = await second.statistics()
      #expect(rebuilt[0] == statistics[0])
      #expect(rebuilt[1] == statistics[1])
      let rebuilds = second.log.lines.filter { $0.contains("rebuilding state") }
      #expect(rebuilds.count == 2)
      // What it owned already is kept.
      #expect(rebuilds.last?.contains("partitions=0,1") == true)

      venue.price("52000")
      venue.price("51900")
      try await second.hasApplied(venue)
      let after = try venue.events(.liquidations).filter { !published.contains($0.event.id) }
      #expect(Set(after.map(\.partition)).isSuperset(of: [0, 1]))
      #expect(await second.ledgers().values.allSatisfy(\.isBalanced))
      try await second.stop()
    }

    @Test("is not ready while it rebuilds, says how far it is, and answers queries")
    func readinessWhileRebuilding() async throws {
      var venue = Venue()
      try await venue.defineMarket()
      venue.open("acct-1", cash: "5000", long: "1")
      let worker = try RunningWorker(on: venue)
      venue.broker.hold(.read)
      venue.broker.assign(["a-0": all])
      let sample = "plimsoll_rebuild_remaining_records{lane=\"lane-0\"}"
      try await eventually("the rebuild says what is left") {
        worker.health.readiness().lines == ["lane-0 is rebuilding: 10 records left"]
          && worker.metric(sample) == 10
      }
      #expect(await worker.service.account(AccountID("acct-1")) == nil)
      #expect(!worker.service.isLive(on: 0))
      venue.broker.release(.read)
      try await worker.isLive(on: all)
      #expect(worker.metric(sample) == 0)
      #expect(try await worker.account("acct-1").accountSequence == 2)
      #expect(
        worker.log.lines.contains { $0.contains("state is rebuilt") })
      try await worker.stop()
    }

    @Test("gives up a rebuild when the group changes hands, and leaves nothing behind")
    func interruptedRebuild() async throws {
      var venue = Venue()
      try await venue.defineMarket()
      venue.open("acct-1", cash: "5000", long: "1")
      let worker = try RunningWorker(on: venue)
      venue.broker.hold(.read)
      venue.broker.assign(["a-0": all])
      try await eventually("the rebuild has begun") { venue.broker.calls(of: .read) > 0 }
      venue.broker.assign(["a-0": []])
      try await worker.isLive(on: [])
      #expect(worker.metric("plimsoll_rebuild_remaining_records{lane=\"lane-0\"}") == 0)
      venue.broker.assign(["a-0": all])
      try await eventually("the next rebuild has begun") {
        !worker.health.readiness().isHealthy
      }
      venue.broker.lose("a-0")
      try await eventually("the loss is told") {
        worker.health.readiness().lines == ["lane-0 lost its partitions"]
      }
      venue.broker.release(.read)
      venue.broker.assign(["a-0": all])
      try await worker.isLive(on: all)
      #expect(try await worker.account("acct-1").accountSequence == 2)
      try await worker.stop()
    }

    @Test("stops in the middle of a rebuild")
    func stopsDuringRebuild() async throws {
      var venue = Venue()
      try await venue.defineMarket()
      let worker = try RunningWorker(on: venue)
      venue.broker.hold(.read)
      venue.broker.assign(["a-0": all])
      try await eventually("the rebuild has begun") { venue.broker.calls(of: .read) > 0 }
      #expect(try await worker.stop() == nil)
      #expect(venue.broker.committed().isEmpty)
      #expect(worker.metric("plimsoll_rebalances_total") == 1)
    }

    @Test("follows the group when it changes hands at the very end of a rebuild")
    func startRefused() async throws {
      var venue = Venue()
      try await venue.defineMarket()
      let worker = try RunningWorker(on: venue)
      venue.broker.fail(
        .groupStart,
        with: [TransportError(kind: .abortable, code: "NOT_OWNED", reason: "not owned")])
      venue.broker.assign(["a-0": all])
      try await eventually("the start was refused") {
        worker.log.lines.contains { $0.contains("the group changed hands during a rebuild") }
      }
      #expect(!worker.health.readiness().isHealthy)
      venue.broker.assign(["a-0": all])
      try await worker.isLive(on: all)
      try await worker.stop()
    }

    @Test("applies, publishes and commits what comes with a revocation, and keeps its tasks")
    func revokedInMidBatch() async throws {
      var venue = Venue()
      try await venue.defineMarket()
      let worker = try await startAlone(venue) { $0.commitMilliseconds = 3_600_000 }
      let reads = venue.broker.calls(of: .read)
      venue.broker.hold(.groupPoll)
      let names = all.map { venue.accounts(on: $0, count: 1)[0] }
      for name in names { venue.open(name, cash: "400", long: "1") }
      venue.broker.assign(["a-0": all])
      try await eventually("the partitions were revoked and assigned again") {
        worker.metric("plimsoll_rebalances_total") == 3
      }
      try await worker.isLive(on: all)
      #expect(try Set(venue.events(.marginCalls).map(\.event.id.accountID.text)) == Set(names))
      for partition in all { #expect(venue.broker.committed()[venue.trades(partition)] == 2) }
      #expect(venue.broker.calls(of: .read) == reads)
      venue.broker.release(.groupPoll)
      try await worker.stop()
    }

    @Test("drops the state of lost partitions and rebuilds when they come back")
    func loses() async throws {
      var venue = Venue()
      let worker = try await startAlone(venue)
      let names = try await trade(&venue, [worker])
      let seen = await views(names, worker)
      venue.broker.lose("a-0")
      try await eventually("the loss is told") {
        worker.health.readiness().lines == ["lane-0 lost its partitions"]
      }
      #expect(await worker.service.account(AccountID(names[0])) == nil)
      venue.broker.assign(["a-0": all])
      try await worker.isLive(on: all)
      #expect(await views(names, worker) == seen)
      try await worker.stop()
    }

    @Test("does not apply records again that are delivered again")
    func redelivery() async throws {
      var venue = Venue()
      let worker = try await startAlone(venue)
      let names = try await trade(&venue, [worker])
      let seen = await views(names, worker)
      let statistics = await worker.statistics()
      let polls = venue.broker.calls(of: .groupPoll)
      for partition in all { venue.broker.rewind("a-0", venue.trades(partition), to: 0) }
      try await eventually("the records were delivered again") {
        venue.broker.calls(of: .groupPoll) > polls + 5
      }
      #expect(await worker.statistics() == statistics)
      #expect(await views(names, worker) == seen)
      #expect(worker.metric("plimsoll_duplicate_records_total") == 0)
      try await worker.stop()
    }

    @Test("rebuilds up to ends that are markers, which no reader sees")
    func markers() async throws {
      var venue = Venue()
      try await venue.defineMarket()
      venue.open("acct-1", cash: "5000", long: "1")
      let place = venue.trades(venue.partition(of: "acct-1"))
      venue.broker.writeMarker(place)
      venue.broker.writeMarker(TopicPartition(topic: Venue.topics.prices, partition: 0))
      let worker = try await startAlone(venue)
      try await worker.hasApplied(venue)
      #expect(worker.service.progress.current[0].trades[place.partition] == 3)
      venue.deposit("acct-1", "1")
      try await worker.hasApplied(venue)
      #expect(try await worker.account("acct-1").accountSequence == 3)
      try await worker.stop()
    }
  }
}
