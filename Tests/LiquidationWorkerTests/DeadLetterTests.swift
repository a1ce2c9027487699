import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import LiquidationWorker
import MarginDomain
import StreamTransport
import Telemetry
import Testing

extension OnMemory {
  @Suite("Dead letters")
  struct DeadLetterTests {
    private typealias Written = (record: OutboundRecord, place: TopicPartition, offset: Int64)

    /// The record as it came, with the reason and its place in headers after its own.
    private func expect(
      _ letter: StoredRecord, carries written: Written, because reason: RejectReason,
      on partition: Int32, _ sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(letter.key == written.record.key, sourceLocation: sourceLocation)
      #expect(letter.value == written.record.value, sourceLocation: sourceLocation)
      #expect(letter.partition == partition, sourceLocation: sourceLocation)
      let own = written.record.headers
      #expect(Array(letter.headers.prefix(own.count)) == own, sourceLocation: sourceLocation)
      let timestamp = written.record.timestampMilliseconds ?? 0
      let told = letter.headers.dropFirst(own.count).dropLast().map {
        "\($0.name)=\(String(decoding: $0.value ?? [], as: UTF8.self))"
      }
      #expect(
        told == [
          "dlq.topic=\(written.place.topic)", "dlq.partition=\(written.place.partition)",
          "dlq.offset=\(written.offset)", "dlq.timestamp=\(timestamp)",
          "dlq.reason=\(reason.rawValue)",
        ], sourceLocation: sourceLocation)
      #expect(letter.headers.last?.name == "dlq.detail", sourceLocation: sourceLocation)
      #expect(letter.header("dlq.detail")?.isEmpty == false, sourceLocation: sourceLocation)
      #expect(letter.timestampMilliseconds == timestamp, sourceLocation: sourceLocation)
    }

    private func sample(_ reason: RejectReason) -> String {
      "plimsoll_dead_letter_records_total{reason=\"\(reason.rawValue)\"}"
    }

