import FixedPoint
import MarginDomain
public import MarginModel

/// Reads daily closes from CSV: `day`, a column per underlying, and volatilities.
///
///     day,BTC-USD,ETH-USD,volatility
///     2025-10-26,114559.41,4159.76,0.4176
///
/// Lines that begin with `#` and empty lines are ignored. The column `volatility` applies to every
/// underlying without a column `UNDERLYING volatility` of its own; an empty cell means that none is
/// on record.
public struct HistoryReader {
  /// Most lines of a file.
  static let maximumLines = 100_000

  private let file: String
  private var faults = FaultList()
  private var underlyings: [Symbol] = []
  /// Indices of the cells: one close per underlying, and its volatility where there is a column.
  private var closes: [Int] = []
  private var volatilities: [Int?] = []
  private var width = 0
  private var days: [ScenarioHistory.Day] = []
  /// Closes of the previous line, even if it had faults; nil for a cell that was not a close.
  private var lastCloses: [Price?] = []
  private var lastDay: Int?

  private init(file: String) { self.file = file }

  /// Reads a history.
  ///
  /// - Parameters:
  ///   - text: the file's text.
  ///   - file: its name for messages.
  /// - Returns: the history; at least two days, each later than the one before.
  /// - Throws: Everything that is wrong, with lines.
  public static func read(_ text: String, file: String) throws(FaultList) -> ScenarioHistory {
    var reader = HistoryReader(file: file)
    // A byte order mark is not part of the text; spreadsheets write one.
    let hasMark = text.unicodeScalars.first == "\u{FEFF}"
    let body = hasMark ? String(text.unicodeScalars.dropFirst()) : text
    let lines = body.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    if lines.count > maximumLines {
      reader.report("holds more than \(maximumLines) lines", at: maximumLines + 1)
    }
    for (index, line) in lines.prefix(maximumLines).enumerated() {
      if line.isEmpty || line.first == "#" { continue }
      let cells = cells(of: line)
      if reader.width == 0 {
        guard reader.readHeader(cells, line: index + 1) else { break }
      } else {
        reader.readDay(cells, line: index + 1)
      }
    }
    if reader.faults.isEmpty, reader.days.count < 2 {
      reader.report(
        "holds \(reader.days.count) days", at: max(1, lines.count), expected: "two or more")
    }
    guard reader.faults.isEmpty else { throw reader.faults }
    return ScenarioHistory(underlyings: reader.underlyings, days: reader.days)
  }

  /// Reads a history from a file, or from standard input when the path is `-`.
  ///
  /// - Parameter path: path of the file; it is also its name in messages.
  /// - Returns: the history.
  /// - Throws: `unreadable` when the bytes cannot be read, else what is wrong in them.
  public static func read(path: String) throws(YAMLDocument.FileError) -> ScenarioHistory {
    let most = 16 << 20
    let (name, bytes) = try YAMLDocument.bytes(path: path, atMost: most)
    do throws(FaultList) {
      if bytes.count > most {
        throw FaultList(
          Fault(
            file: name, position: SourcePosition(line: 1, column: 1),
            problem: "the file is larger than \(most) bytes"))
      }
      if let fault = TextCheck.firstFault(in: bytes[...], file: name) { throw FaultList(fault) }
      return try read(String(decoding: bytes, as: UTF8.self), file: name)
    } catch {
      throw .faults(error)
    }
  }

  /// The text between two commas, without surrounding spaces, and where it starts.
  private struct Cell {
    let text: String
    let column: Int
  }

