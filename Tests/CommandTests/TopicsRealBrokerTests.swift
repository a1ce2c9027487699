import Foundation
import StreamTransport
import Testing

@testable import KafkaTransport

@Suite(
  "Topics on a real broker", .serialized, .tags(.integration),
  .enabled(if: TestBrokers.real != nil, TestBrokers.noRealBroker))
struct TopicsRealBrokerTests {
  private let broker: String
  private let prefix = TestBrokers.freshPrefix()

  init() throws { broker = try #require(TestBrokers.real) }

  private func topics(_ word: String, _ words: [String] = []) throws -> PlimsollProcess.Result {
    try PlimsollProcess.run(
      ["topics", word, "--brokers=\(broker)", "--topic-prefix=\(prefix)"] + words)
  }

  @Test("makes all topics, finds them as they should be, and leaves them alone the next time")
  func createAndCheck() throws {
    let before = try topics("check")
    #expect(before.status == 1)
    #expect(before.output.components(separatedBy: "there is no such topic").count == 10)

    let made = try topics("create", ["--replication=1", "--partitions=4"])
    #expect(made.status == 0, "\(made.output)\(made.error)")
    #expect(
      made.output
        == ["prices", "funding", "reference"].map { "created  \(prefix)\($0)  1 partition\n" }
        .joined()
        + [
          "trades", "margin-calls", "liquidations", "accounts", "journal", "dead-letter",
        ].map { "created  \(prefix)\($0)  4 partitions\n" }.joined())

    let checked = try topics("check", ["--partitions=4"])
    #expect(checked.status == 0, "\(checked.output)\(checked.error)")
    #expect(checked.output.hasSuffix("\n\nall topics are as the worker needs them\n"))

    let again = try topics("create", ["--replication=1", "--partitions=4"])
    #expect(again.status == 0, "\(again.output)\(again.error)")
    #expect(again.output == made.output.replacing("created", with: "existed"))
  }

  @Test("tells what differs in topics that somebody else made")
  func differences() throws {
    let administrator = try KafkaTopicAdministrator(
      TestBrokers.connector(broker).configuration, observer: .silent)
    defer { administrator.close() }
    let trades = prefix + "trades"
    _ = try administrator.create(
      [
        TopicSpecification(
          name: trades, partitionCount: 3, replicationFactor: 1,
          settings: ["cleanup.policy": "compact"])
      ], timeoutMilliseconds: 30_000)
    let made = try topics("create", ["--replication=1", "--partitions=4"])
    #expect(made.status == 1)
    #expect(
      made.output.contains("existed  \(trades)\ndiffers  \(trades): 3 partitions, expected 4"))
    #expect(made.output.contains("differs  \(trades): cleanup.policy is compact, expected delete"))
    #expect(made.output.contains("created  \(prefix)prices"))

    let checked = try topics("check")
    #expect(checked.status == 1)
    #expect(checked.output.contains("\(trades): cleanup.policy is compact, expected delete: "))
    #expect(checked.output.contains("\(prefix)journal: 4 partitions, expected 3 as \(trades) has"))
  }

  @Test("tells that the beginning of an input is gone")
  func beginning() throws {
    #expect(try topics("create", ["--replication=1", "--partitions=1"]).status == 0)
    let prices = prefix + "prices"
    try TestBrokers.publish(
      (0..<3).map { OutboundRecord(topic: prices, key: [1], value: [$0]) }, to: broker)
    let administrator = try KafkaTopicAdministrator(
      TestBrokers.connector(broker).configuration, observer: .silent)
    defer { administrator.close() }
    try administrator.deleteRecords(
      before: [TopicPartition(topic: prices, partition: 0): 2], timeoutMilliseconds: 30_000)
    let checked = try topics("check")
    #expect(checked.status == 1)
    #expect(checked.output.contains("\(prices)-0: the first offset is 2, expected 0"))
  }

  @Test("tells which topics could not be made, and ends with 69")
  func failures() throws {
    let result = try topics("create", ["--replication=32"])
    #expect(result.status == 69)
    #expect(result.output.contains("failed   \(prefix)prices  "))
  }
}
