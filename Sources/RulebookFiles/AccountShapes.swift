import FixedPoint
import MarginDomain

/// A position as it was written.
struct WrittenPosition: Sendable {
  let symbol: LocatedValue<Symbol>
  let quantity: LocatedValue<Quantity>
  let entryPrice: LocatedValue<Price>?
  let leverage: Rate?
  let isolatedMargin: LocatedValue<AssetAmount>?
  /// Where the position starts.
  let place: LocatedValue<Void>
}

/// An account as it was written.
struct WrittenAccount: Sendable {
  let accountID: LocatedValue<AccountID>
  let marginMode: MarginMode
  /// Where the mode stands.
  let modePlace: LocatedValue<MarginMode>?
  let balances: [(key: LocatedValue<String>, value: AssetAmount)]
  let positions: [WrittenPosition]
  /// A line that beats the rulebook's table.
  let creditLine: WrittenLine?
  /// Where a line of above 0 stands.
  let creditPlace: LocatedValue<Money>?
}

extension YAMLShape where Value == WrittenAccount {
  /// An account of a book.
  static var account: YAMLShape {
    .mapping("an account") { fields in
      let id = fields.required(
        "account_id", .located(YAMLShape<String>.identifier.map { AccountID($0) }))
      let place = fields.required(
        "margin_mode", .located(.marginMode) as YAMLShape<LocatedValue<MarginMode>>)
      let mode = place?.value
      let balances = fields.optional(
        "balances",
        .entries(of: .balance) as YAMLShape<[(key: LocatedValue<String>, value: AssetAmount)]>)
      let credit = fields.creditLine()
      let positions = fields.optional("positions", .list(of: .position) as YAMLShape<[Position]>)
      if let balances, balances.count > DomainLimits.maximumBalances {
        fields.report(
          "has \(balances.count) assets", for: "balances",
          expected: "at most \(DomainLimits.maximumBalances)")
      }
      if let positions, positions.count > DomainLimits.maximumPositions {
        fields.report(
          "has \(positions.count) entries", for: "positions",
          expected: "at most \(DomainLimits.maximumPositions)")
      }
      guard let id, let mode else { return nil }
      return WrittenAccount(
        accountID: id, marginMode: mode, modePlace: place, balances: balances ?? [],
        positions: positions ?? [], creditLine: credit.line, creditPlace: credit.place)
    }
  }

  private typealias Position = WrittenPosition
}

extension YAMLFields {
  /// The credit line of an account: amount, grade and wrong-way underlyings.
  ///
  /// A line of 0 needs no grade and still beats the table's.
  fileprivate mutating func creditLine() -> (line: WrittenLine?, place: LocatedValue<Money>?) {
    let amount = optional(
      "credit_line", .located(.creditAmount) as YAMLShape<LocatedValue<Money>>)
    let grade = optional("credit_grade", .located(.identifier) as YAMLShape<LocatedValue<String>>)
    guard let amount else {
      if grade != nil || contains("wrong_way"), !contains("credit_line") {
        report(
          "is of no credit line", for: grade == nil ? "wrong_way" : "credit_grade",
          expected: "credit_line beside it")
      }
      _ = creditLine(amount: nil, grade: nil)
      return (nil, nil)
    }
    if amount.value.isPositive, grade == nil, !contains("credit_grade") {
      report("has no credit_grade", at: amount, expected: "credit_grade beside it")
    }
    let none = LocatedValue(value: "", position: amount.position, path: amount.path)
    let written = amount.value.isZero ? grade ?? none : grade
    return (
      creditLine(amount: amount.value, grade: written), amount.value.isPositive ? amount : nil
    )
  }
}

extension YAMLShape where Value == WrittenPosition {
  fileprivate static var position: YAMLShape {
    .mapping("a position") { fields in
      let symbol = fields.required("symbol", .located(.symbol) as YAMLShape<LocatedValue<Symbol>>)
      let quantity = fields.required(
        "quantity", .located(.signedQuantity) as YAMLShape<LocatedValue<Quantity>>)
      let entry = fields.optional(
        "entry_price", .located(.optionPrice) as YAMLShape<LocatedValue<Price>>)
      let leverage = fields.optional("leverage", .positive)
      let margin = fields.optional(
        "isolated_margin", .located(.balance) as YAMLShape<LocatedValue<AssetAmount>>)
      let orders = fields.optional("open_orders", .list(of: .node) as YAMLShape<[YAMLNode]>)
      if let orders, !orders.isEmpty {
        fields.report("open orders are not supported yet", for: "open_orders", expected: "none")
      }
      guard let symbol, let quantity else { return nil }
      return WrittenPosition(
        symbol: symbol, quantity: quantity, entryPrice: entry, leverage: leverage,
        isolatedMargin: margin,
        place: LocatedValue(value: (), position: fields.position, path: fields.path))
    }
  }
}

extension YAMLShape where Value == Quantity {
  fileprivate static var signedQuantity: YAMLShape {
    parsed(expected: "a signed quantity, not 0, of at most 1e13") { text in
      guard let value = Quantity.rounded(text), !value.isZero,
        value.rawValue.magnitude <= DomainLimits.maximumQuantity.rawValue.magnitude
      else { return nil }
      return value
    }
  }
}

extension YAMLShape where Value == AssetAmount {
  fileprivate static var balance: YAMLShape {
    fixed(
      in: -DomainLimits.maximumBalance...DomainLimits.maximumBalance,
      "an amount from -1e15 to 1e15")
  }
}

extension YAMLShape where Value == MarginMode {
  fileprivate static var marginMode: YAMLShape {
    .oneOf([
      (word: "ISOLATED", value: .isolated), (word: "CROSS", value: .cross),
      (word: "PORTFOLIO", value: .portfolio),
    ])
  }
}
