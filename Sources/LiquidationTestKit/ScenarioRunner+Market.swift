import FixedPoint
import MarginDomain

/// Steps that are records of `prices` and `funding`.
extension ScenarioRunner {
  /// Reads `price SYMBOL [mark P] [index P] [volatility V] [source N]`.
  mutating func applyPrice(_ words: inout LineWords) throws(ScenarioFault) {
    let symbol = try words.word("a symbol")
    var mark: Price?
    var index: Price?
    var volatility: Rate?
    var source: UInt64?
    while let word = words.peek {
      _ = try words.word("a price")
      switch word {
      case "mark": mark = try words.decimal("a price")
      case "index": index = try words.decimal("a price")
      case "volatility": volatility = try words.decimal("a volatility")
      case "source": source = UInt64(try words.integer("a source sequence"))
      default: throw words.fault("unknown price \"\(word)\"")
      }
    }
    let command = builder.price(
      symbol, mark: mark, index: index, volatility: volatility, sourceSequence: source)
    try apply(command, words)
  }

  /// Reads `funding SYMBOL rate R price P`, `funding SYMBOL index I`, or
  /// `funding SYMBOL settles P`.
  mutating func applyFunding(_ words: inout LineWords) throws(ScenarioFault) {
    let symbol = try words.word("a symbol")
    if words.take("index") {
      let index: AssetAmount = try words.decimal("an index")
      try apply(builder.funding(symbol, .cumulativeIndex(index)), words)
      return
    }
    if words.take("settles") {
      let price: Price = try words.decimal("a price")
      try apply(builder.funding(symbol, .finalSettlement(price: price)), words)
      return
    }
    try words.expect("rate")
    let rate: Rate = try words.decimal("a rate")
    try words.expect("price")
    let price: Price = try words.decimal("a price")
    try apply(builder.funding(symbol, .settlement(rate: rate, price: price)), words)
  }
}
