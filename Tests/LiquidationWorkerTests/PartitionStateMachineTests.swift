import LiquidationEngine
import LiquidationTestKit
import MarginDomain
import Testing

@testable import LiquidationWorker

@Suite("Partition state machine")
struct PartitionStateMachineTests {
  /// A task that has gone through these phases.
  private func makeTask(_ phases: [PartitionPhase]) -> PartitionStateMachine {
    var task = PartitionStateMachine(partition: 3)
    for phase in phases { task.enter(phase) }
    return task
  }

  @Test("takes each offset once, in order, and leaves gaps be")
  func takesOnce() {
    var task = makeTask([.restoring])
    var taken: [Int64] = []
    for offset: Int64 in [0, 1, 1, 0, 4, 3, 5] where task.takes(recordAt: offset) {
      taken.append(offset)
    }
    #expect(taken == [0, 1, 4, 5])
    #expect(task.nextOffset == 6)
    task.finishStretch(at: 9)
    task.finishStretch(at: 7)
    #expect(task.nextOffset == 9)
    let takes = task.takes(recordAt: 8)
    #expect(!takes)
  }

  @Test("takes nothing while it stands still")
  func standsStill() {
    let resting: [[PartitionPhase]] = [
      [], [.restoring, .catchingUp, .revoked], [.restoring, .catchingUp, .live, .draining],
    ]
    for phases in resting {
      var task = makeTask(phases)
      let takes = task.takes(recordAt: 7)
      #expect(!takes)
      #expect(task.nextOffset == 0)
    }
  }

  @Test("shows its state once that is whole")
  func state() {
    #expect(!makeTask([]).phase.hasState)
    #expect(!makeTask([.restoring]).phase.hasState)
    #expect(makeTask([.restoring, .catchingUp]).phase.hasState)
    #expect(makeTask([.restoring, .catchingUp, .revoked]).phase.hasState)
  }

  @Test("cannot become live without having caught up, or be restored twice")
  func transitions() async {
    await #expect(processExitsWith: .failure) {
      var task = PartitionStateMachine(partition: 0)
      task.enter(.live)
    }
    await #expect(processExitsWith: .failure) {
      var task = PartitionStateMachine(partition: 0)
      task.enter(.restoring)
      task.enter(.catchingUp)
      task.enter(.restoring)
    }
    await #expect(processExitsWith: .success) {
      var task = PartitionStateMachine(partition: 0)
      let round: [PartitionPhase] = [.catchingUp, .live, .revoked]
      task.enter(.restoring)
      for phase in round + round + [.draining] { task.enter(phase) }
    }
  }

  @Test("is not given commands while it stands still")
  func commands() async {
    await #expect(processExitsWith: .failure) {
      var task = PartitionStateMachine(partition: 0)
      var builder = CommandBuilder()
      var events: [MarginEvent] = []
      var market = MarketMachine()
      _ = task.apply(builder.price("BTC-PERP"), in: &market, into: &events)
    }
  }
}
