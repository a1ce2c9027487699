import FixedPoint
import LiquidationTestKit
import MarginDomain
import MarginModel
import Testing

@Suite("Funding payments")
struct FundingPaymentTests {
  @Test("flow from long to short where the rate is positive")
  func direction() throws {
    let linear = FuturesFixtures.contract()
    let inverse = FuturesFixtures.contract(.inverse, multiplier: try .parse("100"))
    let rate = try Rate.parse("0.0001")
    func payment(_ instrument: Instrument, _ quantity: String, _ price: String) throws -> String {
      FundingPayment.settlement(
        of: try .parse(quantity), in: instrument, rate: rate, price: try .parse(price)
      ).description
    }
    #expect(try payment(linear, "10", "2") == "-0.002")
    #expect(try payment(linear, "-10", "2") == "0.002")
    #expect(try payment(inverse, "5", "50") == "-0.001")
    #expect(try payment(inverse, "-5", "50") == "0.001")
  }

  @Test("sum to nothing between two sides but for a unit that nobody gains")
  func zeroSum() {
    Property("funding is zero-sum").check { random, _ in
      for payoff in [Instrument.Payoff.linear, .inverse] {
        let instrument = FuturesFixtures.contract(payoff)
        let quantity = Quantity(rawValue: Int128(random.logUniform(1...1e15)))
        let price = Price(rawValue: Int128(random.logUniform(1e8...1e17)))
        let rate = Rate(rawValue: Int128(random.uniform(-1e10...1e10)))
        let sides = [quantity, -quantity].map {
          FundingPayment.settlement(of: $0, in: instrument, rate: rate, price: price)
        }
        let sum = sides[0] + sides[1]
        #expect(!sum.isPositive && sum >= -.ulp, "\(payoff) \(quantity) \(price) \(rate)")
      }
    }
  }

  @Test("accrue the change of the index, charges up and credits down")
  func accrual() throws {
    let last = try AssetAmount.parse("0.5")
    let index = try AssetAmount.parse("0.500000000001")
    let half = try Quantity.parse("0.5")
    #expect(FundingPayment.accrual(of: half, from: last, to: index) == -.ulp)
    #expect(FundingPayment.accrual(of: -half, from: last, to: index).isZero)
    #expect(FundingPayment.accrual(of: .one, from: index, to: last) == .ulp)
  }
}
