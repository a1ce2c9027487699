import Telemetry

extension InternetTime {
  /// A moment of event time to the millisecond, such as `2025-10-10T21:14:05.250Z`.
  static func text(_ nanoseconds: Int64) -> String {
    UTCTime(millisecondsSince1970: nanoseconds / 1_000_000).description
  }
}
