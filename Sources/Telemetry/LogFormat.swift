/// Form of a log line; the raw value is the word of the command line and of configuration files.
public enum LogFormat: String, Sendable, CaseIterable {
  /// One JSON object per line.
  case json
  /// One logfmt line: `time=… level=info message="…" key=value`.
  case logfmt
  /// For people at a terminal: time, level, message, then the fields as in logfmt.
  case text
}
