import FixedPoint
import MarginDomain
public import MarginModel

/// Reads daily closes from CSV: `day`, a column per underlying, and volatilities.
///
///     day,BTC-USD,ETH-USD,volatility
///     2025-10-26,114559.41,4159.76,0.4176
///
/// Lines that begin with `#` and empty lines are for readers. The column `volatility` is that of
/// every underlying without one of its own, `UNDERLYING volatility`; an empty cell: none on record.
public struct HistoryReader {
  /// Most lines of a file.
  static let maximumLines = 100_000

  private let file: String
  private var faults = FaultList()
  private var underlyings: [Symbol] = []
  /// Places of the cells: one close per underlying, and its volatility where there is a column.
  private var closes: [Int] = []
  private var volatilities: [Int?] = []
  private var width = 0
  private var days: [ScenarioHistory.Day] = []

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
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    if lines.count > maximumLines {
      reader.report("holds more than \(maximumLines) lines", at: maximumLines + 1)
    }
    for (place, line) in lines.prefix(maximumLines).enumerated() {
      if line.isEmpty || line.first == "#" { continue }
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map {
        Substring($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      }
      if reader.width == 0 {
        guard reader.takeHeader(cells, line: place + 1) else { break }
      } else {
        reader.takeDay(cells, line: place + 1)
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
  /// - Throws: `unreadable` when the bytes cannot be had, else what is wrong in them.
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

  private mutating func report(_ problem: String, at line: Int, expected: String? = nil) {
    faults.append(
      Fault(
        file: file, position: SourcePosition(line: line, column: 1), problem: problem,
        expected: expected))
  }

  private mutating func takeHeader(_ cells: [Substring], line: Int) -> Bool {
    width = cells.count
    let suffix = " volatility"
    let names = cells.map(String.init)
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
    for (place, name) in names.enumerated().dropFirst()
    where name != "volatility" && !name.hasSuffix(suffix) {
      underlyings.append(Symbol(name))
      closes.append(place)
      volatilities.append(names.firstIndex(of: name + suffix) ?? names.firstIndex(of: "volatility"))
    }
    for name in names where name.hasSuffix(suffix) {
      let owner = String(name.dropLast(suffix.count))
      if !names.contains(owner) { report("has a volatility of \(owner) and no close", at: line) }
    }
    if underlyings.isEmpty { report("names no underlying", at: line, expected: "one or more") }
    return faults.isEmpty
  }

  /// Whether a character has a meaning in the quotes that a table is printed with.
  private static func isQuoting(_ character: Character) -> Bool {
    character == "\"" || character == "\\" || character == "'"
  }

  /// Whether a close is as far from the one before as a table of vectors may state: a move from
  /// −0.99 to 10, the bounds of `expected_shortfall`.
  private static func isMove(from old: Price, to new: Price) -> Bool {
    new.rawValue * 100 >= old.rawValue && new.rawValue <= old.rawValue * 11
  }

  private mutating func takeDay(_ cells: [Substring], line: Int) {
    guard cells.count == width else {
      return report("holds \(cells.count) cells", at: line, expected: "\(width) as the header")
    }
    guard let number = HistoryReader.dayNumber(String(cells[0])) else {
      return report("'\(cells[0])' is no day", at: line, expected: "YYYY-MM-DD")
    }
    if let last = days.last, last.number >= number {
      return report("is not later than the day before it", at: line, expected: "rising days")
    }
    var prices: [Price] = []
    for place in closes {
      guard let price = Price.rounded(String(cells[place])), price.isPositive,
        price <= DomainLimits.maximumPrice
      else {
        return report("'\(cells[place])' is no close", at: line, expected: "a price above 0")
      }
      if let last = days.last?.closes[prices.count], !Self.isMove(from: last, to: price) {
        return report(
          "'\(cells[place])' is too far from \(last) before it", at: line,
          expected: "a close from a hundredth to eleven times of it")
      }
      prices.append(price)
    }
    var sigmas: [Rate?] = []
    for place in volatilities {
      guard let place, !cells[place].isEmpty else {
        sigmas.append(nil)
        continue
      }
      guard let sigma = Rate.rounded(String(cells[place])), sigma.isPositive,
        sigma <= Rate.whole(100)
      else {
        return report(
          "'\(cells[place])' is no volatility", at: line,
          expected: "a ratio a year above 0, at most 100, or nothing")
      }
      sigmas.append(sigma)
    }
    days.append(ScenarioHistory.Day(number: number, closes: prices, volatilities: sigmas))
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
