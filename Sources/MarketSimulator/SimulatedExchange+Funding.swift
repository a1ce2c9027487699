import FixedPoint
import MarginDomain
import MarginModel

extension SimulatedExchange {
  /// Largest funding rate of one interval, either way.
  static let largestFundingRate = Rate(rawValue: 500_000_000)

  /// Adds the options' funding over the step that ends now: (mark − payoff) · multiplier · Δt / T,
  /// at the prices of the previous step.
  mutating func accrueOptions() {
    guard let before = state else { return }
    let span = table.rows[row].time.nanoseconds(since: before.time)
    let period = Int128(SimulatedVenue.optionFundingHours) * 3_600_000_000_000
    for (index, listing) in venue.listings.enumerated() {
      for option in listing.options {
        let instrument = venue.instruments[option]
        guard let terms = instrument.optionTerms else { continue }
        let timeValue = before.markPrices[option] - terms.payoff(at: before.indexPrices[index])
        let perContract = AssetAmount.linearValue(
          of: instrument.units(of: .one), at: timeValue, rounding: .nearestEven)
        optionIndices[option] += perContract.scaled(
          by: Int128(span), over: period, rounding: .nearestEven)
      }
    }
  }

  /// Every sixtieth step: the futures' rates and the options' indices.
  ///
  /// The first step publishes indices of zero, from which every option position starts.
  mutating func makeFunding(_ now: MarketState) -> [FundingUpdate] {
    guard row.isMultiple(of: Self.fundingIntervalSteps) else { return [] }
    var updates: [FundingUpdate] = []
    for (index, instrument) in venue.instruments.enumerated() {
      let form: FundingUpdate.Form
      if instrument.isFuture {
        guard row > 0, let premium = markMakers[index]?.premium else { continue }
        let rate = min(max(premium, -Self.largestFundingRate), Self.largestFundingRate)
        form = .settlement(rate: rate, price: now.markPrices[index])
      } else {
        form = .cumulativeIndex(optionIndices[index])
      }
      expectFunding(form, of: index)
      updates.append(FundingUpdate(symbol: instrument.symbol, eventTime: now.time, form: form))
    }
    return updates
  }

  private mutating func expectFunding(_ form: FundingUpdate.Form, of instrumentIndex: Int) {
    let instrument = venue.instruments[instrumentIndex]
    let quantity = books.positions[instrumentIndex].quantity
    let received: AssetAmount
    switch form {
    case .settlement(let rate, let price):
      received = FundingPayment.settlement(
        of: quantity, in: instrument, rate: rate, price: price)
    case .cumulativeIndex(let index):
      received = FundingPayment.accrual(
        of: quantity, from: publishedIndices[instrumentIndex], to: index)
      publishedIndices[instrumentIndex] = index
    case .finalSettlement: preconditionFailure("the simulated exchange ends no contract")
    }
    guard let asset = expectedFunding.firstIndex(where: { $0.asset == instrument.settlementAsset })
    else { return }
    expectedFunding[asset].amount += received
  }
}
