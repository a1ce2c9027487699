import FixedPoint
import MarginDomain

/// Assembles the reports of a book's positions.
struct PositionReportAssembler {
  let book: AccountBook
  let market: MarketView
  let rulebook: Rulebook
  let details: ReportDetails

  /// One report per position, in the book's order.
  ///
  /// - Parameters:
  ///   - units: the book's.
  ///   - searches: of the same book, market and rulebook.
  /// - Returns: those of the units' positions, unit by unit.
  /// - Throws: `AssessmentFault`, the first thing that is missing.
  func reports(
    of units: [UnitAssessment], searches: inout LiquidationSearches
  ) throws(AssessmentFault) -> [PositionReport] {
    var reports: [PositionReport] = []
    let level = rulebook.ladder.liquidation.enter
    for unit in units {
      let positions = unit.positions.compactMap { entry in
        book.positions.first { $0.instrument.symbol == entry.symbol }
      }
      let bankruptcy = try bankruptcyPrices(of: unit, positions: positions)
      var held = 0
      for (index, position) in positions.enumerated() {
        if position.state.quantity.isZero {
          reports.append(orderReport(on: position, assessment: unit.positions[index].assessment))
          continue
        }
        reports.append(
          report(
            on: position, assessment: unit.positions[index].assessment,
            requirement: unit.requirement(at: index),
            liquidation: try searches.prices(of: position, at: level),
            bankruptcyPrice: bankruptcy[held], settlementIndex: try settlementIndex(of: position)))
        held += 1
      }
    }
    return reports
  }

  private func report(
    on position: AccountBook.Position, assessment: PositionAssessment,
    requirement: PositionRequirement, liquidation: LiquidationPrices, bankruptcyPrice: Price?,
    settlementIndex: Price
  ) -> PositionReport {
    func money(_ amount: AssetAmount) -> Money {
      .value(of: amount, at: settlementIndex, rounding: .floor)
    }
    let instrument = position.instrument
    let quantity = position.state.quantity
    let isVariation = instrument.isFuture || rulebook.options.terms.style == .variation
    var profit: AssetAmount? = isVariation ? assessment.worth : nil
    if !isVariation, let entry = position.optionEntryPrice {
      profit = assessment.worth + instrument.cashFlow(of: quantity, at: entry)
    }
    return PositionReport(
      symbol: instrument.symbol, notional: assessment.notional,
      unrealizedPnL: profit.map(money), value: money(assessment.worth),
      requirement: requirement, liquidation: liquidation,
      bankruptcyPrice: bankruptcyPrice,
      greeks: PositionGreeks(of: quantity, in: instrument, market: market),
      fundingPerDay: fundingPerDay(of: position).map {
        .value(of: $0, at: settlementIndex, rounding: .ceiling)
      })
  }

  /// The report of a contract with resting orders and no position: it has a requirement and no
  /// prices.
  private func orderReport(
    on position: AccountBook.Position, assessment: PositionAssessment
  ) -> PositionReport {
    let mark = market.mark(of: position.instrument) ?? .ulp
    return PositionReport(
      symbol: position.instrument.symbol, notional: .zero, unrealizedPnL: .zero, value: .zero,
      requirement: assessment.requirement,
      liquidation: LiquidationPrices(current: mark, below: nil, above: nil),
      bankruptcyPrice: nil, greeks: nil, fundingPerDay: nil)
  }

  private func bankruptcyPrices(
    of unit: UnitAssessment, positions: [AccountBook.Position]
  ) throws(AssessmentFault) -> [Price?] {
    var legs: [BankruptcyLeg] = []
    for (index, entry) in unit.positions.enumerated()
    where !positions[index].state.quantity.isZero {
      let position = positions[index]
      let instrument = position.instrument
      guard let mark = market.mark(of: instrument) else { throw .missingMark(instrument.symbol) }
      legs.append(
        BankruptcyLeg(
          instrument: instrument, quantity: position.state.quantity,
          prices: PositionPrices(
            mark: mark, index: market.indices[instrument.underlying] ?? mark,
            settlementIndex: try settlementIndex(of: position)),
          maintenanceMargin: unit.shares?[index] ?? entry.assessment.requirement.maintenance,
          notional: entry.assessment.notional))
    }
    let prices = BankruptcyPrice.prices(of: legs, netEquity: unit.totals.netEquity)
    // Where every leg is clipped, no prices use up the equity.
    guard prices.contains(where: { !$0.isClipped }) else { return prices.map { _ in nil } }
    return zip(legs, prices).map { leg, price in
      guard let rounding = rulebook.futures.bankruptcyPriceRounding, leg.instrument.isFuture else {
        return price.price
      }
      return price.price.rounded(
        toMultipleOf: leg.instrument.tickSize,
        rounding: leg.quantity.isNegative ? rounding.short : rounding.long)
    }
  }

  private func settlementIndex(
    of position: AccountBook.Position
  ) throws(AssessmentFault) -> Price {
    let asset = position.instrument.settlementAsset
    guard let price = market.price(of: asset, reportingAsset: rulebook.reportingAsset) else {
      throw .missingAssetPrice(asset)
    }
    return price
  }

  /// Funding per day; positive: the account pays.
  ///
  /// q · m · (mark − payoff) · 24 h / T of a perpetual option; q · m · mark · rate · 24 h /
  /// interval of a future whose rate is known.
  private func fundingPerDay(of position: AccountBook.Position) -> AssetAmount? {
    let instrument = position.instrument
    let quantity = position.state.quantity
    guard let mark = market.mark(of: instrument) else { return nil }
    let day = Rate.one.rawValue * 24
    switch instrument.kind {
    case .perpetualOption(let terms):
      guard let index = market.indices[instrument.underlying],
        let payoff = instrument.optionPayoff(at: index)
      else { return nil }
      return AssetAmount.linearValue(
        of: instrument.units(of: quantity), at: mark - payoff, rounding: .ceiling
      ).scaled(by: day, over: terms.fundingPeriodHours.rawValue, rounding: .ceiling)
    case .perpetualFuture:
      guard let funding = details.fundingRates[instrument.symbol] else { return nil }
      let charge = FundingPayment.settlement(
        of: quantity, in: instrument, rate: funding.rate, price: mark)
      return (-charge).scaled(by: day, over: funding.intervalHours.rawValue, rounding: .ceiling)
    case .datedFuture, .datedOption: return nil
    }
  }
}
