import DeterministicMath
import LiquidationTestKit
import Testing

@Suite("Properties of the elementary functions")
struct ElementaryPropertyTests {
  @Test("logarithm undoes the exponential")
  func inverse() {
    Property("ln(e^x) = x", cases: 5_000).check { random, _ in
      let value = random.uniform(-700...700)
      let back = ElementaryFunction.logarithm(ElementaryFunction.exponential(value))
      // One ulp of e^x is at most 2^−52 of it, which moves the logarithm by as much.
      #expect((back - value).magnitude <= 0x1p-51 + 2 * value.ulp, "x = \(value)")
    }
  }

  @Test("neighbours are in order")
  func monotone() {
    Property("x ≤ y gives f(x) ≤ f(y)", cases: 5_000).check { random, _ in
      let value = random.uniform(-40...40)
      let next = value.nextUp
      #expect(ElementaryFunction.exponential(value) <= ElementaryFunction.exponential(next))
      let positive = random.logUniform(1e-300...1e300)
      #expect(
        ElementaryFunction.logarithm(positive) <= ElementaryFunction.logarithm(positive.nextUp))
    }
  }

  @Test("logarithm of a ratio changes sign with the order of its arguments")
  func antisymmetry() {
    Property("ln(a/b) = −ln(b/a)", cases: 5_000).check { random, _ in
      let first = random.logUniform(1e-12...1e9)
      let isFar = random.chance()
      let second = isFar ? random.logUniform(1e-12...1e9) : first * random.uniform(0.6...1.6)
      let forward = ElementaryFunction.logarithm(ratioOf: first, to: second)
      let backward = ElementaryFunction.logarithm(ratioOf: second, to: first)
      #expect((forward + backward).magnitude <= 6e-16 * forward.magnitude, "\(first) / \(second)")
    }
  }

  @Test("normal probabilities of x and −x make one")
  func symmetry() {
    Property("Φ(x) + Φ(−x) = 1", cases: 2_000).check { random, _ in
      let value = random.uniform(-9...9)
      let sum = NormalDistribution.cumulative(value) + NormalDistribution.cumulative(-value)
      #expect((sum - 1).magnitude <= 0x1p-51, "x = \(value)")
    }
  }
}

@Suite("Reproducibility")
struct ReproducibilityTests {
  /// FNV-1a over the bits of 70,000 results, recorded on x86-64.
  ///
  /// Another value on any machine or at any optimisation means that the arithmetic was changed.
  @Test("gives the recorded bits")
  func bits() {
    var random = SeededRandom(seed: 1)
    var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ value: Double) { digest = (digest ^ value.bitPattern) &* 0x100_0000_01b3 }
    for _ in 0..<10_000 {
      let value = random.uniform(-40...40)
      // From the bits, so that the arguments owe nothing to the functions under test.
      let positive = Double(bitPattern: random.next() % 0x7ff0_0000_0000_0000)
      add(ElementaryFunction.exponential(value * 18))
      add(ElementaryFunction.logarithm(positive))
      add(ElementaryFunction.logarithm(onePlus: value + 40))
      add(ElementaryFunction.power(value + 40, value))
      add(NormalDistribution.density(value))
      add(NormalDistribution.cumulative(value))
      add(NormalDistribution.complementaryErrorFunction(value * 0.25))
    }
    #expect(digest == 1_529_291_245_932_809_401)
  }
}
