import StreamTransport
import Telemetry

extension LaneContext {
  /// Tells people what the lane does: the log, the reasons for not being ready, the metrics.
  func announce(_ notice: LaneNotice) {
    switch notice {
    case .assigned(let partitions): logChange("partitions assigned", partitions)
    case .revoked(let partitions): logChange("partitions revoked", partitions)
    case .lost(let partitions): logChange("partitions lost", partitions)
    case .isWaiting(let hasLost):
      health.setReason(
        name, hasLost ? "\(name) lost its partitions" : "\(name) waits for its partitions")
    case .startedRound(let round, let partitions, let records):
      logStart(of: round, partitions, records: records)
    case .remaining(let round, let records):
      metrics.setRebuildRemaining(records, lane: name)
      let work = round == .rebuild ? "is rebuilding" : "is catching up"
      health.setReason(name, "\(name) \(work): \(records) records left")
    case .finishedRound(let round, let milliseconds): logEnd(of: round, milliseconds)
    case .isLive(let count):
      health.clearReason(name)
      logger.info("lane is live", ["lane": .text(name), "partitions": LogValue(count)])
    case .startRefused(let error):
      logger.info(
        "the group changed hands during a rebuild", ["cause": .text(error.description)])
    case .offsetsRefused(let error):
      logger.warning("group offsets were not stored", ["cause": .text(error.description)])
    case .isDraining: health.setReason("draining", "the worker is stopping")
    case .drained: logger.info("lane drained", ["lane": .text(name)])
    }
  }

  private func logChange(_ message: StaticString, _ partitions: [TopicPartition]) {
    metrics.rebalances.increment()
    logger.info(
      message, ["lane": .text(name), "partitions": .text(list(partitions.map(\.partition)))])
  }

  private func logStart(of round: Restoration.Round, _ partitions: [Int32], records: Int64) {
    guard round == .rebuild else {
      logger.info(
        "catching up with what came meanwhile",
        ["lane": .text(name), "records": LogValue(records)])
      return
    }
    logger.info(
      "rebuilding state from the beginning of the inputs; events may be published again",
      [
        "lane": .text(name), "records": LogValue(records),
        "partitions": .text(list(partitions)),
        "note": "inputs are merged by record timestamp, so decisions may differ from the first run",
      ])
  }

  private func logEnd(of round: Restoration.Round, _ milliseconds: Int64) {
    let fields: LogFields = [
      "lane": .text(name), "milliseconds": LogValue(milliseconds),
    ]
    guard round == .rebuild else {
      logger.info("caught up", fields)
      return
    }
    metrics.rebuildSeconds.observe(Double(milliseconds) / 1_000)
    logger.info("state is rebuilt", fields)
  }

  private func list(_ partitions: [Int32]) -> String {
    partitions.map(String.init).joined(separator: ",")
  }
}
