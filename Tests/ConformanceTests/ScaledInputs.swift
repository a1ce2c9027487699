import FixedPoint
import MarginDomain
import MarginModel
import RulebookFiles

// Integers of a venue's own units, read as the domain's types.

extension CaseInputs {
  /// An integer times a power of ten; what does not fit is refused with the range error.
  func scaled<Number: FixedDecimal>(_ key: String, exponent: Int) throws -> Number {
    guard let value = values[key]?.exact else {
      throw VectorFile.Failure(description: "\(key): expected a number")
    }
    var scaled = value
    let ten = ExactRatio(10)
    for _ in 0..<exponent.magnitude { scaled = exponent < 0 ? scaled / ten : scaled * ten }
    guard let number = Number(scaled, rounding: .nearestEven) else {
      throw DomainRangeError(
        name: key, value: values[key]?.decimalText ?? "?",
        expected: "a number of the product's scale")
    }
    return number
  }

  func scaled<Number: FixedDecimal>(
    _ key: String, exponent: Int, in range: ClosedRange<Number>
  ) throws -> Number {
    try DomainLimits.checked(scaled(key, exponent: exponent), in: range, as: key)
  }

  func scaledPrice(_ key: String, exponent: Int) throws -> Price {
    try scaled(
      key, exponent: exponent, in: DomainLimits.minimumPrice...DomainLimits.maximumPrice)
  }

  func scaledAmount(_ key: String, exponent: Int) throws -> AssetAmount {
    let limit = DomainLimits.maximumBalance
    return try scaled(key, exponent: exponent, in: -limit...limit)
  }

  func scaledQuantity(_ key: String, exponent: Int) throws -> Quantity {
    let limit = DomainLimits.maximumQuantity
    return try scaled(key, exponent: exponent, in: -limit...limit)
  }

  /// Parts per million or per ten thousand as a ratio; 0 where the case gives none.
  func optionalRatio(_ key: String, exponent: Int) throws -> Rate {
    guard has(key) else { return .zero }
    return try scaled(
      key, exponent: exponent, in: -DomainLimits.maximumRate...DomainLimits.maximumRate)
  }

  func integer(_ key: String) throws -> Int64 {
    guard let text = values[key]?.decimalText, let value = Int64(text) else {
      throw VectorFile.Failure(description: "\(key): expected an integer")
    }
    return value
  }

  func flag(_ key: String) -> Bool {
    if case .bool(true)? = values[key] { return true }
    return false
  }
}

extension MarginAnswer {
  /// A scaled number as an integer of a venue's units of 10^−digits.
  init<Number: FixedDecimal>(_ value: Number, digits: Int) {
    var exact = ExactRatio(value)
    for _ in 0..<digits { exact = exact * ExactRatio(10) }
    self.init(exact)
  }
}

extension Rulebook {
  /// The rules of a preset.
  static func preset(_ name: String) throws -> Rulebook {
    guard let preset = Preset.named(name) else {
      throw VectorFile.Failure(description: "no preset \(name)")
    }
    return try preset.document().rulebook
  }

  /// These rules with a case's numbers in the parts that hold numbers.
  func with(
    schedule: MarginSchedule? = nil,
    schedules: [(symbol: Symbol, schedule: MarginSchedule)] = [],
    collateral: CollateralRules? = nil, notionalBasis: FuturesRules.NotionalBasis? = nil,
    orders: OrderMarginRules? = nil, profit: ProfitRules? = nil
  ) -> Rulebook {
    let futures = FuturesRules(
      notionalBasis: notionalBasis ?? futures.notionalBasis, tierBasis: futures.tierBasis,
      liquidationPath: futures.liquidationPath, closingFee: futures.closingFee,
      initialRate: futures.initialRate, maintenanceRate: futures.maintenanceRate,
      liquidationPriceRounding: futures.liquidationPriceRounding,
      bankruptcyPriceRounding: futures.bankruptcyPriceRounding,
      amountRounding: futures.amountRounding, orders: orders ?? futures.orders,
      profit: profit ?? futures.profit, defaultSchedule: schedule, schedules: schedules)
    return Rulebook(
      id: id, reportingAsset: reportingAsset, futures: futures, options: options,
      collateral: collateral ?? self.collateral, ladder: ladder, liquidation: liquidation,
      market: market)
  }
}
