import DeterministicMath
import Testing

@Suite("Reference values at 60 digits")
struct ReferenceTests {
  /// Largest error allowed, in ulp of the result: the documented bounds.
  static let bounds: [(function: String, ulp: Double)] = [
    ("exp", 0.7), ("log", 0.9), ("log1p", 0.8), ("pow", 0.8), ("density", 2.5), ("cumulative", 4),
    ("erfc", 4),
  ]

  @Test("stays within the documented error", arguments: bounds)
  func error(function: String, bound: Double) throws {
    var worst = 0.0
    var rows = 0
    for line in referenceValues.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields[0] == function else { continue }
      let numbers = try fields.dropFirst().map { try #require(Double($0)) }
      let rest = numbers[numbers.count - 1]
      let nearest = numbers[numbers.count - 2]
      let result = try value(function, numbers)
      let error = ((result - nearest) / nearest.ulp - rest).magnitude
      #expect(error <= (nearest.isSubnormal ? 0.9 : bound), "\(line): got \(result)")
      worst = max(worst, error)
      rows += 1
    }
    #expect(rows >= 30)
    print("reference \(function): \(rows) values, largest error \(worst) ulp")
  }

  private func value(_ function: String, _ numbers: [Double]) throws -> Double {
    let x = numbers[0]
    return switch function {
    case "exp": ElementaryFunction.exponential(x)
    case "log": ElementaryFunction.logarithm(x)
    case "log1p": ElementaryFunction.logarithm(onePlus: x)
    case "pow": ElementaryFunction.power(x, numbers[1])
    case "density": NormalDistribution.density(x)
    case "cumulative": NormalDistribution.cumulative(x)
    case "erfc": NormalDistribution.complementaryErrorFunction(x)
    default: try #require(nil as Double?, "no function \(function)")
    }
  }
}
