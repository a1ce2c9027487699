import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import LiquidationWorker
import MarginDomain
import StreamTransport
import Telemetry
import Testing

extension OnMemory {
  /// Records that are legal but unwanted: counted, dropped or held, never a dead letter.
  @Suite("Inputs that are counted")
  struct CountedInputTests {
    private func start() async throws -> (Venue, RunningWorker) {
      var venue = Venue()
      try await venue.defineMarket()
      venue.open("acct-1", cash: "20000", long: "1")
      let worker = try await startAlone(venue)
      try await worker.hasApplied(venue)
      return (venue, worker)
    }

    private func marks(_ worker: RunningWorker) async throws -> [Price?] {
      try await worker.account("acct-1").positions.map(\.markPrice)
    }

    private func sum(
      _ worker: RunningWorker, _ count: (EngineStatistics) -> UInt64
    ) async -> UInt64 {
      await worker.statistics().values.reduce(0) { $0 + count($1) }
    }

    @Test("an account event that comes twice is dropped and counted")
    func repeatedEvent() async throws {
      var (venue, worker) = try await start()
      let deposit = venue.builder.transfer("acct-1", "USD", number("5"))
      venue.write(deposit)
      venue.write(deposit)
      let old = venue.builder.event(
        "acct-1", .transfer(Transfer(asset: Symbol("USD"), amount: number("9"), transferID: "")),
        sequence: 1)
      venue.write(old)
      try await worker.hasApplied(venue)
      #expect(worker.metric("plimsoll_duplicate_records_total") == 2)
      #expect(try await worker.account("acct-1").balances.map(\.amount) == [number("20005")])
      #expect(try await !worker.account("acct-1").isIncomplete)
      #expect(venue.deadLetters.isEmpty)
      try await worker.stop()
    }

    @Test("a price that comes twice, or is older, is dropped and counted once, not once per task")
    func repeatedPrice() async throws {
      var (venue, worker) = try await start()
      let late = venue.builder.price("BTC-PERP", mark: number("58000"))
      venue.builder.advance(bySeconds: 1)
      let price = venue.builder.price("BTC-PERP", mark: number("59000"))
      venue.write(price)
      venue.write(price)
      venue.write(late)
      try await worker.hasApplied(venue)
      #expect(worker.metric("plimsoll_duplicate_records_total") == 2)
      #expect(try await marks(worker) == [number("59000")])
      #expect(venue.deadLetters.isEmpty)
      try await worker.stop()
    }

    @Test("funding that comes twice is paid once")
    func repeatedFunding() async throws {
      var (venue, worker) = try await start()
      let funding = venue.builder.funding(
        "BTC-PERP", .settlement(rate: number("0.01"), price: number("60000")))
      venue.write(funding)
      venue.write(funding)
      try await worker.hasApplied(venue)
      #expect(worker.metric("plimsoll_duplicate_records_total") == 1)
      #expect(try await worker.account("acct-1").balances.map(\.amount) == [number("19400")])
      try await worker.stop()
    }

    @Test("an event after a gap is applied, and the account is incomplete, with an event")
    func gap() async throws {
      var (venue, worker) = try await start()
      venue.write(
        venue.builder.event(
          "acct-1", .transfer(Transfer(asset: Symbol("USD"), amount: number("5"), transferID: "")),
          sequence: 9))
      try await worker.hasApplied(venue)
      let events = try venue.events(.marginCalls, of: "acct-1")
      #expect(events.map(\.body) == [.incomplete(.sequenceGap(last: 2, received: 9))])
      #expect(try await worker.account("acct-1").balances.map(\.amount) == [number("20005")])
      #expect(await sum(worker) { $0.sequenceGaps } == 1)
      #expect(venue.deadLetters.isEmpty)
      try await worker.stop()
    }

    @Test("an account event whose time goes backwards is applied in the order of the log")
    func timeGoesBack() async throws {
      var (venue, worker) = try await start()
      let marginTime = try await worker.account("acct-1").marginTime
      let early = venue.builder
      venue.builder.advance(bySeconds: 100)
      venue.deposit("acct-1", "5")
      let time = venue.builder.time
      venue.builder.time = early.time
      venue.deposit("acct-1", "6")
      venue.builder.time = time
      try await worker.hasApplied(venue)
      let account = try await worker.account("acct-1")
      #expect(account.balances.map(\.amount) == [number("20011")])
      // Prices and funding alone move it.
      #expect(account.marginTime == marginTime)
      #expect(try venue.events(.marginCalls).isEmpty)
      #expect(venue.deadLetters.isEmpty)
      try await worker.stop()
    }

    @Test("a single price outside the band is held and does nothing")
    func outsideBand() async throws {
      var (venue, worker) = try await start()
      venue.write(venue.builder.price("BTC-PERP", mark: number("30000")))
      try await worker.hasApplied(venue)
      #expect(worker.metric("plimsoll_held_prices_total") == 1)
      #expect(try await marks(worker) == [number("60000")])
      venue.write(venue.builder.price("BTC-PERP", mark: number("60100")))
      try await worker.hasApplied(venue)
      #expect(try await marks(worker) == [number("60100")])
      #expect(try venue.events(.liquidations).isEmpty)
      #expect(venue.deadLetters.isEmpty)
      try await worker.stop()
    }

    @Test(
      "a crash that stays outside the band is believed after three confirmations, and liquidates")
    func crash() async throws {
      var (venue, worker) = try await start()
      for price in ["30000", "29900", "29800"] {
        venue.write(venue.builder.price("BTC-PERP", mark: number(price)))
      }
      try await worker.hasApplied(venue)
      #expect(try venue.events(.liquidations).isEmpty)
      venue.write(venue.builder.price("BTC-PERP", mark: number("29700")))
      venue.write(venue.builder.price("BTC-PERP", mark: number("29600")))
      try await worker.hasApplied(venue)
      #expect(worker.metric("plimsoll_held_prices_total") == 3)
      #expect(await sum(worker) { $0.bandReleases } == 4)
      let started = try venue.events(.liquidations, of: "acct-1").contains {
        if case .liquidationStarted = $0.body { return true }
        return false
      }
      #expect(started)
      try await worker.stop()
    }
  }
}
