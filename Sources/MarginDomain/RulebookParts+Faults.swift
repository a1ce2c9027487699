/// The faults of one part of a rulebook, each with the steps from the rulebook's top.

extension FuturesRules {
  /// What is out of range in the part, or contradicts: its schedules, then the rest.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    scheduleFaults(within: limits) + ruleFaults(within: limits)
  }

  func scheduleFaults(within limits: RulebookLimits) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.checkSchedules(of: self) }
  }

  func ruleFaults(within limits: RulebookLimits) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
  }
}

extension StandardOptionRules {
  /// What is out of range in the part, or contradicts.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
      + limits.faults { checks throws(RulebookFault) in try checks.check(terms) }
      + limits.faults { checks throws(RulebookFault) in try checks.checkNetting(of: terms) }
      + limits.faults { checks throws(RulebookFault) in try checks.checkDeltaGamma(of: terms) }
  }
}

extension ContingencyRules {
  /// What is out of range in the part, or contradicts.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
  }
}

extension CollateralRules {
  /// What is out of range in the part, or contradicts.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
  }
}

extension PortfolioRules {
  /// What is out of range in the part, or contradicts.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
  }
}

extension DynamicRules {
  /// What is out of range in the part, or contradicts.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
  }
}

extension CreditRules {
  /// What is out of range in the part, or contradicts.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
  }
}

extension MarginLadder {
  /// What is out of range in the part, or contradicts.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
  }
}

extension LiquidationRules {
  /// What is out of range in the part, or contradicts.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
  }
}

extension MarketRules {
  /// What is out of range in the part, or contradicts.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
  }
}

extension RulebookLimits {
  /// The fault that a check ends with, if any.
  fileprivate func faults(
    _ check: (RulebookChecks) throws(RulebookFault) -> Void
  ) -> [RulebookFault] {
    do throws(RulebookFault) {
      try check(RulebookChecks(limits: self))
      return []
    } catch {
      return [error]
    }
  }
}
