import FixedPoint
import MarginDomain
import Testing

@testable import MarketSimulator

@Suite("Seeded generator")
struct GeneratorTests {
  @Test("gives the published sequence of SplitMix64 for seed 1234567")
  func publishedSequence() {
    var generator = SeededGenerator(seed: 1_234_567)
    let numbers = (0..<3).map { _ in generator.next() }
    #expect(
      numbers == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
  }

  @Test(
    "the exponential function is right to nine digits",
    arguments: [
      ("0", "1"), ("1", "2.718281828459"), ("-1", "0.367879441171"), ("-9.6", "0.000067728736"),
      ("9.6", "14764.781565577266"), ("0.001", "1.001000500167"),
    ])
  func exponentials(exponent: String, expected: String) throws {
    let result = exponential(of: try rate(exponent))
    let wanted = try rate(expected)
    let tolerance = max(
      Rate(rawValue: 2), wanted.scaled(by: 1, over: 1_000_000_000, rounding: .floor))
    #expect((result - wanted).magnitude <= tolerance, "\(result) for e^\(exponent)")
  }

  @Test("normal numbers have mean 0, deviation 1 and stay within 6")
  func normalNumbers() throws {
    var generator = SeededGenerator(seed: 99)
    let numbers = (0..<20_000).map { _ in generator.normal() }
    let mean = numbers.reduce(Rate.zero, +).scaled(by: 1, over: 20_000, rounding: .floor)
    let squares = numbers.map {
      $0.scaled(by: $0.rawValue, over: Rate.one.rawValue, rounding: .floor)
    }
    let variance = squares.reduce(Rate.zero, +).scaled(by: 1, over: 20_000, rounding: .floor)
    #expect(mean.magnitude < (try rate("0.03")))
    #expect((variance - .one).magnitude < (try rate("0.05")))
    #expect(numbers.allSatisfy { $0.magnitude <= (try? rate("6")) ?? .zero })
  }

  @Test("streams of one seed differ from each other and from their neighbours")
  func streams() {
    let firsts = (0..<1_000 as Range<UInt64>).map { stream in
      var generator = SeededGenerator(seed: 5, stream: stream)
      return generator.next()
    }
    #expect(Set(firsts).count == 1_000)
  }
}
