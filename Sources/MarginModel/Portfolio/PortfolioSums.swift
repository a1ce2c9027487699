import FixedPoint
import MarginDomain

/// Dot products of the legs with their arrays: profits per row, joint row and vector.
struct PortfolioSums {
  let legs: [PortfolioLeg]
  let holdings: [PortfolioAsset]
  let grids: [ScenarioGrid]
  let rules: PortfolioRules
  let order: PortfolioOrder
  /// Results: one scan per underlying in use.
  private(set) var scans: [UnderlyingScan] = []
  /// Profit of each joint row over all underlyings.
  private(set) var jointProfits: [Money] = []
  /// Profit of each vector over the underlyings that it covers.
  private(set) var vectorProfits: [Money] = []
  /// Working memory: exact sums of one group, and profits of one underlying, per column.
  private var groupSums: [ExactSum] = []
  private var profits: [Money] = []
  private let isConcentrated: Bool

  init(
    legs: [PortfolioLeg], holdings: [PortfolioAsset], grids: [ScenarioGrid], rules: PortfolioRules,
    order: PortfolioOrder
  ) {
    self.legs = legs
    self.holdings = holdings
    self.grids = grids
    self.rules = rules
    self.order = order
    isConcentrated = PortfolioSums.isConcentrated(legs, rules.tailWeight)
  }

  /// Whether the notional of short options is above the threshold.
  static func isConcentrated(_ legs: [PortfolioLeg], _ weight: TailWeight) -> Bool {
    guard let threshold = weight.shortNotionalThreshold else { return false }
    var short = ExactSum()
    for leg in legs where leg.array.group != .futures && leg.units.isNegative {
      short.add(-leg.units, leg.array.profile.notional)
    }
    return short.money(.ceiling) > threshold
  }

  /// Weights of the rows for this portfolio.
  func weights(of grid: ScenarioGrid) -> [Rate] {
    isConcentrated ? grid.concentratedWeights : grid.weights
  }

  /// Fills the results.
  mutating func run() {
    jointProfits = Array(repeating: .zero, count: rules.jointScenarios.count)
    vectorProfits = Array(
      repeating: .zero, count: rules.expectedShortfall?.vectors.count ?? 0)
    var next = 0
    for (index, grid) in grids.enumerated() {
      let start = next
      while next < order.groups.count,
        legs[order.indices[order.groups[next].lowerBound]].grid == index
      {
        next += 1
      }
      let held = collateral(moving: index)
      guard start < next || held != nil else { continue }
      add(groups: start..<next, collateral: held ?? .zero, index: index, grid: grid)
    }
  }

  /// The value of the account's holdings that follow an underlying; nil without any.
  private func collateral(moving index: Int) -> Money? {
    guard rules.collateralMoves else { return nil }
    let moving = holdings.filter { $0.grid == index }
    return moving.isEmpty ? nil : moving.reduce(.zero) { $0 + $1.counted }
  }

  private mutating func add(
    groups: Range<Int>, collateral: Money, index: Int, grid: ScenarioGrid
  ) {
    profits.removeAll(keepingCapacity: true)
    for column in grid.columns {
      profits.append(collateral.times(column.move, rounding: .floor))
    }
    var basis = Money.zero
    for group in groups {
      let range = order.groups[group]
      addGroup(range, grid: grid)
      basis += self.basis(of: range)
    }
    appendScan(index: index, grid: grid, basis: basis)
    for (row, column) in grid.jointColumns.enumerated() { jointProfits[row] += profits[column] }
    for (row, column) in grid.vectorColumns.enumerated() { vectorProfits[row] += profits[column] }
  }

  /// Adds the profits of one group: exact sums, then discount and skew on the group as a whole.
  private mutating func addGroup(_ range: Range<Int>, grid: ScenarioGrid) {
    groupSums.removeAll(keepingCapacity: true)
    groupSums.append(contentsOf: repeatElement(ExactSum(), count: grid.columns.count))
    var now = ExactSum()
    for index in order.indices[range] {
      let units = legs[index].units.rawValue
      now.add(units, times: legs[index].array.value.rawValue)
      let changes = legs[index].array.changes
      for column in changes.indices {
        groupSums[column].add(units, times: changes[column].rawValue)
      }
    }
    let first = legs[order.indices[range.lowerBound]].array
    let discounts = rules.staticDiscount == nil ? nil : first.profile.discounts
    let value = now.money(.nearestEven)
    for column in groupSums.indices {
      var profit = groupSums[column].money(.floor)
      if let discounts {
        let shocked = value + profit
        profit =
          shocked.times(
            shocked.isNegative ? discounts.short : discounts.long, rounding: .floor) - value
      }
      if grid.columns[column].volatility.isSkew, first.group != .futures {
        profit = min(profit, -profit)
      }
      profits[column] += profit
    }
  }

  private mutating func appendScan(index: Int, grid: ScenarioGrid, basis: Money) {
    let weights = weights(of: grid)
    var weighted: [Money] = []
    weighted.reserveCapacity(grid.scanCount)
    var worst: Int?
    for row in 0..<grid.scanCount {
      weighted.append(profits[row].times(weights[row], rounding: .floor))
      if weighted[row] < (worst.map { weighted[$0] } ?? .zero) { worst = row }
    }
    scans.append(
      UnderlyingScan(
        grid: index, profits: weighted, worstRow: worst,
        loss: worst.map { -weighted[$0] } ?? .zero, basis: basis))
  }

  /// max(0, −worse of both moves) · (add + scale · years) of one expiry.
  private func basis(of range: Range<Int>) -> Money {
    guard rules.basisContingency != nil else { return .zero }
    var up = ExactSum()
    var down = ExactSum()
    for index in order.indices[range] {
      let profile = legs[index].array.profile
      up.add(legs[index].units, profile.basis.up)
      down.add(legs[index].units, profile.basis.down)
    }
    let loss = max(.zero, max(-up.money(.floor), -down.money(.floor)))
    let part = legs[order.indices[range.lowerBound]].array.profile.basisPart
    return loss.times(part, rounding: .ceiling)
  }
}
