import FixedPoint
import MarginDomain
import MarginModel

/// Limits on the values of a book, so that no sum in an answer can overflow.
extension BookAssembler {
  /// 1e22 of the reporting asset, as in a worker: a sum of a thousand such positions fits.
  private static let largestValue = Money(rawValue: DecimalText.power(ofTen: 34))

  /// Checks that sums cannot overflow: at every price that the book states for it, a position with
  /// its orders is worth no more than the largest value.
  func checkValue(
    _ position: WrittenPosition, of instrument: Instrument, reportingTo fields: inout YAMLFields
  ) {
    let settlement =
      market.price(
        of: instrument.settlementAsset, reportingAsset: rulebook.reportingAsset) ?? .one
    let average = market.averageAssetPrices[instrument.settlementAsset] ?? .zero
    let resting = position.orders.reduce(Quantity.zero) { $0 + $1.value.quantity.magnitude }
    let contracts = position.quantity.value.magnitude + resting
    var prices = position.orders.map(\.value.price) + [position.entryPrice?.value].compactMap { $0 }
    if let mark = market.marks[instrument.symbol] { prices.append(mark) }
    if let index = market.indices[instrument.underlying], !instrument.isCoinOption {
      prices.append(index)
    }
    let units = instrument.units(of: contracts).magnitude
    let amounts =
      prices.map { price in
        instrument.pricePayoff == .linear
          ? AssetAmount.linearValue(of: units, at: price, rounding: .ceiling)
          : AssetAmount.inverseValue(
            of: units, at: max(price, instrument.smallestPrice), rounding: .ceiling)
      } + [position.entryCashFlow?.value.magnitude ?? .zero]
    let multiplier = market.initialMultipliers[instrument.symbol] ?? .one
    let dearest = max(settlement, average).scaled(
      by: multiplier.rawValue, over: Rate.one.rawValue, rounding: .ceiling)
    let isWithin = amounts.allSatisfy { amount in
      let value = FullWidth.checkedQuotient(
        of: amount.rawValue, times: dearest.rawValue, over: Price.one.rawValue, rounding: .ceiling)
      return value.map { $0 <= Self.largestValue.rawValue } ?? false
    }
    if isWithin { return }
    fields.report(
      "is worth more than 1e22 \(rulebook.reportingAsset) with its orders", at: position.quantity,
      expected: "a smaller quantity, price or index")
  }
}
