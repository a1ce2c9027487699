/// A moment in UTC, to the millisecond, on the proleptic Gregorian calendar.
public struct UTCTime: Sendable, Equatable, CustomStringConvertible {
  /// Milliseconds since 1970-01-01T00:00:00Z; negative before it.
  public var millisecondsSince1970: Int64

  /// The moment that many milliseconds after 1970-01-01T00:00:00Z.
  public init(millisecondsSince1970: Int64) {
    self.millisecondsSince1970 = millisecondsSince1970
  }

  /// RFC 3339 with milliseconds, such as `2025-10-10T21:14:05.250Z`.
  public var description: String {
    let (days, millisecondOfDay) = Self.floorDivide(millisecondsSince1970, by: 86_400_000)
    let date = Self.civilDate(daysSince1970: days)
    let second = millisecondOfDay / 1000
    return Self.padded(date.year, to: 4) + "-" + Self.padded(date.month, to: 2) + "-"
      + Self.padded(date.day, to: 2) + "T" + Self.padded(second / 3600, to: 2) + ":"
      + Self.padded(second / 60 % 60, to: 2) + ":" + Self.padded(second % 60, to: 2) + "."
      + Self.padded(millisecondOfDay % 1000, to: 3) + "Z"
  }

  /// Counts in years that start in March, so that the leap day is the last day of its year, and in
  /// eras of 400 years, which all have 146,097 days.
  private static func civilDate(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let daysFromMarchOfYearZero = daysSince1970 + 719_468
    let (era, dayOfEra) = floorDivide(daysFromMarchOfYearZero, by: 146_097)
    let leapDays = dayOfEra / 1460 - dayOfEra / 36_524 + dayOfEra / 146_096
    let yearOfEra = (dayOfEra - leapDays) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
  }

  private static func floorDivide(_ number: Int64, by divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  private static func padded(_ number: Int64, to width: Int) -> String {
    let digits = String(number.magnitude)
    let zeros = String(repeating: "0", count: max(0, width - digits.count))
    return (number < 0 ? "-" : "") + zeros + digits
  }
}
