import FixedPoint
public import MarginDomain

/// A liquidation that closes one share of every position of an account.
///
/// No rulebook can select it yet: the engine's liquidations close a whole unit. A venue's published
/// examples are checked against it.
public struct PartialLiquidation: Sendable, Equatable {
  /// Shares are multiples of this step, above 0, up to 1.
  public let step: Rate
  /// Margin ratio, requirement / equity, that the chosen share must bring the account below.
  public let targetRatio: Rate
  /// Fee as a ratio of the maintenance margin that is closed, 0 to 1.
  public let feeRate: Rate
  /// Makes a rule.
  public init(step: Rate, targetRatio: Rate, feeRate: Rate) {
    self.step = step
    self.targetRatio = targetRatio
    self.feeRate = feeRate
  }

  /// What remains after liquidating one share.
  public struct Outcome: Sendable, Equatable {
    /// Equity after the fee.
    public let equity: Money
    /// Maintenance margin of what stays open.
    public let maintenanceMargin: Money
    /// The fee.
    public let fee: Money
    /// maintenance margin / equity; nil when equity is not above zero.
    public let marginRatio: Rate?
  }

  /// What is left after closing a share at the marks.
  ///
  /// With x the share, M the maintenance margin and E the equity before: fee = φ · x · M, M′ = M −
  /// x · M, E′ = E − fee. Closing at the mark changes no equity beside the fee.
  ///
  /// - Parameters:
  ///   - share: x, 0 to 1.
  ///   - equity: E, reporting asset.
  ///   - maintenanceMargin: M, reporting asset, 0 or above.
  /// - Returns: what is left; the fee rounded up, the margin closed rounded down.
  /// - Source: Paradex, liquidations; margin-method.md 3.4.
  public func outcome(
    closing share: Rate, equity: Money, maintenanceMargin: Money
  ) -> Outcome {
    let closed = maintenanceMargin.times(share, rounding: .floor)
    let fee = closed.times(feeRate, rounding: .ceiling)
    let left = (equity: equity - fee, margin: maintenanceMargin - closed)
    return Outcome(
      equity: left.equity, maintenanceMargin: left.margin, fee: fee,
      marginRatio: left.equity.isPositive
        ? .ratio(of: left.margin, to: left.equity, rounding: .nearestEven) : nil)
  }

  /// The smallest multiple of the step after which the margin ratio is below the target; 1 if there
  /// is none.
  ///
  /// - Parameters:
  ///   - equity: reporting asset.
  ///   - maintenanceMargin: reporting asset, 0 or above.
  /// - Returns: the share, above 0, up to 1.
  /// - Complexity: O(1 / step).
  /// - Source: Paradex, liquidations; margin-method.md 3.4.
  public func share(equity: Money, maintenanceMargin: Money) -> Rate {
    var share = step
    while share < .one {
      let left = outcome(closing: share, equity: equity, maintenanceMargin: maintenanceMargin)
      if left.maintenanceMargin.isBelow(targetRatio, of: left.equity) { return share }
      share += step
    }
    return .one
  }
}
