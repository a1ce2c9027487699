extension MarginEvent.Body {
  /// Which output topic this kind of event belongs to.
  public var topic: MarginEvent.Topic {
    switch self {
    case .warning, .marginCall, .reduceOnly, .cleared, .incomplete, .completed:
      return .marginCalls
    case .liquidationStarted, .liquidationOrder, .liquidationOrderCancelled,
      .liquidationProgress, .takeover, .debtSettlement, .liquidationResolved, .bankrupt:
      return .liquidations
    }
  }
}

extension MarginEvent {
  /// Which output topic the event belongs to.
  public var topic: Topic { body.topic }
}
