import DeterministicMath
import FixedPoint
import LiquidationTestKit
import MarginDomain

@testable import MarginModel

/// A portfolio revalued leg by leg and row by row in doubles, without arrays: slow and obvious.
struct SlowPortfolio {
  private let portfolio: DrawnPortfolio
  private var rules: PortfolioRules { portfolio.rules }

  init(_ portfolio: DrawnPortfolio) { self.portfolio = portfolio }

  static func double<Number: FixedDecimal>(_ value: Number) -> Double {
    Double(value.rawValue) / Double(DecimalText.power(ofTen: Number.fractionDigits))
  }

  /// Within a billionth of everything that the portfolio holds.
  func agree(_ one: Double, _ other: Double) -> Bool {
    let size = portfolio.drawn.reduce(1.0) { sum, leg in
      sum + Self.double(leg.quantity).magnitude
        * (leg.instrument.payoff == .inverse ? 1 : Self.double(leg.inputs.prices.index))
    }
    return (one - other).magnitude <= 1e-9 * size
  }

  /// Relative price move and new volatility of an underlying in a column.
  private func shock(
    grid: Int, column: Int, volatility: Double, days: Double
  ) -> (move: Double, volatility: Double) {
    let symbol = PortfolioSupport.underlyings[grid]
    let range = Self.double(rules.priceScanRanges[symbol])
    let change: VolatilityChange
    let move: Double
    let joint = column - rules.scenarios.count
    let vector = joint - rules.jointScenarios.count
    if joint < 0 {
      change = rules.scenarios[column].volatility
      move = Self.move(rules.scenarios[column].price, range)
    } else if vector < 0 {
      let row = rules.jointScenarios[joint]
      let moves = row.members.contains(symbol)
      change = moves ? row.volatility : .same
      move = moves ? Self.move(row.price, range) : 0
    } else {
      let own = rules.expectedShortfall?.vectors[vector].moves[grid]
      move = own.map { Self.double($0.price) } ?? 0
      let factor = 1 + (own.map { Self.double($0.volatility) } ?? 0)
      return (move, volatility * factor)
    }
    let k = ElementaryFunction.power(30 / max(days, 1), 0.3)
    switch change {
    case .up: return (move, volatility * (1 + 0.45 * k))
    case .down: return (move, volatility * max(0.1, 1 - 0.3 * k))
    default: return (move, volatility)
    }
  }

  private static func move(_ shock: PriceShock, _ range: Double) -> Double {
    switch shock {
    case .absolute(let move): return double(move)
    case .scanRange(let multiple): return double(multiple) * range
    }
  }

  /// Profit of all that moves with one underlying in a column, unweighted.
  func profit(grid: Int, column: Int) -> Double {
    var sum = 0.0
    for leg in portfolio.drawn where leg.grid == grid { sum += profit(of: leg, column: column) }
    for asset in portfolio.assets where asset.grid == grid {
      sum +=
        Self.double(asset.counted)
        * shock(grid: grid, column: column, volatility: 1, days: 1).move
    }
    return sum
  }

  private func profit(of leg: DrawnLeg, column: Int) -> Double {
    let size = Self.double(leg.quantity)
    let index = Self.double(leg.inputs.prices.index)
    let mark = Self.double(leg.inputs.prices.mark)
    let sigma = leg.inputs.volatility.map { Self.double($0) } ?? 1
    let days = days(of: leg)
    let (move, shocked) = shock(grid: leg.grid, column: column, volatility: sigma, days: days)
    guard let terms = leg.instrument.optionTerms else {
      let moved = mark + index * move
      // Inverse: coins at the coin's moved price.
      return leg.instrument.payoff == .linear
        ? size * (moved - mark) : size * (1 / mark - 1 / moved) * index * (1 + move)
    }
    let now = value(terms, leg, index: index, sigma: sigma, days: days)
    return size * (value(terms, leg, index: index * (1 + move), sigma: shocked, days: days) - now)
  }

