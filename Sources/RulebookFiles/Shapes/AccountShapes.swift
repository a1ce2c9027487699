import FixedPoint
import MarginDomain
import MarginModel

/// A position as written in a document.
struct WrittenPosition: Sendable {
  let symbol: LocatedValue<Symbol>
  let quantity: LocatedValue<Quantity>
  let entryPrice: LocatedValue<Price>?
  /// Exact cash flow of the entry, of which `entryPrice` is the average; nil: computed from the
  /// price.
  var entryCashFlow: LocatedValue<AssetAmount>?
  let leverage: Rate?
  let isolatedMargin: LocatedValue<AssetAmount>?
  var orders: [LocatedValue<ContractOrders.Order>] = []
  /// Whether its contract has expired and is not settled yet.
  var awaitsSettlement: LocatedValue<Bool>?
  /// Where the position starts.
  let place: LocatedValue<Void>
}

/// An account as written in a document.
struct WrittenAccount: Sendable {
  let accountID: LocatedValue<AccountID>
  let marginMode: MarginMode
  /// The position of the mode in the file.
  let modePlace: LocatedValue<MarginMode>?
  let balances: [(key: LocatedValue<String>, value: AssetAmount)]
  let positions: [WrittenPosition]
  let initialRateFloor: Rate?
  /// A credit line that overrides the rulebook's table.
  let creditLine: WrittenLine?
  /// The position in the file of a line above 0.
  let creditPlace: LocatedValue<Money>?
  /// Whether events of the account are known to be missing.
  var isIncomplete = false
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
      let isIncomplete = fields.optional("incomplete", .boolean)
      let credit = fields.creditLine()
      let floor = fields.optional("minimum_initial_rate", .initialRateFloor)
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
        positions: positions ?? [], initialRateFloor: floor, creditLine: credit.line,
        creditPlace: credit.place, isIncomplete: isIncomplete ?? false)
    }
  }

  private typealias Position = WrittenPosition
}

extension YAMLFields {
  /// The credit line of an account: amount, grade and wrong-way underlyings.
  ///
  /// A line of 0 needs no grade and still overrides the table.
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
      let flow = fields.optional(
        "entry_cash_flow", .located(.cashFlow) as YAMLShape<LocatedValue<AssetAmount>>)
      let leverage = fields.optional("leverage", .positive)
      let margin = fields.optional(
        "isolated_margin", .located(.balance) as YAMLShape<LocatedValue<AssetAmount>>)
      let orders = fields.optional(
        "open_orders",
        .list(of: .located(.order)) as YAMLShape<[LocatedValue<ContractOrders.Order>]>)
      let awaits = fields.optional(
        "awaiting_settlement", .located(.boolean) as YAMLShape<LocatedValue<Bool>>)
      if let quantity, quantity.value.isZero, !fields.contains("open_orders") {
        fields.report(
          "is '0'", at: quantity, expected: "a signed quantity, not 0, of at most 1e13")
        return nil
      }
      guard let symbol, let quantity else { return nil }
      return WrittenPosition(
        symbol: symbol, quantity: quantity, entryPrice: entry, entryCashFlow: flow,
        leverage: leverage, isolatedMargin: margin, orders: orders ?? [],
        awaitsSettlement: awaits,
        place: LocatedValue(value: (), position: fields.position, path: fields.path))
    }
  }
}

extension YAMLShape where Value == Quantity {
  fileprivate static var signedQuantity: YAMLShape {
    parsed(expected: "a signed quantity, not 0, of at most 1e13") { text in
      guard let value = Quantity.rounded(text), !value.isZero || isPlainZero(text),
        value.rawValue.magnitude <= DomainLimits.maximumQuantity.rawValue.magnitude
      else { return nil }
      return value
    }
  }

  /// Whether a position is written as 0, which is admitted where orders rest; one that only rounds
  /// to 0 is not.
  private static func isPlainZero(_ text: String) -> Bool { text == "0" }
}

extension YAMLShape where Value == ContractOrders.Order {
  fileprivate static var order: YAMLShape {
    .mapping("a resting order") { fields in
      let isBuy = fields.required("side", .orderSide)
      let quantity = fields.required("quantity", .positiveQuantity)
      let price = fields.required("price", .price)
      guard let isBuy, let quantity, let price else { return nil }
      return ContractOrders.Order(quantity: isBuy ? quantity : -quantity, price: price)
    }
  }
}

extension YAMLShape where Value == Bool {
  fileprivate static var orderSide: YAMLShape {
    .oneOf([(word: "BUY", value: true), (word: "SELL", value: false)])
  }
}

extension YAMLShape where Value == Rate {
  fileprivate static var initialRateFloor: YAMLShape {
    fixed(in: .ulp...DomainLimits.maximumRequirementRate, "a rate above 0, at most 10")
  }
}

extension YAMLShape where Value == AssetAmount {
  fileprivate static var balance: YAMLShape {
    fixed(
      in: -DomainLimits.maximumBalance...DomainLimits.maximumBalance,
      "an amount from -1e15 to 1e15")
  }

  /// The possible cost of entering a position, up to the largest position at the largest price.
  fileprivate static var cashFlow: YAMLShape {
    let largest = AssetAmount(rawValue: 10_000_000_000_000_000_000_000 * AssetAmount.one.rawValue)
    return fixed(in: -largest...largest, "an amount from -1e22 to 1e22")
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
