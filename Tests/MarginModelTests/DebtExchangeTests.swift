import FixedPoint
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

@Suite("What of an asset settles a debt")
struct DebtExchangeTests {
  private func rate(_ text: String) -> Rate { NativeRules.decimal(text) }
  private func amount(_ text: String) -> AssetAmount { NativeRules.decimal(text) }

  private func exchange(
    _ owed: String, debtAt debtIndex: String = "1", of owned: String, at index: String = "2",
    _ terms: CollateralTerms
  ) -> DebtExchange? {
    DebtExchange(
      owed: amount(owed), debtIndex: NativeRules.decimal(debtIndex), owned: amount(owned),
      index: NativeRules.decimal(index), terms: terms)
  }

  private var tiers: CollateralTerms {
    CollateralTerms(
      maintenance: .tiered([
        HaircutTier(floor: .zero, haircut: rate("0.1")),
        HaircutTier(floor: amount("10"), haircut: rate("0.5")),
        HaircutTier(floor: amount("20"), haircut: .one),
      ]))
  }

  @Test("of one haircut is the debt over the index less the haircut, up to one unit")
  func flat() {
    let terms = CollateralTerms(maintenance: .flat(rate("0.05")))
    // 900 / 57000, as in the scenario table of debts.
    let part = exchange("900", of: "0.02", at: "60000", terms)
    #expect(part?.taken == amount("0.015789473685"))
    #expect(part?.covered == amount("900"))
    // A price of so many digits that index less haircut has more than a price may have.
    let fine = exchange("3", of: "9", at: "0.333333333333", terms)
    #expect(fine?.taken == amount("9"))
    #expect(fine?.covered == amount("2.849999999997"))
  }

  @Test("of tiers takes the last units first")
  func tiered() {
    // 15 count 10 · 1.8 + 5 · 1. The last five cover 5 of 7, the rest goes at 1.8.
    let part = exchange("7", of: "15", tiers)
    #expect(part?.taken == amount("6.111111111112"))
    #expect(exchange("5", of: "15", tiers)?.taken == amount("5"))
    #expect(exchange("23", of: "15", tiers)?.taken == amount("15"))
    let all = exchange("24", of: "15", tiers)
    #expect(all?.taken == amount("15"))
    #expect(all?.covered == amount("23"))
  }

  @Test("leaves what counts for nothing, unless nothing else is enough")
  func uncounted() {
    #expect(exchange("3", of: "50", tiers)?.taken == amount("3"))
    #expect(exchange("28", of: "50", tiers)?.taken == amount("20"))
    #expect(exchange("29", of: "50", tiers)?.taken == amount("50"))
    #expect(exchange("29", of: "50", tiers)?.covered == amount("28"))
    #expect(exchange("1", of: "50", CollateralTerms(maintenance: .flat(.one))) == nil)
    // Less than a unit of the debt is worth nothing to it.
    #expect(exchange("1", debtAt: "3", of: "0.000000000001", at: "1", tiers) == nil)
  }

  private var scaled: CollateralTerms {
    CollateralTerms(
      maintenance: .sizeScaled(
        haircut: rate("0.2"),
        discount: SizeDiscount(
          numerator: rate("1.1"), factor: rate("0.1"), rootStep: rate("0.00001"),
          growthStep: rate("0.000001"), weightStep: rate("0.000001"))))
  }

  @Test("of a haircut by size moves along its curve")
  func sizes() throws {
    // 100 count 200 · 1.1 / (1 + 0.1 · 10) = 110. What counts 100 solves 2.2r = 100 + 10√r:
    // √r = (5 + √245) / 2.2, r = 88.12495.
    let part = try #require(exchange("10", of: "100", scaled))
    #expect(part.taken > amount("11.8748") && part.taken < amount("11.8752"))
    #expect(exchange("110", of: "100", scaled)?.taken == amount("100"))
    #expect(exchange("111", of: "100", scaled)?.covered == amount("110"))
  }

  @Test("counts what a lost peg adds where the ladder counts it")
  func depeg() {
    func terms(_ schedule: HaircutSchedule, counts: Bool) -> CollateralTerms {
      CollateralTerms(
        maintenance: schedule,
        depeg: DepegRule(
          threshold: rate("0.99").price, factor: rate("2"), countsForMaintenance: counts))
    }
    // 2 · (0.99 − 0.95) off, so that one is worth 0.95 · 0.92.
    let lost = exchange("874", of: "2000", at: "0.95", terms(.flat(.zero), counts: true))
    #expect(lost?.taken == amount("1000"))
    let kept = exchange("950", of: "2000", at: "0.95", terms(.flat(.zero), counts: false))
    #expect(kept?.taken == amount("1000"))
    // The haircut of the second tier and the peg take all of it.
    let steps = HaircutSchedule.tiered([
      HaircutTier(floor: .zero, haircut: .zero),
      HaircutTier(floor: amount("1000"), haircut: rate("0.95")),
    ])
    let first = exchange("437", of: "2000", at: "0.95", terms(steps, counts: true))
    #expect(first?.taken == amount("500"))
  }

