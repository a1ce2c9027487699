import Foundation
import KafkaTransport
import LiquidationWire
import MarginDomain
import StreamTransport
import Testing

@testable import plimsoll

@Suite("plimsoll reference")
struct ReferenceCommandTests {
  private let text = """
    rulebooks: [ { id: native, version: 1 } ]
    underlyings: [ { symbol: BTC-USD } ]
    assets: [ { asset: USDC } ]
    instruments:
      - { symbol: BTC-PERP, kind: PERPETUAL_FUTURE, payoff: LINEAR, underlying: BTC-USD,
          settlement_asset: USDC, multiplier: 1, tick_size: 0.1, lot_size: 0.001,
          taker_fee: 0.0005 }
    """

  @Test("checks a file, and says what is wrong with another")
  func check() throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let file = try directory.write(text, to: "good.yaml")
    let good = try PlimsollProcess.run(["reference", "check", file.path])
    #expect(good.status == 0, "\(good.error)")
    #expect(good.output == "1 instrument, 1 asset, 1 underlying, 1 rulebook: all is well\n")
    let broken = try directory.write(
      text.replacingOccurrences(of: "id: native", with: "id: natve"), to: "bad.yaml")
    for words in [["reference", "check"], ["reference", "publish", "--brokers=127.0.0.1:1"]] {
      let bad = try PlimsollProcess.run(words + [broken.path])
      #expect(bad.status == 65)
      #expect(bad.error.contains("bad.yaml:1:20: rulebooks[0].id: 'natve' is not a preset"))
      #expect(bad.error.split(separator: "\n").count == 1)
    }
  }

  @Test("publishes what a worker reads back")
  func publish() throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let file = try directory.write(text, to: "reference.yaml")
    let broker = try EmbeddedBroker(topics: ["t.reference": 1])
    defer { broker.close() }
    let result = try PlimsollProcess.run([
      "reference", "publish", "--brokers", broker.bootstrapServers, "--topic-prefix=t.", file.path,
    ])
    #expect(result.status == 0, "\(result.error)")
    let connector = KafkaConnector(
      configuration: try KafkaConfiguration(
        bootstrapServers: broker.bootstrapServers, properties: [:]))
    let consumer = try connector.manualConsumer(topics: ["t.reference"])
    defer { consumer.close() }
    try consumer.start(at: [TopicPartition(topic: "t.reference", partition: 0): 0])
    var decoder = CommandDecoder { RulebookDocuments.read(document: $0, id: $1) }
    var keys: [String] = []
    var batch = RecordBatch()
    let end = ContinuousClock.now.advanced(by: .seconds(30))
    while keys.count < 4, ContinuousClock.now < end {
      try consumer.poll(into: &batch, maximumRecords: 10, timeoutMilliseconds: 100)
      for record in batch.records {
        let key = batch.key(of: record)
        keys.append(String(decoding: key ?? [], as: UTF8.self))
        let decoded = decoder.decode(.reference, key: key, value: batch.value(of: record))
        guard case .command(.define) = decoded else {
          Issue.record("\(decoded)")
          continue
        }
      }
    }
    #expect(keys == ["BTC-USD", "USDC", "BTC-PERP", "native"])
  }
}
