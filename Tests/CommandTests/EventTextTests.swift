import FixedPoint
import MarginDomain
import Testing

@testable import plimsoll

@Suite("Event text")
struct EventTextTests {
  private static let prefix = "2025-10-10T21:14:00.250Z acct-1                     "
  private static let order = LiquidationOrderReference(
    liquidationID: "acct-1/L1", orderID: "acct-1/L1/1", symbol: Symbol("BTC-PERP"))

  private static func number<Number: FixedDecimal>(_ text: String) -> Number {
    do { return try .parse(text) } catch { preconditionFailure("\(text): \(error)") }
  }

  private static func progress(
    _ answer: LiquidationProgress.Answer, _ filled: String
  ) -> MarginEvent.Body {
    .liquidationProgress(
      LiquidationProgress(
        order: order, answer: answer, filledQuantity: number(filled), fillPrice: number("60000"),
        remainingQuantity: number("0.25")))
  }

  private func line(_ body: MarginEvent.Body, asset: String? = "USD") -> String {
    let evidence = DecisionEvidence(
      marginTime: EventTime(nanoseconds: 1_760_130_840_250_000_000),
      equity: Self.number("153.678"), netEquity: Self.number("153.6"),
      initialMargin: Self.number("292.5"), maintenanceMargin: Self.number("146.25"),
      marginLevel: Self.number("1.050256410256"), rulebook: RulebookID(name: "native", version: 1),
      reportingAsset: asset.map { Symbol($0) }, isIncomplete: false, hasStalePrice: false,
      prices: [], terms: [])
    let cause = InputCause(
      topic: .prices, partition: 0, offset: 1, recordTime: EventTime(nanoseconds: 0))
    let event = MarginEvent(
      id: EventID(accountID: AccountID("acct-1"), kind: "kind", cause: cause, ordinal: 0),
      sequence: 1, unit: .account, previousState: .reduceOnly, newState: .liquidating,
      evidence: evidence, body: body)
    return EventText.line(event)
  }

  @Test(
    "gives every amount its asset and every reason in words",
    arguments: [
      (.marginCall, "equity 153.67 USD, maintenance 146.25 USD, was reduce_only"),
      (
        .liquidationStarted(
          LiquidationStarted(
            liquidationID: "acct-1/L1", firstBreach: EventTime(nanoseconds: 1), legCount: 1)),
        "equity 153.67 USD, maintenance 146.25 USD, 1 leg"
      ),
      (
        .incomplete(.sequenceGap(last: 4, received: 9)),
        "account sequence 9 follows 4"
      ),
      (.incomplete(.refusedRecord(.unknownSymbol)), "a record was refused: unknown_symbol"),
      (.liquidationOrderCancelled(order), "acct-1/L1/1 in BTC-PERP"),
      (progress(.filled, "-0.5"), "sold 0.5 BTC-PERP at 60000, 0.25 left"),
      (progress(.filled, "0.5"), "bought 0.5 BTC-PERP at 60000, 0.25 left"),
      (
        .takeover(
          Takeover(
            liquidationID: "acct-1/L1", symbol: Symbol("BTC-PERP"), quantity: number("-2"),
            price: number("61000.5"), markPrice: number("61010"), shortfall: number("19"),
            asset: Symbol("USDC"))),
        "the fund took 2 BTC-PERP short at 61000.5, mark 61010, shortfall 19 USDC"
      ),
      (progress(.unanswered, "0"), "unanswered, 0.25 BTC-PERP left"),
      (
        .liquidationResolved(
          LiquidationResolved(
            liquidationID: "acct-1/L1", ending: .closed, legsFilled: 1, legsTakenOver: 2,
            shortfall: number("0.4449"))),
        "closed, legs filled 1, taken over 2, shortfall 0.44 USD"
      ),
      (
        .bankrupt(
          Bankruptcy(liquidationID: "acct-1/L1", shortfall: number("7"), hadTakeover: false)),
        "shortfall 7 USD"
      ),
    ] as [(MarginEvent.Body, String)])
  func details(body: MarginEvent.Body, detail: String) {
    #expect(
      line(body) == Self.prefix + "kind                   level 1.0502    " + detail)
  }

  @Test("leaves the asset out where the event does not know it")
  func unknownAsset() {
    #expect(
      line(.warning, asset: nil).hasSuffix("equity 153.67, maintenance 146.25, was reduce_only"))
  }
}
