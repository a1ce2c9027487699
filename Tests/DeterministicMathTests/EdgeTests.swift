import DeterministicMath
import Testing

/// The one bit pattern of a result that is not a number.
private let nanBits = Double.nan.bitPattern
/// 2^−1074.
private let smallest = Double.leastNonzeroMagnitude

@Suite("Edges of the elementary functions")
struct EdgeTests {
  @Test("exponential overflows to infinity and underflows through subnormals to zero")
  func exponential() {
    #expect(ElementaryFunction.exponential(0) == 1)
    #expect(ElementaryFunction.exponential(-0.0) == 1)
    #expect(ElementaryFunction.exponential(smallest) == 1)
    #expect(ElementaryFunction.exponential(.infinity) == .infinity)
    #expect(ElementaryFunction.exponential(-.infinity).bitPattern == 0)
    #expect(ElementaryFunction.exponential(1e308) == .infinity)
    #expect(ElementaryFunction.exponential(-1e308).bitPattern == 0)
    // The largest argument below ln(2^1024) and its successor.
    #expect(ElementaryFunction.exponential(0x1.62e42fefa39efp+9).isFinite)
    #expect(ElementaryFunction.exponential(0x1.62e42fefa39f0p+9) == .infinity)
    // e^−745.13… rounds to the smallest subnormal, the next argument to zero.
    #expect(ElementaryFunction.exponential(-0x1.74910d52d3051p+9) == smallest)
    #expect(ElementaryFunction.exponential(-0x1.74910d52d3052p+9) == 0)
    #expect(ElementaryFunction.exponential(-740).isSubnormal)
    #expect(ElementaryFunction.exponential(.nan).bitPattern == nanBits)
    #expect(ElementaryFunction.exponential(-Double.nan).bitPattern == nanBits)
  }

  @Test("logarithm takes subnormals and refuses what is below zero")
  func logarithm() {
    #expect(ElementaryFunction.logarithm(1).bitPattern == 0)
    #expect(ElementaryFunction.logarithm(0) == -.infinity)
    #expect(ElementaryFunction.logarithm(-0.0) == -.infinity)
    #expect(ElementaryFunction.logarithm(.infinity) == .infinity)
    #expect(ElementaryFunction.logarithm(-1).bitPattern == nanBits)
    #expect(ElementaryFunction.logarithm(-.infinity).bitPattern == nanBits)
    #expect(ElementaryFunction.logarithm(.nan).bitPattern == nanBits)
    // ln(2^−1074) = −744.4400719213812…, ln(2^1024 − 2^971) = 709.782712893384.
    #expect(ElementaryFunction.logarithm(smallest) == -0x1.74385446d71c3p+9)
    #expect(ElementaryFunction.logarithm(.greatestFiniteMagnitude) == 0x1.62e42fefa39efp+9)
    #expect(ElementaryFunction.logarithm(2) == 0x1.62e42fefa39efp-1)
  }

  @Test("logarithm of one plus a tiny number is that number, with its sign")
  func logarithmOnePlus() {
    for value in [0, -0.0, smallest, -smallest, 1e-300, -1e-17] {
      #expect(ElementaryFunction.logarithm(onePlus: value).bitPattern == value.bitPattern)
    }
    #expect(ElementaryFunction.logarithm(onePlus: -1) == -.infinity)
    #expect(ElementaryFunction.logarithm(onePlus: .infinity) == .infinity)
    #expect(ElementaryFunction.logarithm(onePlus: -1.5).bitPattern == nanBits)
    #expect(ElementaryFunction.logarithm(onePlus: -.infinity).bitPattern == nanBits)
    #expect(ElementaryFunction.logarithm(onePlus: .nan).bitPattern == nanBits)
    #expect(
      ElementaryFunction.logarithm(onePlus: .greatestFiniteMagnitude) == 0x1.62e42fefa39efp+9)
  }

  @Test("logarithm of a ratio is exactly zero at equality and minus infinity at zero")
  func ratio() {
    #expect(ElementaryFunction.logarithm(ratioOf: 0.1, to: 0.1) == 0)
    #expect(ElementaryFunction.logarithm(ratioOf: 0, to: 3) == -.infinity)
    #expect(ElementaryFunction.logarithm(ratioOf: 6, to: 3) == 0x1.62e42fefa39efp-1)
    #expect(ElementaryFunction.logarithm(ratioOf: 1e9, to: 1e-12) > 48.3)
  }

  @Test("square root is that of the standard")
  func squareRoot() {
    #expect(ElementaryFunction.squareRoot(2) == 0x1.6a09e667f3bcdp+0)
    #expect(ElementaryFunction.squareRoot(-0.0).bitPattern == (-0.0).bitPattern)
    #expect(ElementaryFunction.squareRoot(.infinity) == .infinity)
    #expect(ElementaryFunction.squareRoot(-1).bitPattern == nanBits)
  }

  @Test("power has its limits at zero, one and infinity")
  func power() {
    #expect(ElementaryFunction.power(2, 10) == 1024)
    #expect(ElementaryFunction.power(2, -1074) == smallest)
    #expect(ElementaryFunction.power(2, 1024) == .infinity)
    #expect(ElementaryFunction.power(.nan, 0) == 1)
    #expect(ElementaryFunction.power(1, .nan) == 1)
    #expect(ElementaryFunction.power(0, 0) == 1)
    #expect(ElementaryFunction.power(0, 2) == 0)
    #expect(ElementaryFunction.power(0, -2) == .infinity)
    #expect(ElementaryFunction.power(.infinity, 0.5) == .infinity)
    #expect(ElementaryFunction.power(.infinity, -0.5) == 0)
    #expect(ElementaryFunction.power(0.5, .infinity) == 0)
    #expect(ElementaryFunction.power(0.5, -.infinity) == .infinity)
    #expect(ElementaryFunction.power(1.5, -.infinity) == 0)
    #expect(ElementaryFunction.power(0.999, 1e300) == 0)
    #expect(ElementaryFunction.power(0.999, -1e300) == .infinity)
    #expect(ElementaryFunction.power(-1, 2).bitPattern == nanBits)
    #expect(ElementaryFunction.power(2, .nan).bitPattern == nanBits)
  }

  @Test("normal distribution reaches its limits")
  func normal() {
    #expect(NormalDistribution.cumulative(0) == 0.5)
    #expect(NormalDistribution.cumulative(.infinity) == 1)
    #expect(NormalDistribution.cumulative(-.infinity) == 0)
    #expect(NormalDistribution.cumulative(-37).isNormal)
    #expect(NormalDistribution.cumulative(-38).isSubnormal)
    #expect(NormalDistribution.cumulative(-40) == 0)
    #expect(NormalDistribution.cumulative(.nan).bitPattern == nanBits)
    #expect(NormalDistribution.density(.infinity) == 0)
    #expect(NormalDistribution.density(1e300) == 0)
    #expect(NormalDistribution.density(.nan).bitPattern == nanBits)
    #expect(NormalDistribution.complementaryErrorFunction(0) == 1)
    #expect(NormalDistribution.complementaryErrorFunction(.infinity) == 0)
    #expect(NormalDistribution.complementaryErrorFunction(-.infinity) == 2)
    #expect(NormalDistribution.complementaryErrorFunction(.nan).bitPattern == nanBits)
  }
}
