import FixedPoint
import MarginDomain
import MarginModel
import RulebookFiles

/// One change that `--what-if` asks about.
enum WhatIfChange: Equatable {
  case market(MarketMove)
  case account(AccountChange)
}

/// Reads the texts of `--what-if`.
///
/// `buy|sell QUANTITY INSTRUMENT [@ PRICE]`, `deposit|withdraw AMOUNT ASSET`,
/// `leverage INSTRUMENT N`, `mode cross|isolated|portfolio`, or a move of the market.
struct WhatIfReader {
  let book: Book

  static let verbs = ["buy", "sell", "deposit", "withdraw", "leverage", "mode"]
  static let forms =
    "\(verbs.joined(separator: ", ")), or an underlying, an asset or 'all' with its move"

  /// Reads one text.
  ///
  /// - Parameters:
  ///   - text: as it was given.
  ///   - market: prices at which a trade without a price is made.
  /// - Returns: the change.
  /// - Throws: a fault for the first word that cannot be parsed.
  func change(_ text: String, in market: MarketView) throws(ScenarioTextFault) -> WhatIfChange {
    var words = ScenarioWords(text)
    let change: WhatIfChange
    switch words.peek?.lowercased() {
    case "buy", "sell": change = .account(try trade(&words, in: market))
    case "deposit", "withdraw": change = .account(try transfer(&words))
    case "leverage": change = .account(try leverage(&words))
    case "mode": change = .account(try mode(&words))
    case nil: throw ScenarioTextFault("the text is empty", expected: Self.forms)
    case .some:
      if let word = words.peek, let verb = nearestName(to: word, among: Self.verbs),
        !isKnown(word)
      {
        throw ScenarioTextFault(
          "'\(word)' is not understood (did you mean \(verb)?)", expected: Self.forms)
      }
      change = .market(try ScenarioReader(book: book).move(&words))
    }
    try words.finish()
    return change
  }

  private func isKnown(_ word: String) -> Bool {
    let symbol = Symbol(word)
    return word.lowercased() == "all" || book.underlyings.contains(symbol)
      || book.assets.contains(symbol) || book.instruments.contains { $0.symbol == symbol }
  }

  private func trade(
    _ words: inout ScenarioWords, in market: MarketView
  ) throws(ScenarioTextFault) -> AccountChange {
    let isSale = try words.next(expected: "buy or sell").lowercased() == "sell"
    let sizeText = try words.next(expected: "a quantity in contracts")
    guard let size = try? Quantity.parse(sizeText), size.isPositive,
      size <= DomainLimits.maximumQuantity
    else {
      throw ScenarioTextFault(
        "'\(sizeText)' is no quantity", expected: "contracts above 0, at most 1e13, such as 0.5")
    }
    let instrument = try instrument(&words)
    let price: Price
    if words.consume("@", "at") {
      price = try self.price(&words, of: instrument)
    } else {
      guard let mark = market.mark(of: instrument) else {
        throw ScenarioTextFault(
          "\(instrument.symbol) has no mark price", expected: "'@' and a price")
      }
      price = mark
    }
    return .trade(instrument, quantity: isSale ? -size : size, price: price)
  }

  private func instrument(_ words: inout ScenarioWords) throws(ScenarioTextFault) -> Instrument {
    let word = try words.next(expected: "an instrument of the book")
    guard let instrument = book.instruments.first(where: { $0.symbol == Symbol(word) }) else {
      let names = book.instruments.map(\.symbol.text)
      throw ScenarioTextFault(
        "'\(word)' is no instrument of the book" + ScenarioReader.hint(word, names),
        expected: names.isEmpty ? "a book with instruments" : ScenarioReader.list(names))
    }
    return instrument
  }

  private func price(
    _ words: inout ScenarioWords, of instrument: Instrument
  ) throws(ScenarioTextFault) -> Price {
    let word = try words.next(expected: "a price")
    let smallest =
      !instrument.isFuture
      ? Price.zero
      : instrument.payoff == .inverse
        ? DomainLimits.minimumInversePrice : DomainLimits.minimumPrice
    guard let price = try? Price.parse(word), price >= smallest, price <= DomainLimits.maximumPrice
    else {
      throw ScenarioTextFault("'\(word)' is no price", expected: "a price from \(smallest) to 1e9")
    }
    return price
  }

  private func transfer(_ words: inout ScenarioWords) throws(ScenarioTextFault) -> AccountChange {
    let isOut = try words.next(expected: "deposit or withdraw").lowercased() == "withdraw"
    let text = try words.next(expected: "an amount")
    guard let amount = try? AssetAmount.parse(text), amount.isPositive,
      amount <= DomainLimits.maximumBalance
    else {
      throw ScenarioTextFault(
        "'\(text)' is no amount", expected: "an amount above 0, at most 1e15, such as 1000")
    }
    let word = try words.next(expected: "an asset of the book")
    let asset = Symbol(word)
    guard book.assets.contains(asset) || asset == book.rulebook.reportingAsset else {
      let names = book.assets.map(\.text)
      throw ScenarioTextFault(
        "'\(word)' is no asset of the book" + ScenarioReader.hint(word, names),
        expected: ScenarioReader.list(names))
    }
    guard book.market.price(of: asset, reportingAsset: book.rulebook.reportingAsset) != nil else {
      throw ScenarioTextFault("\(word) has no price", expected: "an asset with an index_price")
    }
    return .transfer(asset: asset, amount: isOut ? -amount : amount)
  }

  private func leverage(_ words: inout ScenarioWords) throws(ScenarioTextFault) -> AccountChange {
    _ = try words.next(expected: "leverage")
    let instrument = try instrument(&words)
    let word = try words.next(expected: "a leverage such as 10")
    let text = word.lowercased().hasSuffix("x") ? String(word.dropLast()) : word
    guard let leverage = try? Rate.parse(text), leverage >= .one,
      leverage <= DomainLimits.maximumRate
    else { throw ScenarioTextFault("'\(word)' is no leverage", expected: "1 or more, such as 10") }
    return .leverage(instrument.symbol, leverage)
  }

  private static let modes = "cross, isolated or portfolio"

  private func mode(_ words: inout ScenarioWords) throws(ScenarioTextFault) -> AccountChange {
    _ = try words.next(expected: "mode")
    let word = try words.next(expected: Self.modes)
    switch word.lowercased() {
    case "cross": return .marginMode(.cross)
    case "isolated": return .marginMode(.isolated)
    case "portfolio" where book.rulebook.portfolio != nil: return .marginMode(.portfolio)
    case "portfolio":
      throw ScenarioTextFault(
        "the rulebook \(book.rulebook.id.name) has no part portfolio",
        expected: "cross or isolated")
    default:
      throw ScenarioTextFault("'\(word)' is no margin mode", expected: Self.modes)
    }
  }
}
