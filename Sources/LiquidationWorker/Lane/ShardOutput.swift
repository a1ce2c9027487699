import MarginDomain
import StreamTransport

/// What applying inputs has produced and the lane must publish.
struct ShardOutput: Sendable {
  var records: [OutboundRecord] = []
  var counts = ShardCounts()
  var isEmpty: Bool { records.isEmpty && counts == ShardCounts() }
}

/// What happened to inputs, for the metrics.
struct ShardCounts: Sendable, Equatable {
  var trades = 0
  var broadcast = 0
  var duplicates = 0
  var held = 0
  var deadLetters: [RejectReason: Int] = [:]
  var events: [MarginEvent.Topic: Int] = [:]
  /// Timestamps of the price records that caused events, milliseconds, one per event.
  var priceCauses: [Int64] = []
}
