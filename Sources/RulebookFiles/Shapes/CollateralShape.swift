import FixedPoint
import MarginDomain

/// The value of an asset in `haircuts`.
private enum WrittenHaircut: Sendable {
  case plain(Rate)
  case terms(CollateralTerms)
}

extension YAMLShape where Value == CollateralRules {
  /// The part `collateral`.
  static var collateralRules: YAMLShape {
    .mapping("the rules of collateral") { fields in
      let haircuts = fields.required("haircuts", .entries(of: .haircut) as YAMLShape<[Haircut]>)
      let order = fields.optional("debt_order", .list(of: .located(.symbol))) ?? []
      let side = fields.optional("debt_side", .debtSide)
      let price = fields.optional("initial_price", .initialPrice)
      guard let haircuts else { return nil }
      for entry in haircuts where YAMLNode.identifierFault(entry.key.value) {
        fields.report("is no asset's name", at: entry.key, expected: "a name of 1 to 128 bytes")
      }
      fields.check(order, among: haircuts.map(\.key.value))
      var plain: [(asset: Symbol, haircut: Rate)] = []
      var terms: [(asset: Symbol, terms: CollateralTerms)] = []
      for entry in haircuts {
        switch entry.value {
        case .plain(let haircut): plain.append((Symbol(entry.key.value), haircut))
        case .terms(let own): terms.append((Symbol(entry.key.value), own))
        }
      }
      let rules = CollateralRules(
        haircuts: plain, terms: terms, debtOrder: order.map(\.value), debtSide: side ?? .equity,
        usesAveragePrices: price ?? false)
      fields.report(rules.faults())
      return rules
    }
  }

  private typealias Haircut = (key: LocatedValue<String>, value: WrittenHaircut)
}

extension YAMLFields {
  /// Checks that the order of debts names assets of the haircuts, each once.
  fileprivate mutating func check(_ order: [LocatedValue<Symbol>], among assets: [String]) {
    var seen: Set<Symbol> = []
    for asset in order {
      if !assets.contains(asset.value.text) {
        let hint =
          nearestName(to: asset.value.text, among: assets).map { " (did you mean \($0)?)" } ?? ""
        report(
          "'\(asset.value.text.quotable)' has no haircut\(hint)", at: asset,
          expected: "an asset of haircuts")
      } else if !seen.insert(asset.value).inserted {
        report(
          "'\(asset.value.text.quotable)' stands twice", at: asset, expected: "each asset once")
      }
    }
  }
}

extension YAMLShape where Value == WrittenHaircut {
  /// A ratio, or a mapping of terms.
  fileprivate static var haircut: YAMLShape {
    let plain = YAMLShape<Rate>.ratio
    let terms = YAMLShape<CollateralTerms>.collateralTerms
    return YAMLShape(expected: plain.expected) { node, path, reader in
      if case .mapping = node.content {
        return terms.read(node, path, &reader).map { .terms($0) }
      }
      return plain.read(node, path, &reader).map { .plain($0) }
    }
  }
}

extension YAMLShape where Value == CollateralTerms {
  fileprivate static var collateralTerms: YAMLShape {
    .mapping("the terms of an asset") { fields in
      let maintenance = HaircutSchedule.read(from: &fields)
      let initial = fields.optional("initial", .haircutSchedule)
      let start = fields.optional("deposit_scale_start", .positiveNotional)
      let debt = fields.optional("debt", .debtWeights)
      let depeg = fields.optional("depeg", .depegRule)
      let step: Money? = fields.optional("value_step", .grid)
      return maintenance.map {
        CollateralTerms(
          maintenance: $0, initial: initial, depositScaleStart: start, debt: debt ?? .plain,
          depeg: depeg, valueStep: step ?? .ulp)
      }
    }
  }
}

extension HaircutSchedule {
  /// Reads `haircut`, with `size` where it scales, or `tiers`.
  fileprivate static func read(from fields: inout YAMLFields) -> HaircutSchedule? {
    let hasTiers = fields.contains("tiers")
    guard hasTiers != fields.contains("haircut") else {
      fields.report(
        hasTiers ? "names both tiers and haircut" : "holds no haircut",
        expected: "one of haircut, tiers")
      return nil
    }
    if hasTiers {
      let tiers = fields.required(
        "tiers", .list(of: .haircutTier) as YAMLShape<[HaircutTier]>)
      return tiers.map { .tiered($0) }
    }
    let haircut = fields.required("haircut", .ratio)
    let size = fields.optional("size", .sizeDiscount)
    return haircut.map { haircut in
      size.map { .sizeScaled(haircut: haircut, discount: $0) } ?? .flat(haircut)
    }
  }
}

extension YAMLShape where Value == HaircutSchedule {
  fileprivate static var haircutSchedule: YAMLShape {
    .mapping("a haircut") { fields in HaircutSchedule.read(from: &fields) }
  }
}

extension YAMLShape where Value == HaircutTier {
  fileprivate static var haircutTier: YAMLShape {
    .mapping("a tier of a haircut") { fields in
      let floor = fields.required("floor", .amount)
      let haircut = fields.required("haircut", .ratio)
      guard let floor, let haircut else { return nil }
      return HaircutTier(floor: floor, haircut: haircut)
    }
  }
}

extension YAMLShape where Value == DebtWeights {
  fileprivate static var debtWeights: YAMLShape {
    .mapping("the weights of a debt") { fields in
      let initial = fields.required("initial", .debtWeight)
      let maintenance = fields.required("maintenance", .debtWeight)
      let scaling = fields.optional("size", .squareRootScaling)
      guard let initial, let maintenance else { return nil }
      guard maintenance <= initial else {
        fields.report(
          "\(initial) is below the maintenance weight", for: "initial",
          expected: "\(maintenance) or more")
        return nil
      }
      return DebtWeights(initial: initial, maintenance: maintenance, scaling: scaling)
    }
  }
}

extension YAMLShape where Value == CollateralRules.DebtSide {
  fileprivate static var debtSide: YAMLShape {
    .oneOf([(word: "equity", value: .equity), (word: "requirement", value: .requirement)])
  }
}

extension YAMLShape where Value == Bool {
  fileprivate static var initialPrice: YAMLShape {
    .oneOf([
      (word: "index", value: false), (word: "worse_of_index_and_average", value: true),
    ])
  }
}

extension YAMLShape where Value == Rate {
  fileprivate static var debtWeight: YAMLShape {
    fixed(in: .one...DomainLimits.maximumRequirementRate, "a weight from 1 to 10")
  }
}

extension YAMLShape where Value == Money {
  static var positiveNotional: YAMLShape {
    fixed(in: .ulp...Money(rawValue: DecimalText.power(ofTen: 36)), "an amount above 0")
  }
}

extension YAMLNode {
  fileprivate static func identifierFault(_ text: String) -> Bool {
    !(1...DomainLimits.maximumIdentifierLength).contains(text.utf8.count)
  }
}
