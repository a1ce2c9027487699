public import FixedPoint

/// How far volatilities move up or down, by time to expiry or funding period.
///
///     k = (30 / max(days, floor))^power,   power: short below 30 days, long from there on
///     up: σ′ = max(minimum, σ · (1 + up · k))     down: σ′ = σ · max(least, 1 − down · k)
///
/// - Source: margin-method.md 3.2, 4.4.
public struct VolatilityShockRules: Sendable, Equatable {
  /// Relative move up at 30 days.
  public let up: Rate
  /// Relative move down at 30 days.
  public let down: Rate
  /// Power for terms below 30 days.
  public let shortPower: Rate
  /// Power for longer terms.
  public let longPower: Rate
  /// Shorter terms count as this many days.
  public let dayFloor: Rate
  /// Least volatility after a move up; 0: none.
  public let minimumUpVolatility: Rate
  /// Least factor of a move down.
  public let minimumDownFactor: Rate

  /// Makes a term structure.
  public init(
    up: Rate, down: Rate, shortPower: Rate, longPower: Rate, dayFloor: Rate,
    minimumUpVolatility: Rate = .zero, minimumDownFactor: Rate = .zero
  ) {
    self.up = up
    self.down = down
    self.shortPower = shortPower
    self.longPower = longPower
    self.dayFloor = dayFloor
    self.minimumUpVolatility = minimumUpVolatility
    self.minimumDownFactor = minimumDownFactor
  }
}

/// How the smile of one expiry tilts in skew rows.
///
/// With τ the square root of the years to expiry and k = ln(K / F) (its magnitude where both wings
/// rise): σ′ = σ · (1 + clamp(k · c / k*, ±c)), c = cap + slope · τ,
/// k* = max(least width, τ · width scale · (volatility + volatility slope · τ)).
/// - Source: margin-method.md 3.2.
public struct SkewShock: Sendable, Equatable {
  /// Cap of a wing's relative move, and its change with τ, where one wing rises.
  public let linearCap: Rate
  /// Change of that cap with τ.
  public let linearSlope: Rate
  /// Cap where both wings rise.
  public let absoluteCap: Rate
  /// Change of that cap with τ.
  public let absoluteSlope: Rate
  /// Least distance from the forward at which a wing has moved by its cap.
  public let minimumWidth: Rate
  /// Distance in standard deviations.
  public let widthScale: Rate
  /// Volatility of that standard deviation.
  public let volatility: Rate
  /// Its change with τ.
  public let volatilitySlope: Rate

  /// Makes a shape.
  public init(
    linear: (cap: Rate, slope: Rate), absolute: (cap: Rate, slope: Rate), minimumWidth: Rate,
    widthScale: Rate, volatility: Rate, volatilitySlope: Rate
  ) {
    linearCap = linear.cap
    linearSlope = linear.slope
    absoluteCap = absolute.cap
    absoluteSlope = absolute.slope
    self.minimumWidth = minimumWidth
    self.widthScale = widthScale
    self.volatility = volatility
    self.volatilitySlope = volatilitySlope
  }
}

/// τ of tail rows: the share of the scan range that a tail loss counts for.
public struct TailWeight: Sendable, Equatable {
  /// τ of ordinary accounts.
  public let factor: Rate
  /// τ of accounts whose short options are larger than the threshold.
  public let concentratedFactor: Rate
  /// Notional of short options, reporting asset, above which an account is concentrated; nil: none.
  public let shortNotionalThreshold: Money?

  /// Makes weights.
  public init(factor: Rate, concentratedFactor: Rate, shortNotionalThreshold: Money?) {
    self.factor = factor
    self.concentratedFactor = concentratedFactor
    self.shortNotionalThreshold = shortNotionalThreshold
  }
}

/// How the mark of a future follows its underlying in a row.
public enum FuturesShock: Sendable, Equatable {
  /// P′ = P + move · S: mark − index stays.
  case keepsBasis
  /// P′ = P · (1 + move).
  case proportional
}

/// Expected shortfall over a table of vectors, joint across underlyings.
///
/// The stressed vectors together weigh `stressedWeight`, the others the rest, each alike; ES is the
/// mean loss of the worst 1 − confidence of that distribution. An underlying without a column is
/// covered by no vector: its scan loss is added in full.
/// - Source: margin-method.md 3.3, 4.5; EMIR RTS 153/2013 art. 28 for the stressed weight.
public struct ExpectedShortfallRules: Sendable, Equatable {
  /// How an underlying moves in one vector.
  public struct Move: Sendable, Equatable {
    /// S′ = S · (1 + price), above −1.
    public let price: Rate
    /// σ′ = σ · (1 + volatility), above −1.
    public let volatility: Rate
    /// Makes a move.
    public init(price: Rate, volatility: Rate) {
      self.price = price
      self.volatility = volatility
    }
  }

  /// One joint move of all underlyings over the horizon.
  public struct Vector: Sendable, Equatable {
    /// Whether it belongs to the stressed subset.
    public let isStressed: Bool
    /// One per column of the table.
    public let moves: [Move]
    /// Makes a vector.
    public init(isStressed: Bool, moves: [Move]) {
      self.isStressed = isStressed
      self.moves = moves
    }
  }

  /// For example 0.975.
  public let confidence: Rate
  /// Weight of the stressed vectors together, 0 to 1.
  public let stressedWeight: Rate
  /// Days that the moves span; for information only.
  public let horizonDays: Rate
  /// Columns of the table, each underlying once.
  public let underlyings: [Symbol]
  /// Rows of the table, up to 10,000.
  public let vectors: [Vector]

  /// Makes rules.
  public init(
    confidence: Rate, stressedWeight: Rate, horizonDays: Rate, underlyings: [Symbol],
    vectors: [Vector]
  ) {
    self.confidence = confidence
    self.stressedWeight = stressedWeight
    self.horizonDays = horizonDays
    self.underlyings = underlyings
    self.vectors = vectors
  }
}

/// Discounts on the shocked value of the options of one expiry, by its sign.
///
/// With r the expiry's rate and t its years: value · longBase · e^−(r · longScale + longRate) t
/// when it is not negative, else value · min(e^rt, shortBase · e^(r · shortScale + shortRate) t).
/// - Source: margin-method.md 3.2.
public struct StaticDiscountRules: Sendable, Equatable {
  /// Base of values above zero.
  public let longBase: Rate
  /// Multiplies the rate of values above zero.
  public let longScale: Rate
  /// Added to the rate of values above zero.
  public let longRate: Rate
  /// Base of values below zero.
  public let shortBase: Rate
  /// Multiplies the rate of values below zero.
  public let shortScale: Rate
  /// Added to the rate of values below zero.
  public let shortRate: Rate

  /// Makes discounts.
  public init(
    long: (base: Rate, scale: Rate, rate: Rate), short: (base: Rate, scale: Rate, rate: Rate)
  ) {
    longBase = long.base
    longScale = long.scale
    longRate = long.rate
    shortBase = short.base
    shortScale = short.scale
    shortRate = short.rate
  }
}
