import LiquidationEngine
import StreamTransport

/// What a lane's machine wants done; the driver does it at once, and one at a time.
///
/// An action with an answer is answered by exactly one input: the one named, or
/// `LaneInput.failed`. The others are answered only when they fail.
enum LaneAction: Sendable {
  /// Say that the lane is alive, and answer the queries that wait.
  case answerQueries
  /// Nothing is to be done outside; give the time and ask again.
  case proceed
  /// Move the lane's bookmark to the present end of the broadcast log. Answer: `bookmarked`.
  case bookmarkBroadcast
  /// Let the log wait for the lane from its bookmark on. Answer: `joined`.
  case joinBroadcast
  /// End the lane's hold on the log, and leave a bookmark.
  case leaveBroadcast
  /// Take entries from the log. Answer: `broadcast`.
  case readBroadcast(limit: Int)
  /// Ask the group for records or a change of ownership. Answer: `polled`.
  case poll(maximumRecords: Int, timeoutMilliseconds: Int)
  /// Hand records to the publisher, and counts to the metrics.
  case publish(ShardOutput)
  /// Wait until the broker has everything that was published. Answer: `acknowledged`.
  case awaitAcknowledgement
  /// Tell everybody how far the lane is.
  case report(LaneReport)
  /// Store group offsets. Answer: `offsetsSent`.
  case sendOffsets([TopicPartition: Int64])
  /// Begin to consume the assigned partitions of `trades`. Answer: `consuming`.
  case consume(from: [TopicPartition: Int64])
  /// Ask for the bounds of partitions. Answer: `measured`.
  case measure([TopicPartition])
  /// Begin to fetch stretches, in place of those before.
  case openStretches([Stretch])
  /// Take records of a stretch. Answer: `read`.
  case read(TopicPartition, maximumRecords: Int, timeoutMilliseconds: Int)
  /// End the reading of stretches.
  case closeStretches
  /// Leave the engine's figures for the metrics.
  case updateGauges([EngineStatistics], marketCount: Int)
  /// Tell people.
  case announce(LaneNotice)
  /// Nothing more will come; the failure, if it is one.
  case end(TransportError?)
}

extension LaneAction {
  /// Whether an input of its own answers it.
  var hasAnswer: Bool {
    switch self {
    case .bookmarkBroadcast, .joinBroadcast, .readBroadcast, .poll, .awaitAcknowledgement,
      .sendOffsets, .consume, .measure, .read:
      return true
    case .answerQueries, .proceed, .leaveBroadcast, .publish, .report, .openStretches,
      .closeStretches, .updateGauges, .announce, .end:
      return false
    }
  }
}
