import FixedPoint
import MarginDomain

/// The part `futures` with what its document states besides the rules.
struct FuturesPart: Sendable, Equatable {
  let rules: FuturesRules
  /// The symbols of the schedules, with their positions in the file.
  let symbols: [LocatedValue<Symbol>]
  /// The assets in which the amounts of the part can be read; nil: any reporting asset.
  let amountAssets: [Symbol]?
  /// Symbols whose schedule names assets of its own.
  let amountAssetsOfSymbol: [Symbol: [Symbol]]

  /// The rules with the schedules that apply to a reporting asset, and the symbols of the other
  /// schedules.
  func applying(to reportingAsset: Symbol) -> (rules: FuturesRules, others: [Symbol]) {
    func holds(_ symbol: Symbol?) -> Bool {
      let assets = symbol.flatMap { amountAssetsOfSymbol[$0] } ?? amountAssets
      return assets?.contains(reportingAsset) ?? true
    }
    let others = rules.schedules.map(\.symbol).filter { !holds($0) }
    let applying = rules.replacing(
      defaultSchedule: holds(nil) ? rules.defaultSchedule : nil,
      schedules: rules.schedules.filter { holds($0.symbol) })
    return (applying, others)
  }
}

extension YAMLShape where Value == FuturesPart {
  /// The part `futures`.
  static var futuresPart: YAMLShape {
    .mapping("the rules of futures") { fields in
      let notionalBasis = FuturesRules.NotionalBasis.read(from: &fields)
      let tierBasis = fields.required("tier_basis", .tierBasis)
      let path = fields.required("liquidation_path", .liquidationPath)
      let closingFee = fields.required("closing_fee", .closingFee)
      let initialRate = fields.required("initial_rate", .initialRate)
      let maintenanceRate = fields.optional("maintenance_rate", .maintenanceRate)
      let liquidationRounding = fields.optional("liquidation_price_rounding", .priceRounding)
      let bankruptcyRounding = fields.optional("bankruptcy_price_rounding", .priceRounding)
      let amountRounding = fields.optional("amount_rounding", .amountRounding)
      let orders = fields.optional("orders", .orderMarginRules)
      let profit = fields.optional("profit", .profitRules)
      let defaultSchedule = fields.optional("default_schedule", .marginSchedule)
      let assets = fields.optional("amounts_in", .list(of: .symbol) as YAMLShape<[Symbol]>)
      let groups = fields.optional("schedules", .list(of: .scheduleGroup)) ?? []
      let schedules = ScheduleGroup.flattened(groups, reportingTo: &fields)
      if !fields.contains("default_schedule"), !fields.contains("schedules") {
        fields.report("holds no schedule", expected: "default_schedule or schedules")
      }
      guard let notionalBasis, let tierBasis, let path, let closingFee, let initialRate else {
        return nil
      }
      let rules = FuturesRules(
        notionalBasis: notionalBasis, tierBasis: tierBasis, liquidationPath: path,
        closingFee: closingFee, initialRate: initialRate,
        maintenanceRate: maintenanceRate ?? .tier,
        liquidationPriceRounding: liquidationRounding,
        bankruptcyPriceRounding: bankruptcyRounding, amountRounding: amountRounding,
        orders: orders ?? .none, profit: profit, defaultSchedule: defaultSchedule,
        schedules: schedules)
      fields.report(rules.faults())
      var assetsOfSymbol: [Symbol: [Symbol]] = [:]
      for group in groups {
        for symbol in group.symbols { assetsOfSymbol[symbol.value] = group.amountAssets }
      }
      return FuturesPart(
        rules: rules, symbols: groups.flatMap(\.symbols), amountAssets: assets,
        amountAssetsOfSymbol: assetsOfSymbol)
    }
  }
}

/// One schedule with the instruments that it applies to.
struct ScheduleGroup: Sendable {
  let symbols: [LocatedValue<Symbol>]
  let amountAssets: [Symbol]?
  let schedule: MarginSchedule

  /// One entry per symbol; a symbol named twice is a fault.
  static func flattened(
    _ groups: [ScheduleGroup], reportingTo fields: inout YAMLFields
  ) -> [(symbol: Symbol, schedule: MarginSchedule)] {
    var seen: Set<Symbol> = []
    var schedules: [(symbol: Symbol, schedule: MarginSchedule)] = []
    for group in groups {
      for symbol in group.symbols {
        if seen.insert(symbol.value).inserted {
          schedules.append((symbol.value, group.schedule))
        } else {
          fields.report(
            "'\(symbol.value.text.quotable)' has a schedule already", at: symbol,
            expected: "each symbol once")
        }
      }
    }
    return schedules
  }
}

extension YAMLShape where Value == ScheduleGroup {
  fileprivate static var scheduleGroup: YAMLShape {
    .mapping("a schedule with its symbols") { fields in
      let symbols = fields.required("symbols", .list(of: .located(.symbol)))
      if let symbols, symbols.isEmpty {
        fields.report("is empty", for: "symbols", expected: "at least one symbol")
      }
      let assets = fields.optional("amounts_in", .list(of: .symbol) as YAMLShape<[Symbol]>)
      let schedule = MarginSchedule.read(from: &fields)
      guard let symbols, let schedule else { return nil }
      return ScheduleGroup(symbols: symbols, amountAssets: assets, schedule: schedule)
    }
  }
}

