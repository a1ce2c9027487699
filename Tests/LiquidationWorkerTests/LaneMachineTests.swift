import FixedPoint
import LiquidationTestKit
import MarginDomain
import StreamTransport
import Testing

@testable import LiquidationWorker

/// The lane's decisions, one action at a time.
@Suite("Lane machine")
struct LaneMachineTests {
  /// A world with one account on partition 0 and one on partition 1.
  private func makeWorld(
    broadcastLimit: Int = 1_000, adjust: (inout WorkerConfiguration) -> Void = { _ in }
  ) throws -> (LaneWorld, names: [String]) {
    var names: [String] = []
    let world = try LaneWorld(broadcastLimit: broadcastLimit, adjust: adjust) { venue in
      names = [0, 1].map { venue.accounts(on: $0, count: 1)[0] }
      for name in names { venue.open(name, cash: "100000", long: "1") }
    }
    return (world, names)
  }

  private func settleFunding(_ world: inout LaneWorld) {
    world.venue.write(
      world.venue.builder.funding(
        "BTC-PERP", .settlement(rate: number("0.0001"), price: number("60000"))))
  }

  private func fault(_ kind: TransportError.Kind, _ code: String = "TEST") -> TransportError {
    TransportError(kind: kind, code: code, reason: "the broker said no")
  }

