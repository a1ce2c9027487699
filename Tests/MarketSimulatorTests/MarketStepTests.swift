import FixedPoint
import MarginDomain
import MarginModel
import MarketSimulator
import Testing

@Suite("Market steps")
struct MarketStepTests {
  private func crash() throws -> SimulatedExchange {
    SimulatedExchange(
      table: try MarketTable.crashOfOctober2025(), depth: dollars(1_000_000))
  }

  @Test("marks stay within 0.51 % of the index while last prices fall by four fifths")
  func marksFollowTheIndex() throws {
    var exchange = try crash()
    var widestLast: Int128 = 0
    while let step = exchange.advance() {
      let state = try #require(exchange.state)
      for instrument in exchange.venue.instruments where instrument.isFuture {
        let mark = try #require(state.markPrice(of: instrument.symbol))
        let index = try #require(state.indexPrice(of: instrument.underlying))
        let distance = (mark - index).magnitude
        #expect(distance.rawValue * 10_000 <= index.rawValue * 51, "\(instrument.symbol)")
        #expect(mark.rawValue % instrument.tickSize.rawValue == 0)
      }
      let dot = exchange.table.rows[step.number].quotes[5]
      if let last = dot.lastPrice {
        widestLast = max(widestLast, 100 - 100 * last.rawValue / dot.indexPrice.rawValue)
      }
    }
    #expect(widestLast > 70)
  }

  @Test("every price has an event time, an ascending source sequence and one symbol's price")
  func priceRecords() throws {
    var exchange = try crash()
    var sequence: UInt64 = 0
    var count = 0
    while let step = exchange.advance() {
      #expect(step.prices.count == 7 + 2 + 7 + 3)
      count += 1
      for update in step.prices {
        #expect(update.eventTime == step.time)
        #expect(update.sourceSequence == sequence + 1)
        #expect((update.markPrice == nil) != (update.indexPrice == nil))
        sequence = update.sourceSequence
      }
      let withVolatility = step.prices.filter { $0.impliedVolatility != nil }
      #expect(withVolatility.map(\.symbol.text) == ["BTC-USD", "AVAX-USD", "BCH-USD"])
      #expect(
        withVolatility[1].impliedVolatility
          == withVolatility[0].impliedVolatility?.scaled(by: 18, over: 10, rounding: .nearestEven))
    }
    #expect(count == exchange.stepCount)
  }

  @Test("funding comes every sixty steps: rates for futures, rising indices for options")
  func funding() throws {
    var exchange = try crash()
    var steps: [Int] = []
    var indices: [Symbol: [AssetAmount]] = [:]
    while let step = exchange.advance() {
      if step.funding.isEmpty { continue }
      steps.append(step.number)
      #expect(step.funding.count == (step.number == 0 ? 30 : 40))
      for update in step.funding {
        switch update.form {
        case .settlement(let rate, let settled):
          #expect(rate.magnitude <= Rate(rawValue: 500_000_000))
          #expect(settled == exchange.state?.markPrice(of: update.symbol))
        case .cumulativeIndex(let index): indices[update.symbol, default: []].append(index)
        case .finalSettlement: Issue.record("the exchange ended \(update.symbol)")
        }
      }
    }
    #expect(steps == [0, 60, 120, 180, 240, 300])
    let money = try #require(indices[Symbol("BTC-115000-C")])
    #expect(money.first == .zero)
    #expect(zip(money, money.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("an option's index grows by (mark − payoff) · Δt / T")
  func optionFundingByHand() throws {
    var exchange = SimulatedExchange(
      table: try table([String](repeating: "100", count: 61), volatility: "0.5"),
      depth: dollars(1_000))
    var last: FundingUpdate?
    while let step = exchange.advance() {
      last = step.funding.first { $0.symbol.text == "ABC-100-C" } ?? last
    }
    let option = try #require(exchange.venue.instrument(Symbol("ABC-100-C")))
    let terms = try #require(option.optionTerms)
    // At the money the payoff is 0, so the whole mark accrues: 5 s of 86,400 s each step.
    let mark = ModelMark.price(of: terms, index: try price("100"), volatility: try rate("0.5"))
    let step = mark.scaled(by: 5, over: 86_400, rounding: .nearestEven)
    #expect(mark > (try price("0.9")))
    #expect(mark < (try price("1")))
    #expect(last?.form == .cumulativeIndex(AssetAmount(rawValue: step.rawValue * 60)))
  }

  @Test("a liquidation trade shows in the next mark")
  func feedback() throws {
    func secondMark(sells: Bool) throws -> Price? {
      var exchange = SimulatedExchange(
        table: try table(["100", "100"]), depth: dollars(1_000))
      _ = exchange.advance()
      if sells {
        exchange.receive(
          try order("o1", "ABC-PERP", "-100", limit: "90", expirySeconds: 9_000),
          from: AccountID("a"))
        _ = exchange.answer()
      }
      _ = exchange.advance()
      return exchange.state?.markPrice(of: Symbol("ABC-PERP"))
    }
    #expect(try secondMark(sells: false) == (try price("100")))
    #expect(try secondMark(sells: true) == (try price("99.94")))
  }
}
