import KafkaTransport
import StreamTransport
import Testing

@Suite("Group consumer on the embedded broker", .serialized)
struct GroupConsumerTests {
  // One join takes 3 to 4 s there, so one test follows a member through its whole life.
  @Test("joins, waits for its owner's offsets, delivers from them, commits, hands over and leaves")
  func life() throws {
    let broker = try EmbeddedBroker(topics: ["trades": 4])
    let recorder = LogRecorder()
    let connector = try Support.connector(
      broker.bootstrapServers, ["session.timeout.ms": "4000"], observer: recorder.observer)
    let records = (0..<400).map { index in
      OutboundRecord(
        topic: "trades", partition: Int32(index % 4), key: [1], value: Array("\(index)".utf8))
    }
    try Support.publish(records, through: connector)
    let first = try Member(connector)
    try first.pollUntil("the first member owns all") { $0.owned.count == 4 }
    try deliversNothingBeforeStart(first)
    try deliversFromStart(first)
    try first.consumer.commit(first.owned.reduce(into: [:]) { $0[$1] = 100 })
    #expect(
      try first.consumer.committed(Array(first.owned), timeoutMilliseconds: Support.patience)
        == first.owned.reduce(into: [:]) { $0[$1] = 100 })
    let second = try Member(connector)
    try handsOver(first, second)
    second.consumer.close(leaveGroup: true)
    try first.pollUntil("the first member owns all again") { $0.owned.count == 4 }
    try loses(first, broker)
    first.consumer.close(leaveGroup: true)
    #expect(!recorder.recorded.contains { $0.contains("was left with an error") })
    broker.close()
  }

  private func deliversNothingBeforeStart(_ member: Member) throws {
    for _ in 0..<20 { #expect(try member.consumer.keepAlive() == nil) }
    #expect(member.records.isEmpty)
    let other = TopicPartition(topic: "trades", partition: 9)
    let error = #expect(throws: TransportError.self) {
      try member.consumer.start(at: [other: 0])
    }
    #expect(error?.kind == .abortable)
  }

  private func deliversFromStart(_ member: Member) throws {
    // One after the other: an earlier partition goes on where it was.
    for partition in member.owned.sorted() {
      try member.consumer.start(at: [partition: 10 * Int64(partition.partition)])
      try member.pollUntil("partition \(partition) is read to its end") {
        $0.records.filter { $0.partition == partition.partition }.count
          >= 100 - 10 * Int(partition.partition)
      }
    }
    for partition in 0..<4 as Range<Int32> {
      let found = member.records.filter { $0.partition == partition }
      #expect(found.map(\.offset) == Array((10 * Int64(partition))..<100))
      #expect(
        found.map(\.value)
          == (10 * Int(partition)..<100).map { Array("\($0 * 4 + Int(partition))".utf8) })
    }
  }

  private func loses(_ member: Member, _ broker: EmbeddedBroker) throws {
    let owned = member.owned.sorted()
    try broker.fail(.offsetCommit, with: [.illegalGeneration])
    let error = #expect(throws: TransportError.self) {
      try member.consumer.commit([owned[0]: 100])
    }
    #expect(error?.kind == .abortable)
    try member.pollUntil("the loss is told") { $0.changes.last == .lost(owned) }
  }

  private func handsOver(_ first: Member, _ second: Member) throws {
    try Support.until("both members own two partitions") {
      try first.poll()
      try second.poll()
      return first.owned.count == 2 && second.owned.count == 2
    }
    #expect(first.owned.isDisjoint(with: second.owned))
    // Range: equal shares, in order of partition numbers.
    #expect([[0, 1], [2, 3]].contains(first.owned.map(\.partition).sorted()))
    #expect(
      first.changes.contains { if case .revoked(let all) = $0 { all.count == 4 } else { false } })
  }
}

/// A group member and what it has been told.
final class Member {
  let consumer: any GroupConsumer
  private(set) var owned: Set<TopicPartition> = []
  private(set) var changes: [AssignmentChange] = []
  private(set) var records: [ReadRecord] = []
  private var batch = RecordBatch()

  init(
    _ connector: KafkaConnector, group: String = "margin", instance: String? = nil,
    topic: String = "trades"
  ) throws {
    consumer = try connector.groupConsumer(group: group, instance: instance, topics: [topic])
  }

  func poll() throws {
    let change = try consumer.poll(
      into: &batch, maximumRecords: 1_000, timeoutMilliseconds: 50)
    records += ReadRecord.all(of: batch)
    guard let change else { return }
    changes.append(change)
    switch change {
    case .assigned(let partitions): owned = Set(partitions)
    case .revoked, .lost: owned = []
    }
  }

  func pollUntil(
    _ what: Comment, _ sourceLocation: SourceLocation = #_sourceLocation,
    _ isDone: (Member) -> Bool
  ) throws {
    try Support.until(what, sourceLocation) {
      try poll()
      return isDone(self)
    }
  }
}
