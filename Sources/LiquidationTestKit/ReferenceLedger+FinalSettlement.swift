import FixedPoint
import MarginDomain
import MarginModel

/// Final settlement in the reference ledger: positions of a contract that ends become cash.
extension ReferenceLedger {
  mutating func settleFinally(_ update: FundingUpdate, at price: Price) -> CommandOutcome {
    if finalPrices[update.symbol] != nil { return .duplicate(.funding) }
    finalPrices[update.symbol] = price
    fundingTimes[update.symbol] = update.eventTime
    for place in accounts.indices where accounts[place].positions[update.symbol]?.isFlat == false {
      for number in accounts[place].liquidations.indices {
        for leg in accounts[place].liquidations[number].orders.indices
        where accounts[place].liquidations[number].orders[leg].symbol == update.symbol {
          accounts[place].liquidations[number].orders[leg].isFinal = true
        }
      }
      settle(place, ReferenceTrigger(time: update.eventTime))
    }
    if let held = fund[update.symbol], let instrument = instruments[update.symbol] {
      var position = held
      let cash = position.apply(-held.quantity, at: closingPrice(instrument, price), of: instrument)
      money.add(cash - held.entryCashFlow, .fills, instrument.settlementAsset)
      money.add(cash, .fund, instrument.settlementAsset)
      fund[update.symbol] = .flat
    }
    return .applied
  }

  /// Turns what an account holds of settled contracts into cash, whenever it came.
  mutating func settleExpired(_ place: Int) {
    for symbol in accounts[place].symbols {
      guard let price = finalPrices[symbol], let instrument = instruments[symbol],
        var position = accounts[place].positions[symbol], !position.isFlat
      else { continue }
      let before = position.state
      let cash = position.apply(
        -before.quantity, at: closingPrice(instrument, price), of: instrument)
      money.add(cash - before.entryCashFlow, .fills, instrument.settlementAsset)
      accounts[place].positions[symbol] = position
      accounts[place].credit(cash, position: symbol, asset: instrument.settlementAsset)
    }
  }

  private func closingPrice(_ instrument: Instrument, _ price: Price) -> Price {
    switch instrument.optionTerms?.right {
    case .call: return max(.zero, price - (instrument.optionTerms?.strike ?? .zero))
    case .put: return max(.zero, (instrument.optionTerms?.strike ?? .zero) - price)
    case nil: return price
    }
  }
}
