public import MarginDomain

public struct RulebookDocumentFault: Error, Sendable {}
public typealias RulebookDocumentReader =
  @Sendable (_ document: [UInt8], _ id: RulebookID) -> Result<Rulebook, RulebookDocumentFault>
public struct WireRefusal: Sendable {
  public let reason: RejectReason
  public let detail: String
  public let account: AccountID?
  public let accountSequence: UInt64
}
public enum DecodedRecord: Sendable {
  case command(MarginCommand.Body)
  case refused(WireRefusal)
}
public struct CommandDecoder: Sendable {
  public init(rulebooks: @escaping RulebookDocumentReader) {}
  public mutating func decode(
    _ topic: InputTopic, key: ArraySlice<UInt8>?, value: ArraySlice<UInt8>?
  ) -> DecodedRecord { fatalError() }
}
public struct EncodedEvent: Sendable {
  public let topic: MarginEvent.Topic
  public let key: [UInt8]
  public let value: [UInt8]
}
public struct EventEncoder: Sendable {
  public init() {}
  public mutating func encode(_ event: MarginEvent) -> EncodedEvent { fatalError() }
}
