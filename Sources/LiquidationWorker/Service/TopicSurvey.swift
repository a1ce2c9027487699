import StreamTransport

/// What the worker must know of its topics before it starts.
struct TopicSurvey {
  /// Partitions of `trades` and of the topics that go with it.
  let partitionCount: Int32
  /// Ends of the broadcast partitions: the reader begins here, a rebuild ends here.
  let broadcastEnds: [TopicPartition: Int64]

  init(
    configuration: WorkerConfiguration, connector: any StreamConnector
  ) throws(WorkerError) {
    let topics = configuration.topics
    let timeout = configuration.requestMilliseconds
    let administrator = try answered { () throws(TransportError) in
      try connector.topicAdministrator()
    }
    defer { administrator.close() }
    let names = topics.broadcast + [topics.trades] + topics.partitionedLikeTrades
    let counts = try answered { () throws(TransportError) in
      try administrator.partitionCounts(of: names, timeoutMilliseconds: timeout)
    }
    if let fault = TopicSurvey.fault(in: counts, names: names, topics: topics) { throw fault }
    broadcastEnds = try answered { () throws(TransportError) in
      try TopicSurvey.ends(of: topics.broadcast, counts: counts, administrator, timeout)
    }
    partitionCount = counts[topics.trades] ?? 0
  }

  private static func ends(
    of topics: [String], counts: [String: Int32], _ administrator: any TopicAdministrator,
    _ timeout: Int
  ) throws(TransportError) -> [TopicPartition: Int64] {
    var ends: [TopicPartition: Int64] = [:]
    for topic in topics {
      for partition in 0..<(counts[topic] ?? 0) {
        let named = TopicPartition(topic: topic, partition: partition)
        ends[named] = try administrator.watermarks(of: named, timeoutMilliseconds: timeout).high
      }
    }
    return ends
  }

  private static func fault(
    in counts: [String: Int32], names: [String], topics: WorkerTopics
  ) -> WorkerError? {
    if let missing = names.first(where: { counts[$0] == nil }) { return .missingTopic(missing) }
    let expected = counts[topics.trades] ?? 0
    for topic in topics.partitionedLikeTrades {
      guard let found = counts[topic], found != expected else { continue }
      return .partitionCount(topic: topic, found: found, expected: expected)
    }
    return nil
  }
}

private func answered<Value>(
  _ ask: () throws(TransportError) -> Value
) throws(WorkerError) -> Value {
  do throws(TransportError) { return try ask() } catch { throw .transport(error.reason) }
}
