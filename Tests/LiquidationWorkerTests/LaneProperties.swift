import FixedPoint
import LiquidationTestKit
import MarginDomain
import StreamTransport
import Testing

@testable import LiquidationWorker

/// Random orders of everything that can happen to a lane; `LaneWorld` checks at each action that
/// nothing is told before it is acknowledged and that only a live lane holds the broadcast log.
@Suite("Lane properties")
struct LaneProperties {
  /// What the accounts must have in the end, whatever happened to the lane.
  private struct Expected {
    var cash: [String: AssetAmount] = [:]
    var names: [String] = []
  }

  private func makeWorld(_ random: inout SeededRandom) throws -> (LaneWorld, Expected) {
    var expected = Expected()
    let (batch, interval) = (random.integer(1...12), random.integer(0...80))
    var world = try LaneWorld(
      partitions: 3, broadcastLimit: random.integer(1...24),
      adjust: { configuration in
        configuration.batchLimit = batch
        configuration.commitMilliseconds = interval
      },
      prepare: { venue in
        for partition in 0..<3 as Range<Int32> {
          let name = venue.accounts(on: partition, count: 1)[0]
          venue.open(name, cash: "100000", long: "1")
          expected.names.append(name)
          expected.cash[name] = number("100000")
        }
      })
    world.pace = random.element(of: [0, 1, 10, 30, 300, 700]) ?? 1
    return (world, expected)
  }

  private func write(
    _ random: inout SeededRandom, _ world: inout LaneWorld, _ expected: inout Expected
  ) {
    switch random.integer(0...9) {
    case 0...3:
      let name = expected.names[random.integer(0...2)]
      world.venue.deposit(name, "10")
      expected.cash[name]? += number("10")
    case 4...6: settleFunding(&world, &expected)
    case 7, 8: world.venue.price(String(60_000 + random.integer(0...20)))
    default:
      let partition = Int32(random.integer(0...2))
      world.venue.broker.writeMarker(world.venue.trades(partition))
      world.venue.broker.writeMarker(
        TopicPartition(topic: Venue.topics.funding, partition: 0))
    }
  }

  /// A record on each partition, because nobody can see whether a marker at its end was passed.
  private func writeLast(_ world: inout LaneWorld, _ expected: inout Expected) {
    settleFunding(&world, &expected)
    for name in expected.names {
      world.venue.deposit(name, "10")
      expected.cash[name]? += number("10")
    }
  }

  private func settleFunding(_ world: inout LaneWorld, _ expected: inout Expected) {
    world.venue.write(
      world.venue.builder.funding(
        "BTC-PERP", .settlement(rate: number("0.0001"), price: number("60000"))))
    for name in expected.names { expected.cash[name]? -= number("6") }
  }

  private func disturb(_ random: inout SeededRandom, _ world: inout LaneWorld) {
    let broker = world.venue.broker
    switch random.integer(0...9) {
    case 0...5:
      let share = (0..<3 as Range<Int32>).filter { _ in random.chance(0.6) }
      broker.assign(["a-0": share])
    case 6: broker.lose("a-0")
    case 7:
      broker.fail(
        random.chance() ? .commit : .groupStart,
        with: [TransportError(kind: .abortable, code: "NOT_OWNED", reason: "not owned")])
    default:
      let partition = Int32(random.integer(0...2))
      broker.rewind("a-0", world.venue.trades(partition), to: Int64(random.integer(0...2)))
    }
  }

  @Test("no order of events makes a lane skip a record, apply one twice, or hold the log wrongly")
  func anyOrder() throws {
    try Property("lane machine", cases: 100).check { random, _ in
      var (world, expected) = try makeWorld(&random)
      for _ in 0..<random.integer(50...600) {
        switch random.integer(0...99) {
        case 0...11: write(&random, &world, &expected)
        case 12...21: try world.readBroadcast()
        case 22...24: disturb(&random, &world)
        default: world.step()
        }
      }
      #expect(!world.hasEnded)
      writeLast(&world, &expected)
      try settle(&world)
      for name in expected.names { #expect(world.balance(name) == expected.cash[name]) }
      #expect(world.counts.duplicates == 0)
      #expect(world.counts.deadLetters.isEmpty)
      #expect(world.sequenceGaps == 0)

      world.machine.handle(.stop)
      let refusals = world.refusedOffsets
      try world.run(until: \.hasEnded, limit: 60)
      #expect(world.failure == nil)
      #expect(world.log.count == 0)
      guard world.refusedOffsets == refusals else { return }
      for partition in 0..<3 as Range<Int32> {
        let place = world.venue.trades(partition)
        #expect(world.venue.broker.committed()[place] == world.machine.shard.positions[partition])
      }
    }
  }

  /// Assigns until the refusals that still wait have been met, and lets everything be applied.
  private func settle(_ world: inout LaneWorld) throws {
    for _ in 0..<40 {
      world.venue.broker.assign(["a-0": [0, 1, 2]])
      for _ in 0..<100 where !world.isSettled(on: [0, 1, 2]) {
        try world.readBroadcast()
        try world.turn()
      }
      if world.isSettled(on: [0, 1, 2]) { return }
    }
    try world.settle()
  }

  @Test("stops within a bounded number of actions, whenever it is told")
  func stopsAnyTime() throws {
    try Property("stop of a lane", cases: 100).check { random, _ in
      var (world, expected) = try makeWorld(&random)
      for _ in 0..<random.integer(0...200) {
        switch random.integer(0...9) {
        case 0: write(&random, &world, &expected)
        case 1: try world.readBroadcast()
        case 2 where random.chance(0.3): disturb(&random, &world)
        default: world.step()
        }
      }
      world.machine.handle(.stop)
      // One turn that was under way, its reading included, and the last one.
      try world.run(until: \.hasEnded, limit: 400)
      #expect(world.failure == nil)
      #expect(world.machine.phase == .ended)
      #expect(world.reports.last?.isLive == false)
    }
  }
}