    @Test(
      "a bad record of a known account goes there, and the account becomes incomplete",
      arguments: BadRecord.trades)
    func trades(_ bad: BadRecord) async throws {
      var venue = Venue()
      try await venue.defineMarket()
      venue.open("acct-1", cash: "20000", long: "1")
      let worker = try await startAlone(venue)
      let written = bad.write(&venue)
      venue.deposit("acct-1", "7")
      try await worker.hasApplied(venue)
      let partition = venue.partition(of: "acct-1")
      #expect(venue.deadLetters.count == 1)
      expect(
        try #require(venue.deadLetters.first), carries: written, because: bad.reason, on: partition)
      #expect(worker.metric(sample(bad.reason)) == 1)
      let events = try venue.events(.marginCalls, of: "acct-1")
      #expect(events.map(\.body) == [.incomplete(.refusedRecord(bad.reason))])
      #expect(events.first?.id.cause.offset == written.offset)
      let account = try await worker.account("acct-1")
      #expect(account.isIncomplete)
      // The stream goes on: the deposit after it has been applied.
      #expect(account.balances.map(\.amount) == [number("20007")])
      #expect(account.accountSequence == 4)
      #expect(try await worker.stop() == nil)
    }

    @Test("every reason has a series from the start, so that an alert sees its first increase")
    func seriesOfReasons() async throws {
      var venue = Venue()
      try await venue.defineMarket()
      let worker = try await startAlone(venue)
      for reason in RejectReason.allCases { #expect(worker.metric(sample(reason)) == 0) }
      #expect(try await worker.stop() == nil)
    }

    @Test("an empty key goes there and names nobody", arguments: [[UInt8]?.none, []])
    func emptyKey(_ key: [UInt8]?) async throws {
      var venue = Venue()
      try await venue.defineMarket()
      venue.open("acct-1", cash: "20000", long: "1")
      let worker = try await startAlone(venue)
      let written = venue.write(venue.builder.transfer("acct-1", "USD", number("1"))) {
        $0.key = key
      }
      try await worker.hasApplied(venue)
      expect(
        try #require(venue.deadLetters.first), carries: written, because: .emptyKey,
        on: written.place.partition)
      #expect(try venue.events(.marginCalls).isEmpty)
      #expect(try await !worker.account("acct-1").isIncomplete)
      try await worker.stop()
    }

    @Test("a key that is no text goes there and names nobody")
    func unreadableKey() async throws {
      var venue = Venue()
      try await venue.defineMarket()
      let worker = try await startAlone(venue)
      let written = venue.write(venue.builder.transfer("acct-1", "USD", number("1"))) {
        $0.key = [0xff, 0xfe]
      }
      try await worker.hasApplied(venue)
      expect(
        try #require(venue.deadLetters.first), carries: written, because: .malformedText,
        on: written.place.partition)
      try await worker.stop()
    }

    @Test("a key that differs from the account makes the key's account incomplete, not the value's")
    func keyMismatch() async throws {
      var venue = Venue()
      try await venue.defineMarket()
      venue.open("acct-1", cash: "20000", long: "1")
      venue.open("acct-2", cash: "20000", long: "1")
      let worker = try await startAlone(venue)
      let written = venue.write(venue.builder.transfer("acct-1", "USD", number("1"))) {
        $0.key = Array("acct-2".utf8)
      }
      try await worker.hasApplied(venue)
      expect(
        try #require(venue.deadLetters.first), carries: written, because: .keyMismatch,
        on: venue.partition(of: "acct-2"))
      #expect(try await worker.account("acct-2").isIncomplete)
      #expect(try await !worker.account("acct-1").isIncomplete)
      #expect(try venue.events(.marginCalls).map(\.event.id.accountID.text) == ["acct-2"])
      try await worker.stop()
    }

    @Test("a refused record of an unknown account makes nobody incomplete")
    func unknownAccount() async throws {
      var venue = Venue()
      try await venue.defineMarket()
      let worker = try await startAlone(venue)
      venue.write(venue.builder.transfer("acct-9", "NOPE", number("1")))
      venue.write(venue.builder.transfer("acct-9", "USD", number("1"))) { $0.value = [0xff] }
      try await worker.hasApplied(venue)
      venue.write(venue.builder.price("BTC-PERP", mark: .zero))
      try await worker.hasApplied(venue)
      #expect(
        Set(venue.deadLetters.map { $0.header("dlq.detail") }) == [
          "transfer.asset: \"NOPE\" is not defined, expected a defined asset",
          "value: 1 bytes are not the topic's message",
          "mark_price: it is 0, expected a price above zero",
        ])
      #expect(try venue.events(.marginCalls).isEmpty)
      #expect(await worker.service.account(AccountID("acct-9")) == nil)
      try await worker.stop()
    }

    @Test(
      "a bad record that every process reads is written once, by the owner of one task",
      arguments: BadRecord.broadcast)
    func broadcast(_ bad: BadRecord) async throws {
      var venue = Venue(partitions: 4, broadcastPartitions: 6)
      let first = try RunningWorker("a", on: venue, lanes: 2)
      let second = try RunningWorker("b", on: venue)
      venue.broker.assign(["a-0": [0], "a-1": [1], "b-0": [2, 3]])
      try await first.isLive(on: [0, 1])
      try await second.isLive(on: [2, 3])
      try await venue.defineMarket(for: [first, second])
      try await first.hasApplied(venue)
      try await second.hasApplied(venue)
      let written = bad.write(&venue)
      venue.price("60001")
      try await first.hasApplied(venue)
      try await second.hasApplied(venue)
      #expect(venue.deadLetters.count == 1)
      expect(
        try #require(venue.deadLetters.first), carries: written, because: bad.reason,
        on: written.place.partition % 4)
      let counts = [first, second].compactMap { $0.metric(sample(bad.reason)) }
      #expect(counts.reduce(0, +) == 1)
      #expect(try await first.stop() == nil)
      #expect(try await second.stop() == nil)
    }
  }
}
