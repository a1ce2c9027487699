import CProtobufC
import CSchemas

// Each generated struct with its own `init` function; the result of `empty` is complete by itself.

extension Plimsoll__V1__AccountCheckpoint: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__account_checkpoint__init(&message)
    return message
  }
}

extension Plimsoll__V1__Cause: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__cause__init(&message)
    return message
  }
}

extension Plimsoll__V1__PriceEvidence: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__price_evidence__init(&message)
    return message
  }
}

extension Plimsoll__V1__MarginTerm: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__margin_term__init(&message)
    return message
  }
}

extension Plimsoll__V1__EventHeader: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__event_header__init(&message)
    return message
  }
}

extension Plimsoll__V1__FundingUpdate: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__funding_update__init(&message)
    return message
  }
}

extension Plimsoll__V1__FundingSettlement: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__funding_settlement__init(&message)
    return message
  }
}

extension Plimsoll__V1__FinalSettlement: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__final_settlement__init(&message)
    return message
  }
}

extension Plimsoll__V1__FundingIndex: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__funding_index__init(&message)
    return message
  }
}

extension Plimsoll__V1__JournalRecord: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__journal_record__init(&message)
    return message
  }
}

extension Plimsoll__V1__InputRun: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__input_run__init(&message)
    return message
  }
}

extension Plimsoll__V1__LiquidationEvent: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__liquidation_event__init(&message)
    return message
  }
}

extension Plimsoll__V1__LiquidationStarted: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__liquidation_started__init(&message)
    return message
  }
}

extension Plimsoll__V1__LiquidationOrder: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__liquidation_order__init(&message)
    return message
  }
}

extension Plimsoll__V1__LiquidationOrderCancel: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__liquidation_order_cancel__init(&message)
    return message
  }
}

extension Plimsoll__V1__LiquidationProgress: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__liquidation_progress__init(&message)
    return message
  }
}

extension Plimsoll__V1__Takeover: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__takeover__init(&message)
    return message
  }
}

extension Plimsoll__V1__DebtSettlement: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__debt_settlement__init(&message)
    return message
  }
}

extension Plimsoll__V1__LiquidationResolved: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__liquidation_resolved__init(&message)
    return message
  }
}

extension Plimsoll__V1__Bankruptcy: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__bankruptcy__init(&message)
    return message
  }
}

extension Plimsoll__V1__MarginCallEvent: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__margin_call_event__init(&message)
    return message
  }
}

extension Plimsoll__V1__Incompleteness: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__incompleteness__init(&message)
    return message
  }
}

extension Plimsoll__V1__PriceUpdate: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__price_update__init(&message)
    return message
  }
}

extension Plimsoll__V1__ReferenceUpdate: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__reference_update__init(&message)
    return message
  }
}

extension Plimsoll__V1__Instrument: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__instrument__init(&message)
    return message
  }
}

extension Plimsoll__V1__Asset: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__asset__init(&message)
    return message
  }
}

extension Plimsoll__V1__Underlying: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__underlying__init(&message)
    return message
  }
}

extension Plimsoll__V1__RulebookDocument: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__rulebook_document__init(&message)
    return message
  }
}

extension Plimsoll__V1__AccountEvent: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__account_event__init(&message)
    return message
  }
}

extension Plimsoll__V1__Fill: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__fill__init(&message)
    return message
  }
}

extension Plimsoll__V1__Transfer: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__transfer__init(&message)
    return message
  }
}

extension Plimsoll__V1__Settings: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__settings__init(&message)
    return message
  }
}

extension Plimsoll__V1__Leverage: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__leverage__init(&message)
    return message
  }
}

extension Plimsoll__V1__IsolatedMarginChange: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__isolated_margin_change__init(&message)
    return message
  }
}

extension Plimsoll__V1__RestingOrders: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__resting_orders__init(&message)
    return message
  }
}

extension Plimsoll__V1__RestingOrder: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__resting_order__init(&message)
    return message
  }
}

extension Plimsoll__V1__LiquidationAnswer: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__liquidation_answer__init(&message)
    return message
  }
}

extension Plimsoll__V1__Snapshot: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__snapshot__init(&message)
    return message
  }
}

extension Plimsoll__V1__Balance: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__balance__init(&message)
    return message
  }
}

extension Plimsoll__V1__SnapshotPosition: ProtobufMessage {
  static func empty() -> Self {
    var message = Self()
    plimsoll__v1__snapshot_position__init(&message)
    return message
  }
}
