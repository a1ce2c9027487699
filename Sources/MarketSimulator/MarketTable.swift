public import MarginDomain

/// A market as a table: index prices, last trades and volatilities on one clock.
///
/// Form: CSV text in ASCII. Lines that begin with `#` are comments. The first other line names the
/// columns: `time`, then `NAME-USD.index`, and per underlying optionally `NAME-USD.last` (last
/// trade of its perpetual) and `NAME-USD.volatility` (implied, per year), in any order. Each line
/// after it is one step: `time` in whole seconds since 1970-01-01 UTC, strictly ascending, prices
/// in dollars per coin above zero, no empty cells.
public struct MarketTable: Sendable, Equatable {
  /// The table's prices of one underlying at one time.
  public struct Quote: Sendable, Equatable {
    /// Index price, quote per unit, above zero.
    public let indexPrice: Price
    /// Last trade of the perpetual, quote per unit, above zero; nil without such a column.
    public let lastPrice: Price?
    /// Implied volatility per year, above zero; nil without such a column.
    public let volatility: Rate?
  }

  /// One step.
  public struct Row: Sendable, Equatable {
    /// Event time of the step.
    public let time: EventTime
    /// One quote per underlying, in the order of `underlyings`.
    public let quotes: [Quote]
  }

  /// Where the table came from, for messages: a file name.
  public let name: String
  /// Underlyings in the order of their index columns, each once, at least one.
  public let underlyings: [Symbol]
  /// Steps in the order of time, at least two.
  public let rows: [Row]

  /// Reads a table.
  ///
  /// - Parameters:
  ///   - bytes: the text; see the type's description for its form.
  ///   - name: the file's name, for messages.
  /// - Throws: `MarketTableError`, naming the line, the column and what was expected.
  public init(parsing bytes: [UInt8], name: String) throws(MarketTableError) {
    var reader = MarketTableReader(name: name)
    try reader.read(bytes)
    self.name = name
    underlyings = reader.underlyings
    rows = reader.rows
  }

  /// The crash of 10 October 2025, 21:05 to 21:30 UTC, seven underlyings, one row per 5 s.
  ///
  /// - Returns: the built-in table; its origin is stated in its header comment.
  /// - Throws: `MarketTableError` if the built-in table were malformed; a test reads it.
  public static func crashOfOctober2025() throws(MarketTableError) -> MarketTable {
    try MarketTable(parsing: PackageResources.crash_2025_10_10_csv, name: "crash-2025-10-10.csv")
  }
}

/// Why a text is not a market table.
public struct MarketTableError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The table's name, as given.
  public let name: String
  /// Line, from 1; the line after the last one when something is missing at the end.
  public let line: Int
  /// The column's name, or its number from 1 where it has no name; nil for a whole line.
  public let column: String?
  /// What is wrong.
  public let fault: String
  /// What was expected.
  public let expected: String

  /// `file:line: column …: fault; expected …`.
  public var description: String {
    let place = column.map { " column \($0):" } ?? ""
    return "\(name):\(line):\(place) \(fault); expected \(expected)"
  }
}