extension YAMLShape where Value == MarginSchedule {
  fileprivate static var marginSchedule: YAMLShape {
    .mapping("a schedule") { fields in MarginSchedule.read(from: &fields) }
  }
}

extension MarginSchedule {
  private static let forms = ["tiers", "flat", "open_interest_scaled", "size_scaled"]

  /// Reads the form of the schedule that is present.
  fileprivate static func read(from fields: inout YAMLFields) -> MarginSchedule? {
    let given = forms.filter { fields.contains($0) }
    guard given.count == 1 else {
      let problem =
        given.isEmpty ? "holds no rates" : "names both \(given.joined(separator: " and "))"
      fields.report(problem, expected: "one of \(forms.joined(separator: ", "))")
      return nil
    }
    switch given[0] {
    case "flat": return fields.required("flat", .flatSchedule)
    case "open_interest_scaled":
      return fields.required("open_interest_scaled", .openInterestScaling)
        .map { .openInterestScaled($0) }
    case "size_scaled":
      return fields.required("size_scaled", .sizeScaling).map { .sizeScaled($0) }
    default: break
    }
    guard let rows = fields.required("tiers", .list(of: .tierRow) as YAMLShape<[TierRow]>) else {
      return nil
    }
    return TierTable(rows: rows).tiers(reportingTo: &fields).map { .tiered($0) }
  }
}

extension YAMLShape where Value == MarginSchedule {
  fileprivate static var flatSchedule: YAMLShape {
    .mapping("initial_rate and maintenance_rate") { fields in
      let initial = fields.required("initial_rate", .ratio)
      let maintenance = fields.required("maintenance_rate", .ratio)
      guard let initial, let maintenance else { return nil }
      guard maintenance <= initial else {
        fields.report(
          "\(initial) is below the maintenance rate", for: "initial_rate",
          expected: "\(maintenance) or more")
        return nil
      }
      return .flat(initialRate: initial, maintenanceRate: maintenance)
    }
  }
}

extension FuturesRules.NotionalBasis {
  private enum Word: String, CaseIterable {
    case mark, entry
    case largestLoss = "largest_loss"
  }

  /// Reads `notional_basis`, and `price_cap` where it needs one.
  fileprivate static func read(from fields: inout YAMLFields) -> FuturesRules.NotionalBasis? {
    let word = fields.required("notional_basis", .enumeration as YAMLShape<Word>)
    guard word == .largestLoss else {
      if fields.contains("price_cap") {
        fields.report(
          "stands without its basis", for: "price_cap", expected: "notional_basis: largest_loss")
      }
      return word.map { $0 == .mark ? .mark : .entry }
    }
    return fields.required("price_cap", .price).map { .largestLoss(priceCap: $0) }
  }
}

extension YAMLShape where Value == FuturesRules.TierBasis {
  fileprivate static var tierBasis: YAMLShape {
    .oneOf([(word: "mark", value: .mark), (word: "liquidation_price", value: .liquidationPrice)])
  }
}

extension YAMLShape where Value == FuturesRules.LiquidationPath {
  fileprivate static var liquidationPath: YAMLShape {
    .oneOf([
      (word: "underlying", value: .underlying), (word: "own_contract", value: .ownContract),
    ])
  }
}

extension YAMLShape where Value == FuturesRules.ClosingFee {
  fileprivate static var closingFee: YAMLShape {
    .oneOf([
      (word: "none", value: .none), (word: "at_mark", value: .atMark),
      (word: "at_bankruptcy_price", value: .atBankruptcyPrice),
    ])
  }
}

extension YAMLShape where Value == FuturesRules.InitialRate {
  fileprivate static var initialRate: YAMLShape {
    .oneOf([
      (word: "larger_of_leverage_and_tier", value: .largerOfLeverageAndTier),
      (word: "leverage", value: .leverage),
      (word: "tier_divided_by_leverage", value: .tierDividedByLeverage),
    ])
  }
}

extension YAMLShape where Value == FuturesRules.MaintenanceRate {
  fileprivate static var maintenanceRate: YAMLShape {
    .oneOf([
      (word: "tier", value: .tier),
      (word: "tier_divided_by_leverage", value: .tierDividedByLeverage),
    ])
  }
}

extension YAMLShape where Value == PriceRounding {
  fileprivate static var priceRounding: YAMLShape {
    .mapping("the directions of long and short") { fields in
      let long = fields.required("long", .roundingMode)
      let short = fields.required("short", .roundingMode)
      guard let long, let short else { return nil }
      return PriceRounding(long: long, short: short)
    }
  }
}

extension YAMLShape where Value == RoundingMode {
  static var roundingMode: YAMLShape {
    .oneOf([
      (word: "down", value: .floor), (word: "up", value: .ceiling),
      (word: "nearest_even", value: .nearestEven),
    ])
  }
}
