import FixedPoint
import MarginDomain

/// Finds where the excess over a level changes its sign along a path.
struct LevelSearch {
  enum Direction {
    case down, up
  }

  private(set) var path: LiquidationPath
  /// equity / maintenance margin.
  var level: Rate

  init(path: LiquidationPath, level: Rate) {
    self.path = path
    self.level = level
  }

  /// A price that was looked at.
  private struct Point {
    let price: Price
    let excess: Money
  }

  /// The price now and the nearest ones at which the level is reached.
  mutating func prices() throws(AssessmentFault) -> LiquidationPrices {
    LiquidationPrices(
      current: path.start, below: try crossing(.down), above: try crossing(.up))
  }

  private mutating func point(at price: Price) throws(AssessmentFault) -> Point {
    Point(price: price, excess: try path.excess(at: price, over: level))
  }

  /// The nearest price in a direction at which the level is reached, or nil.
  mutating func crossing(_ direction: Direction) throws(AssessmentFault) -> Price? {
    let start = try point(at: path.start)
    if start.excess.isZero { return path.start }
    let sign = start.excess.signum
    let isSimple = path.isPlain && start.excess.isPositive
    if isSimple {
      let end = direction == .down ? path.range.lowerBound : path.range.upperBound
      if !hasCrossed(try path.excess(at: end, over: level), from: sign) { return nil }
    }
    var last = start
    var beforeLast: Point?
    var steps = RoundSteps(path: path, direction: direction, isCoarse: isSimple)
    while let price = steps.next(after: last.price) {
      let point = try point(at: price)
      if hasCrossed(point.excess, from: sign) {
        return try root(near: last, far: point, sign: sign)
      }
      if !isSimple, let first = beforeLast,
        let dip = try dip(first, last, point, sign: sign)
      {
        return try root(near: first, far: dip, sign: sign)
      }
      beforeLast = last
      last = point
    }
    return nil
  }

  /// Whether an excess is on the other side by more than rounding can bring it there: where a whole
  /// position is worth less than a unit of money, its excess says nothing.
  private func hasCrossed(_ excess: Money, from sign: Int128) -> Bool {
    excess.signum == -sign && excess.magnitude.rawValue > rounding
  }

  /// What the roundings of the terms of an excess can add up to, in units of money.
  private var rounding: Int128 {
    Int128(4 * (path.book.positions.count + path.book.balances.count + 1))
  }

  /// A point between two others at which the excess has another sign, although all three agree.
  ///
  /// Only a middle point that is nearer to zero than its neighbours can hide one, and only when the
  /// bend between them is as large as what is left.
  private mutating func dip(
    _ first: Point, _ middle: Point, _ last: Point, sign: Int128
  ) throws(AssessmentFault) -> Point? {
    let sides = [first, last].map { $0.excess.magnitude - middle.excess.magnitude }
    guard sides.allSatisfy({ !$0.isNegative }),
      middle.excess.magnitude <= sides[0] + sides[1]
    else { return nil }
    var low = min(first.price, last.price)
    var high = max(first.price, last.price)
    // 80 steps by thirds narrow any bracket of the grid to a unit or so.
    for _ in 0..<80 where high - low > Price(rawValue: 3) {
      let third = (high - low).scaled(by: 1, over: 3, rounding: .floor)
      let left = try point(at: low + third)
      let right = try point(at: high - third)
      for point in [left, right] where hasCrossed(point.excess, from: sign) { return point }
      if left.excess.magnitude < right.excess.magnitude {
        high = right.price
      } else {
        low = left.price
      }
    }
    return nil
  }

  /// The price between two points of different sign at which the excess is zero.
  private mutating func root(
    near: Point, far: Point, sign: Int128
  ) throws(AssessmentFault) -> Price {
    var near = near
    var far = far
    // Each round cuts the bracket by a quarter at least; 400 rounds outlast 128 bits.
    for round in 0..<400 {
      if near.excess.isZero { return near.price }
      let gap = (far.price - near.price).magnitude
      if gap <= .ulp { break }
      for guess in guesses(near, far) {
        let point = try point(at: guess)
        if isZero(point, between: near, and: far) { return guess }
        // Early rounds keep round ends, at which products are exact; later ones want speed.
        if round >= 8, guess != near.price, guess != far.price {
          if hasCrossed(point.excess, from: sign) { far = point } else { near = point }
        }
      }
      let middle = RoundSteps.roundest(between: near.price, and: far.price)
      guard middle != near.price, middle != far.price else { break }
      let point = try point(at: middle)
      if hasCrossed(point.excess, from: sign) { far = point } else { near = point }
    }
    return far.price
  }

