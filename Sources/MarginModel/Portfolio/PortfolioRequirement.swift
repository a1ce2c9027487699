import FixedPoint
public import MarginDomain

/// The requirement of a portfolio with every number that leads to it.
///
///     core = max(max_u R_u, η·Σ R_u, ES + Σ of what no vector covers, joint rows, delta floor)
///     maintenance = mm·core + Σ maintenance charges
///     initial = (im + peg loss)·core + Σ maintenance charges + Σ initial extras
///
/// with R_u the larger of an underlying's worst weighted row and its basis contingency. Losses and
/// charges are rounded up, once per sum, so that the order of the legs does not matter.
/// - Source: margin-method.md 3.2, 4.4 to 4.6.
public struct PortfolioRequirement: Sendable, Equatable {
  /// Initial and maintenance, reporting asset.
  public let requirement: PositionRequirement
  /// Before factors and charges, 0 or above.
  public let core: Money
  /// Which part of it binds.
  public let bound: CoreBound
  /// One per underlying that a leg or an asset follows, in the order of the grids.
  public let scans: [UnderlyingScan]
  /// Loss of each joint row, signed.
  public let jointLosses: [Money]
  /// The tail; nil without vectors.
  public let shortfall: ExpectedShortfall?
  /// ES plus the scans of underlyings that no vector covers, 0 or above.
  public let shortfallWithUncovered: Money
  /// Smallest core that the deltas require.
  public let deltaFloor: Money
  /// im plus the peg loss.
  public let initialFactor: Rate
  /// mm.
  public let maintenanceFactor: Rate
  /// Charges that are not zero, in the order of their kinds.
  public let charges: [PortfolioCharge]

  /// Computes a portfolio's requirement.
  ///
  /// - Parameters:
  ///   - legs: positions, each contract once, none flat; any order.
  ///   - assets: net assets of the account, each once.
  ///   - grids: one per underlying, in symbol order, made by the same rules.
  ///   - rules: the rules.
  ///   - conditions: peg and confidence.
  /// - Returns: the requirement.
  /// - Complexity: O(legs · columns + legs · log legs + vectors · log vectors). Allocates rows of
  ///   sums per underlying and nothing per leg or column.
  public static func compute(
    legs: [PortfolioLeg], assets: [PortfolioAsset], grids: [ScenarioGrid], rules: PortfolioRules,
    conditions: PortfolioConditions = .usual
  ) -> PortfolioRequirement {
    let order = PortfolioOrder(of: legs)
    var sums = PortfolioSums(legs: legs, holdings: assets, grids: grids, rules: rules, order: order)
    sums.run()
    let shortfall = rules.expectedShortfall.flatMap {
      ExpectedShortfall(of: sums.vectorProfits, by: $0)
    }
    let uncovered = sums.scans.filter { grids[$0.grid].vectorCount == 0 }
      .reduce(Money.zero) { $0 + $1.requirement }
    let covered = shortfall.map { max(.zero, $0.amount) } ?? .zero
    let withUncovered = shortfall == nil ? Money.zero : covered + uncovered
    let charger = PortfolioCharger(
      legs: legs, holdings: assets, grids: grids, rules: rules, order: order, conditions: conditions
    )
    let floor = charger.deltaFloor
    let (core, bound) = largest(
      scans: sums.scans, joint: sums.jointProfits.map { -$0 }, shortfall: withUncovered,
      deltaFloor: floor, diversification: rules.diversification)
    let charges = charger.charges
    let maintenanceCharges = charges.reduce(Money.zero) { $0 + $1.maintenance }
    let extras = charges.reduce(Money.zero) { $0 + $1.initialExtra }
    let initialFactor = rules.initialFactor + charger.pegLoss
    return PortfolioRequirement(
      requirement: PositionRequirement(
        initial: core.times(initialFactor, rounding: .ceiling) + maintenanceCharges + extras,
        maintenance: core.times(rules.maintenanceFactor, rounding: .ceiling)
          + maintenanceCharges),
      core: core, bound: bound, scans: sums.scans, jointLosses: sums.jointProfits.map { -$0 },
      shortfall: shortfall, shortfallWithUncovered: withUncovered, deltaFloor: floor,
      initialFactor: initialFactor, maintenanceFactor: rules.maintenanceFactor, charges: charges)
  }

  private static func largest(
    scans: [UnderlyingScan], joint: [Money], shortfall: Money, deltaFloor: Money,
    diversification: Rate
  ) -> (core: Money, bound: CoreBound) {
    let sum = scans.reduce(Money.zero) { $0 + $1.requirement }
    let alone = scans.map(\.requirement).max() ?? .zero
    var core = max(alone, sum.times(diversification, rounding: .ceiling))
    var bound = CoreBound.scan
    if shortfall > core { (core, bound) = (shortfall, .shortfall) }
    for (index, loss) in joint.enumerated() where loss > core {
      (core, bound) = (loss, .joint(index))
    }
    if deltaFloor > core { (core, bound) = (deltaFloor, .deltaFloor) }
    return (core, bound)
  }

  /// The scan of an underlying's grid; nil when nothing in the portfolio follows it.
  public func scan(of grid: Int) -> UnderlyingScan? { scans.first { $0.grid == grid } }
}

/// The legs sorted by underlying, group and strike, so that those valued together are adjacent.
struct PortfolioOrder {
  /// Indices of the legs.
  let indices: [Int]
  /// Ranges of `indices` with the same underlying and group.
  let groups: [Range<Int>]

  init(of legs: [PortfolioLeg]) {
    let sorted = legs.indices.sorted { one, other in
      let (left, right) = (legs[one], legs[other])
      if left.grid != right.grid { return left.grid < right.grid }
      if left.array.group != right.array.group { return left.array.group < right.array.group }
      if left.array.strike != right.array.strike {
        return left.array.strike < right.array.strike
      }
      return one < other
    }
    var groups: [Range<Int>] = []
    var start = 0
    for index in sorted.indices {
      let isLast = index + 1 == sorted.count
      let ends =
        isLast || legs[sorted[index]].grid != legs[sorted[index + 1]].grid
        || legs[sorted[index]].array.group != legs[sorted[index + 1]].array.group
      if ends {
        groups.append(start..<(index + 1))
        start = index + 1
      }
    }
    indices = sorted
    self.groups = groups
  }
}

extension ExactSum {
  /// Σ units · price per unit in the reporting asset, rounded once; saturates at 1e24.
  func money(_ rounding: RoundingMode) -> Money {
    Money(
      rawValue: quotient(
        over: 10_000_000_000_000_000, rounding: rounding,
        limit: 1_000_000_000_000_000_000_000_000_000_000_000_000))
  }

  /// Adds units · price per unit.
  mutating func add(_ units: ContractUnits, _ price: Price) {
    add(units.rawValue, times: price.rawValue)
  }
}
