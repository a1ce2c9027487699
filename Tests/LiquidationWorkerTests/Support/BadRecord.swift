import FixedPoint
import LiquidationEngine
import LiquidationTestKit
import LiquidationWorker
import MarginDomain
import StreamTransport
import Telemetry
import Testing

/// A record that must not enter, and what is to become of it.
struct BadRecord: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let reason: RejectReason
  let write:
    @Sendable (inout Venue) -> (record: OutboundRecord, place: TopicPartition, offset: Int64)

  init(
    _ description: String, _ reason: RejectReason,
    _ command: @escaping @Sendable (inout CommandBuilder) -> MarginCommand,
    damage: @escaping @Sendable (inout OutboundRecord) -> Void = { _ in }
  ) {
    testDescription = description
    self.reason = reason
    write = { venue in
      var builder = venue.builder
      let command = command(&builder)
      venue.builder = builder
      venue.builder.aheadNanoseconds = 0
      return venue.write(
        command,
        headers: [RecordHeader(name: "trace", text: "7"), RecordHeader(name: "x", value: nil)],
        damage: damage)
    }
  }
}

extension OutboundRecord {
  /// Replaces the first place where a text stands in the value by other bytes of the same length.
  mutating func replace(_ text: String, by bytes: [UInt8]) {
    let sought = Array(text.utf8)
    guard var value, sought.count == bytes.count,
      let start = value.indices.first(where: { value[$0...].starts(with: sought) })
    else { preconditionFailure("the value does not hold \(text)") }
    value.replaceSubrange(start..<(start + sought.count), with: bytes)
    self.value = value
  }

  /// Replaces the schema version, which is the first field.
  mutating func setVersion(_ version: UInt8) {
    precondition(value?.prefix(2) == [0x08, 1], "the value does not begin with version 1")
    value?[1] = version
  }
}

extension BadRecord {
  /// A transfer of the account `acct-1`, then damaged.
  private static func transfer(
    _ description: String, _ reason: RejectReason,
    _ damage: @escaping @Sendable (inout OutboundRecord) -> Void
  ) -> BadRecord {
    BadRecord(
      description, reason,
      { builder in
        builder.event(
          "acct-1",
          .transfer(Transfer(asset: Symbol("USD"), amount: number("1"), transferID: "AAAA")))
      }, damage: damage)
  }

  private static func fill(
    _ description: String, _ reason: RejectReason, _ symbol: String, _ quantity: Quantity,
    _ price: Price
  ) -> BadRecord {
    BadRecord(description, reason) { $0.fill("acct-1", symbol, quantity, at: price) }
  }

  /// Records of `trades` whose key names the known account `acct-1`.
  static let trades: [BadRecord] = [
    transfer("undecodable bytes", .undecodable) { $0.value = [0xff, 0xff, 0xff] },
    transfer("version 0", .unknownSchemaVersion) { $0.setVersion(0) },
    transfer("a newer version", .unknownSchemaVersion) { $0.setVersion(2) },
    transfer("text that is not UTF-8", .malformedText) {
      $0.replace("AAAA", by: [0x41, 0xff, 0xfe, 0x41])
    },
    transfer("text with NUL", .malformedText) { $0.replace("AAAA", by: [0x41, 0, 0, 0x41]) },
    transfer("a tombstone", .tombstone) { $0.value = nil },
    fill("an unknown symbol", .unknownSymbol, "NOPE", .one, number("1")),
    fill("a fill of an asset", .wrongKindOfSymbol, "USD", .one, number("1")),
    fill("a negative price", .priceNotPositive, "BTC-PERP", .one, number("-1")),
    fill("a price of absurd scale", .outOfRange, "BTC-PERP", .one, Price(rawValue: .max)),
    fill(
      "a quantity of absurd scale", .outOfRange, "BTC-PERP", Quantity(rawValue: .max), number("1")),
    fill("a quantity of zero", .outOfRange, "BTC-PERP", .zero, number("1")),
    BadRecord("settings that are not supported", .unsupportedSettings) { builder in
      builder.event(
        "acct-1",
        .settings(
          AccountSettings(marginMode: .portfolio, leverages: [], isolatedMarginChanges: [])))
    },
    BadRecord("leverage of an unknown symbol", .unknownSymbol) { builder in
      builder.event(
        "acct-1",
        .settings(
          AccountSettings(
            marginMode: nil, leverages: [(symbol: Symbol("NOPE"), leverage: number("5"))],
            isolatedMarginChanges: [])))
    },
    BadRecord("a time far ahead of its record", .timeTooFarAhead) { builder in
      builder.aheadNanoseconds = 61_000_000_000
      return builder.transfer("acct-1", "USD", number("1"))
    },
  ]

