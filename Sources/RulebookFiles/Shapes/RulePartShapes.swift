import FixedPoint
import MarginDomain

extension YAMLShape where Value == MarginLadder {
  /// The part `ladder`.
  static var marginLadder: YAMLShape {
    .mapping("the levels of the states") { fields in
      let warning = fields.required("warning", .ladderStep)
      let marginCall = fields.required("margin_call", .ladderStep)
      let reduceOnly = fields.optional("reduce_only", .ladderStep)
      let liquidation = fields.required("liquidation", .ladderStep)
      guard let warning, let marginCall, let liquidation else { return nil }
      let ladder = MarginLadder(
        warning: warning, marginCall: marginCall, reduceOnly: reduceOnly, liquidation: liquidation)
      fields.report(ladder.faults())
      return ladder
    }
  }
}

extension YAMLShape where Value == MarginLadder.Step {
  fileprivate static var ladderStep: YAMLShape {
    .mapping("enter_below or enter_at_or_below, and leave") { fields in
      let leave = fields.required("leave", .positive)
      let atLevel = fields.contains("enter_at_or_below")
      if atLevel == fields.contains("enter_below") {
        fields.report(
          atLevel ? "names both ways to enter" : "says no level to enter",
          expected: "one of enter_below, enter_at_or_below")
        return nil
      }
      let enter = fields.required(atLevel ? "enter_at_or_below" : "enter_below", .positive)
      guard let enter, let leave else { return nil }
      if leave < enter {
        fields.report(
          "\(leave) is below the level of entry", for: "leave", expected: "\(enter) or more")
        return nil
      }
      return MarginLadder.Step(enter: enter, isEnteredAtLevel: atLevel, leave: leave)
    }
  }
}

extension YAMLShape where Value == LiquidationRules {
  /// The part `liquidation`.
  static var liquidationRules: YAMLShape {
    .mapping("the rules of liquidations") { fields in
      let confirmations = fields.required("confirmations", .integer(in: 1...2))
      let life = fields.required("order_life_seconds", .secondsAsNanoseconds)
      let includesIncomplete = fields.required("incomplete_accounts", .boolean)
      let feeRate = fields.required("fee_rate", .ratio)
      guard let confirmations, let life, let includesIncomplete, let feeRate else { return nil }
      let rules = LiquidationRules(
        confirmations: Int(confirmations), orderLifeNanoseconds: life,
        includesIncompleteAccounts: includesIncomplete, feeRate: feeRate)
      fields.report(rules.faults())
      return rules
    }
  }
}

extension YAMLShape where Value == MarketRules {
  /// The part `market`.
  static var marketRules: YAMLShape {
    .mapping("the rules of prices and times") { fields in
      let band = fields.required("price_band", .positive)
      let confirmations = fields.required("band_confirmations", .integer(in: 1...1_000))
      let timeout = fields.required("band_timeout_seconds", .secondsAsNanoseconds)
      let age = fields.required("maximum_price_age_seconds", .secondsAsNanoseconds)
      let ahead = fields.required("maximum_time_ahead_seconds", .secondsAsNanoseconds)
      guard let band, let confirmations, let timeout, let age, let ahead else { return nil }
      let rules = MarketRules(
        priceBand: band, bandConfirmations: Int(confirmations), bandTimeoutNanoseconds: timeout,
        maximumPriceAgeNanoseconds: age, maximumTimeAheadNanoseconds: ahead)
      fields.report(rules.faults())
      return rules
    }
  }
}
