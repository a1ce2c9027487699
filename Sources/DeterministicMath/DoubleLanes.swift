/// One double, or four on which the same operations are performed in parallel.
///
/// The kernels are written once, over this protocol, so that a batch and a single value go through
/// the same IEEE operations in the same order and give the same bits. It contains what the kernels
/// need and nothing that rounds differently from `Double`'s own operators. It is only used, and
/// specialised, in this module.
protocol DoubleLanes {
  /// A boolean per lane.
  associatedtype Condition
  /// The bits per lane, as signed integers.
  associatedtype Bits: IntegerLanes

  /// The same number in every lane.
  init(all value: Double)
  init(bits: Bits)
  var bits: Bits { get }

  static func + (left: Self, right: Self) -> Self
  static func - (left: Self, right: Self) -> Self
  static func * (left: Self, right: Self) -> Self
  static func / (left: Self, right: Self) -> Self

  /// Left < right, false with a NaN.
  static func isLess(_ left: Self, _ right: Self) -> Condition
  static func isEqual(_ left: Self, _ right: Self) -> Condition
  /// The first where the condition holds, the second elsewhere; neither is rounded.
  static func choose(_ condition: Condition, _ first: Self, else second: Self) -> Self
}

/// One 64-bit integer, or four.
protocol IntegerLanes {
  init(all value: Int64)
  /// The sum and the difference, wrapping.
  func plus(_ other: Self) -> Self
  func minus(_ other: Self) -> Self
  func shiftedLeft(by count: Int64) -> Self
  /// The sign is kept.
  func shiftedRight(by count: Int64) -> Self
}

extension DoubleLanes {
  /// The negated value; a NaN stays some NaN.
  @inline(__always)
  var negated: Self { Self(all: -0.0) - self }

  /// Without the sign, where it is below zero.
  @inline(__always)
  var magnitudes: Self { Self.choose(Self.isLess(self, Self(all: 0)), negated, else: self) }

  /// The one NaN where the argument is a NaN, else the value.
  @inline(__always)
  func unlessNaN(_ argument: Self) -> Self {
    Self.choose(Self.isEqual(argument, argument), self, else: Self(all: .nan))
  }
}

extension Double: DoubleLanes {
  @inline(__always)
  init(all value: Double) { self = value }

  @inline(__always)
  init(bits: Int64) { self.init(bitPattern: UInt64(bitPattern: bits)) }

  @inline(__always)
  var bits: Int64 { Int64(bitPattern: bitPattern) }

  @inline(__always)
  static func isLess(_ left: Double, _ right: Double) -> Bool { left < right }

  @inline(__always)
  static func isEqual(_ left: Double, _ right: Double) -> Bool { left == right }

  @inline(__always)
  static func choose(_ condition: Bool, _ first: Double, else second: Double) -> Double {
    condition ? first : second
  }
}

extension Int64: IntegerLanes {
  @inline(__always)
  init(all value: Int64) { self = value }

  @inline(__always)
  func plus(_ other: Int64) -> Int64 { self &+ other }

  @inline(__always)
  func minus(_ other: Int64) -> Int64 { self &- other }

  @inline(__always)
  func shiftedLeft(by count: Int64) -> Int64 { self &<< count }

  @inline(__always)
  func shiftedRight(by count: Int64) -> Int64 { self &>> count }
}

extension SIMD4<Double>: DoubleLanes {
  @inline(__always)
  init(all value: Double) { self.init(repeating: value) }

  @inline(__always)
  init(bits: SIMD4<Int64>) {
    self.init(
      Double(bits: bits[0]), Double(bits: bits[1]), Double(bits: bits[2]), Double(bits: bits[3]))
  }

  @inline(__always)
  var bits: SIMD4<Int64> { SIMD4<Int64>(self[0].bits, self[1].bits, self[2].bits, self[3].bits) }

  @inline(__always)
  static func isLess(_ left: Self, _ right: Self) -> LaneTruths {
    LaneTruths(left[0] < right[0], left[1] < right[1], left[2] < right[2], left[3] < right[3])
  }

  @inline(__always)
  static func isEqual(_ left: Self, _ right: Self) -> LaneTruths {
    LaneTruths(left[0] == right[0], left[1] == right[1], left[2] == right[2], left[3] == right[3])
  }

  @inline(__always)
  static func choose(_ truths: LaneTruths, _ first: Self, else second: Self) -> Self {
    Self(
      truths.first ? first[0] : second[0], truths.second ? first[1] : second[1],
      truths.third ? first[2] : second[2], truths.fourth ? first[3] : second[3])
  }
}

/// Four booleans.
///
/// Plain ones, because the compiler turns them into one comparison and a minimum, maximum or
/// selection of vectors, while a library mask costs a second comparison.
struct LaneTruths {
  let first: Bool
  let second: Bool
  let third: Bool
  let fourth: Bool

  @inline(__always)
  init(_ first: Bool, _ second: Bool, _ third: Bool, _ fourth: Bool) {
    self.first = first
    self.second = second
    self.third = third
    self.fourth = fourth
  }
}

extension SIMD4<Int64>: IntegerLanes {
  @inline(__always)
  init(all value: Int64) { self.init(repeating: value) }

  @inline(__always)
  func plus(_ other: Self) -> Self { self &+ other }

  @inline(__always)
  func minus(_ other: Self) -> Self { self &- other }

  @inline(__always)
  func shiftedLeft(by count: Int64) -> Self { self &<< Self(repeating: count) }

  @inline(__always)
  func shiftedRight(by count: Int64) -> Self { self &>> Self(repeating: count) }
}
