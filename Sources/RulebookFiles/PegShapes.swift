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

extension YAMLShape where Value == [PegRule] {
  /// Coins with the prices below which their pegs count as lost, in symbol order.
  static var coinPegs: YAMLShape {
    let entries: YAMLShape<[(key: LocatedValue<String>, value: CoinPeg)]> = .entries(of: .coinPeg)
    return YAMLShape(expected: entries.expected) { node, path, reader in
      entries.read(node, path, &reader).map { pegs in
        pegs.map { peg in
          PegRule(
            asset: Symbol(peg.key.value), threshold: peg.value.threshold, factor: peg.value.factor)
        }.sorted { $0.asset < $1.asset }
      }
    }
  }
}

/// A coin's peg as its entry gives it.
private struct CoinPeg: Sendable {
  let threshold: Price
  let factor: Rate
}

extension YAMLShape where Value == CoinPeg {
  fileprivate static var coinPeg: YAMLShape {
    .mapping("the peg of a coin") { fields in
      let threshold = fields.required("threshold", .pegThreshold)
      let factor = fields.required("factor", .upTo(10))
      guard let threshold, let factor else { return nil }
      return CoinPeg(threshold: threshold, factor: factor)
    }
  }
}

extension YAMLShape where Value == DepegRule {
  /// What an asset off its peg adds to its own haircut.
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
  /// The price below which a peg counts as lost: one that holds is no loss.
  fileprivate static var pegThreshold: YAMLShape {
    fixed(in: .ulp ... .one, "a price above 0, at most 1")
  }
}
