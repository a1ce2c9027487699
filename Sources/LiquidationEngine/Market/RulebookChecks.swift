import MarginDomain

/// What a rulebook contradicts in the engine that takes it up; its values alone are checked by
/// `Rulebook.faults`.
extension LiquidationStateMachine {
  func check(_ rulebook: Rulebook) throws(Refusal) {
    try checkReportingAsset(of: rulebook)
    for instrument in market.instruments
    where instrument.terms.isFuture && rulebook.futures.schedule(of: instrument.terms.symbol) == nil
    {
      throw Refusal.noSchedule(of: instrument.terms.symbol).inside("futures")
    }
    if let fault = rulebook.faults(within: limits.rulebook).first { throw Refusal(fault) }
    try checkPortfolioAccounts(under: rulebook)
  }

  /// Portfolio margin may not end while accounts are in it.
  private func checkPortfolioAccounts(under rulebook: Rulebook) throws(Refusal) {
    guard rulebook.portfolio == nil,
      let account = accounts.indices.first(where: { accounts[$0].mode == .portfolio })
    else { return }
    let name = RefusalDetail.quoted(accounts[record: account].id.text)
    throw Refusal(
      .inconsistentReference, "portfolio", "it is missing while \(name) is in that mode",
      expected: "rules of portfolio margin")
  }

  /// Levels, requirements and events of accounts are stated in the reporting asset, and so are the
  /// sizes from which tiers begin: it stays as long as there are accounts.
  private func checkReportingAsset(of rulebook: Rulebook) throws(Refusal) {
    guard let current = market.rulebook?.reportingAsset, current != rulebook.reportingAsset,
      !accounts.isEmpty
    else { return }
    throw Refusal(
      .inconsistentReference, "reporting_asset",
      "it would become \(RefusalDetail.quoted(rulebook.reportingAsset.text)) while there are "
        + "accounts",
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
