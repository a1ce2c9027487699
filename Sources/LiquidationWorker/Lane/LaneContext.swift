import StreamTransport
import Telemetry

/// What a lane shares with the rest of the process.
struct LaneContext: Sendable {
  let number: Int
  let configuration: WorkerConfiguration
  let connector: any StreamConnector
  let shard: AccountShard
  let broadcast: BroadcastLog
  let progress: ProgressBoard
  let metrics: WorkerMetrics
  let health: HealthState
  let heartbeat: LaneHeartbeat
  let logger: Logger
  let stop: StopFlag
  let clock: WorkerClock

  var name: String { "lane-\(number)" }
  var topics: WorkerTopics { configuration.topics }

  /// Says that the lane is alive and answers the queries that wait; on the lane's thread only.
  func answerQueries() {
    heartbeat.beat()
    shard.executor.runPending()
  }
}
