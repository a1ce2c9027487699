import CProtobufC
import CSchemas
import FixedPoint
public import MarginDomain

/// A record of `reference` before it is published: a rulebook is still the document that people
/// wrote.
public enum PublishedDefinition: Sendable, Equatable {
  /// A contract.
  case instrument(Instrument)
  /// A collateral or settlement asset.
  case asset(CollateralAsset)
  /// An index.
  case underlying(Symbol)
  /// A rulebook's document: the bytes of its YAML, UTF-8.
  case rulebook(RulebookID, document: [UInt8])
}

/// Turns commands into the bytes that producers write: the inverse of `CommandDecoder`.
///
/// It writes what it is given; the decoder checks ranges. Equal values give equal bytes. It has an
/// arena of its own: give every thread its own copy.
public struct CommandEncoder: Sendable {
  private var owner = ArenaOwner()

  /// Makes an encoder.
  public init() {}

  /// The record of a price update; the key is the symbol.
  public mutating func encode(_ update: PriceUpdate) -> EncodedCommand {
    command(.prices, key: update.symbol.text) { arena in
      var message = Plimsoll__V1__PriceUpdate.empty()
      message.schema_version = schemaVersion
      message.symbol = arena.bytes(update.symbol.text)
      message.event_time_ns = update.eventTime.nanoseconds
      message.source_sequence = update.sourceSequence
      message.mark_price = arena.decimal(update.markPrice)
      message.index_price = arena.decimal(update.indexPrice)
      message.implied_volatility = arena.decimal(update.impliedVolatility)
      message.open_interest = arena.decimal(update.facts.openInterest)
      message.average_price = arena.decimal(update.facts.averagePrice)
      message.total_deposits = arena.decimal(update.facts.totalDeposits)
      message.confidence = arena.decimal(update.facts.confidence)
      message.initial_margin_multiplier = arena.decimal(update.facts.initialMultiplier)
      return message
    }
  }

  /// The record of a funding update; the key is the symbol.
  public mutating func encode(_ update: FundingUpdate) -> EncodedCommand {
    command(.funding, key: update.symbol.text) { arena in
      var message = Plimsoll__V1__FundingUpdate.empty()
      message.schema_version = schemaVersion
      message.symbol = arena.bytes(update.symbol.text)
      message.event_time_ns = update.eventTime.nanoseconds
      switch update.form {
      case .settlement(let rate, let price):
        var part = Plimsoll__V1__FundingSettlement.empty()
        part.funding_rate = arena.decimal(rate)
        part.price = arena.decimal(price)
        message.settlement = arena.place(part)
        message.form_case = PLIMSOLL__V1__FUNDING_UPDATE__FORM_SETTLEMENT
      case .cumulativeIndex(let index):
        var part = Plimsoll__V1__FundingIndex.empty()
        part.settlement_asset_per_contract = arena.decimal(index)
        message.cumulative_index = arena.place(part)
        message.form_case = PLIMSOLL__V1__FUNDING_UPDATE__FORM_CUMULATIVE_INDEX
      case .finalSettlement(let price):
        var part = Plimsoll__V1__FinalSettlement.empty()
        part.price = arena.decimal(price)
        message.final_settlement = arena.place(part)
        message.form_case = PLIMSOLL__V1__FUNDING_UPDATE__FORM_FINAL_SETTLEMENT
      }
      return message
    }
  }

  /// The record of an account event; the key is the account id.
  public mutating func encode(_ event: AccountEvent) -> EncodedCommand {
    command(.trades, key: event.accountID.text) { $0.accountEvent(event) }
  }

  /// The record of a definition; the key is the symbol or the rulebook's name.
  ///
  /// - Parameters:
  ///   - definition: what is defined or replaced.
  ///   - eventTime: when it is published.
  ///   - effectiveTime: event time from which it applies; 0 or the past: at once.
  /// - Returns: the record.
  public mutating func encode(
    _ definition: PublishedDefinition, eventTime: EventTime, effectiveTime: EventTime
  ) -> EncodedCommand {
    command(.reference, key: definition.keyText) { arena in
      var message = Plimsoll__V1__ReferenceUpdate.empty()
      message.schema_version = schemaVersion
      message.event_time_ns = eventTime.nanoseconds
      message.effective_time_ns = effectiveTime.nanoseconds
      arena.fill(&message, with: definition)
      return message
    }
  }

  private mutating func command<Message: ProtobufMessage>(
    _ topic: InputTopic, key: String, _ build: (Arena) -> Message
  ) -> EncodedCommand {
    EncodedCommand(topic: topic, key: Array(key.utf8), value: owner.arena.pack(build))
  }
}

extension PublishedDefinition {
  fileprivate var keyText: String {
    switch self {
    case .instrument(let instrument): return instrument.symbol.text
    case .asset(let asset): return asset.symbol.text
    case .underlying(let symbol): return symbol.text
    case .rulebook(let id, _): return id.name
    }
  }
}

extension Arena {
  /// A decimal's exact text; nil is the empty text, which means absent.
  func decimal(_ value: (some FixedDecimal)?) -> ProtobufCBinaryData {
    value.map { bytes($0.description) } ?? ProtobufCBinaryData()
  }
}