  private func value(
    _ terms: OptionTerms, _ leg: DrawnLeg, index: Double, sigma: Double, days: Double
  ) -> Double {
    let model: OptionModel
    if case .datedOption = leg.instrument.kind {
      model = .datedOnForward(expiryYears: days / 365, discountFactor: 1)
    } else {
      model = .perpetual(fundingPeriodYears: days / 365)
    }
    let series = OptionSeries(
      right: terms.right, strike: Self.double(terms.strike), model: model)
    guard let value = try? series.value(at: index, volatility: max(1e-4, sigma)) else {
      preconditionFailure("a drawn option is in range")
    }
    return value
  }

  /// Per underlying what options count at their marks beyond their values, where that is positive.
  var modelGap: Double {
    (0...1).reduce(0.0) { sum, grid in
      let gaps = portfolio.drawn.filter { $0.grid == grid }.map { leg -> Double in
        guard let terms = leg.instrument.optionTerms else { return 0 }
        let sigma = leg.inputs.volatility.map { Self.double($0) } ?? 1
        let model = value(
          terms, leg, index: Self.double(leg.inputs.prices.index), sigma: sigma, days: days(of: leg)
        )
        return Self.double(leg.quantity) * (Self.double(leg.inputs.prices.mark) - model)
      }
      return sum + max(0, gaps.reduce(0, +))
    }
  }

  private func days(of leg: DrawnLeg) -> Double {
    switch leg.instrument.kind {
    case .perpetualOption(let terms): Self.double(terms.fundingPeriodHours) / 24
    case .datedOption(_, let expiry, _): Double(expiry.nanoseconds) / 86_400e9
    case .perpetualFuture, .datedFuture: 1
    }
  }

  func weight(_ grid: Int, _ row: Int) -> Double {
    guard case .absolute(let move) = rules.scenarios[row].price else { return 1 }
    let range = Self.double(rules.priceScanRanges[PortfolioSupport.underlyings[grid]])
    return min(1, 0.25 * range / Self.double(move).magnitude)
  }

  /// Profit of a joint row over both underlyings.
  func joint(_ row: Int) -> Double {
    (0...1).reduce(0.0) { $0 + profit(grid: $1, column: rules.scenarios.count + row) }
  }

  /// The core by its definition.
  var core: Double {
    let scans = (0...1).map { grid in
      rules.scenarios.indices.reduce(0.0) {
        max($0, -profit(grid: grid, column: $1) * weight(grid, $1))
      }
    }
    let joint = rules.jointScenarios.indices.map { -self.joint($0) }
    let start = rules.scenarios.count + rules.jointScenarios.count
    let vectors = rules.expectedShortfall.map { rules in
      let profits = rules.vectors.indices.map { place in
        let sum = (0...1).reduce(0.0) { $0 + profit(grid: $1, column: start + place) }
        return Money(rawValue: Int128(sum * 1e12))
      }
      return Self.shortfall(profits, rules)
    }
    return ([scans.max() ?? 0, 0.7 * scans.reduce(0, +), vectors ?? 0] + joint).max() ?? 0
  }

  /// Mean of the worst part of the weighted losses, by walking down the sorted list.
  static func shortfall(_ profits: [Money], _ rules: ExpectedShortfallRules) -> Double {
    let stressed = rules.vectors.filter(\.isStressed).count
    let ordinary = rules.vectors.count - stressed
    let share = stressed == 0 ? 0 : ordinary == 0 ? 1 : double(rules.stressedWeight)
    var losses: [(loss: Double, weight: Double)] = []
    for (profit, vector) in zip(profits, rules.vectors) {
      let weight =
        vector.isStressed
        ? share / Double(max(1, stressed)) : (1 - share) / Double(max(1, ordinary))
      losses.append((-double(profit), weight))
    }
    losses.sort { $0.loss > $1.loss }
    let mass = 1 - double(rules.confidence)
    var (left, sum) = (mass, 0.0)
    for (loss, weight) in losses {
      let part = min(left, weight)
      sum += part * loss
      left -= part
    }
    return sum / mass
  }
}