  // MARK: Properties

  /// What an amount counts for, unrounded, said once more.
  private func worth(_ amount: AssetAmount, _ index: Price, _ terms: CollateralTerms) -> ExactRatio
  {
    let whole = ExactRatio(amount) * ExactRatio(index)
    guard case .tiered(let tiers) = terms.maintenance else {
      return whole * (.one - ExactRatio(terms.maintenance.haircut(of: amount)))
    }
    // Each step up takes a part of what lies above it.
    var sum = whole * (.one - ExactRatio(tiers[0].haircut))
    for (lower, upper) in zip(tiers, tiers.dropFirst()) where amount > upper.floor {
      let above = ExactRatio(amount - upper.floor) * ExactRatio(index)
      sum = sum - above * (ExactRatio(upper.haircut) - ExactRatio(lower.haircut))
    }
    return sum
  }

  private func terms(_ random: inout SeededRandom) -> CollateralTerms {
    if random.chance(0.3) {
      return CollateralTerms(maintenance: .flat(Rate(rawValue: raw(&random, 0...0.999999))))
    }
    if random.chance() {
      return CollateralTerms(
        maintenance: .sizeScaled(
          haircut: Rate(rawValue: raw(&random, 0...0.9)),
          discount: SizeDiscount(
            numerator: rate("1.1"), factor: Rate(rawValue: raw(&random, 0...0.5)),
            rootStep: rate("0.00001"), growthStep: rate("0.000001"),
            weightStep: rate("0.0001"))))
    }
    var haircut = Rate(rawValue: raw(&random, 0...0.3))
    var floor = AssetAmount.zero
    var tiers: [HaircutTier] = []
    for _ in 0..<random.integer(1...6) {
      tiers.append(HaircutTier(floor: floor, haircut: haircut))
      haircut = min(rate("0.999999"), haircut + Rate(rawValue: raw(&random, 0...0.3)))
      floor += AssetAmount(rawValue: raw(&random, 0.001...100))
    }
    return CollateralTerms(maintenance: .tiered(tiers))
  }

  private func raw(_ random: inout SeededRandom, _ range: ClosedRange<Double>) -> Int128 {
    Int128(random.uniform(range) * 1e12)
  }

  private static func isTiered(_ terms: CollateralTerms) -> Bool {
    if case .sizeScaled = terms.maintenance { return false }
    return true
  }

  @Test("takes what the debt is worth from what counts, and one unit less would not")
  func conserved() {
    Property("value is conserved by a settlement").check { random, _ in
      let terms = terms(&random)
      let index = Price(rawValue: raw(&random, 0.001...60_000))
      let debtIndex = Price(rawValue: raw(&random, 0.001...10))
      let owned = AssetAmount(rawValue: raw(&random, 0.000001...300))
      let owed = AssetAmount(rawValue: raw(&random, 0.000001...300_000))
      let exchange = DebtExchange(
        owed: owed, debtIndex: debtIndex, owned: owned, index: index, terms: terms)
      let before = worth(owned, index, terms)
      let debt = ExactRatio(owed) * ExactRatio(debtIndex)
      guard let exchange else {
        #expect(before < ExactRatio(debtIndex) * ExactRatio(AssetAmount.ulp))
        return
      }
      #expect(exchange.covered.isPositive && exchange.covered <= owed)
      #expect(exchange.taken.isPositive && exchange.taken <= owned)
      if before < debt {
        let covered = ExactRatio(exchange.covered) * ExactRatio(debtIndex)
        #expect(exchange.taken == owned && covered <= before)
        #expect(before < covered + ExactRatio(AssetAmount.ulp) * ExactRatio(debtIndex))
        return
      }
      #expect(exchange.covered == owed)
      #expect(before - worth(owned - exchange.taken, index, terms) >= debt)
      #expect(before - worth(owned - exchange.taken + .ulp, index, terms) < debt)
      // Two debts take what their sum does, up to a unit.
      guard Self.isTiered(terms), owed > .ulp else { return }
      let half = owed.scaled(by: 1, over: 2, rounding: .floor)
      let first = DebtExchange(
        owed: half, debtIndex: debtIndex, owned: owned, index: index, terms: terms)
      let rest = owned - (first?.taken ?? .zero)
      let second = DebtExchange(
        owed: owed - half, debtIndex: debtIndex, owned: rest, index: index, terms: terms)
      let both = (first?.taken ?? .zero) + (second?.taken ?? .zero)
      #expect((both - exchange.taken).magnitude <= .ulp + .ulp)
    }
  }
}

extension Rate {
  /// The same number as a price.
  fileprivate var price: Price { Price(rawValue: rawValue) }
}