  private static func cells(of line: Substring) -> [Cell] {
    var column = 1
    return line.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let start = part.drop { $0 == " " }
      let cell = Cell(
        text: String(start.reversed().drop { $0 == " " }.reversed()),
        column: column + part.unicodeScalars.count - start.unicodeScalars.count)
      column += part.unicodeScalars.count + 1
      return cell
    }
  }

  private mutating func report(
    _ problem: String, at line: Int, column: Int = 1, expected: String? = nil
  ) {
    faults.append(
      Fault(
        file: file, position: SourcePosition(line: line, column: column), problem: problem,
        expected: expected))
  }

  private mutating func readHeader(_ cells: [Cell], line: Int) -> Bool {
    width = cells.count
    let suffix = " volatility"
    let names = cells.map(\.text)
    let most = DomainLimits.maximumIdentifierLength
    guard names.first == "day", Set(names).count == names.count,
      names.allSatisfy({ (1...most).contains($0.utf8.count) && !$0.contains(where: Self.isQuoting) }
      )
    else {
      report(
        "is no header", at: line,
        expected: "day and the names of underlyings without quotes and backslashes, each once")
      return false
    }
    for (index, name) in names.enumerated().dropFirst()
    where name != "volatility" && !name.hasSuffix(suffix) {
      underlyings.append(Symbol(name))
      closes.append(index)
      volatilities.append(names.firstIndex(of: name + suffix) ?? names.firstIndex(of: "volatility"))
    }
    for name in names where name.hasSuffix(suffix) {
      let owner = String(name.dropLast(suffix.count))
      if !names.contains(owner) { report("has a volatility of \(owner) and no close", at: line) }
    }
    if underlyings.isEmpty { report("names no underlying", at: line, expected: "one or more") }
    return faults.isEmpty
  }

  /// Whether a character has a special meaning in the quotes of a printed table.
  private static func isQuoting(_ character: Character) -> Bool {
    character == "\"" || character == "\\" || character == "'"
  }

  /// The closes whose move from a previous close a table of vectors can state.
  private static func moves(from old: Price) -> ClosedRange<Price> {
    let range = DomainLimits.scenarioMoves
    return old.times(
      .one + range.lowerBound, rounding: .ceiling)...old.times(
        .one + range.upperBound, rounding: .floor)
  }

  private mutating func readDay(_ cells: [Cell], line: Int) {
    guard cells.count == width else {
      return report("holds \(cells.count) cells", at: line, expected: "\(width) as the header")
    }
    let number = dayNumber(cells[0], line: line)
    let before = lastCloses
    let prices = closes.enumerated().map { column, index in
      close(cells[index], after: before.isEmpty ? nil : before[column], line: line)
    }
    lastCloses = prices
    // A column that serves several underlyings is read once.
    var stated: [Int: Rate] = [:]
    for index in Set(volatilities.compactMap(\.self)).sorted() {
      stated[index] = volatility(cells[index], line: line)
    }
    let sigmas = volatilities.map { index in index.flatMap { stated[$0] } }
    guard faults.isEmpty, let number else { return }
    days.append(
      ScenarioHistory.Day(
        number: number, closes: prices.compactMap(\.self), volatilities: sigmas))
  }

  private mutating func dayNumber(_ cell: Cell, line: Int) -> Int? {
    guard let number = HistoryReader.dayNumber(cell.text) else {
      report("'\(cell.text.quotable)' is no day", at: line, expected: "YYYY-MM-DD")
      return nil
    }
    if let lastDay, lastDay >= number {
      report("is not later than the day before it", at: line, expected: "rising days")
    }
    lastDay = number
    return number
  }

  private mutating func close(_ cell: Cell, after last: Price?, line: Int) -> Price? {
    guard let price = Price.rounded(cell.text), price.isPositive,
      price <= DomainLimits.maximumPrice
    else {
      report(
        "'\(cell.text.quotable)' is no close", at: line, column: cell.column,
        expected: "a price above 0")
      return nil
    }
    let range = last.map(Self.moves)
    if let last, let range, !range.contains(price) {
      report(
        "'\(cell.text.quotable)' is too far from \(last) before it", at: line, column: cell.column,
        expected: "a close from \(range.lowerBound) to \(range.upperBound)")
    }
    return price
  }

  private mutating func volatility(_ cell: Cell, line: Int) -> Rate? {
    if cell.text.isEmpty { return nil }
    guard let sigma = Rate.rounded(cell.text), sigma.isPositive, sigma <= Rate.whole(100) else {
      report(
        "'\(cell.text.quotable)' is no volatility", at: line, column: cell.column,
        expected: "a ratio a year above 0, at most 100, or nothing")
      return nil
    }
    return sigma
  }

  /// Days since 1970-01-01 of `YYYY-MM-DD` in the Gregorian calendar; nil for no such day.
  private static func dayNumber(_ text: String) -> Int? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [4, 2, 2],
      parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
      year >= 1970, (1...12).contains(month), day >= 1
    else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day <= lengths[month - 1] else { return nil }
    let before = year - 1
    let leapDays = before / 4 - before / 100 + before / 400 - 477
    return (year - 1970) * 365 + leapDays + lengths.prefix(month - 1).reduce(0, +) + day - 1
  }
}
