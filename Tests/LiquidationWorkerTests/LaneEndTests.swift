import FixedPoint
import LiquidationTestKit
import LiquidationWire
import MarginDomain
import StreamTransport
import Testing

@testable import LiquidationWorker

/// How a lane's machine ends, and what it does not accept.
@Suite("End of a lane")
struct LaneEndTests {
  private func makeWorld() throws -> (LaneWorld, name: String) {
    var name = ""
    let world = try LaneWorld(prepare: { venue in
      name = venue.accounts(on: 0, count: 1)[0]
      venue.open(name, cash: "100000", long: "1")
    })
    return (world, name)
  }

  private static let fence = TransportError(
    kind: .fatal, code: "FENCED_INSTANCE_ID", reason: "another client has the name")

  @Test(
    "stops from every phase: what was caused is published, offsets are stored where it is live",
    arguments: [LanePhase.joining, .assigned, .restoring, .live, .revoked])
  func stops(in phase: LanePhase) throws {
    var (world, name) = try makeWorld()
    if phase != .joining {
      world.venue.broker.assign(["a-0": [0, 1]])
      try world.run(until: { $0.machine.phase == (phase == .revoked ? .live : phase) })
    }
    if phase == .revoked {
      world.venue.broker.lose("a-0")
      try world.run(until: { $0.machine.phase == .revoked })
    }
    if phase == .live {
      try world.settle()
      world.venue.deposit(name, "-99900")
      try world.run(until: { $0.trace.last == "poll" && $0.machine.shard.positions[0] == 3 })
    }
    world.machine.handle(.stop)
    world.forgetTrace()
    try world.run(until: \.hasEnded, limit: 60)
    #expect(world.failure == nil)
    #expect(world.machine.phase == .ended)
    #expect(world.log.room == 1_000)
    #expect(world.reports.last?.isLive == false)
    #expect(world.trace.contains("sendOffsets") == (phase == .live))
    #expect(try world.venue.events(.marginCalls, of: name).isEmpty == (phase != .live))
    #expect(world.venue.broker.committed()[world.venue.trades(0)] == (phase == .live ? 3 : nil))
    // Later calls find it ended.
    guard case .end(nil) = world.machine.next() else {
      Issue.record("an ended lane wants to go on")
      return
    }
  }

  @Test(
    "a fence ends the lane at once, and nothing more is published or stored",
    arguments: [BrokerOperation.groupPoll, .commit, .publish, .flush, .groupStart, .read])
  func fenced(_ operation: BrokerOperation) throws {
    var (world, name) = try makeWorld()
    world.venue.deposit(name, "-99900")
    world.venue.broker.assign(["a-0": [0, 1]])
    try world.run(until: { $0.machine.phase == .assigned })
    world.venue.broker.fail(operation, with: [Self.fence])
    try world.run(until: { $0.machine.phase == .fenced })
    world.forgetTrace()
    try world.run(until: \.hasEnded, limit: 2)
    #expect(world.trace == ["end"])
    #expect(world.failure == Self.fence)
    #expect(world.machine.phase == .fenced)
    world.machine.handle(.stop)
    world.machine.handle(.tick(1_000_000))
    guard case .end(Self.fence) = world.machine.next() else {
      Issue.record("a fenced lane wants to go on")
      return
    }
  }

  @Test(
    "any other failure ends it with the reason",
    arguments: [BrokerOperation.groupPoll, .commit, .publish, .groupStart, .read, .watermarks])
  func fails(_ operation: BrokerOperation) throws {
    var (world, name) = try makeWorld()
    world.venue.deposit(name, "-99900")
    let failure = TransportError(kind: .fatal, code: "TEST", reason: "the broker said no")
    world.venue.broker.fail(operation, with: [failure])
    world.venue.broker.assign(["a-0": [0, 1]])
    try world.run(until: \.hasEnded)
    #expect(world.failure == failure)
    #expect(world.machine.phase == .ended)
  }

  @Test("must be answered before it is asked again")
  func unanswered() async {
    await #expect(processExitsWith: .failure) {
      var machine = makeMachine()
      _ = machine.next()
      _ = machine.next()
      _ = machine.next()
    }
  }

  @Test("refuses the answer of another action, and one that it does not wait for")
  func foreignAnswers() async {
    await #expect(processExitsWith: .failure) {
      var machine = makeMachine()
      _ = machine.next()
      _ = machine.next()
      machine.handle(.acknowledged)
    }
    await #expect(processExitsWith: .failure) {
      var machine = makeMachine()
      machine.handle(.joined(true))
    }
    await #expect(processExitsWith: .success) {
      var machine = makeMachine()
      _ = machine.next()
      _ = machine.next()
      machine.handle(.bookmarked([:]))
      _ = machine.next()
    }
  }
}

private func makeMachine() -> LaneMachine {
  LaneMachine(
    configuration: WorkerConfiguration(),
    shard: ShardCore(
      topics: WorkerTopics(), partitionCount: 1,
      decoder: CommandDecoder(
        rulebooks: { _, id in .success(NativeRules.rulebook(version: id.version)) })))
}
