import FixedPoint
import MarginDomain
import MarginModel

/// Debts of the reference ledger once the positions are gone.
///
/// The amount that the fund takes is found by trying: the smallest whose loss takes from what the
/// holding counts for what the debt is worth.
extension ReferenceLedger {
  mutating func settleDebts(_ place: Int, _ unit: MarginUnit, _ rulebook: Rulebook) {
    if case .isolatedPosition(let symbol) = unit {
      guard let asset = instruments[symbol]?.settlementAsset,
        let margin = accounts[place].positions[symbol]?.margin, margin < .zero
      else { return }
      accounts[place].positions[symbol]?.margin = .zero
      money.add(margin, .fund, asset)
      return
    }
    let listed = rulebook.collateral.debtOrder
    for debt in accounts[place].cash.keys.sorted() {
      let others = accounts[place].cash.keys.sorted().filter { $0 != debt }
      let order = listed.filter(others.contains) + others.filter { !listed.contains($0) }
      for asset in order { cover(debt, from: asset, place, rulebook) }
      let rest = accounts[place].cash[debt] ?? .zero
      guard rest < .zero else { continue }
      accounts[place].cash[debt] = .zero
      money.add(rest, .fund, debt)
    }
  }

  private mutating func cover(
    _ debt: Symbol, from asset: Symbol, _ place: Int, _ rulebook: Rulebook
  ) {
    let market = market()
    let owed = -(accounts[place].cash[debt] ?? .zero)
    let owned = accounts[place].cash[asset] ?? .zero
    guard owed > .zero, owned > .zero,
      let debtPrice = market.price(of: debt, reportingAsset: rulebook.reportingAsset),
      let assetPrice = market.price(of: asset, reportingAsset: rulebook.reportingAsset)
    else { return }
    let left = worth(of: owned, of: asset, at: assetPrice, by: rulebook)
    let debtWorth = ExactRatio(owed) * ExactRatio(debtPrice)
    var (covered, taken) = (owed, owned)
    if left < debtWorth {
      covered = AssetAmount(left / ExactRatio(debtPrice), rounding: .floor) ?? .zero
    } else {
      // Units that count for nothing stay with the account.
      var counted = owned
      if case .tiered = rulebook.collateral.terms(of: asset)?.maintenance {
        counted = smallest(upTo: owned) {
          worth(of: $0, of: asset, at: assetPrice, by: rulebook) >= left
        }
      }
      let rest = left - debtWorth
      taken = smallest(upTo: counted) {
        worth(of: counted - $0, of: asset, at: assetPrice, by: rulebook) <= rest
      }
    }
    guard covered > .zero else { return }
    accounts[place].cash[debt, default: .zero] += covered
    accounts[place].cash[asset, default: .zero] -= taken
    money.add(-covered, .fund, debt)
    money.add(taken, .fund, asset)
  }

  /// The smallest amount for which something holds that holds for `most`, found by halving.
  private func smallest(upTo most: AssetAmount, _ holds: (AssetAmount) -> Bool) -> AssetAmount {
    var (low, high) = (AssetAmount.zero, most)
    while high - low > .ulp {
      let middle = AssetAmount(rawValue: (low.rawValue + high.rawValue) / 2)
      if holds(middle) { high = middle } else { low = middle }
    }
    return high
  }

  /// What an amount counts for in equity, unrounded, one part under one haircut after the other.
  private func worth(
    of amount: AssetAmount, of asset: Symbol, at price: Price, by rulebook: Rulebook
  ) -> ExactRatio {
    let terms = rulebook.collateral.terms(of: asset)
    var extra = ExactRatio.zero
    if let depeg = terms?.depeg, depeg.countsForMaintenance, price < depeg.threshold {
      extra = ExactRatio(depeg.extraHaircut(at: price))
    }
    func value(_ size: AssetAmount, _ haircut: Rate) -> ExactRatio {
      let weight = ExactRatio.one - ExactRatio(haircut) - extra
      return weight.isNegative ? .zero : ExactRatio(size) * ExactRatio(price) * weight
    }
    switch terms?.maintenance {
    case nil: return value(amount, rulebook.collateral.haircut(of: asset))
    case .flat(let haircut): return value(amount, haircut)
    case .sizeScaled(let haircut, let discount):
      return value(amount, .one - discount.weight(.one - haircut, of: amount))
    case .tiered(let tiers):
      var (sum, counted) = (ExactRatio.zero, AssetAmount.zero)
      for place in tiers.indices {
        let end = place + 1 < tiers.count ? min(amount, tiers[place + 1].floor) : amount
        guard end > counted else { continue }
        sum = sum + value(end - counted, tiers[place].haircut)
        counted = end
      }
      return sum
    }
  }
}
