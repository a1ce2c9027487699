import FixedPoint
import MarginDomain

/// Reads a market table line by line, so that every fault can name its line and column.
struct MarketTableReader {
  /// What a column holds.
  private enum Role: Equatable {
    case time
    case index(Int)
    case last(Int)
    case volatility(Int)
  }
  private struct Column {
    let name: String
    let role: Role
  }

  /// Far more than needed, far less than would exhaust memory.
  static let maximumRows = 100_000
  static let maximumUnderlyings = 64

  let name: String
  private(set) var underlyings: [Symbol] = []
  private(set) var rows: [MarketTable.Row] = []
  private var columns: [Column] = []
  private var line = 0

  init(name: String) { self.name = name }

  mutating func read(_ bytes: [UInt8]) throws(MarketTableError) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (offset, raw) in lines.enumerated() {
      line = offset + 1
      let text = raw.last == UInt8(ascii: "\r") ? raw.dropLast() : raw
      if text.first == UInt8(ascii: "#") { continue }
      if text.isEmpty, offset == lines.count - 1 { continue }
      let cells = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      if columns.isEmpty { try readHeader(cells) } else { try readRow(cells) }
    }
    line = lines.count + 1
    guard !columns.isEmpty else {
      throw fault("there is no line of column names", expected: "time,BTC-USD.index,…")
    }
    guard rows.count >= 2 else {
      throw fault("there are \(rows.count) rows", expected: "at least 2")
    }
  }

  private func fault(
    _ text: String, column: String? = nil, expected: String
  ) -> MarketTableError {
    MarketTableError(name: name, line: line, column: column, fault: text, expected: expected)
  }

  // MARK: Column names

  private mutating func readHeader(
    _ cells: [ArraySlice<UInt8>]
  ) throws(MarketTableError) {
    let names = cells.map { String(decoding: $0, as: UTF8.self) }
    try collectUnderlyings(names)
    var found: [Column] = []
    for (index, columnName) in names.enumerated() {
      let role = try role(of: columnName, index: index)
      guard !found.contains(where: { $0.role == role }) else {
        throw fault("the column stands twice", column: columnName, expected: "each column once")
      }
      found.append(Column(name: columnName, role: role))
    }
    columns = found
  }

  private mutating func collectUnderlyings(_ names: [String]) throws(MarketTableError) {
    guard names.first == "time" else {
      throw fault(
        "the first column is \"\(names.first ?? "")\"", column: "1", expected: "\"time\"")
    }
    underlyings = names.filter { $0.hasSuffix(".index") }.map { Symbol(String($0.dropLast(6))) }
    guard !underlyings.isEmpty else {
      throw fault(
        "no column holds an index price", expected: "at least one such as BTC-USD.index")
    }
    guard underlyings.count <= Self.maximumUnderlyings else {
      throw fault(
        "there are \(underlyings.count) underlyings",
        expected: "at most \(Self.maximumUnderlyings)")
    }
  }

  private func role(of columnName: String, index: Int) throws(MarketTableError) -> Role {
    if index == 0 { return .time }
    let parts = columnName.split(separator: ".", omittingEmptySubsequences: false)
    let form = "NAME-USD.index, NAME-USD.last or NAME-USD.volatility"
    guard parts.count == 2, isUnderlyingName(parts[0]) else {
      throw fault("\"\(columnName)\" names no underlying", column: "\(index + 1)", expected: form)
    }
    guard let underlying = underlyings.firstIndex(of: Symbol(String(parts[0]))) else {
      throw fault(
        "there is no index of this underlying", column: columnName,
        expected: "a column \(parts[0]).index")
    }
    switch parts[1] {
    case "index": return .index(underlying)
    case "last": return .last(underlying)
    case "volatility": return .volatility(underlying)
    default:
      throw fault("\"\(parts[1])\" is not a kind", column: columnName, expected: form)
    }
  }

  /// One to sixteen capital letters or digits, then `-USD`: coins and contracts are named after it.
  private func isUnderlyingName(_ text: Substring) -> Bool {
    guard text.hasSuffix("-USD") else { return false }
    let coin = text.dropLast(4).utf8
    return (1...16).contains(coin.count)
      && coin.allSatisfy {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      }
  }

  // MARK: Rows

  private mutating func readRow(_ cells: [ArraySlice<UInt8>]) throws(MarketTableError) {
    guard rows.count < Self.maximumRows else {
      throw fault("there are too many rows", expected: "at most \(Self.maximumRows)")
    }
    guard cells.count == columns.count else {
      throw fault("there are \(cells.count) cells", expected: "\(columns.count)")
    }
    let time = try readTime(cells[0])
    var indices = [Price](repeating: .zero, count: underlyings.count)
    var lasts = [Price?](repeating: nil, count: underlyings.count)
    var volatilities = [Rate?](repeating: nil, count: underlyings.count)
    for (column, cell) in zip(columns, cells) {
      switch column.role {
      case .time: break
      case .index(let index): indices[index] = try readPrice(cell, column: column.name)
      case .last(let index): lasts[index] = try readPrice(cell, column: column.name)
      case .volatility(let index):
        volatilities[index] = try readVolatility(cell, column: column.name)
      }
    }
    let quotes = underlyings.indices.map {
      MarketTable.Quote(
        indexPrice: indices[$0], lastPrice: lasts[$0], volatility: volatilities[$0])
    }
    rows.append(MarketTable.Row(time: time, quotes: quotes))
  }

  private func readTime(_ cell: ArraySlice<UInt8>) throws(MarketTableError) -> EventTime {
    let text = String(decoding: cell, as: UTF8.self)
    // The year 2200 keeps nanoseconds well inside 64 bits.
    guard let seconds = Int64(text), (0...7_258_118_400).contains(seconds) else {
      throw fault(
        "\"\(text)\" is not a time", column: "time",
        expected: "whole seconds since 1970-01-01 UTC, before the year 2200")
    }
    let time = EventTime(nanoseconds: seconds * 1_000_000_000)
    if let last = rows.last, time <= last.time {
      throw fault(
        "\(text) is not after the row before", column: "time",
        expected: "more than \(last.time.nanoseconds / 1_000_000_000)")
    }
    return time
  }

  private func readPrice(
    _ cell: ArraySlice<UInt8>, column: String
  ) throws(MarketTableError) -> Price {
    let price = try readDecimal(cell, column: column, as: Price.self)
    guard price >= MarketRange.lowestPrice, price <= MarketRange.highestPrice else {
      throw fault(
        "\(price) is out of range", column: column,
        expected: "a price from \(MarketRange.lowestPrice) to \(MarketRange.highestPrice)")
    }
    return price
  }

  private func readVolatility(
    _ cell: ArraySlice<UInt8>, column: String
  ) throws(MarketTableError) -> Rate {
    let volatility = try readDecimal(cell, column: column, as: Rate.self)
    guard volatility >= DomainLimits.minimumVolatility,
      volatility <= MarketRange.highestVolatility
    else {
      throw fault(
        "\(volatility) is out of range", column: column,
        expected:
          "a volatility per year from \(DomainLimits.minimumVolatility) to "
          + "\(MarketRange.highestVolatility)")
    }
    return volatility
  }

  private func readDecimal<Number: FixedDecimal>(
    _ cell: ArraySlice<UInt8>, column: String, as type: Number.Type
  ) throws(MarketTableError) -> Number {
    do throws(DecimalText.Fault) {
      return try Number.parse(bytes: cell)
    } catch {
      throw fault(
        "\"\(String(decoding: cell, as: UTF8.self))\" is not a decimal: \(error)", column: column,
        expected: "digits with at most one point")
    }
  }
}

/// The range in which the simulated venue can quote: its ticks have at most nine decimals, and
/// its contracts' sizes stay inside `DomainLimits`.
enum MarketRange {
  static let lowestPrice = Price(rawValue: 1_000_000)
  static let highestPrice = Price(rawValue: 10_000_000 * 1_000_000_000_000)
  static let highestVolatility = Rate(rawValue: 10 * 1_000_000_000_000)
}