  @Test("goes from joining over a rebuild to live, in this order")
  func becomesLive() throws {
    var (world, _) = try makeWorld()
    try world.turn(2)
    #expect(world.machine.phase == .joining)
    #expect(world.trace.contains("bookmarkBroadcast"))
    world.venue.broker.assign(["a-0": [0, 1]])
    world.forgetTrace()
    try world.run(until: { $0.machine.phase == .assigned })
    #expect(world.phases == [0: .assigned, 1: .assigned])
    try world.run(until: { $0.machine.phase == .restoring })
    #expect(world.phases == [0: .restoring, 1: .restoring])
    // What is not whole yet is not shown.
    #expect(world.reports.last?.trades == [:])
    try world.runUntilLive()
    #expect(world.phases == [0: .live, 1: .live])
    let decisions: Set<String> = [
      "bookmarkBroadcast", "measure", "openStretches", "joinBroadcast", "closeStretches", "consume",
    ]
    let firstMeasure = try #require(world.trace.firstIndex(of: "measure"))
    #expect(
      world.trace[(firstMeasure - 1)...].filter(decisions.contains) == [
        "bookmarkBroadcast", "measure", "openStretches", "joinBroadcast", "closeStretches",
        "consume",
      ])
    #expect(
      world.reports.last == LaneReport(trades: [0: 2, 1: 2], broadcast: ends(world), isLive: true))
  }

  private func ends(_ world: LaneWorld) -> [TopicPartition: Int64] {
    let topics = [Venue.topics.reference, Venue.topics.prices, Venue.topics.funding]
    return Dictionary(
      uniqueKeysWithValues: topics.map { topic in
        let partition = TopicPartition(topic: topic, partition: 0)
        return (partition, world.venue.broker.end(of: partition))
      })
  }

  @Test("a live turn: answer, apply, publish, wait, report, and only then store offsets")
  func liveTurn() throws {
    var (world, names) = try makeWorld { $0.commitMilliseconds = 0 }
    world.venue.broker.assign(["a-0": [0, 1]])
    try world.settle()
    world.venue.deposit(names[0], "-99900")
    world.forgetTrace()
    try world.turn()
    #expect(
      world.trace.filter { $0 != "updateGauges" } == [
        "readBroadcast", "poll", "publish", "awaitAcknowledgement", "report", "sendOffsets",
        "answerQueries",
      ])
    #expect(try !world.venue.events(.marginCalls, of: names[0]).isEmpty)
    #expect(world.venue.broker.committed()[world.venue.trades(0)] == 3)
  }

  @Test("gives up a rebuild in the middle when the partitions are revoked, and begins anew")
  func revokedDuringRebuild() throws {
    var (world, names) = try makeWorld {
      $0.batchLimit = 1
      $0.commitMilliseconds = 1_000_000
    }
    world.pace = 600
    world.venue.broker.assign(["a-0": [0, 1]])
    try world.run(until: { $0.trace.filter { $0 == "read" }.count == 8 })
    #expect(world.phases == [0: .restoring, 1: .restoring])
    world.venue.broker.assign(["a-0": [1]])
    try world.run(until: { $0.machine.phase == .revoked })
    #expect(world.phases == [:])
    #expect(!world.trace.contains("sendOffsets"))
    try world.run(until: { $0.trace.last == "closeStretches" })
    try world.settle()
    #expect(world.phases == [1: .live])
    #expect(world.balance(names[1]) == number("100000"))
    #expect(world.venue.broker.committed() == [:])
  }

  @Test("keeps tasks over a revocation without reading anything again")
  func keepsTasks() throws {
    var (world, names) = try makeWorld { $0.commitMilliseconds = 1_000_000 }
    world.venue.broker.assign(["a-0": [0, 1]])
    try world.settle()
    world.venue.broker.assign(["a-0": [0, 1]])
    settleFunding(&world)
    world.forgetTrace()
    try world.run(until: { $0.machine.phase == .revoked })
    #expect(world.phases == [0: .revoked, 1: .revoked])
    try world.run(until: { $0.trace.last == "leaveBroadcast" })
    // The last offsets are stored while the partitions are still owned.
    #expect(world.venue.broker.committed().count == 2)
    try world.readBroadcast()
    try world.settle()
    #expect(!world.trace.contains("openStretches"))
    #expect(names.map { world.balance($0) } == [number("99994"), number("99994")])
  }

  @Test("drops lost partitions without storing offsets for them")
  func loses() throws {
    var (world, names) = try makeWorld { $0.commitMilliseconds = 1_000_000 }
    world.venue.broker.assign(["a-0": [0, 1]])
    try world.settle()
    world.venue.broker.lose("a-0")
    try world.run(until: { $0.machine.phase == .revoked })
    try world.turn()
    #expect(world.phases == [:])
    #expect(world.reports.last?.trades == [:])
    #expect(!world.trace.contains("sendOffsets"))
    world.venue.broker.assign(["a-0": [0]])
    try world.settle()
    #expect(world.balance(names[0]) == number("100000"))
  }

  @Test("stands still when the group changes hands before it can consume")
  func startRefused() throws {
    var (world, names) = try makeWorld()
    world.venue.broker.fail(.groupStart, with: [fault(.abortable)])
    world.venue.broker.assign(["a-0": [0, 1]])
    try world.run(until: { $0.machine.phase == .revoked })
    #expect(world.phases == [0: .revoked, 1: .revoked])
    try world.turn(3)
    #expect(world.machine.phase == .revoked)
    #expect(world.reports.allSatisfy { !$0.isLive })
    world.venue.broker.assign(["a-0": [0, 1]])
    try world.settle()
    #expect(world.balance(names[0]) == number("100000"))
  }

  @Test("passes over records that are delivered again")
  func redelivery() throws {
    var (world, names) = try makeWorld()
    world.venue.broker.assign(["a-0": [0, 1]])
    try world.settle()
    world.venue.deposit(names[0], "1")
    try world.settle()
    let applied = world.counts.trades
    world.venue.broker.rewind("a-0", world.venue.trades(0), to: 0)
    try world.turn(3)
    #expect(world.counts.trades == applied)
    #expect(world.counts.duplicates == 0)
    #expect(world.balance(names[0]) == number("100001"))
  }

  @Test("stores offsets when the interval is over, and only those that have moved")
  func offsetsWhenDue() throws {
    var (world, names) = try makeWorld { $0.commitMilliseconds = 1_000 }
    world.pace = 0
    world.venue.broker.assign(["a-0": [0, 1]])
    try world.settle()
    try world.turn(5)
    #expect(!world.trace.contains("sendOffsets"))
    world.now += 1_000
    try world.turn(2)
    #expect(world.venue.broker.committed().count == 2)
    world.venue.deposit(names[1], "1")
    world.now += 999
    world.forgetTrace()
    try world.turn(5)
    #expect(!world.trace.contains("sendOffsets"))
    world.now += 1
    try world.turn()
    #expect(world.venue.broker.committed()[world.venue.trades(1)] == 3)
    world.now += 5_000
    world.forgetTrace()
    try world.turn(3)
    #expect(!world.trace.contains("sendOffsets"))
  }

  @Test(
    "tries offsets again that were refused",
    arguments: [TransportError.Kind.abortable, .retriable])
  func offsetsRefused(_ kind: TransportError.Kind) throws {
    var (world, _) = try makeWorld { $0.commitMilliseconds = 10 }
    world.venue.broker.fail(.commit, with: [fault(kind)])
    world.venue.broker.assign(["a-0": [0, 1]])
    try world.run(until: { $0.venue.broker.committed().count == 2 })
    #expect(world.trace.filter { $0 == "sendOffsets" }.count == 2)
    #expect(world.machine.phase == .live)
  }

  @Test("gives the turn its time in a long rebuild: after so many records, or so much time")
  func restoresInSlices() throws {
    var (world, names) = try makeWorld()
    for _ in 0..<5_000 { world.venue.deposit(names[0], "1") }
    world.venue.broker.assign(["a-0": [0, 1]])
    try world.run(until: { $0.machine.phase == .restoring })
    for pace: Int64 in [0, 400] {
      world.pace = pace
      let applied = world.counts.trades
      try world.turn(2)
      #expect(world.machine.phase == .restoring)
      #expect(world.counts.trades - applied <= 2 * 2_040)
    }
    world.pace = 400
    world.forgetTrace()
    try world.turn()
    #expect(world.trace.filter { $0 == "proceed" }.count <= 3)
    try world.settle()
    #expect(world.balance(names[0]) == number("105000"))
  }

  @Test("lets account records have their turn while many broadcast records wait")
  func broadcastSlices() throws {
    var (world, _) = try makeWorld { $0.batchLimit = 300 }
    world.venue.broker.assign(["a-0": [0, 1]])
    try world.settle()
    for step in 0..<500 { world.venue.price(String(60_000 + step % 7)) }
    for _ in 0..<200 { try world.readBroadcast() }
    world.pace = 0
    world.forgetTrace()
    try world.turn()
    #expect(world.trace.filter { $0 == "readBroadcast" }.count == 3)
    world.pace = 20
    world.forgetTrace()
    try world.turn()
    #expect(world.trace.filter { $0 == "readBroadcast" }.count == 1)
    world.pace = 1
    try world.settle()
  }

  @Test("catches up with what the log dropped during a rebuild, trades and prices by time")
  func catchesUp() throws {
    var (world, names) = try makeWorld(broadcastLimit: 6)
    world.venue.broker.assign(["a-0": [0]])
    try world.settle()
    world.venue.broker.assign(["a-0": [0, 1]])
    try world.run(until: { $0.machine.phase == .restoring && $0.trace.last == "openStretches" })
    #expect(world.phases == [0: .catchingUp, 1: .restoring])
    for _ in 0..<10 {
      settleFunding(&world)
      world.venue.deposit(names[0], "1")
      try world.readBroadcast()
    }
    #expect(world.log.count == 0)
    world.forgetTrace()
    try world.settle()
    #expect(world.trace.filter { $0 == "openStretches" }.count == 1)
    #expect(world.balance(names[0]) == number("99950"))
    #expect(world.balance(names[1]) == number("99940"))
    #expect(world.counts.duplicates == 0)
  }

  @Test("goes on where it was when a round of catching up is interrupted")
  func interruptedCatchUp() throws {
    var (world, names) = try makeWorld(broadcastLimit: 6) { $0.batchLimit = 1 }
    world.venue.broker.assign(["a-0": [0, 1]])
    try world.settle()
    world.venue.broker.assign(["a-0": []])
    try world.run(until: { $0.trace.last == "leaveBroadcast" })
    world.venue.broker.assign(["a-0": [0, 1]])
    for _ in 0..<10 {
      settleFunding(&world)
      try world.readBroadcast()
    }
    try world.run(until: { $0.machine.phase == .restoring })
    world.pace = 600
    try world.run(until: { $0.balance(names[0]) == number("99976") })
    world.venue.broker.assign(["a-0": [0, 1]])
    try world.run(until: { $0.machine.phase == .revoked })
    // Away from the bookmark, with which the round would have ended.
    #expect(world.balance(names[0]) != number("99940"))
    try world.run(until: { $0.machine.phase == .assigned })
    #expect(world.phases == [0: .catchingUp, 1: .catchingUp])
    try world.settle()
    #expect(names.map { world.balance($0) } == [number("99940"), number("99940")])
    #expect(world.counts.duplicates == 0)
  }

  @Test("refuses to go on when the beginning of what it must read is gone")
  func beginningGone() throws {
    var (world, _) = try makeWorld()
    world.venue.broker.dropRecords(of: world.venue.trades(1), before: 1)
    world.venue.broker.assign(["a-0": [0, 1]])
    try world.run(until: \.hasEnded)
    #expect(world.failure?.code == "BEGINNING_GONE")
    #expect(world.failure?.partition == world.venue.trades(1))
  }
}
