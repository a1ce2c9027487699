import DeterministicMath
import LiquidationTestKit
import Testing

@Suite("Four lanes")
struct LaneTests {
  /// A double of any kind: any bits at all, the ends of the ranges, or a plain number.
  private func any(_ random: inout SeededRandom) -> Double {
    switch random.integer(0...5) {
    case 0: Double(bitPattern: random.next())
    case 1: Double(bitPattern: random.next() & 0x800f_ffff_ffff_ffff)
    case 2: random.uniform(-760...720)
    case 3: random.uniform(-2...2)
    case 4: random.uniform(-45...45)
    default:
      random.element(of: [0, -0.0, 1, -1, .infinity, -.infinity, .nan, .greatestFiniteMagnitude])
        ?? 0
    }
  }

  private func same(
    _ lanes: SIMD4<Double>, _ values: SIMD4<Double>, _ function: (Double) -> Double, _ name: String
  ) {
    for lane in 0..<4 {
      #expect(
        lanes[lane].bitPattern == function(values[lane]).bitPattern, "\(name)(\(values[lane]))")
    }
  }

  @Test("give the bits of one, for every double")
  func bits() {
    Property("f(lanes)[i] = f(lane i)", cases: 5_000).check { random, _ in
      let values = SIMD4(any(&random), any(&random), any(&random), any(&random))
      same(
        ElementaryFunction.exponential(values), values, { ElementaryFunction.exponential($0) },
        "exp")
      same(
        NormalDistribution.cumulative(values), values, { NormalDistribution.cumulative($0) },
        "cumulative")
    }
  }

  @Test("give the bits of one for logarithms of quotients")
  func ratios() {
    Property("ln(a/b) in lanes", cases: 5_000).check { random, _ in
      var numerators = SIMD4<Double>.zero
      var denominators = SIMD4<Double>.zero
      for lane in 0..<4 {
        let denominator = random.logUniform(1e-150...1e150)
        denominators[lane] = denominator
        numerators[lane] =
          switch random.integer(0...4) {
          case 0: 0
          case 1: denominator
          case 2: denominator * random.uniform(0.4...1.6)
          case 3: denominator.nextUp
          default: random.logUniform(1e-150...1e150)
          }
      }
      let lanes = ElementaryFunction.logarithm(ratioOf: numerators, to: denominators)
      for lane in 0..<4 {
        let one = ElementaryFunction.logarithm(ratioOf: numerators[lane], to: denominators[lane])
        #expect(
          lanes[lane].bitPattern == one.bitPattern, "\(numerators[lane]) / \(denominators[lane])")
      }
    }
  }

  @Test("reach subnormal quotients and exponentials with the bits of one")
  func subnormals() {
    Property("subnormal lanes", cases: 2_000).check { random, _ in
      let small = Double(bitPattern: random.next() & 0x000f_ffff_ffff_ffff)
      let ratio = ElementaryFunction.logarithm(
        ratioOf: SIMD4(repeating: small), to: SIMD4(repeating: 1))
      let one = ElementaryFunction.logarithm(ratioOf: small, to: 1)
      #expect(ratio[3].bitPattern == one.bitPattern, "\(small)")
      let exponent = random.uniform(-746 ... -708)
      let lanes = ElementaryFunction.exponential(SIMD4(repeating: exponent))
      #expect(lanes[2].bitPattern == ElementaryFunction.exponential(exponent).bitPattern)
    }
  }
}
