import FixedPoint
import LiquidationTestKit
import MarginDomain
import Testing

@Suite("Products of the number types")
struct ProductTests {
  @Test("values linear contracts by price")
  func linearValue() throws {
    let units = ContractUnits(
      quantity: try .parse("-0.5"), multiplier: try .parse("1"))
    let value = AssetAmount.linearValue(
      of: units, at: try .parse("65010.1"), rounding: .floor)
    #expect(value.description == "-32505.05")
  }

  @Test("values inverse contracts by one over price")
  func inverseValue() throws {
    let units = ContractUnits(quantity: try .parse("2"), multiplier: try .parse("100"))
    let price = try Price.parse("38103.05510455")
    // 200 / 38103.05510455 = 0.0052489229…: Python's decimal module, 28 digits.
    #expect(
      AssetAmount.inverseValue(of: units, at: price, rounding: .floor).description
        == "0.005248922939")
    #expect(
      AssetAmount.inverseValue(of: units, at: price, rounding: .ceiling).description
        == "0.00524892294")
  }

  @Test("finds the price that gives a value")
  func priceOfValue() throws {
    let units = ContractUnits(quantity: try .parse("0.02"), multiplier: .one)
    let amount = try AssetAmount.parse("83.642")
    #expect(
      Price.linearPrice(of: amount, per: units, rounding: .nearestEven)?.description == "4182.1")
    let inverse = ContractUnits(quantity: try .parse("60000"), multiplier: .one)
    #expect(
      Price.inversePrice(of: inverse, per: try .parse("1.2"), rounding: .nearestEven)?.description
        == "50000")
  }

  @Test("compares an equity with a level of a requirement exactly")
  func comparesLevels() throws {
    let requirement = try Money.parse("0.000000000003")
    let level = try Rate.parse("1.1")
    // 1.1 · 3 units = 3.3 units: 3 units are below, 4 are not.
    #expect(Money(rawValue: 3).isBelow(level, of: requirement))
    #expect(!Money(rawValue: 4).isBelow(level, of: requirement))
    #expect(Money(rawValue: 3).isAtOrBelow(.one, of: requirement))
    #expect(!Money(rawValue: 3).isBelow(.one, of: requirement))
  }

  @Test("holds the largest account without overflow")
  func headroom() {
    let units = DomainLimits.maximumUnits
    let position = AssetAmount.linearValue(
      of: units, at: DomainLimits.maximumPrice, rounding: .ceiling)
    let balance = Money.value(
      of: DomainLimits.maximumBalance, at: DomainLimits.maximumPrice, rounding: .ceiling)
    let positions = position.rawValue.multipliedReportingOverflow(
      by: Int128(DomainLimits.maximumPositions))
    let balances = balance.rawValue.multipliedReportingOverflow(
      by: Int128(DomainLimits.maximumBalances))
    #expect(!positions.overflow && !balances.overflow)
    #expect(!positions.partialValue.addingReportingOverflow(balances.partialValue).overflow)
    let coins = AssetAmount.inverseValue(
      of: units, at: DomainLimits.minimumInversePrice, rounding: .ceiling)
    #expect(coins.description == "10000000000000000000")
  }

  @Test("reads the limits as the decimals that the documentation names")
  func limits() {
    #expect(DomainLimits.maximumPrice.description == "1000000000")
    #expect(DomainLimits.minimumPrice.description == "0.000000000001")
    #expect(DomainLimits.minimumInversePrice.description == "0.000001")
    #expect(DomainLimits.maximumQuantity.description == "10000000000000")
    #expect(DomainLimits.maximumMultiplier.description == "1000000")
    #expect(DomainLimits.maximumUnits.description == "10000000000000")
    #expect(DomainLimits.maximumBalance.description == "1000000000000000")
    #expect(DomainLimits.maximumRate.description == "1000000")
  }
}
