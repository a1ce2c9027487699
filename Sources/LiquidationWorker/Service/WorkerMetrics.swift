import LiquidationEngine
import MarginDomain
import Synchronization
import Telemetry

/// The worker's metrics, declared once; lanes keep the cells.
///
/// Names and meanings are documented in docs/reference/metrics.md, which a test holds to this file.
final class WorkerMetrics: Sendable {
  let records: MetricFamily<Counter>
  let duplicates: Counter
  let held: Counter
  let deadLetters: MetricFamily<Counter>
  let events: MetricFamily<Counter>
  let eventLatency: Histogram
  let rebalances: Counter
  let rebuildSeconds: Histogram
  let rebuildRemaining: MetricFamily<Gauge>
  let publishRetries: Counter
  let broadcastLogRecords: Gauge
  let engine: EngineGauges

  init(registry: MetricsRegistry) throws(MetricError) {
    records = try registry.counters(
      "plimsoll_records_consumed_total", help: "Records applied, by topic.", labels: ["topic"])
    duplicates = try registry.counter(
      "plimsoll_duplicate_records_total", help: "Records dropped because they were seen before.")
    held = try registry.counter(
      "plimsoll_held_prices_total",
      help: "Prices kept aside because they lie outside their band or bounds.")
    deadLetters = try registry.counters(
      "plimsoll_dead_letter_records_total", help: "Records refused, by reason.",
      labels: ["reason"])
    // From the start at 0: an alert on an increase does not see a series that begins at 1.
    for reason in RejectReason.allCases { _ = try deadLetters.labelled(reason.rawValue) }
    events = try registry.counters(
      "plimsoll_events_total", help: "Events published, by output topic.", labels: ["topic"])
    eventLatency = try registry.histogram(
      "plimsoll_event_latency_seconds",
      help: "From the timestamp of a price record to the hand-over of the event it caused.")
    rebalances = try registry.counter(
      "plimsoll_rebalances_total", help: "Changes of the partitions that a lane owns.")
    rebuildSeconds = try registry.histogram(
      "plimsoll_rebuild_duration_seconds", help: "Time that rebuilding state took.",
      bounds: [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600])
    rebuildRemaining = try registry.gauges(
      "plimsoll_rebuild_remaining_records",
      help: "Records that a rebuild, or catching up after it, has still to apply.",
      labels: ["lane"])
    publishRetries = try registry.counter(
      "plimsoll_publish_retries_total", help: "Outputs that had to be offered again.")
    broadcastLogRecords = try registry.gauge(
      "plimsoll_broadcast_log_records", help: "Broadcast records kept for lanes that are behind.")
    engine = try EngineGauges(registry: registry)
  }

  func record(_ counts: ShardCounts, topics: WorkerTopics, nowMilliseconds: Int64) {
    if counts.trades > 0 { count(records, topics.trades, counts.trades) }
    if counts.broadcast > 0 { count(records, "broadcast", counts.broadcast) }
    if counts.duplicates > 0 { duplicates.increment(by: UInt64(counts.duplicates)) }
    if counts.held > 0 { held.increment(by: UInt64(counts.held)) }
    for reason in RejectReason.allCases {
      if let number = counts.deadLetters[reason] { count(deadLetters, reason.rawValue, number) }
    }
    for topic in MarginEvent.Topic.allCases {
      if let number = counts.events[topic] { count(events, topics.name(of: topic), number) }
    }
    for cause in counts.priceCauses {
      eventLatency.observe(Double(max(0, nowMilliseconds - cause)) / 1_000)
    }
  }

  func setRebuildRemaining(_ records: Int64, lane: String) {
    do { try rebuildRemaining.labelled(lane).set(Double(records)) } catch {
      preconditionFailure("a metric label was refused: \(error)")
    }
  }

  private func count(_ family: MetricFamily<Counter>, _ label: String, _ number: Int) {
    // The labels are a closed set within the registry's limit, so a refusal is a broken invariant.
    do { try family.labelled(label).increment(by: UInt64(number)) } catch {
      preconditionFailure("a metric label was refused: \(error)")
    }
  }
}
