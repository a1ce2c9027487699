import LiquidationEngine
import MarginDomain

/// What a task may do.
enum PartitionPhase: Sendable, Hashable {
  /// Named by the group; it has no state yet.
  case assigned
  /// Its inputs are applied from their beginning; what it shows would be of the past.
  case restoring
  /// Its state is whole as of its positions; it applies what came since.
  case catchingUp
  /// It applies its inputs as they come.
  case live
  /// The worker stops; nothing more is applied.
  case draining
  /// Its partition may go to another owner; it stands still, and goes on if it comes back.
  case revoked

  /// Whether inputs may be applied.
  var takesInputs: Bool {
    switch self {
    case .restoring, .catchingUp, .live: return true
    case .assigned, .draining, .revoked: return false
    }
  }

  /// Whether the state is whole as of the task's positions, and may be shown and kept.
  var hasState: Bool {
    switch self {
    case .catchingUp, .live, .draining, .revoked: return true
    case .assigned, .restoring: return false
    }
  }

  fileprivate func mayBecome(_ next: PartitionPhase) -> Bool {
    switch (self, next) {
    case (.assigned, .restoring), (.restoring, .catchingUp), (.catchingUp, .live): return true
    case (.catchingUp, .revoked), (.live, .revoked), (.revoked, .catchingUp): return true
    case (.catchingUp, .draining), (.live, .draining), (.revoked, .draining): return true
    default: return false
    }
  }
}

/// One partition of the account topics: the engine with its accounts, and how far its inputs went.
///
/// A pure state machine: the lane says in which phase it is, and it takes each record of `trades`
/// once, in the order of offsets.
struct PartitionStateMachine: Sendable {
  let partition: Int32
  private(set) var phase = PartitionPhase.assigned
  private(set) var engine: LiquidationStateMachine
  /// Offset of the next record of `trades` to apply.
  private(set) var nextOffset: Int64 = 0

  init(partition: Int32) {
    self.partition = partition
    engine = LiquidationStateMachine(partition: partition)
  }

  /// Changes the phase.
  /// - Precondition: the present phase may become `next`.
  mutating func enter(_ next: PartitionPhase) {
    precondition(
      phase.mayBecome(next), "task \(partition) cannot become \(next), it is \(phase)")
    phase = next
  }

  /// Whether the record of `trades` at this offset is to be applied now, which then counts as done.
  ///
  /// A record before `nextOffset` was applied already: it is delivered again after a change of
  /// owner. A task that stands still takes nothing.
  mutating func takes(recordAt offset: Int64) -> Bool {
    guard phase.takesInputs, offset >= nextOffset else { return false }
    nextOffset = offset + 1
    return true
  }

  /// Moves on to the end up to which a stretch was read: the last offsets before it may be markers,
  /// which are never delivered.
  mutating func finishStretch(at end: Int64) { nextOffset = max(nextOffset, end) }

  /// Applies an account record in the market that the task shares.
  ///
  /// - Precondition: the phase takes inputs.
  mutating func apply(
    _ command: MarginCommand, in market: inout MarketMachine, into events: inout [MarginEvent]
  ) -> CommandOutcome {
    requireInputs()
    return engine.apply(command, in: &market, into: &events)
  }

  /// Notes that a broadcast record begins.
  ///
  /// - Precondition: the phase takes inputs.
  mutating func beginBroadcast(_ command: MarginCommand) {
    requireInputs()
    engine.beginBroadcast(command)
  }

  /// Ends orders whose time is over before a step of a broadcast record.
  mutating func endExpiries(
    before step: MarketStep, in market: inout MarketMachine, into events: inout [MarginEvent]
  ) {
    engine.endExpiries(before: step, in: &market, into: &events)
  }

  /// Reacts to a step that the market has performed.
  mutating func react(
    to change: MarketChange, in market: inout MarketMachine, into events: inout [MarginEvent]
  ) {
    engine.react(to: change, in: &market, into: &events)
  }

  /// Counts a broadcast record.
  mutating func finishBroadcast(_ outcome: CommandOutcome) { engine.finishBroadcast(outcome) }

  private func requireInputs() {
    precondition(phase.takesInputs, "task \(partition) is \(phase) and was given a command")
  }
}
