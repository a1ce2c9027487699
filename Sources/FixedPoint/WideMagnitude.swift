/// A natural number of any size, used only by `ExactRatio`.
///
/// Base 2^32 and schoolbook arithmetic: the numbers are a few hundred bits long and are computed
/// once per report, not once per price.
struct WideMagnitude: Sendable, Equatable {
  /// Digits in base 2^32, least significant first, without leading zeros; empty is zero.
  private(set) var digits: [UInt32]

  static let zero = WideMagnitude(digits: [])
  static let one = WideMagnitude(digits: [1])

  private init(digits: [UInt32]) {
    self.digits = digits
    while self.digits.last == 0 { self.digits.removeLast() }
  }

  init(_ value: UInt128) {
    var rest = value
    var digits: [UInt32] = []
    while rest != 0 {
      digits.append(UInt32(truncatingIfNeeded: rest))
      rest >>= 32
    }
    self.digits = digits
  }

  var isZero: Bool { digits.isEmpty }
  var isOdd: Bool { digits.first.map { $0 & 1 == 1 } ?? false }

  /// The number as an integer, if it fits 128 bits.
  var value: UInt128? {
    guard digits.count <= 4 else { return nil }
    return digits.reversed().reduce(0) { ($0 << 32) | UInt128($1) }
  }

  /// −1, 0 or 1 as self is smaller than, equal to or larger than the other.
  func order(against other: WideMagnitude) -> Int {
    if digits.count != other.digits.count { return digits.count < other.digits.count ? -1 : 1 }
    for (left, right) in zip(digits.reversed(), other.digits.reversed()) where left != right {
      return left < right ? -1 : 1
    }
    return 0
  }

  static func + (left: WideMagnitude, right: WideMagnitude) -> WideMagnitude {
    var sum: [UInt32] = []
    sum.reserveCapacity(max(left.digits.count, right.digits.count) + 1)
    var carry: UInt64 = 0
    for index in 0..<max(left.digits.count, right.digits.count) {
      carry += UInt64(left.digit(at: index)) + UInt64(right.digit(at: index))
      sum.append(UInt32(truncatingIfNeeded: carry))
      carry >>= 32
    }
    sum.append(UInt32(carry))
    return WideMagnitude(digits: sum)
  }

  /// - Precondition: left ≥ right.
  static func - (left: WideMagnitude, right: WideMagnitude) -> WideMagnitude {
    var difference: [UInt32] = []
    difference.reserveCapacity(left.digits.count)
    var borrow: Int64 = 0
    for index in left.digits.indices {
      borrow += Int64(left.digits[index]) - Int64(right.digit(at: index))
      difference.append(UInt32(truncatingIfNeeded: borrow))
      borrow >>= 32
    }
    precondition(borrow == 0, "a larger magnitude was subtracted from a smaller one")
    return WideMagnitude(digits: difference)
  }

  static func * (left: WideMagnitude, right: WideMagnitude) -> WideMagnitude {
    guard !left.isZero, !right.isZero else { return .zero }
    var product = [UInt32](repeating: 0, count: left.digits.count + right.digits.count)
    for (index, digit) in left.digits.enumerated() {
      var carry: UInt64 = 0
      for (offset, other) in right.digits.enumerated() {
        // (2^32 − 1)² + 2 (2^32 − 1) = 2^64 − 1, so the sum always fits.
        carry += UInt64(digit) * UInt64(other) + UInt64(product[index + offset])
        product[index + offset] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      product[index + right.digits.count] = UInt32(carry)
    }
    return WideMagnitude(digits: product)
  }

  /// Quotient and remainder by binary long division.
  ///
  /// - Parameter divisor: not zero.
  /// - Returns: self = quotient · divisor + remainder, remainder < divisor.
  /// - Complexity: O(bits · digits).
  func quotientAndRemainder(
    dividingBy divisor: WideMagnitude
  ) -> (quotient: WideMagnitude, remainder: WideMagnitude) {
    precondition(!divisor.isZero, "a magnitude was divided by zero")
    guard order(against: divisor) >= 0 else { return (.zero, self) }
    var quotient = [UInt32](repeating: 0, count: digits.count)
    var remainder = WideMagnitude.zero
    for index in digits.indices.reversed() {
      for bit in (0..<UInt32.bitWidth).reversed() {
        remainder.shiftLeft(bringing: (digits[index] >> UInt32(bit)) & 1)
        if remainder.order(against: divisor) >= 0 {
          remainder = remainder - divisor
          quotient[index] |= 1 << UInt32(bit)
        }
      }
    }
    return (WideMagnitude(digits: quotient), remainder)
  }

  private func digit(at index: Int) -> UInt32 { index < digits.count ? digits[index] : 0 }

  /// 2 · self + bit, in place.
  private mutating func shiftLeft(bringing bit: UInt32) {
    var carry = bit
    for index in digits.indices {
      let next = digits[index] >> 31
      digits[index] = (digits[index] << 1) | carry
      carry = next
    }
    if carry != 0 { digits.append(carry) }
  }
}
