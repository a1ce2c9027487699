import DeterministicMath

/// A few weighted points that replace many: Gauss's rule for a discrete measure.
///
/// Of a measure of weights w_i ≥ 0 at points x_i it has n nodes and positive weights with Σ
/// W_k·p(X_k) = Σ w_i·p(x_i) for every polynomial p of degree 2n − 1 and less; each node lies
/// between the first and the last point. The polynomials orthogonal under the measure follow
/// P_{k+1} = (x − α_k)·P_k − β_k·P_{k−1}, and the nodes are the eigenvalues of the tridiagonal
/// matrix of α on and √β beside the diagonal, the weights the squares of the first components of
/// its eigenvectors. Uses IEEE operations in a fixed order, which give the same bits on every
/// machine.
/// - Source: Golub, Welsch, "Calculation of Gauss Quadrature Rules", Mathematics of Computation 23
///   (1969); Gautschi, Orthogonal Polynomials (2004), 2.2.3 (Stieltjes's procedure).
struct GaussRule: Equatable {
  /// X_k, in no order.
  private(set) var nodes: [Double]
  /// W_k, above 0, in the order of the nodes; their sum is that of the measure.
  private(set) var weights: [Double]

  /// Makes the rule of a measure.
  ///
  /// - Parameters:
  ///   - count: n, 1 or more, fewer than the points that have a weight.
  ///   - points: x_i, finite, four by four.
  ///   - weights: w_i, 0 or above, in the order of the points; some are above 0.
  /// - Complexity: O(points · n + n²).
  init(count: Int, points: [SIMD4<Double>], weights: [SIMD4<Double>]) {
    let (alphas, betas) = Self.recurrence(count: count, points, weights)
    var matrix = TridiagonalMatrix(
      diagonal: alphas,
      beside: betas.dropFirst().map { ElementaryFunction.squareRoot($0) } + [0])
    matrix.diagonalize()
    nodes = matrix.diagonal
    self.weights = matrix.firstComponents.map { betas[0] * $0 * $0 }
  }

  /// α_k = Σ w·x·P_k² / Σ w·P_k², β_k = Σ w·P_k² / Σ w·P_{k−1}², β_0 = Σ w.
  private static func recurrence(
    count: Int, _ points: [SIMD4<Double>], _ weights: [SIMD4<Double>]
  ) -> (alphas: [Double], betas: [Double]) {
    var (alphas, betas): ([Double], [Double]) = ([], [])
    var before = [SIMD4<Double>](repeating: .zero, count: points.count)
    var polynomial = [SIMD4<Double>](repeating: SIMD4(repeating: 1), count: points.count)
    var normBefore = 1.0
    for _ in 0..<count {
      var (norms, moments) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
      for index in points.indices {
        let part = weights[index] * polynomial[index] * polynomial[index]
        norms += part
        moments += part * points[index]
      }
      let norm = sum(norms)
      let alpha = sum(moments) / norm
      let beta = norm / normBefore
      alphas.append(alpha)
      betas.append(beta)
      // The first β multiplies nothing, since no polynomial comes before the first.
      for index in points.indices {
        let next = (points[index] - alpha) * polynomial[index] - beta * before[index]
        before[index] = polynomial[index]
        polynomial[index] = next
      }
      normBefore = norm
    }
    return (alphas, betas)
  }

  private static func sum(_ lanes: SIMD4<Double>) -> Double {
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
  }
}

/// A symmetric tridiagonal matrix while its eigenvalues are computed.
private struct TridiagonalMatrix {
  var diagonal: [Double]
  /// Off-diagonal element between each row and the next; 0 in the last.
  var beside: [Double]
  /// First components of the eigenvectors.
  private(set) var firstComponents: [Double]

  init(diagonal: [Double], beside: [Double]) {
    self.diagonal = diagonal
    self.beside = beside
    firstComponents = [1] + [Double](repeating: 0, count: diagonal.count - 1)
  }

  /// Upper bound on the sweeps per eigenvalue, which is never reached.
  private static let mostSweeps = 60

  /// Turns the diagonal into the eigenvalues, by the implicit QL algorithm.
  ///
  /// - Source: Dubrulle, Martin, Wilkinson, "The implicit QL algorithm", Numerische Mathematik 12
  ///   (1968).
  mutating func diagonalize() {
    for row in diagonal.indices {
      for _ in 0..<Self.mostSweeps {
        let end = blockEnd(from: row)
        if end == row { break }
        sweep(from: row, to: end)
      }
    }
  }

  /// The last row that is still coupled to this one.
  private func blockEnd(from row: Int) -> Int {
    var end = row
    while end + 1 < diagonal.count {
      let size = diagonal[end].magnitude + diagonal[end + 1].magnitude
      if beside[end].magnitude <= 0x1p-53 * size { break }
      end += 1
    }
    return end
  }

  private mutating func sweep(from row: Int, to end: Int) {
    let ratio = (diagonal[row + 1] - diagonal[row]) / (2 * beside[row])
    let root = ElementaryFunction.squareRoot(ratio * ratio + 1)
    // The shift is the eigenvalue of the first two rows that is nearer to the first.
    var rest =
      diagonal[end] - diagonal[row] + beside[row] / (ratio + (ratio < 0 ? -root : root))
    var (sine, cosine, shift) = (1.0, 1.0, 0.0)
    for index in stride(from: end - 1, through: row, by: -1) {
      let (chased, next) = (sine * beside[index], cosine * beside[index])
      let length = ElementaryFunction.squareRoot(chased * chased + rest * rest)
      beside[index + 1] = length
      if length == 0 {
        diagonal[index + 1] -= shift
        beside[end] = 0
        return
      }
      (sine, cosine) = (chased / length, rest / length)
      let base = diagonal[index + 1] - shift
      let turn = (diagonal[index] - base) * sine + 2 * cosine * next
      shift = sine * turn
      diagonal[index + 1] = base + shift
      rest = cosine * turn - next
      let (upper, lower) = (firstComponents[index], firstComponents[index + 1])
      firstComponents[index + 1] = sine * upper + cosine * lower
      firstComponents[index] = cosine * upper - sine * lower
    }
    diagonal[row] -= shift
    beside[row] = rest
    beside[end] = 0
  }
}