  /// Where a line, and a line in 1 / price, through both points is zero.
  private func guesses(_ near: Point, _ far: Point) -> [Price] {
    let drop = near.excess - far.excess
    let span = far.price - near.price
    guard
      let step = FullWidth.checkedQuotient(
        of: span.rawValue, times: near.excess.rawValue, over: drop.rawValue,
        rounding: .nearestEven)
    else { return [] }
    let line = near.price + Price(rawValue: step)
    // With u = 1 / P the zero is at P = near + span · e₁ · near / (e₁ · near − e₂ · far).
    let scale = max(near.price, far.price).rawValue
    guard
      let first = FullWidth.checkedQuotient(
        of: near.excess.rawValue, times: near.price.rawValue, over: scale,
        rounding: .nearestEven),
      let second = FullWidth.checkedQuotient(
        of: far.excess.rawValue, times: far.price.rawValue, over: scale, rounding: .nearestEven),
      first != second,
      let other = FullWidth.checkedQuotient(
        of: span.rawValue, times: first, over: first - second, rounding: .nearestEven)
    else { return [line] }
    return [line, near.price + Price(rawValue: other)]
  }

  /// Whether the excess at a price is nothing but the rounding of its terms and of the price.
  private func isZero(_ point: Point, between near: Point, and far: Point) -> Bool {
    let drop = (near.excess - far.excess).magnitude.rawValue
    let span = (far.price - near.price).magnitude.rawValue
    let perUnit = drop / max(1, span) + 1
    return point.excess.magnitude.rawValue <= rounding + perUnit
  }
}

/// The prices that a search looks at: round ones, and strikes.
///
/// At a price with few digits the products of usual sizes and rates are exact, so that an
/// interpolation between two such prices is the exact solution.
struct RoundSteps {
  private let direction: LevelSearch.Direction
  private let range: ClosedRange<Price>
  private let start: Price
  private let strikes: [Price]
  private let isCoarse: Bool

  init(path: LiquidationPath, direction: LevelSearch.Direction, isCoarse: Bool) {
    self.direction = direction
    self.isCoarse = isCoarse
    range = path.range
    start = path.start
    strikes = path.strikes
  }

  /// The next price in the direction, or nil at the end of the range.
  mutating func next(after price: Price) -> Price? {
    let digits = digits(at: price)
    switch direction {
    case .down:
      guard price > range.lowerBound else { return nil }
      let rest = price.rawValue - 1
      let grid = RoundSteps.grid(of: rest, digits: digits)
      let round = Price(rawValue: rest / grid * grid)
      let strike = strikes.filter { $0 < price }.max() ?? .zero
      return max(range.lowerBound, max(round, strike))
    case .up:
      guard price < range.upperBound else { return nil }
      let grid = RoundSteps.grid(of: price.rawValue, digits: digits)
      let round = Price(rawValue: (price.rawValue / grid + 1) * grid)
      let strike = strikes.filter { $0 > price }.min() ?? range.upperBound
      return min(range.upperBound, min(round, strike))
    }
  }

  /// Three digits within a factor of two of the start, two within twenty, one beyond.
  private func digits(at price: Price) -> Int {
    if isCoarse { return 1 }
    let (small, large) = (min(price, start).rawValue, max(price, start).rawValue)
    if large <= 2 * small { return 3 }
    return large <= 20 * small ? 2 : 1
  }

  /// 10^k such that a multiple of it near `value` has so many digits.
  private static func grid(of value: Int128, digits: Int) -> Int128 {
    var grid: Int128 = 1
    let bound = DecimalText.power(ofTen: digits)
    while value / grid >= bound { grid *= 10 }
    return grid
  }

  /// A price with the fewest digits in the middle half between two others.
  static func roundest(between one: Price, and other: Price) -> Price {
    let low = min(one, other).rawValue
    let span = max(one, other).rawValue - low
    let (first, last) = (low + (span + 3) / 4, low + span - (span + 3) / 4)
    guard first <= last else { return Price(rawValue: low + span / 2) }
    var grid: Int128 = 1
    var best = first + (last - first) / 2
    while grid <= last {
      let multiple = last / grid * grid
      guard multiple >= first else { break }
      best = multiple
      grid *= 10
    }
    return Price(rawValue: best)
  }
}
