import FixedPoint
public import MarginDomain

extension PortfolioRequirement {
  /// How much each leg loses in the binding scenario: the Euler shares of the core.
  ///
  /// m_i = max(0, −profit of leg i), in the worst rows of the underlyings, in the joint row, or as
  /// the weighted mean over the tail of the shortfall, whichever binds. The delta floor has no row
  /// of its own and uses the worst rows. A leg that gains has a share of 0.
  ///
  /// - Parameters:
  ///   - legs: those given to `compute`.
  ///   - grids: those given to `compute`.
  ///   - rules: those given to `compute`.
  /// - Returns: one per leg in their order, reporting asset, 0 or above, rounded down.
  /// - Complexity: O(legs), O(legs · tail) where the shortfall binds.
  /// - Source: margin-method.md 4.11.
  public func shares(
    of legs: [PortfolioLeg], grids: [ScenarioGrid], rules: PortfolioRules
  ) -> [Money] {
    legs.map { max(.zero, -profit(of: $0, grid: grids[$0.grid], rules: rules)) }
  }

  private func profit(
    of leg: PortfolioLeg, grid: ScenarioGrid, rules: PortfolioRules
  ) -> Money {
    func profit(in column: Int) -> Money {
      var sum = ExactSum()
      sum.add(leg.units, leg.array.changes[column])
      return sum.money(.ceiling)
    }
    if bound == .shortfall, let shortfall, grid.vectorCount > 0 {
      return mean(over: shortfall) { profit(in: grid.vectorColumns.lowerBound + $0) }
    }
    if case .joint(let row) = bound { return profit(in: grid.scanCount + row) }
    guard let row = scan(of: leg.grid)?.worstRow else { return .zero }
    return profit(in: row)
  }

  private func mean(over shortfall: ExpectedShortfall, _ profit: (Int) -> Money) -> Money {
    var sum = ExactSum()
    for (index, weight) in zip(shortfall.tail, shortfall.weights) {
      sum.add(profit(index).rawValue, times: weight)
    }
    let whole = shortfall.weights.reduce(0, +)
    return Money(rawValue: sum.quotient(over: max(1, whole), rounding: .ceiling))
  }

  /// The maintenance requirement by name.
  ///
  /// `scenario.UNDERLYING` with its worst row, `basis_contingency.UNDERLYING`, `expected_shortfall`
  /// with the size of its tail, `joint` with the worst joint row, `delta_floor`, `core` with what
  /// binds, `factor.initial` and `factor.maintenance` (ratios, not amounts), `add_on.KIND` for both
  /// requirements and `initial_add_on.KIND` for what is added to the initial one on top.
  ///
  /// - Parameters:
  ///   - grids: those given to `compute`.
  ///   - rules: those given to `compute`.
  /// - Returns: terms in that order.
  public func terms(grids: [ScenarioGrid], rules: PortfolioRules) -> [MarginTerm] {
    var terms: [MarginTerm] = []
    for scan in scans {
      let underlying = grids[scan.grid].underlying
      terms.append(
        MarginTerm(
          name: "scenario.\(underlying)", amount: scan.loss,
          row: scan.worstRow.map { rules.scenarios[$0].name } ?? "no loss"))
      if rules.basisContingency != nil {
        terms.append(MarginTerm(name: "basis_contingency.\(underlying)", amount: scan.basis))
      }
    }
    if let shortfall {
      terms.append(
        MarginTerm(
          name: "expected_shortfall", amount: shortfallWithUncovered,
          row: "worst \(shortfall.tail.count) of \(rules.expectedShortfall?.vectors.count ?? 0)"))
    }
    if let worst = jointLosses.indices.max(by: { jointLosses[$0] < jointLosses[$1] }) {
      terms.append(
        MarginTerm(
          name: "joint", amount: max(.zero, jointLosses[worst]),
          row: rules.jointScenarios[worst].name))
    }
    if rules.deltaFloor != nil {
      terms.append(MarginTerm(name: "delta_floor", amount: deltaFloor))
    }
    terms.append(MarginTerm(name: "core", amount: core, row: boundName(rules)))
    for (name, factor) in [("initial", initialFactor), ("maintenance", maintenanceFactor)] {
      terms.append(
        MarginTerm(name: "factor.\(name)", amount: Money(rawValue: factor.rawValue)))
    }
    for charge in charges {
      if !charge.maintenance.isZero {
        terms.append(
          MarginTerm(name: "add_on.\(charge.kind.rawValue)", amount: charge.maintenance))
      }
      if !charge.initialExtra.isZero {
        terms.append(
          MarginTerm(name: "initial_add_on.\(charge.kind.rawValue)", amount: charge.initialExtra))
      }
    }
    return terms
  }

  private func boundName(_ rules: PortfolioRules) -> String {
    switch bound {
    case .scan: return scans.count > 1 ? "scenarios by underlying" : "scenario"
    case .shortfall: return "expected shortfall"
    case .joint(let row): return "joint, \(rules.jointScenarios[row].name)"
    case .deltaFloor: return "delta floor"
    }
  }
}
