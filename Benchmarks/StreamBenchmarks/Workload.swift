import FixedPoint
import KafkaTransport
import LiquidationTestKit
import LiquidationWire
import LiquidationWorker
import MarginDomain
import StreamTransport
import Telemetry

/// What the stream benchmark writes: a market, accounts, then prices (one in five) and fills.
struct Workload {
  /// Sizes, by arguments such as `--records 2000000`.
  struct Size: Sendable {
    var records = 2_000_000
    var accounts = 20_000
    var symbols = 200
    var partitions: Int32 = 32
    var pricePartitions: Int32 = 8
  }

  let size: Size
  let topics: WorkerTopics
  private var random = SeededRandom(seed: 7)
  private var encoder = CommandEncoder()
  private var builder: CommandBuilder

  init(size: Size, topics: WorkerTopics) {
    self.size = size
    self.topics = topics
    // Event times begin at the present, so that no clock between here and the broker objects.
    let now = SystemCalls.wallClockMilliseconds() * 1_000_000
    builder = CommandBuilder(time: EventTime(nanoseconds: now))
  }

  static let rules = NativeRules.rulebook(version: 1)

  /// The definitions; the first prices and the accounts' deposits come after them.
  mutating func writeMarket(_ publisher: any RecordPublisher) throws(TransportError) {
    var definitions: [PublishedDefinition] = [
      .asset(CollateralAsset(symbol: Symbol("USD"), underlying: nil)),
      .rulebook(Self.rules.id, document: Array("native".utf8)),
    ]
    for symbol in 0..<size.symbols {
      definitions.append(.underlying(underlying(symbol)))
      definitions.append(.instrument(instrument(symbol)))
    }
    for definition in definitions {
      try write(
        encoder.encode(
          definition, eventTime: builder.time, effectiveTime: EventTime(nanoseconds: 0)),
        publisher)
    }
    try write(builder.price("USD", index: .one), publisher)
    for symbol in 0..<size.symbols {
      try write(builder.price(underlying(symbol).text, index: price(offset: 0)), publisher)
      try write(builder.price(instrument(symbol).symbol.text, mark: price(offset: 0)), publisher)
    }
  }

  /// A deposit and two opening fills each; one account in fifty stands close to a margin call.
  mutating func writeAccounts(_ publisher: any RecordPublisher) throws(TransportError) {
    for account in 0..<size.accounts {
      let isThin = account % 50 == 0
      let cash: AssetAmount = isThin ? NativeRules.decimal("125") : NativeRules.decimal("100000")
      try write(builder.transfer(name(account), "USD", cash), publisher)
      for leg in 0..<2 {
        try write(
          builder.fill(
            name(account), symbol(of: account, leg: leg).text, NativeRules.decimal("100"),
            at: price(offset: 0)), publisher)
      }
    }
  }

  /// The records that are measured.
  mutating func writeRecords(_ publisher: any RecordPublisher) throws(TransportError) {
    for record in 0..<size.records {
      builder.time = builder.time.advanced(byNanoseconds: 20_000)
      // A step of at most 0.1 %, so that no price leaves its band.
      let price = price(offset: random.integer(-100...100))
      if record % 5 == 0 {
        let symbol = instrument(random.integer(0...size.symbols - 1)).symbol
        try write(builder.price(symbol.text, mark: price), publisher)
      } else {
        let account = random.integer(0...size.accounts - 1)
        try write(
          builder.fill(
            name(account), symbol(of: account, leg: record % 2).text,
            random.chance() ? NativeRules.decimal("0.01") : NativeRules.decimal("-0.01"),
            at: price), publisher)
      }
      if record % 100_000 == 99_999 { try publisher.flush(timeoutMilliseconds: 60_000) }
    }
    try publisher.flush(timeoutMilliseconds: 60_000)
  }

  private mutating func write(
    _ command: MarginCommand, _ publisher: any RecordPublisher
  ) throws(TransportError) {
    switch command.body {
    case .updatePrice(let update): try write(encoder.encode(update), publisher)
    case .applyAccountEvent(let event): try write(encoder.encode(event), publisher)
    case .settleFunding, .define, .markIncomplete:
      preconditionFailure("the workload has prices and account events alone")
    }
  }

  private func write(
    _ encoded: EncodedCommand, _ publisher: any RecordPublisher
  ) throws(TransportError) {
    let topic: String
    switch encoded.topic {
    case .reference: topic = topics.reference
    case .prices: topic = topics.prices
    case .funding: topic = topics.funding
    case .trades: topic = topics.trades
    }
    try publisher.publish(
      OutboundRecord(
        topic: topic, key: encoded.key, value: encoded.value,
        timestampMilliseconds: builder.time.nanoseconds / 1_000_000))
  }

  private func name(_ account: Int) -> String { "account-\(account)" }
  private func underlying(_ symbol: Int) -> Symbol { Symbol("C\(symbol)-USD") }

  private func symbol(of account: Int, leg: Int) -> Symbol {
    instrument((account + leg * 7) % size.symbols).symbol
  }

  /// 100 and a number of thousandths.
  private func price(offset: Int) -> Price {
    Price(rawValue: Int128(100_000 + offset) * (Price.one.rawValue / 1_000))
  }

  private func instrument(_ symbol: Int) -> Instrument {
    Instrument(
      symbol: Symbol("C\(symbol)-PERP"), kind: .perpetualFuture, payoff: .linear,
      underlying: underlying(symbol), settlementAsset: Symbol("USD"), multiplier: .one,
      tickSize: NativeRules.decimal("0.001"), lotSize: NativeRules.decimal("0.01"),
      takerFee: .zero, markSource: .published)
  }
}
