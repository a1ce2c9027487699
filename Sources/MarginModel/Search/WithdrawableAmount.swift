import FixedPoint
public import MarginDomain

/// What of an asset may leave an account.
public struct WithdrawableAmount: Sendable, Equatable {
  /// The asset.
  public let asset: Symbol
  /// Largest amount of it that may leave alone, in the asset, 0 or above.
  public let amount: AssetAmount
}

extension AccountBook {
  /// What of each asset may leave, each alone, at these prices.
  ///
  /// The largest x from 0 to the cash of the asset for which the account without x still meets its
  /// initial requirement, a credit line not counted: cash alone leaves, profit that is not paid
  /// and the value of options stay. The account is assessed anew with less cash, so that haircuts,
  /// tiers, limits on option value and scenarios that move collateral count as they will then.
  /// An isolated account gives of its free cash, which its positions do not reach.
  ///
  /// - Parameters:
  ///   - market: accepted prices.
  ///   - rulebook: the rules.
  ///   - units: the account's, as `assess` gave them.
  /// - Returns: one per asset with cash above 0, in the order of the balances; rounded down to an
  ///   amount that was assessed.
  /// - Throws: `AssessmentFault`.
  /// - Complexity: at most 40 assessments per asset, two where haircuts are flat.
  /// - Source: margin-method.md 4.2; contract.md, Levels (`available`).
  public func withdrawable(
    in market: MarketView, by rulebook: Rulebook, units: [UnitAssessment]
  ) throws(AssessmentFault) -> [WithdrawableAmount] {
    guard let excess = units.first?.totals.withdrawalExcess else { return [] }
    var found: [WithdrawableAmount] = []
    // Nothing differs between the assessments but cash.
    var bench = UnitWorkbench()
    let byIndex =
      marginMode == .portfolio ? nil : try sharedUnitByIndex(in: market, by: rulebook)
    for (place, balance) in balances.enumerated() where balance.amount.isPositive {
      var amount = AssetAmount.zero
      if !excess.isNegative {
        amount = try ExcessSearch.largest(of: balance.amount, excess: excess, steps: 40) {
          amount throws(AssessmentFault) in
          if var unit = byIndex {
            unit.account.cash[place].amount -= amount
            return try unit.totals().withdrawalExcess
          }
          return try withdrawing(amount, at: place)
            .sharedUnit(in: market, by: rulebook, bench: &bench).totals.withdrawalExcess
        }
      }
      found.append(WithdrawableAmount(asset: balance.asset, amount: amount))
    }
    return found
  }

  private func withdrawing(_ amount: AssetAmount, at place: Int) -> AccountBook {
    var left = balances
    left[place].amount -= amount
    return AccountBook(
      accountID: accountID, marginMode: marginMode, balances: left,
      positions: positions,
      initialRateFloor: initialRateFloor, creditLine: creditLine)
  }
}
