import FixedPoint
import LiquidationTestKit
import LiquidationWire
import LiquidationWorker
import MarginDomain
import StreamTransport

/// A decimal written in a test.
func number<Number: FixedDecimal>(_ text: String) -> Number { NativeRules.decimal(text) }

/// A well-behaved venue that writes to an in-memory broker; its event time moves by one second with
/// each record, so that a rebuild's merge by record time is the order of writing.
struct Venue {
  static let topics = WorkerTopics()
  let broker: InMemoryBroker
  let partitionCount: Int32
  var builder = CommandBuilder()
  private var encoder = CommandEncoder()

  /// - Parameters:
  ///   - partitions: of the account topics.
  ///   - broadcastPartitions: of prices; funding and reference have one.
  ///   - changing: partition counts that differ; 0 leaves the topic out.
  init(
    partitions: Int32 = 4, broadcastPartitions: Int32 = 1, changing: [String: Int32] = [:]
  ) {
    let topics = Self.topics
    var counts: [String: Int32] = [
      topics.prices: broadcastPartitions, topics.funding: 1, topics.reference: 1,
      topics.trades: partitions, topics.marginCalls: partitions, topics.liquidations: partitions,
      topics.deadLetter: partitions,
    ]
    counts.merge(changing) { _, new in new }
    broker = InMemoryBroker(topics: counts.filter { $0.value > 0 })
    partitionCount = partitions
  }

  // MARK: Records

  /// Writes a command as its producer would, with its bytes changed by `damage`.
  @discardableResult
  mutating func write(
    _ command: MarginCommand, headers: [RecordHeader] = [],
    damage: (inout OutboundRecord) -> Void = { _ in }
  ) -> (record: OutboundRecord, place: TopicPartition, offset: Int64) {
    let encoded = encode(command)
    let time = command.cause.recordTime.nanoseconds / 1_000_000
    var record = OutboundRecord(
      topic: Self.topics.input(encoded.topic), key: encoded.key, value: encoded.value,
      timestampMilliseconds: time, headers: headers)
    damage(&record)
    builder.advance(bySeconds: 1)
    let (place, offset) = broker.write(record)
    return (record, place, offset)
  }

  private mutating func encode(_ command: MarginCommand) -> EncodedCommand {
    switch command.body {
    case .updatePrice(let update): return encoder.encode(update)
    case .settleFunding(let update): return encoder.encode(update)
    case .applyAccountEvent(let event): return encoder.encode(event)
    case .define(let update):
      return encoder.encode(
        update.definition.published, eventTime: update.eventTime,
        effectiveTime: update.effectiveTime)
    case .markIncomplete:
      preconditionFailure("no producer writes that an account is incomplete")
    }
  }

  mutating func define(_ definition: ReferenceUpdate.Definition) {
    write(builder.define(definition))
  }

  /// An index, two assets, the native rules, a perpetual future, and then their first prices.
  ///
  /// - Parameter workers: those that must know the definitions before the prices are written,
  ///   because the topics of a live stream have no order among each other.
  /// - Throws: `OutOfPatience` when a worker does not apply them.
  mutating func defineMarket(for workers: [RunningWorker] = []) async throws {
    writeDefinitions()
    for worker in workers { try await worker.hasApplied(self) }
    writeFirstPrices()
    for worker in workers { try await worker.hasApplied(self) }
  }

  /// The same market, written at once.
  mutating func writeMarket() {
    writeDefinitions()
    writeFirstPrices()
  }

  private mutating func writeDefinitions() {
    define(.underlying(Symbol("BTC-USD")))
    define(.asset(CollateralAsset(symbol: Symbol("USD"), underlying: nil)))
    define(.asset(CollateralAsset(symbol: Symbol("BTC"), underlying: Symbol("BTC-USD"))))
    define(.rulebook(NativeRules.rulebook(version: 1)))
    define(.instrument(Self.future))
  }

  private mutating func writeFirstPrices() {
    write(builder.price("USD", index: number("1")))
    write(builder.price("BTC-USD", index: number("60000")))
    write(builder.price("BTC-PERP", mark: number("60000")))
  }

  static let future = Instrument(
    symbol: Symbol("BTC-PERP"), kind: .perpetualFuture, payoff: .linear,
    underlying: Symbol("BTC-USD"), settlementAsset: Symbol("USD"), multiplier: .one,
    tickSize: number("0.1"), lotSize: number("0.001"), takerFee: .zero, markSource: .published)

  /// Moves index and mark alike.
  mutating func price(_ price: String) {
    write(builder.price("BTC-USD", index: number(price)))
    write(builder.price("BTC-PERP", mark: number(price)))
  }

  /// A deposit.
  mutating func deposit(_ account: String, _ amount: String) {
    write(builder.transfer(account, "USD", number(amount)))
  }

  /// An account with cash and a long position at 60,000.
  mutating func open(_ account: String, cash: String, long quantity: String) {
    deposit(account, cash)
    write(builder.fill(account, "BTC-PERP", number(quantity), at: number("60000")))
  }

  // MARK: Places

  func partition(of account: String) -> Int32 {
    KeyPartitioner.partition(of: Array(account.utf8), partitionCount: partitionCount)
  }

  /// The first accounts `acct-n` that fall on a partition.
  func accounts(on partition: Int32, count: Int) -> [String] {
    var found: [String] = []
    var candidate = 0
    while found.count < count {
      candidate += 1
      let name = "acct-\(candidate)"
      if self.partition(of: name) == partition { found.append(name) }
    }
    return found
  }

  func trades(_ partition: Int32) -> TopicPartition {
    TopicPartition(topic: Self.topics.trades, partition: partition)
  }

  // MARK: Outputs

  /// The events of an output topic, by partition, then offset.
  func events(_ topic: MarginEvent.Topic) throws -> [(partition: Int32, event: MarginEvent)] {
    var decoder = EventDecoder()
    let name =
      topic == .marginCalls ? Self.topics.marginCalls : Self.topics.liquidations
    return try broker.records(of: name).map { record in
      (
        record.partition,
        try decoder.decode(
          topic, key: record.key.map { $0[...] }, value: record.value.map { $0[...] })
      )
    }
  }

  func events(_ topic: MarginEvent.Topic, of account: String) throws -> [MarginEvent] {
    try events(topic).map(\.event).filter { $0.id.accountID == AccountID(account) }
  }

  var deadLetters: [StoredRecord] { broker.records(of: Self.topics.deadLetter) }
}

extension WorkerTopics {
  func input(_ topic: InputTopic) -> String {
    switch topic {
    case .reference: return reference
    case .prices: return prices
    case .funding: return funding
    case .trades: return trades
    }
  }
}

extension ReferenceUpdate.Definition {
  /// As a publisher has it; the document is not looked at by the tests' reader of rulebooks.
  var published: PublishedDefinition {
    switch self {
    case .instrument(let instrument): return .instrument(instrument)
    case .asset(let asset): return .asset(asset)
    case .underlying(let symbol): return .underlying(symbol)
    case .rulebook(let rulebook): return .rulebook(rulebook.id, document: Array("rules".utf8))
    }
  }
}
