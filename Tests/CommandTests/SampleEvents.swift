import LiquidationWire
import StreamTransport

/// Records of the output topics as a worker writes them.
enum SampleEvents {
  /// A margin call.
  static func marginCall(
    _ account: String, sequence: Int, partition: Int32 = 0
  ) throws -> OutboundRecord {
    let text = """
      {"schema_version":1,"header":\(header(account, "margin_call", sequence)),
      "kind":"MARGIN_CALL_KIND_MARGIN_CALL"}
      """
    return OutboundRecord(
      topic: "margin-calls", partition: partition, key: Array(account.utf8),
      value: try JSONForm.bytes(from: text, as: .marginCallEvent))
  }

  /// The beginning of a liquidation.
  static func liquidation(
    _ account: String, sequence: Int, partition: Int32 = 0
  ) throws -> OutboundRecord {
    let text = """
      {"schema_version":1,"header":\(header(account, "liquidation_started", sequence)),
      "liquidation_id":"\(account)/L1",
      "started":{"first_breach_ns":"1760130840000000000","leg_count":2}}
      """
    return OutboundRecord(
      topic: "liquidations", partition: partition, key: Array(account.utf8),
      value: try JSONForm.bytes(from: text, as: .liquidationEvent))
  }

  private static func header(_ account: String, _ kind: String, _ sequence: Int) -> String {
    """
    {"event_id":"\(account)/\(kind)/prices-0-\(sequence)/0","sequence":"\(sequence)",
    "account_id":"\(account)","cause":{"topic":"prices","offset":"\(sequence)",
    "record_time_ns":"1760130840000000000"},"previous_state":"MARGIN_STATE_HEALTHY",
    "new_state":"MARGIN_STATE_MARGIN_CALL","margin_time_ns":"1760130840250000000",
    "equity":"153.6","net_equity":"153.6","initial_margin":"292.5",
    "maintenance_margin":"146.25","margin_level":"1.050256410256","rulebook_id":"native",
    "rulebook_version":1}
    """
  }
}
