import FixedPoint
import LiquidationEngine
import Synchronization
import Telemetry

/// The engine's counts as metrics: each lane leaves its last figures, a reading sums them.
final class EngineGauges: Sendable {
  private final class Board: Sendable {
    let lanes = Mutex<[Int: [EngineStatistics]]>([:])
    let marketCounts = Mutex<[Int: Int]>([:])

    func sum(_ value: (EngineStatistics) -> Double) -> Double {
      lanes.withLock { lanes in lanes.values.joined().reduce(0) { $0 + value($1) } }
    }
  }

  private let board = Board()

  init(registry: MetricsRegistry) throws(MetricError) {
    try gauge(registry, "plimsoll_accounts", "Accounts held in memory.") { Double($0.accounts) }
    try gauge(registry, "plimsoll_incomplete_accounts", "Accounts whose state is incomplete.") {
      Double($0.incompleteAccounts)
    }
    try gauge(registry, "plimsoll_positions", "Open positions of accounts.") {
      Double($0.positions)
    }
    try gauge(registry, "plimsoll_open_liquidations", "Liquidations that are open.") {
      Double($0.openLiquidations)
    }
    try gauge(registry, "plimsoll_bankrupt_accounts", "Accounts that have been bankrupt.") {
      Double($0.bankruptAccounts)
    }
    try gauge(
      registry, "plimsoll_shortfall",
      "Sum of the shortfalls of liquidations, in units of the reporting asset."
    ) { (Double($0.shortfall.description) ?? 0) }
    try counter(registry, "plimsoll_evaluations_total", "Evaluations of margin units.") {
      $0.evaluations
    }
    try counter(
      registry, "plimsoll_undecided_evaluations_total",
      "Evaluations without a decision, because a price is missing."
    ) { $0.evaluationsWithoutDecision }
    try counter(registry, "plimsoll_sequence_gaps_total", "Gaps in account sequences.") {
      $0.sequenceGaps
    }
    try counter(
      registry, "plimsoll_price_band_releases_total",
      "Prices outside their band that were accepted after confirmation or time."
    ) { $0.bandReleases }
    try declareLifecycle(registry)
    try registry.collected(
      "plimsoll_lane_markets", kind: .gauge,
      help: "Markets that a lane keeps: 1 once its restored tasks share that of the others.",
      labels: ["lane"]
    ) { [board] in
      board.marketCounts.withLock { counts in
        counts.sorted { $0.key < $1.key }.map { lane, count in
          CollectedValue(labels: ["lane-\(lane)"], value: .real(Double(count)))
        }
      }
    }
  }

  func update(lane: Int, _ statistics: [EngineStatistics], marketCount: Int) {
    board.lanes.withLock { $0[lane] = statistics }
    board.marketCounts.withLock { $0[lane] = marketCount }
  }

  private func declareLifecycle(_ registry: MetricsRegistry) throws(MetricError) {
    try counter(registry, "plimsoll_margin_calls_total", "Times a unit became margin call.") {
      $0.marginCalls
    }
    try counter(registry, "plimsoll_liquidations_started_total", "Liquidations opened.") {
      $0.liquidationsStarted
    }
    try counter(registry, "plimsoll_liquidations_resolved_total", "Liquidations over.") {
      $0.liquidationsResolved
    }
    try counter(
      registry, "plimsoll_price_scan_steps_total",
      "Steps of price scan ranges on their ladders, in every engine that takes them."
    ) { $0.priceScanSteps }
    try counter(
      registry, "plimsoll_takeovers_total", "Legs of which the fund took over something."
    ) { $0.takeovers }
  }

  private func gauge(
    _ registry: MetricsRegistry, _ name: String, _ help: String,
    _ value: @escaping @Sendable (EngineStatistics) -> Double
  ) throws(MetricError) {
    try registry.collected(name, kind: .gauge, help: help) { [board] in
      [CollectedValue(value: .real(board.sum(value)))]
    }
  }

  private func counter(
    _ registry: MetricsRegistry, _ name: String, _ help: String,
    _ value: @escaping @Sendable (EngineStatistics) -> UInt64
  ) throws(MetricError) {
    try registry.collected(name, kind: .counter, help: help) { [board] in
      [CollectedValue(value: .real(board.sum { Double(value($0)) }))]
    }
  }
}
