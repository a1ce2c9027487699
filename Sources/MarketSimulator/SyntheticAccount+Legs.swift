import FixedPoint
import MarginDomain
import MarginModel

extension SyntheticAccount {
  /// Leverages, each with the percentage of traders that choose it.
  static let leverages: [(value: Int, weight: Int)] = [
    (2, 12), (3, 15), (5, 24), (8, 10), (10, 20), (20, 10), (25, 4), (50, 3), (100, 2),
  ]

  /// Dollars of one account: 300 · e^(1.6 z), 20 to 5,000,000.
  mutating func capital() -> Money {
    let factor = generator.logNormal(deviation: Rate(rawValue: 1_600_000_000_000))
    let value = Money(rawValue: 300 * factor.rawValue)
    return min(
      max(value, Money(rawValue: 20 * Money.one.rawValue)),
      Money(rawValue: 5_000_000 * Money.one.rawValue))
  }

  /// Three of ten choose the first underlying, the others share the rest.
  private mutating func listing(among listings: [SimulatedVenue.Listing]) -> SimulatedVenue.Listing
  {
    guard listings.count > 1, !generator.chance(percent: 30) else { return listings[0] }
    return listings[1 + generator.number(below: listings.count - 1)]
  }

  // MARK: Futures

  /// One to three futures on different underlyings, sharing the capital; some with a long option.
  mutating func futureLegs() -> [Leg] {
    let count = 1 + generator.index(byWeights: [55, 30, 15])
    let share = capital().scaled(by: 1, over: Int128(count), rounding: .ceiling)
    var legs: [Leg] = []
    for _ in 0..<count {
      guard let leg = futureLeg(capital: share) else { continue }
      if legs.contains(where: { $0.instrument.symbol == leg.instrument.symbol }) { continue }
      legs.append(leg)
    }
    if generator.chance(percent: 10) {
      legs += optionLegs(isWriter: false, capital: share.scaled(by: 1, over: 5, rounding: .ceiling))
        .prefix(1)
    }
    return legs
  }

  mutating func futureLeg(capital: Money) -> Leg? {
    let listing = listing(among: market.venue.listings)
    let inverse = generator.chance(percent: 25) ? listing.inverseFuture : nil
    let instrument = market.venue.instruments[inverse ?? listing.linearFuture]
    let chosen = Self.leverages[generator.index(byWeights: Self.leverages.map(\.weight))].value
    let isLong = generator.chance(percent: 80)
    guard let mark = market.state.markPrice(of: instrument.symbol) else { return nil }
    let wanted = Money(rawValue: capital.rawValue * Int128(chosen))
    let quantity = lots(worth: wanted, of: instrument, at: mark)
    let notional = dollars(of: instrument, quantity: quantity, at: mark)
    let leverage = market.leverage(
      Rate(rawValue: Int128(chosen) * Rate.one.rawValue), for: notional, in: instrument.symbol)
    let price = entryPrice(around: mark, leverage: leverage, tick: instrument.tickSize)
    let fee = instrument.notional(of: quantity, at: price)
      .times(instrument.takerFee, rounding: .ceiling)
    return Leg(
      instrument: instrument, quantity: isLong ? quantity : -quantity, price: price,
      leverage: leverage, need: notional.divided(by: leverage, rounding: .ceiling), fee: fee)
  }

  /// mark · (1 ± up to 0.2 / leverage), on the tick: at most a fifth of the margin is lost or won
  /// before the first step.
  private mutating func entryPrice(around mark: Price, leverage: Rate, tick: Price) -> Price {
    let fifth = Rate(rawValue: 200_000_000_000)
    let reach = fifth.scaled(
      by: Rate.one.rawValue, over: leverage.rawValue, rounding: .floor)
    let offset = generator.rate(from: -reach, to: reach)
    let price = mark.times(.one + offset, rounding: .nearestEven)
    return max(tick, price.rounded(toMultipleOf: tick, rounding: .nearestEven))
  }

