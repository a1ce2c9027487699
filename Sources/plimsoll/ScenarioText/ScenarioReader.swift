import FixedPoint
import MarginDomain
import MarginModel
import RulebookFiles

/// Reads moves of the market as people write them: `BTC-USD -20%`, `BTC-USD 52000`, `all -10%`,
/// `BTC-USD vol +50%`, `USDC 0.97`.
struct ScenarioReader {
  /// The target of a move.
  struct Target: Equatable {
    enum Kind: Equatable {
      case all
      case underlying(Symbol)
      case asset(Symbol)
    }
    let kind: Kind
    let isVolatility: Bool

    /// Its wording.
    var text: String {
      let name =
        switch kind {
        case .all: "all"
        case .underlying(let symbol), .asset(let symbol): symbol.text
        }
      return isVolatility ? name + " vol" : name
    }
  }

  let book: Book

  static let percentForm = "a signed change such as -20% or +50%"

  /// A move: its target and how far.
  func move(_ words: inout ScenarioWords) throws(ScenarioTextFault) -> MarketMove {
    let target = try target(&words)
    let value = try words.next(
      expected: target.isVolatility
        ? "\(Self.percentForm), or a volatility per year such as 0.8"
        : "\(Self.percentForm), or a price such as 52000")
    return try move(target, value)
  }

  /// The underlying, asset or `all` that the next word names, and whether `vol` follows.
  func target(_ words: inout ScenarioWords) throws(ScenarioTextFault) -> Target {
    let word = try words.next(expected: "an underlying, an asset or 'all'")
    let kind = try kind(of: word)
    let isVolatility = words.consume("vol", "volatility")
    if isVolatility, case .asset(let asset) = kind {
      throw ScenarioTextFault("the asset \(asset) has no volatility", expected: "an underlying")
    }
    return Target(kind: kind, isVolatility: isVolatility)
  }

  private func kind(of word: String) throws(ScenarioTextFault) -> Target.Kind {
    if word.lowercased() == "all" { return .all }
    let symbol = Symbol(word)
    if book.underlyings.contains(symbol) { return .underlying(symbol) }
    if let instrument = book.instruments.first(where: { $0.symbol == symbol }) {
      throw ScenarioTextFault(
        "\(word) is an instrument; it moves with its underlying",
        expected: instrument.underlying.text)
    }
    if book.assets.contains(symbol) {
      if let underlying = book.market.assets[symbol]?.underlying {
        throw ScenarioTextFault(
          "the asset \(word) moves with its underlying", expected: underlying.text)
      }
      return .asset(symbol)
    }
    let names = book.underlyings + book.assets
    throw ScenarioTextFault(
      "'\(word)' is no underlying and no asset of the book"
        + Self.hint(word, names.map(\.text) + ["all"]),
      expected: Self.list(book.underlyings.map(\.text) + ["all"]))
  }

  private func move(_ target: Target, _ word: String) throws(ScenarioTextFault) -> MarketMove {
    if word.hasSuffix("%") { return Self.move(target, change: try Self.change(word)) }
    if target.isVolatility {
      guard let level = try? Rate.parse(word), level.isPositive, !Self.hasSign(word) else {
        throw ScenarioTextFault(
          "'\(word)' is no volatility",
          expected: "\(Self.percentForm), or a volatility per year such as 0.8")
      }
      switch target.kind {
      case .underlying(let symbol): return .volatilityLevel(.underlying(symbol), level)
      case .all, .asset: return .volatilityLevel(.all, level)
      }
    }
    guard let price = try? Price.parse(word), price.isPositive, !Self.hasSign(word) else {
      throw ScenarioTextFault(
        "'\(word)' is neither a change nor a price",
        expected: "\(Self.percentForm), or a price such as 52000")
    }
    switch target.kind {
    case .underlying(let symbol): return .indexPrice(symbol, price)
    case .asset(let symbol): return .assetPrice(symbol, price)
    case .all:
      throw ScenarioTextFault("'all' cannot go to one price", expected: Self.percentForm)
    }
  }

  /// The move of a target by a ratio.
  static func move(_ target: Target, change: Rate) -> MarketMove {
    switch target.kind {
    case .all:
      return target.isVolatility
        ? .volatility(.all, change: change) : .index(.all, change: change)
    case .underlying(let symbol):
      return target.isVolatility
        ? .volatility(.underlying(symbol), change: change)
        : .index(.underlying(symbol), change: change)
    case .asset(let symbol): return .asset(symbol, change: change)
    }
  }

  /// A change in percent as a ratio, such as −0.2 for `-20%`; the sign may only be absent at 0.
  static func change(_ word: String, expected: String = percentForm) throws(ScenarioTextFault)
    -> Rate
  {
    guard word.hasSuffix("%"), let percent = try? Rate.parse(String(word.dropLast())) else {
      throw ScenarioTextFault("'\(word)' is no change in percent", expected: expected)
    }
    guard percent.isZero || hasSign(word) else {
      throw ScenarioTextFault(
        "'\(word)' does not say up or down", expected: "+\(word) or -\(word)")
    }
    guard percent.rawValue > -100 * Rate.one.rawValue else {
      throw ScenarioTextFault("'\(word)' leaves nothing", expected: "more than -100%")
    }
    guard percent <= DomainLimits.maximumRate else {
      throw ScenarioTextFault("'\(word)' is too large", expected: "at most +1000000%")
    }
    return percent.scaled(by: 1, over: 100, rounding: .nearestEven)
  }

  private static func hasSign(_ word: String) -> Bool {
    word.hasPrefix("-") || word.hasPrefix("+")
  }

  /// `, did you mean …` for a name that is nearly one of these.
  static func hint(_ word: String, _ names: [String]) -> String {
    nearestName(to: word, among: names).map { " (did you mean \($0)?)" } ?? ""
  }

  /// The names, or how many there are when they would fill a screen.
  static func list(_ names: [String]) -> String {
    let shown = names.prefix(12).joined(separator: ", ")
    return "one of \(shown)" + (names.count > 12 ? " and \(names.count - 12) more" : "")
  }
}
