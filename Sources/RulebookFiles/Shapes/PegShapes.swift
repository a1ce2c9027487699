import FixedPoint
import MarginDomain

extension YAMLShape where Value == PegRule {
  /// An asset with the price below which its peg counts as lost.
  static var pegRule: YAMLShape {
    .mapping("asset, threshold and factor") { fields in
      let asset = fields.required("asset", .symbol)
      let threshold = fields.required("threshold", .pegThreshold)
      let factor = fields.required("factor", .upTo(10))
      guard let asset, let threshold, let factor else { return nil }
      return PegRule(asset: asset, threshold: threshold, factor: factor)
    }
  }
}

/// A coin's peg as written in its entry, whose key is the coin.
struct CoinPeg: Sendable {
  fileprivate let threshold: Price
  fileprivate let factor: Rate

  /// The rule of a coin.
  func rule(of coin: Symbol) -> PegRule {
    PegRule(asset: coin, threshold: threshold, factor: factor)
  }
}

extension YAMLShape where Value == CoinPeg {
  /// threshold and factor of an entry of `coin_pegs`.
  static var coinPeg: YAMLShape {
    .mapping("the peg of a coin") { fields in
      let threshold = fields.required("threshold", .pegThreshold)
      let factor = fields.required("factor", .upTo(10))
      guard let threshold, let factor else { return nil }
      return CoinPeg(threshold: threshold, factor: factor)
    }
  }
}

extension YAMLShape where Value == DepegRule {
  /// The extra haircut of an asset off its peg.
  static var depegRule: YAMLShape {
    .mapping("what an asset off its peg asks") { fields in
      let threshold = fields.required("threshold", .pegThreshold)
      let factor = fields.required("factor", .unboundedRatio)
      let counts = fields.optional("counts_for_maintenance", .boolean)
      guard let threshold, let factor else { return nil }
      return DepegRule(
        threshold: threshold, factor: factor, countsForMaintenance: counts ?? false)
    }
  }
}

extension YAMLShape where Value == Price {
  /// The price below which a peg counts as lost: at most 1, so that a peg that holds costs nothing.
  fileprivate static var pegThreshold: YAMLShape {
    fixed(in: .ulp ... .one, "a price above 0, at most 1")
  }
}