  /// Whole lots, at least one, worth at most a number of dollars.
  private func lots(worth value: Money, of instrument: Instrument, at price: Price) -> Quantity {
    let lot = dollars(of: instrument, quantity: instrument.lotSize, at: price)
    let count = max(1, value.rawValue / max(1, lot.rawValue))
    return Quantity(rawValue: instrument.lotSize.rawValue * count)
  }

  /// Size in dollars: linear |q|·m·P, inverse |q|·m.
  private func dollars(of instrument: Instrument, quantity: Quantity, at price: Price) -> Money {
    let size: AssetAmount
    switch instrument.payoff {
    case .linear: size = instrument.notional(of: quantity, at: price)
    case .inverse:
      size = .linearValue(
        of: instrument.units(of: quantity.magnitude), at: .one, rounding: .ceiling)
    }
    return Money.value(of: size, at: .one, rounding: .ceiling)
  }

  // MARK: Options

  /// One or two options of one underlying, bought or written; none where none is worth trading.
  mutating func optionLegs(isWriter: Bool, capital: Money) -> [Leg] {
    let choices = market.venue.listings.map { tradedOptions(of: $0) }.filter { !$0.isEmpty }
    guard !choices.isEmpty else { return [] }
    let isFirst = generator.chance(percent: 30)
    let options = choices[isFirst ? 0 : generator.number(below: choices.count)]
    let count = 1 + generator.number(below: 2)
    let share = capital.scaled(by: 1, over: Int128(count), rounding: .ceiling)
    var chosen: [Instrument] = []
    for _ in 0..<count {
      let option = options[generator.number(below: options.count)]
      if !chosen.contains(option) { chosen.append(option) }
    }
    return chosen.compactMap { optionLeg($0, isWriter: isWriter, capital: share) }
  }

  /// Options worth at least ten ticks: cheaper ones are worth less than their rounding.
  private func tradedOptions(of listing: SimulatedVenue.Listing) -> [Instrument] {
    listing.options.map { market.venue.instruments[$0] }.filter { option in
      guard let mark = market.state.markPrice(of: option.symbol) else { return false }
      return mark.rawValue >= 10 * option.tickSize.rawValue
    }
  }

  /// A buyer spends the capital on premiums, but holds at most ten times the capital in the
  /// underlying; a writer commits it by the rulebook's initial requirement.
  private func optionLeg(_ instrument: Instrument, isWriter: Bool, capital: Money) -> Leg? {
    guard let mark = market.state.markPrice(of: instrument.symbol),
      let index = market.state.indexPrice(of: instrument.underlying)
    else { return nil }
    let tick = instrument.tickSize
    let price = max(
      tick, mark.rounded(toMultipleOf: tick, rounding: isWriter ? .floor : .ceiling))
    let lot = isWriter ? -instrument.lotSize : instrument.lotSize
    let lotNeed = requirement(of: lot, in: instrument, mark: mark, index: index)
    let lotCost =
      isWriter ? lotNeed : dollars(of: instrument, quantity: lot, at: price) + lotNeed
    var quantity = Quantity(
      rawValue: instrument.lotSize.rawValue * max(1, capital.rawValue / max(1, lotCost.rawValue)))
    let most = lots(
      worth: Money(rawValue: capital.rawValue * 10), of: instrument, at: index)
    quantity = min(quantity, most)
    let signed = isWriter ? -quantity : quantity
    let notional = instrument.notional(of: quantity, at: index)
    return Leg(
      instrument: instrument, quantity: signed, price: price, leverage: nil,
      need: requirement(of: signed, in: instrument, mark: mark, index: index),
      fee: notional.times(instrument.takerFee, rounding: .ceiling))
  }

  private func requirement(
    of quantity: Quantity, in instrument: Instrument, mark: Price, index: Price
  ) -> Money {
    market.rulebook.options.requirement(
      of: quantity, in: instrument, mark: mark, index: index, settlementIndex: .one
    ).initial
  }
}
