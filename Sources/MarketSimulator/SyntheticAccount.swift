import FixedPoint
import MarginDomain
import MarginModel

extension AccountMarket {
  func tierInitialRate(_ schedule: MarginSchedule, at notional: Money) -> Rate {
    schedule.tier(at: notional).initialRate
  }
}

/// One synthetic account while it is composed: its positions and the collateral they need.
struct SyntheticAccount {
  /// A position that will be opened by a fill.
  struct Leg {
    let instrument: Instrument
    let quantity: Quantity
    let price: Price
    let leverage: Rate?
    /// Dollars that the position commits.
    let need: Money
    let fee: AssetAmount
  }

  /// What kind of trader it is.
  enum Style: CaseIterable {
    case isolatedFuture
    case crossFutures
    case coinCollateral
    case optionBuyer
    case optionWriter
    var weight: Int {
      switch self {
      case .isolatedFuture: return 40
      case .crossFutures: return 38
      case .coinCollateral: return 10
      case .optionBuyer: return 7
      case .optionWriter: return 5
      }
    }
  }

  let accountID: AccountID
  let market: AccountMarket
  var generator: SeededGenerator
  private(set) var events: [AccountEvent] = []
  private var transferCount = 0

  init(accountID: AccountID, market: AccountMarket, generator: SeededGenerator) {
    self.accountID = accountID
    self.market = market
    self.generator = generator
  }

  mutating func compose() {
    let style = Style.allCases[generator.index(byWeights: Style.allCases.map(\.weight))]
    switch style {
    case .isolatedFuture: composeIsolated()
    case .crossFutures: composeCross(legs: futureLegs())
    case .coinCollateral: composeCross(legs: futureLegs(), prefersCoins: true)
    case .optionBuyer, .optionWriter:
      let legs = optionLegs(isWriter: style == .optionWriter, capital: capital())
      composeCross(legs: legs.isEmpty ? futureLegs() : legs)
    }
  }

  // MARK: Events

  private mutating func append(_ body: AccountEvent.Body) {
    events.append(
      AccountEvent(
        accountID: accountID, accountSequence: UInt64(events.count + 1),
        eventTime: market.state.time, body: body))
  }

  /// Deposits an amount worth a number of dollars as collateral, rounded up to a cent (or 1e-8
  /// coin).
  private mutating func deposit(_ value: Money, in asset: Symbol) {
    guard value.isPositive, let price = market.collateralPrice(of: asset), price.isPositive else {
      return
    }
    deposit(AssetAmount.amount(worth: value, at: price, rounding: .ceiling), of: asset)
  }

  private mutating func deposit(_ amount: AssetAmount, of asset: Symbol) {
    guard amount.isPositive else { return }
    transferCount += 1
    append(
      .transfer(
        Transfer(
          asset: asset, amount: rounded(amount, of: asset),
          transferID: "\(accountID)-deposit-\(transferCount)")))
  }

  private func rounded(_ amount: AssetAmount, of asset: Symbol) -> AssetAmount {
    let isDollar = asset == SimulatedVenue.settlementAsset || asset == SimulatedVenue.secondDollar
    let step = AssetAmount(rawValue: isDollar ? 10_000_000_000 : 10_000)
    return amount.rounded(toMultipleOf: step, rounding: .ceiling)
  }

  private mutating func open(_ leg: Leg) {
    append(
      .fill(
        Fill(
          symbol: leg.instrument.symbol, quantity: leg.quantity, price: leg.price, fee: leg.fee,
          feeAsset: nil, tradeID: "\(accountID)-open-\(events.count + 1)")))
  }

  // MARK: Composition

  private mutating func composeIsolated() {
    guard let leg = futureLeg(capital: capital()) else { return }
    let asset = leg.instrument.settlementAsset
    let notional = leg.instrument.notional(of: leg.quantity, at: leg.price)
    let leverage = leg.leverage ?? .one
    let margin = rounded(
      notional.scaled(by: Rate.one.rawValue, over: leverage.rawValue, rounding: .ceiling),
      of: asset)
    // The opening fill takes its margin from the cash; some accounts keep a little more than that.
    let spare = margin.times(
      generator.rate(from: .zero, to: Rate(rawValue: 200_000_000_000)), rounding: .ceiling)
    deposit(margin + leg.fee + spare, of: asset)
    append(
      .settings(
        AccountSettings(
          marginMode: .isolated, leverages: [(leg.instrument.symbol, leverage)],
          isolatedMarginChanges: [])))
    open(leg)
  }

  private mutating func composeCross(legs: [Leg], prefersCoins: Bool = false) {
    guard !legs.isEmpty else { return }
    fund(legs, prefersCoins: prefersCoins)
    append(
      .settings(
        AccountSettings(
          marginMode: .cross,
          leverages: legs.compactMap { leg in leg.leverage.map { (leg.instrument.symbol, $0) } },
          isolatedMarginChanges: [])))
    for leg in legs { open(leg) }
  }

  /// Deposits what the legs commit plus up to half as much again: inverse legs in their coin; the
  /// rest in dollars of one or two kinds, or in a coin; premiums and fees in the settlement asset.
  private mutating func fund(_ legs: [Leg], prefersCoins: Bool) {
    let reserve =
      Rate.one + generator.rate(from: .zero, to: Rate(rawValue: 500_000_000_000))
    var dollarNeed = Money.zero
    var cash = AssetAmount.zero
    for leg in legs {
      let need = leg.need.times(reserve, rounding: .ceiling)
      if leg.instrument.payoff == .inverse,
        market.isUsableCollateral(leg.instrument.settlementAsset)
      {
        deposit(need, in: leg.instrument.settlementAsset)
        continue
      }
      dollarNeed += need
      guard leg.instrument.payoff == .linear else { continue }
      cash += leg.fee
      if !leg.instrument.isFuture, leg.quantity.isPositive {
        cash += leg.instrument.notional(of: leg.quantity, at: leg.price)
      }
    }
    fundDollars(need: dollarNeed, cash: cash, prefersCoins: prefersCoins)
  }

  private mutating func fundDollars(need: Money, cash: AssetAmount, prefersCoins: Bool) {
    let coins = market.venue.listings.compactMap(\.coin).filter { market.isUsableCollateral($0) }
    let usesSecondDollar =
      generator.chance(percent: 25) && market.isUsableCollateral(SimulatedVenue.secondDollar)
    var rest = need
    if prefersCoins, !coins.isEmpty {
      deposit(rest, in: coins[generator.number(below: coins.count)])
      rest = .zero
    } else if usesSecondDollar {
      let part = rest.scaled(by: 1, over: 2, rounding: .ceiling)
      deposit(part, in: SimulatedVenue.secondDollar)
      rest -= part
    }
    let restCash = AssetAmount.amount(worth: rest, at: .one, rounding: .ceiling)
    deposit(restCash + cash, of: SimulatedVenue.settlementAsset)
  }
}
