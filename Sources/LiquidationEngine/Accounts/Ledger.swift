import FixedPoint
import MarginDomain

/// The running sums of money and contracts over all accounts and the fund.
///
/// `post` is their only writer, and what it posts is balanced: what the accounts, the fund, the
/// fees and the rounding account hold changes by what came in. So the identity of contract.md,
/// Money, holds by construction; `invariantViolations` counts it again from the accounts.
struct Ledger: Sendable, Equatable {
  private(set) var assets: [AssetTotals] = []
  private(set) var instruments: [InstrumentTotals] = []

  mutating func addAsset(_ symbol: Symbol) { assets.append(AssetTotals(asset: symbol)) }

  mutating func addInstrument(_ symbol: Symbol) {
    instruments.append(InstrumentTotals(symbol: symbol))
  }

  /// Moves the sums.
  ///
  /// - Precondition: the entry is balanced.
  mutating func post(_ entry: LedgerEntry) {
    precondition(entry.isBalanced, "a ledger entry was out of balance")
    assets[Int(entry.asset)].add(entry)
    guard let trade = entry.trade else { return }
    instruments[Int(trade.instrument)].accountQuantity += trade.accountQuantity
    instruments[Int(trade.instrument)].fundQuantity += trade.fundQuantity
  }

  /// Whether every sum of an asset may still move (`EngineLimits.maximumLedgerSum`).
  func hasHeadroom(_ asset: Int32, limits: EngineLimits) -> Bool {
    let limit = limits.maximumLedgerSum
    func fits(_ first: AssetAmount, _ second: AssetAmount, _ third: AssetAmount = .zero) -> Bool {
      first.magnitude <= limit && second.magnitude <= limit && third.magnitude <= limit
    }
    let sums = assets[Int(asset)]
    return fits(sums.accountCash, sums.isolatedMargin, sums.accountEntryFlows)
      && fits(sums.fundCash, sums.fundEntryFlows, sums.fees)
      && fits(sums.rounding, sums.transfers, sums.fillFlows)
      && fits(sums.funding, sums.snapshotAdjustments)
  }
}

/// One booking in one asset: by how much each sum moves; signed, in the asset.
///
/// cash + margin + entry flows + fund + fund's entry flows + fees + rounding
/// = transfers + fill flows + funding + snapshot adjustments.
struct LedgerEntry: Sendable, Equatable {
  /// Contracts that change hands with it.
  struct Trade: Sendable, Equatable {
    let instrument: Int32
    var accountQuantity = Quantity.zero
    var fundQuantity = Quantity.zero
  }

  let asset: Int32
  var trade: Trade?
  var accountCash = AssetAmount.zero
  var isolatedMargin = AssetAmount.zero
  var accountEntryFlows = AssetAmount.zero
  var fundCash = AssetAmount.zero
  var fundEntryFlows = AssetAmount.zero
  var fees = AssetAmount.zero
  var rounding = AssetAmount.zero
  var transfers = AssetAmount.zero
  var fillFlows = AssetAmount.zero
  var funding = AssetAmount.zero
  var snapshotAdjustments = AssetAmount.zero

  init(asset: Int32) { self.asset = asset }

  var isBalanced: Bool {
    let held =
      accountCash + isolatedMargin + accountEntryFlows + fundCash + fundEntryFlows + fees + rounding
    return held == transfers + fillFlows + funding + snapshotAdjustments
  }
}

extension AssetTotals {
  fileprivate mutating func add(_ entry: LedgerEntry) {
    accountCash += entry.accountCash
    isolatedMargin += entry.isolatedMargin
    accountEntryFlows += entry.accountEntryFlows
    fundCash += entry.fundCash
    fundEntryFlows += entry.fundEntryFlows
    fees += entry.fees
    rounding += entry.rounding
    transfers += entry.transfers
    fillFlows += entry.fillFlows
    funding += entry.funding
    snapshotAdjustments += entry.snapshotAdjustments
  }
}
