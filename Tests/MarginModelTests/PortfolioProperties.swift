import FixedPoint
import LiquidationTestKit
import MarginDomain
import Testing

@testable import MarginModel

@Suite("Portfolio margin, properties")
struct PortfolioProperties {
  @Test("asks nothing negative, and no less to open than to keep")
  func signs() {
    Property("portfolio requirements are ordered", cases: 150).check { random, _ in
      var rules = PortfolioSupport.fullRules
      if random.chance() {
        rules.expectedShortfall = PortfolioSupport.shortfall(&random, confidence: "0.9")
      }
      let computed = DrawnPortfolio(&random, rules: rules).requirement()
      #expect(!computed.requirement.maintenance.isNegative)
      #expect(computed.requirement.initial >= computed.requirement.maintenance)
      #expect(!computed.core.isNegative)
      #expect(
        computed.charges.allSatisfy { !$0.maintenance.isNegative && !$0.initialExtra.isNegative })
    }
  }

  @Test("asks of a portfolio no more than of its legs alone")
  func subadditivity() {
    Property("a portfolio is at most the sum of its legs", cases: 150).check { random, _ in
      var rules = PortfolioSupport.scanRules
      rules.expectedShortfall = nil
      let portfolio = DrawnPortfolio(&random, rules: rules)
      let assets = portfolio.requirement(of: []).core
      let whole = PortfolioRequirement.compute(
        legs: portfolio.legs, assets: [], grids: portfolio.grids, rules: rules)
      let bare = portfolio.legs.map {
        PortfolioRequirement.compute(
          legs: [$0], assets: [], grids: portfolio.grids, rules: rules
        ).core
      }
      // Every sum may be rounded up once.
      let slack = Money(rawValue: Int128(2 + bare.count))
      #expect(whole.core <= bare.reduce(.zero, +) + slack)
      #expect(portfolio.requirement().core <= bare.reduce(.zero, +) + assets + slack)
    }
  }

  @Test("loses more the further the price goes against a single leg")
  func monotony() {
    Property("a leg's loss grows on its losing side", cases: 150).check { random, _ in
      var rules = PortfolioSupport.scanRules
      rules.scenarios = PortfolioSupport.quarters.map { PortfolioSupport.row($0, .same) }
      let leg = DrawnLeg(&random, number: 0)
      let grids = PortfolioSupport.underlyings.map { ScenarioGrid(of: $0, by: rules) }
      let array = leg.array(grids, rules)
      let isPut = leg.instrument.optionTerms?.right == .put
      let rises = leg.quantity.isPositive != isPut
      let changes = array.changes[0..<9]
      let signed = changes.map { leg.quantity.isNegative ? -$0 : $0 }
      let ordered = rises ? signed : signed.reversed()
      #expect(zip(ordered, ordered.dropFirst()).allSatisfy { $0 <= $1 })
    }
  }

  @Test("asks no less with more rows")
  func supersets() {
    Property("a grid that contains another asks no less", cases: 150).check { random, _ in
      let rules = PortfolioSupport.fullRules
      var fewer = rules
      fewer.scenarios = rules.scenarios.filter { _ in random.chance(0.6) } + [rules.scenarios[13]]
      let portfolio = DrawnPortfolio(&random, rules: rules)
      let grids = PortfolioSupport.underlyings.map { ScenarioGrid(of: $0, by: fewer) }
      let small = PortfolioRequirement.compute(
        legs: portfolio.drawn.map { $0.leg(grids, fewer) }, assets: portfolio.assets,
        grids: grids, rules: fewer)
      #expect(portfolio.requirement().core >= small.core)
      #expect(portfolio.requirement().requirement.initial >= small.requirement.initial)
    }
  }

  @Test("does not depend on the order of the legs")
  func order() {
    Property("the order of legs does not matter", cases: 150).check { random, _ in
      var rules = PortfolioSupport.fullRules
      rules.expectedShortfall = PortfolioSupport.shortfall(&random, confidence: "0.9")
      rules.staticDiscount = StaticDiscountRules(
        long: (PortfolioSupport.rate("0.95"), .one, .zero),
        short: (PortfolioSupport.rate("1.04"), .one, .zero))
      let portfolio = DrawnPortfolio(&random, rules: rules)
      let legs = portfolio.legs
      let places = legs.indices.shuffled(using: &random)
      let first = portfolio.requirement()
      let second = portfolio.requirement(of: places.map { legs[$0] })
      #expect(first == second)
      let shares = first.shares(of: legs, grids: portfolio.grids, rules: rules)
      let moved = second.shares(
        of: places.map { legs[$0] }, grids: portfolio.grids, rules: rules)
      #expect(places.map { shares[$0] } == moved)
    }
  }

  @Test("has a shortfall at or above the value at risk, and as its plain definition says")
  func shortfall() {
    Property("ES is at least VaR", cases: 300).check { random, _ in
      let confidence = ["0.5", "0.9", "0.975", "0"][random.integer(0...3)]
      let rules = PortfolioSupport.shortfall(&random, confidence: confidence)
      let profits = rules.vectors.map { _ in
        Money(rawValue: Int128(random.integer(-9_000...9_000)) * 1_000_000_000)
      }
      guard let shortfall = ExpectedShortfall(of: profits, by: rules) else {
        Issue.record("vectors give a shortfall")
        return
      }
      #expect(shortfall.amount >= shortfall.valueAtRisk)
      let slow = SlowPortfolio.shortfall(profits, rules)
      #expect(
        (SlowPortfolio.double(shortfall.amount) - slow).magnitude <= 1e-9 * (1 + slow.magnitude))
    }
  }

  @Test("is what revaluing every contract directly gives")
  func oracle() {
    Property("arrays times quantity are direct revaluation", cases: 150).check { random, _ in
      var rules = PortfolioSupport.scanRules
      rules.addOns.chargesModelGap = true
      rules.expectedShortfall = PortfolioSupport.shortfall(&random, confidence: "0.9")
      let portfolio = DrawnPortfolio(&random, rules: rules)
      let slow = SlowPortfolio(portfolio)
      let computed = portfolio.requirement()
      for scan in computed.scans {
        for (row, profit) in scan.profits.enumerated() {
          let direct = slow.profit(grid: scan.grid, column: row) * slow.weight(scan.grid, row)
          #expect(slow.agree(SlowPortfolio.double(profit), direct))
        }
      }
      for (row, loss) in computed.jointLosses.enumerated() {
        #expect(slow.agree(-SlowPortfolio.double(loss), slow.joint(row)))
      }
      #expect(slow.agree(SlowPortfolio.double(computed.core), slow.core))
      let gap = computed.charges.first { $0.kind == .modelGap }?.maintenance ?? .zero
      #expect(slow.agree(SlowPortfolio.double(gap), slow.modelGap))
    }
  }
}
