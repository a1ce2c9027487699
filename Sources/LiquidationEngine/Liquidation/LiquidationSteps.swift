import FixedPoint
import MarginDomain

/// Where a liquidation stands.
enum LiquidationPhase: Sendable, Equatable {
  /// What a unit's net equity was when its orders were over.
  enum Solvency: Sendable, Equatable {
    case solvent
    case insolvent
  }

  /// Orders wait for answers.
  case working
  /// The unit recovered; its open orders were asked back and wait for their last answers.
  case withdrawing
  /// No answer is missing; the unit waits to be judged.
  case answered
  /// The same after the orders were asked back.
  case withdrawn
  /// What the market did not trade is taken over, and debts are covered.
  case closing(Solvency)
  case ended

  /// Whether the orders were asked back.
  var isWithdrawal: Bool {
    switch self {
    case .withdrawing, .withdrawn: return true
    case .working, .answered, .closing, .ended: return false
    }
  }
}

/// What a liquidation hears.
enum LiquidationInput: Sendable, Equatable {
  /// It was opened.
  case started
  /// The venue answered the order of a leg.
  case answered(leg: Int, LiquidationOrderAnswer)
  /// A contract came to its final settlement: the venue has no book for it any more.
  case contractSettled(instrument: Int32)
  /// The orders' time is over.
  case expired
  /// The unit was evaluated.
  case judged(LiquidationJudgement)
  /// The fund took contracts over; with the shortfall, reporting asset.
  case tookOver(shortfall: Money)
  /// The fund paid a debt that nothing covers, reporting asset.
  case wroteOff(Money)
  /// Takeovers and debts are done; with the state by the enter levels.
  case closed(MarginState)
  /// A snapshot replaces the account; with the state by the enter levels.
  case superseded(MarginState)
}

/// What an evaluation says about a unit that is being liquidated.
struct LiquidationJudgement: Sendable, Equatable {
  /// Whether the level is back where liquidation is left.
  let isRecovered: Bool
  /// Whether the unit still holds contracts.
  let hasPositions: Bool
  let solvency: LiquidationPhase.Solvency
  /// The state by the enter levels, without history.
  let state: MarginState
}

/// What is to be done for a liquidation; legs are indices of its orders.
enum LiquidationStep: Sendable, Equatable {
  /// Change the unit's state and say that the liquidation has begun.
  case announceStart
  /// Send the order of a leg.
  case placeOrder(Int)
  /// Hand in `expired` when the orders' time is over.
  case waitForExpiry
  /// Ask the order of a leg back.
  case withdrawOrder(Int)
  /// Say what was answered, or assumed, for the order of a leg.
  case reportProgress(Int, LiquidationProgress.Answer, filled: Quantity, price: Price)
  /// Evaluate the unit and hand in `judged`; where a price is missing, the next evaluation does.
  case judge
  /// Move what the market did not trade of a leg to the fund, at the order's bankruptcy price; hand
  /// in `tookOver`.
  case takeOverRemainder(Int)
  /// Move positions that no order covered to the fund, at a bankruptcy price of the moment; hand in
  /// `tookOver` for each.
  case takeOverRest
  /// Cover what is owed once the positions are gone; hand in `wroteOff` for what nothing covers.
  case coverDebts
  /// Evaluate the unit and hand in `closed`.
  case judgeClosed
  /// Change the unit's state and say that it is bankrupt.
  case announceBankruptcy
  /// Take the liquidation out of the books, change the unit's state and say how it ended.
  case resolve(LiquidationResolved.Ending, MarginState)
  /// Drop empty slots of the account and tell the index what it depends on now.
  case tidyAccount
}