  /// Records of `prices`, `funding` and `reference`.
  static let broadcast: [BadRecord] = [
    mark("undecodable bytes", .undecodable) { $0.value = [0xff, 0xff, 0xff] },
    mark("a newer version", .unknownSchemaVersion) { $0.setVersion(2) },
    mark("text that is not UTF-8", .malformedText) {
      $0.replace("BTC-PERP", by: Array(repeating: 0xff, count: 8))
    },
    mark("text with NUL", .malformedText) { $0.replace("BTC-PERP", by: Array("BTC\0PERP".utf8)) },
    mark("a malformed decimal", .malformedDecimal) { $0.replace("60000", by: Array("6O,00".utf8)) },
    mark("a tombstone", .tombstone) { $0.value = nil },
    mark("a key that differs", .keyMismatch) { $0.key = Array("BTC-USD".utf8) },
    price("an unknown symbol", .unknownSymbol, "NOPE", mark: number("1")),
    price("a negative mark", .priceNotPositive, "BTC-PERP", mark: number("-1")),
    price("a mark of zero of a future", .priceNotPositive, "BTC-PERP", mark: .zero),
    price("a negative index", .priceNotPositive, "BTC-USD", index: number("-0.01")),
    price("a mark of absurd scale", .outOfRange, "BTC-PERP", mark: Price(rawValue: .max)),
    price("a mark of an index", .wrongKindOfSymbol, "BTC-USD", mark: number("60000")),
    price("an index of a contract", .wrongKindOfSymbol, "BTC-PERP", index: number("60000")),
    BadRecord("an absurd volatility", .outOfRange) {
      $0.price("BTC-USD", volatility: Rate(rawValue: .max))
    },
    BadRecord("a time far ahead of its record", .timeTooFarAhead) { builder in
      builder.aheadNanoseconds = 61_000_000_000
      return builder.price("BTC-PERP", mark: number("60000"))
    },
    BadRecord("funding of an unknown symbol", .unknownSymbol) {
      $0.funding("NOPE", .settlement(rate: number("0.01"), price: number("1")))
    },
    BadRecord("funding at an absurd rate", .outOfRange) {
      $0.funding("BTC-PERP", .settlement(rate: number("1000"), price: number("60000")))
    },
    BadRecord("an asset of an unknown underlying", .unknownSymbol) {
      $0.define(
        .asset(CollateralAsset(symbol: Symbol("ETH"), underlying: Symbol("ETH-USD"))))
    },
    BadRecord("a symbol that is taken", .inconsistentReference) {
      $0.define(.underlying(Symbol("BTC-PERP")))
    },
  ]

  private static func mark(
    _ description: String, _ reason: RejectReason,
    _ damage: @escaping @Sendable (inout OutboundRecord) -> Void
  ) -> BadRecord {
    BadRecord(
      description, reason, { $0.price("BTC-PERP", mark: number("60000")) }, damage: damage)
  }

  private static func price(
    _ description: String, _ reason: RejectReason, _ symbol: String, mark: Price? = nil,
    index: Price? = nil
  ) -> BadRecord {
    BadRecord(description, reason) { $0.price(symbol, mark: mark, index: index) }
  }
}
