public import FixedPoint
public import MarginDomain

/// Makes commands with offsets and account sequences counted up and the record's time at its event
/// time, as a well-behaved producer would.
public struct CommandBuilder: Sendable {
  /// Event time of the next commands.
  public var time: EventTime
  /// How much earlier the record's own timestamp is than its event time, nanoseconds.
  public var aheadNanoseconds: Int64 = 0
  private var offsets: [Int64] = InputTopic.allCases.map { _ in 0 }
  private var sourceSequence: UInt64 = 0
  private var accountSequences: [AccountID: UInt64] = [:]

  /// Starts at a time.
  public init(time: EventTime = EventTime(nanoseconds: 1_760_000_000_000_000_000)) {
    self.time = time
  }

  /// Moves the event time of the next commands.
  public mutating func advance(bySeconds seconds: Int64) {
    time = time.advanced(byNanoseconds: seconds * 1_000_000_000)
  }

  /// A record of `prices`.
  public mutating func price(
    _ symbol: String, mark: Price? = nil, index: Price? = nil, volatility: Rate? = nil,
    facts: MarketFacts = MarketFacts(), sourceSequence: UInt64? = nil
  ) -> MarginCommand {
    self.sourceSequence += 1
    return command(
      .prices,
      .updatePrice(
        PriceUpdate(
          symbol: Symbol(symbol), eventTime: time,
          sourceSequence: sourceSequence ?? self.sourceSequence, markPrice: mark,
          indexPrice: index, impliedVolatility: volatility, facts: facts)))
  }

  /// A record of `funding`.
  public mutating func funding(_ symbol: String, _ form: FundingUpdate.Form) -> MarginCommand {
    command(
      .funding,
      .settleFunding(FundingUpdate(symbol: Symbol(symbol), eventTime: time, form: form)))
  }

  /// A record of `reference`, in force at once unless a time is given.
  public mutating func define(
    _ definition: ReferenceUpdate.Definition, effective: EventTime? = nil
  ) -> MarginCommand {
    command(
      .reference,
      .define(
        ReferenceUpdate(
          effectiveTime: effective ?? EventTime(nanoseconds: 0), eventTime: time,
          definition: definition)))
  }

  /// A record of `trades` with the account's next sequence, or the one given.
  public mutating func event(
    _ account: String, _ body: AccountEvent.Body, sequence: UInt64? = nil
  ) -> MarginCommand {
    let id = AccountID(account)
    let next = sequence ?? (accountSequences[id] ?? 0) + 1
    accountSequences[id] = max(next, accountSequences[id] ?? 0)
    return command(
      .trades,
      .applyAccountEvent(
        AccountEvent(accountID: id, accountSequence: next, eventTime: time, body: body)))
  }

  /// A deposit (positive) or withdrawal.
  public mutating func transfer(
    _ account: String, _ asset: String, _ amount: AssetAmount
  ) -> MarginCommand {
    event(
      account, .transfer(Transfer(asset: Symbol(asset), amount: amount, transferID: "")))
  }

  /// A trade.
  public mutating func fill(
    _ account: String, _ symbol: String, _ quantity: Quantity, at price: Price,
    fee: AssetAmount = .zero
  ) -> MarginCommand {
    event(account, .fill(Self.fill(symbol, quantity, at: price, fee: fee)))
  }

  /// The body of a trade.
  public static func fill(
    _ symbol: String, _ quantity: Quantity, at price: Price, fee: AssetAmount = .zero
  ) -> Fill {
    Fill(
      symbol: Symbol(symbol), quantity: quantity, price: price, fee: fee, feeAsset: nil,
      tradeID: "")
  }

  /// A record that the border refused.
  public mutating func markIncomplete(
    _ account: String, sequence: UInt64, _ reason: RejectReason
  ) -> MarginCommand {
    command(
      .trades, .markIncomplete(AccountID(account), accountSequence: sequence, reason))
  }

  private mutating func command(
    _ topic: InputTopic, _ body: MarginCommand.Body
  ) -> MarginCommand {
    let place = Int(topic.rawValue)
    offsets[place] += 1
    return MarginCommand(
      cause: InputCause(
        topic: topic, partition: 0, offset: offsets[place] - 1,
        recordTime: time.advanced(byNanoseconds: -aheadNanoseconds)),
      body: body)
  }
}
