import FixedPoint
import MarginDomain
import MarginModel

/// Funding: who pays what, and where the rounding goes.
extension LiquidationStateMachine {
  /// Pays every holder and the fund.
  mutating func pay(
    _ payment: FundingTerms, on instrument: Int32, time: EventTime,
    into events: inout [MarginEvent]
  ) {
    let trigger = EvaluationTrigger(time: time)
    for account in index.holders(ofInstrument: instrument) {
      pay(payment, on: instrument, by: Int(account), into: &events)
      evaluate(account, scope: .instrument(instrument), trigger: trigger, into: &events)
    }
    payFund(payment, on: instrument)
  }

  /// Applies the payment to one account; one that would leave the ranges makes it incomplete.
  private mutating func pay(
    _ payment: FundingTerms, on instrument: Int32, by account: Int,
    into events: inout [MarginEvent]
  ) {
    guard let slot = accounts[account].positionIndex(of: instrument) else { return }
    let position = accounts[account].positions[slot]
    guard !position.state.quantity.isZero else { return }
    let asset = position.settlement
    let isIsolated = accounts[account].mode == .isolated
    let held = isIsolated ? position.isolatedMargin : accounts[account].amount(of: asset)
    guard let amounts = payment.amounts(of: position.state.quantity),
      (held + amounts.applied).magnitude <= DomainLimits.maximumBalance,
      sums.hasHeadroom(asset, limits: limits)
    else {
      setIncomplete(account, reason: .refusedRecord(.accountLimit), into: &events)
      return
    }
    book(
      LedgerEntry(funding: amounts, asset: asset), paying: amounts.applied, on: account,
      slot: slot)
  }

  private mutating func payFund(_ payment: FundingTerms, on instrument: Int32) {
    let asset = market.instruments[Int(instrument)].settlement
    let quantity = fund[Int(instrument)].quantity
    guard !quantity.isZero else { return }
    guard sums.hasHeadroom(asset, limits: limits), let amounts = payment.amounts(of: quantity)
    else {
      counters.fundPaymentsLeftOut += 1
      return
    }
    var entry = LedgerEntry(funding: amounts, asset: asset)
    entry.fundCash = amounts.applied
    sums.post(entry)
  }
}

extension LedgerEntry {
  /// A funding payment, without who pays it: what it says to the nearest unit, and what rounding
  /// leaves over.
  fileprivate init(funding amounts: FundingAmounts, asset: Int32) {
    self.init(asset: asset)
    funding = amounts.nominal
    rounding = amounts.nominal - amounts.applied
  }
}

/// A payment to the nearest unit, and as it is applied: charges up, credits down.
struct FundingAmounts: Sendable, Equatable {
  let nominal: AssetAmount
  let applied: AssetAmount
}

/// One funding record, ready to be applied to each holder.
struct FundingTerms: Sendable {
  let terms: Instrument
  let form: FundingUpdate.Form
  let previousIndex: AssetAmount?

  /// What a position pays or gets; nil when it leaves the range of a balance.
  func amounts(of quantity: Quantity) -> FundingAmounts? {
    switch form {
    case .settlement(let rate, let price):
      let applied = FundingPayment.settlement(of: quantity, in: terms, rate: rate, price: price)
      let nominal = FundingPayment.settlement(
        of: quantity, in: terms, rate: rate, price: price, rounding: .nearestEven)
      return admitted(FundingAmounts(nominal: nominal, applied: applied))
    case .finalSettlement: preconditionFailure("a final settlement is no payment")
    case .cumulativeIndex(let index):
      let last = previousIndex ?? index
      let size = FullWidth.checkedQuotient(
        of: (index - last).rawValue, times: quantity.rawValue, over: Quantity.one.rawValue,
        rounding: .awayFromZero)
      guard size != nil else { return nil }
      let applied = FundingPayment.accrual(of: quantity, from: last, to: index)
      let nominal = FundingPayment.accrual(
        of: quantity, from: last, to: index, rounding: .nearestEven)
      return admitted(FundingAmounts(nominal: nominal, applied: applied))
    }
  }

  private func admitted(_ amounts: FundingAmounts) -> FundingAmounts? {
    amounts.applied.magnitude <= DomainLimits.maximumBalance ? amounts : nil
  }
}
