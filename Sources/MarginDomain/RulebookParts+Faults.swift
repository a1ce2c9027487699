/// The faults of one part of a rulebook, each with the steps from the rulebook's top.

extension FuturesRules {
  /// Values of the part that are out of range or contradict each other: its schedules, then the
  /// rest.
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
  /// Values of the part that are out of range or contradict each other.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
      + limits.faults { checks throws(RulebookFault) in try checks.check(terms) }
      + limits.faults { checks throws(RulebookFault) in try checks.checkNetting(of: terms) }
      + limits.faults { checks throws(RulebookFault) in try checks.checkDeltaGamma(of: terms) }
  }
}

extension ContingencyRules {
  /// Values of the part that are out of range or contradict each other.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
  }
}

extension CollateralRules {
  /// Values of the part that are out of range or contradict each other.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
  }
}

extension PortfolioRules {
  /// Values of the part that are out of range or contradict each other.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
  }
}

extension DynamicRules {
  /// Values of the part that are out of range or contradict each other.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
  }
}

extension CreditRules {
  /// Values of the part that are out of range or contradict each other.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
  }
}

extension MarginLadder {
  /// Values of the part that are out of range or contradict each other.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
  }
}

extension LiquidationRules {
  /// Values of the part that are out of range or contradict each other.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
  }
}

extension MarketRules {
  /// Values of the part that are out of range or contradict each other.
  public func faults(within limits: RulebookLimits = .standard) -> [RulebookFault] {
    limits.faults { checks throws(RulebookFault) in try checks.check(self) }
  }
}

extension RulebookLimits {
  /// The fault that a check throws, if any.
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
