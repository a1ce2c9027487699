import FixedPoint
import MarginDomain
import MarginModel

/// One row of a tiered schedule as written, with its position in the file.
struct TierRow: Sendable {
  let floor: Money
  let cap: Money?
  let initialRate: Rate
  let maintenanceRate: Rate
  let maintenanceAmount: Money?
  let position: SourcePosition
  let path: YAMLPath
}

extension YAMLShape where Value == TierRow {
  /// A row as a mapping, or as the short list `[floor, cap, rate, leverage, amount]`.
  static var tierRow: YAMLShape {
    let mapping = YAMLShape<TierRow>.tierMapping
    return YAMLShape(expected: mapping.expected) { node, path, reader in
      guard case .list(let cells) = node.content else { return mapping.read(node, path, &reader) }
      return shortRow(cells, node: node, path: path, reader: &reader)
    }
  }

  private static var tierMapping: YAMLShape {
    .mapping("a tier: a mapping, or [floor, cap, rate, leverage, amount]") { fields in
      let floor = fields.required("floor", .notional)
      let cap = fields.optional("cap", .notional)
      let rate = fields.required("maintenance_rate", .ratio)
      let amount = fields.optional("maintenance_amount", .notional)
      let hasLeverage = fields.contains("maximum_leverage")
      if hasLeverage, fields.contains("initial_rate") {
        fields.report(
          "stands beside maximum_leverage", for: "initial_rate", expected: "one of the two")
        return nil
      }
      let initial =
        hasLeverage
        ? fields.required("maximum_leverage", .leverageCap)
        : fields.required("initial_rate", .ratio)
      guard let floor, let rate, let initial else { return nil }
      return TierRow(
        floor: floor, cap: cap, initialRate: initial, maintenanceRate: rate,
        maintenanceAmount: amount, position: fields.position, path: fields.path)
    }
  }

  private static func shortRow(
    _ cells: [YAMLNode], node: YAMLNode, path: YAMLPath, reader: inout YAMLReader
  ) -> TierRow? {
    guard cells.count == 5 else {
      reader.report(
        "has \(cells.count) values", at: node.position, path,
        expected: "5: floor, cap, maintenance rate, maximum leverage, maintenance amount")
      return nil
    }
    func cell<Cell>(_ index: Int, _ shape: YAMLShape<Cell>) -> Cell? {
      reader.value(of: cells[index], at: path.appending(index: index), as: shape)
    }
    let floor = cell(0, .notional)
    let cap = cell(1, .notional)
    let rate = cell(2, .ratio)
    let initial = cell(3, .leverageCap)
    let amount = cell(4, .notional)
    guard let floor, let cap, let rate, let initial, let amount else { return nil }
    return TierRow(
      floor: floor, cap: cap, initialRate: initial, maintenanceRate: rate,
      maintenanceAmount: amount, position: node.position, path: path)
  }
}

extension YAMLShape where Value == Money {
  /// A size in the reporting asset, 0 or above.
  static var notional: YAMLShape {
    fixed(in: .zero...Money(rawValue: largestNotional), "an amount from 0 to 1e24")
  }

  private static var largestNotional: Int128 { DecimalText.power(ofTen: 36) }
}

extension YAMLShape where Value == Rate {
  /// A maximum leverage of 1 or more, read as the initial rate 1 / leverage, rounded up.
  fileprivate static var leverageCap: YAMLShape {
    let leverage = fixed(in: .one...DomainLimits.maximumRate, "a leverage from 1 to 1000000")
    return leverage.map { leverage in
      Rate.one.scaled(
        by: Rate.one.rawValue, over: leverage.rawValue, rounding: .ceiling)
    }
  }
}

/// The checks across the rows of one schedule.
struct TierTable {
  /// How far a stated maintenance amount may differ from the continuous one: a millionth of the
  /// floor of its tier, for tables that were published with rounding.
  static let toleranceDivisor: Int128 = 1_000_000

  let rows: [TierRow]

  /// The tiers, or nil after reporting every fault.
  func tiers(reportingTo fields: inout YAMLFields) -> [MarginTier]? {
    guard let first = rows.first else {
      fields.report("is empty", for: "tiers", expected: "at least one tier")
      return nil
    }
    var isSound = true
    func refuse(_ row: TierRow, _ problem: String, _ expected: String) {
      isSound = false
      fields.report(
        problem, at: LocatedValue(value: row, position: row.position, path: row.path),
        expected: expected)
    }
    if !first.floor.isZero { refuse(first, "starts at \(first.floor)", "the first floor to be 0") }
    for row in rows { checkAlone(row, refuse) }
    for (row, next) in zip(rows, rows.dropFirst()) { check(row, before: next, refuse) }
    guard isSound else { return nil }
    let amounts = MarginTier.maintenanceAmounts(
      floors: rows.map(\.floor), rates: rows.map(\.maintenanceRate))
    for (row, continuous) in zip(rows, amounts) { check(row, against: continuous, refuse) }
    guard isSound else { return nil }
    return zip(rows, amounts).map { row, continuous in
      MarginTier(
        floor: row.floor, initialRate: row.initialRate, maintenanceRate: row.maintenanceRate,
        maintenanceAmount: row.maintenanceAmount ?? continuous)
    }
  }

  private typealias Refusal = (TierRow, String, String) -> Void

  private func checkAlone(_ row: TierRow, _ refuse: Refusal) {
    if row.initialRate < row.maintenanceRate {
      refuse(
        row, "the initial rate \(row.initialRate) is below the maintenance rate",
        "\(row.maintenanceRate) or more")
    }
    if let cap = row.cap, cap <= row.floor {
      refuse(row, "the cap \(cap) is not above the floor \(row.floor)", "a larger cap")
    }
  }

  private func check(_ row: TierRow, before next: TierRow, _ refuse: Refusal) {
    if next.floor <= row.floor {
      refuse(
        next, "the floor \(next.floor) is not above the one before, \(row.floor)",
        "tiers in ascending order")
    } else if let cap = row.cap, cap > row.floor, cap != next.floor {
      let word = next.floor < cap ? "overlaps" : "leaves a gap after"
      refuse(
        next, "\(word) the tier before, which ends at \(cap)",
        "a floor of \(cap), not \(next.floor)")
    }
    if next.maintenanceRate < row.maintenanceRate {
      refuse(
        next, "the maintenance rate falls from \(row.maintenanceRate) to \(next.maintenanceRate)",
        "rates that do not fall with size")
    }
    if next.initialRate < row.initialRate {
      refuse(
        next, "the initial rate falls from \(row.initialRate) to \(next.initialRate)",
        "rates that do not fall with size")
    }
  }

  private func check(_ row: TierRow, against continuous: Money, _ refuse: Refusal) {
    guard let given = row.maintenanceAmount else { return }
    let tolerance = row.floor.scaled(
      by: 1, over: Self.toleranceDivisor, rounding: .ceiling)
    guard (given - continuous).magnitude > tolerance else { return }
    refuse(
      row, "the maintenance amount \(given) makes the requirement jump at \(row.floor)",
      "\(continuous)")
  }
}
