import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import LiquidationWorker
import MarginDomain
import StreamTransport
import Telemetry
import Testing

extension OnMemory {
  /// What a lane that restores its tasks means for the broadcast log that it shares with others.
  @Suite("Lanes and the shared log")
  struct SharedLogTests {
    private let all: [Int32] = [0, 1, 2, 3]
    private let prices = TopicPartition(topic: Venue.topics.prices, partition: 0)

    /// One account with a long position on each partition.
    private func openAccounts(_ venue: inout Venue) -> [String] {
      let names = all.map { venue.accounts(on: $0, count: 1)[0] }
      for name in names { venue.open(name, cash: "100000", long: "1") }
      return names
    }

    private func settleFunding(_ venue: inout Venue) {
      venue.write(
        venue.builder.funding(
          "BTC-PERP", .settlement(rate: number("0.0001"), price: number("60000"))))
    }

    private func balances(
      _ names: [String], _ worker: RunningWorker
    ) async throws -> [AssetAmount] {
      var balances: [AssetAmount] = []
      for name in names {
        let account = try await worker.account(name)
        #expect(!account.isIncomplete)
        balances += account.balances.map(\.amount)
      }
      return balances
    }

    @Test("a lane in a long rebuild does not keep prices from another lane")
    func rebuildBesideLive() async throws {
      var venue = Venue()
      try await venue.defineMarket()
      let names = openAccounts(&venue)
      let worker = try RunningWorker(on: venue, lanes: 2) { $0.broadcastLimit = 8 }
      venue.broker.assign(["a-0": [0, 1], "a-1": []])
      try await worker.isLive(on: [0, 1])
      venue.broker.hold(.read)
      let reads = venue.broker.calls(of: .read)
      venue.broker.assign(["a-0": [0, 1], "a-1": [2, 3]])
      try await eventually("the second lane rebuilds") { venue.broker.calls(of: .read) > reads }
      for step in 0..<60 {
        venue.price(String(60_000 + step))
        if step % 20 == 0 { settleFunding(&venue) }
      }
      let end = venue.broker.end(of: prices)
      try await eventually("the first lane has all prices") {
        let lane = worker.service.progress.current[0]
        return lane.isLive && lane.broadcast[prices] == end
      }
      #expect(!worker.service.progress.current[1].isLive)

      venue.broker.release(.read)
      try await worker.isLive(on: all)
      try await worker.hasApplied(venue)
      #expect(try await balances(names, worker) == names.map { _ in number("99982") })
      let marks = try await worker.account(names[3]).positions.map(\.markPrice)
      #expect(marks == [number("60059")])
      #expect(worker.log.lines.contains { $0.contains("caught up") })
      #expect(worker.metric("plimsoll_duplicate_records_total") == 0)
      #expect(try await worker.stop() == nil)
    }

    @Test("kept tasks get what the log has dropped during the rebuild of new ones, once")
    func keptTasksCatchUp() async throws {
      var venue = Venue()
      try await venue.defineMarket()
      let names = openAccounts(&venue)
      let worker = try RunningWorker(on: venue) { $0.broadcastLimit = 4 }
      venue.broker.assign(["a-0": [0, 1]])
      try await worker.isLive(on: [0, 1])
      venue.broker.hold(.read)
      let reads = venue.broker.calls(of: .read)
      venue.broker.assign(["a-0": all])
      try await eventually("the rebuild has begun") { venue.broker.calls(of: .read) > reads }
      for step in 0..<20 {
        settleFunding(&venue)
        venue.deposit(names[step % 4], "10")
      }
      // A kept task answers as of where it stands.
      #expect(try await worker.account(names[0]).balances.map(\.amount) == [number("100000")])
      venue.broker.release(.read)
      try await worker.isLive(on: all)
      settleFunding(&venue)
      try await worker.hasApplied(venue)
      #expect(try await balances(names, worker) == names.map { _ in number("99924") })
      #expect(worker.metric("plimsoll_duplicate_records_total") == 0)
      #expect(venue.deadLetters.isEmpty)
      #expect(try await worker.stop() == nil)
    }
  }
}
