import MarginDomain
import MarginModel

/// What a rulebook contradicts in the market that takes it up; its values alone are checked by
/// `Rulebook.faults`.
extension MarketMachine {
  func check(_ rulebook: Rulebook) throws(Refusal) {
    try checkReportingAsset(of: rulebook)
    for instrument in state.instruments
    where instrument.terms.isFuture && rulebook.futures.schedule(of: instrument.terms.symbol) == nil
    {
      throw Refusal.noSchedule(of: instrument.terms.symbol).inside("futures")
    }
    if let fault = rulebook.faults(within: limits.rulebook).first { throw Refusal(fault) }
    try checkPortfolio(of: rulebook)
  }

  /// Portfolio margin may not end once a price or funding was admitted: accounts may be in it.
  private func checkPortfolio(of rulebook: Rulebook) throws(Refusal) {
    guard rulebook.portfolio == nil, state.rulebook?.portfolio != nil, state.hasAdmittedRecords
    else { return }
    throw Refusal(
      .inconsistentReference, "portfolio",
      "it is missing after prices or funding were admitted, and accounts may be in that mode",
      expected: "rules of portfolio margin")
  }

  /// Levels, requirements and events of accounts are stated in the reporting asset, and so are the
  /// sizes from which tiers begin: it stays once a price or funding was admitted.
  private func checkReportingAsset(of rulebook: Rulebook) throws(Refusal) {
    guard let current = state.rulebook?.reportingAsset, current != rulebook.reportingAsset,
      state.hasAdmittedRecords
    else { return }
    throw Refusal(
      .inconsistentReference, "reporting_asset",
      "it would become \(RefusalDetail.quoted(rulebook.reportingAsset.text)) after prices or "
        + "funding were admitted",
      expected: "\(current.text) as it is")
  }
}

extension EngineLimits {
  /// What a rulebook may ask.
  var rulebook: RulebookLimits {
    RulebookLimits(
      requirementRate: maximumRequirementRate, positionValue: maximumPositionValue,
      assetValue: maximumAssetValue)
  }
}
