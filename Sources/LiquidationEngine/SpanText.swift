/// Spans of time as people read them, in whole units.
enum SpanText {
  /// The span in its largest unit of which it holds at least two, rounded up: `75 y`, `60 s`.
  static func text(ofNanoseconds nanoseconds: Int64) -> String {
    let units: [(size: Int64, name: String)] = [
      (31_557_600_000_000_000, "y"), (86_400_000_000_000, "d"), (3_600_000_000_000, "h"),
      (60_000_000_000, "min"), (1_000_000_000, "s"), (1_000_000, "ms"),
    ]
    for unit in units where nanoseconds.magnitude >= 2 * unit.size.magnitude {
      let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: unit.size)
      return "\(rest > 0 ? whole + 1 : whole) \(unit.name)"
    }
    return "\(nanoseconds) ns"
  }
}
