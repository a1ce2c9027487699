import FixedPoint
public import MarginDomain
import MarginModel

/// The exchange's own side of all money: it is the counterparty of every fill.
///
/// The exchange's integers are the exact negatives of the accounts': a fill of q contracts at P
/// changes an account's (cash + entry cash flow) by f = `Instrument.cashFlow(of: q, at: P)`, that
/// is −q·m·P (linear, options) or +q·m/P (inverse), rounded down once, on the account's side; the
/// exchange books −q and −f. Opening and closing, realized and open profit need no rules of their
/// own: `PositionState` keeps cash + entry cash flow equal to the sum of such flows. Fees are not
/// part of f.
///
/// **The identity.** With sums over all accounts (free cash, isolated margin), the fund, the fees
/// and the rounding account, for every asset
///
///     Σ (cash + entry cash flow) + exchange cash flow + exchange funding − Σ transfers = 0
///
/// and for every contract Σ quantity (accounts, fund) + exchange quantity = 0. The second makes
/// every open position's worth cancel at any common mark, so the two together are
/// "Σ equity at one common mark − Σ transfers = 0", with no price in it and no rounding.
public struct ExchangeBooks: Sendable, Equatable {
  /// The exchange's side of one contract.
  public struct Position: Sendable, Equatable {
    /// The contract.
    public let symbol: Symbol
    /// Its settlement asset, the unit of the cash flow.
    public let settlementAsset: Symbol
    /// Signed contracts of the exchange: the negative of what its clients hold.
    public internal(set) var quantity: Quantity
    /// Σ −f over all fills, settlement asset.
    public internal(set) var cashFlow: AssetAmount
  }

  /// The exchange's sums of one asset.
  public struct Asset: Sendable, Equatable {
    /// The asset.
    public let symbol: Symbol
    /// Σ transfers into accounts.
    public internal(set) var transfers: AssetAmount
    /// Σ fees of fills, as the exchange charged them; positive: charged.
    public internal(set) var fees: AssetAmount
    /// Funding that the exchange received from its clients; see `bookFunding(_:of:)`.
    public internal(set) var funding: AssetAmount
    /// Σ cash flow of the positions that settle in this asset.
    public internal(set) var cashFlow: AssetAmount
  }

  /// One per contract of the venue, in its order.
  public private(set) var positions: [Position]
  /// One per asset of the venue, in its order.
  public private(set) var assets: [Asset]
  /// Fills booked so far.
  public private(set) var fillCount = 0
  private let venue: SimulatedVenue

  /// Empty books of a venue.
  public init(venue: SimulatedVenue) {
    self.venue = venue
    positions = venue.instruments.map {
      Position(
        symbol: $0.symbol, settlementAsset: $0.settlementAsset, quantity: .zero, cashFlow: .zero)
    }
    assets = venue.assets.map {
      Asset(symbol: $0.symbol, transfers: .zero, fees: .zero, funding: .zero, cashFlow: .zero)
    }
  }

  /// Books the money in an account event: a fill, a transfer, an answer with a fill.
  ///
  /// - Parameter event: of a listed contract or asset.
  /// - Throws: `ExchangeBooksError` for a symbol that the venue does not list, or a snapshot, which
  ///   has no counterparty.
  public mutating func book(_ event: AccountEvent) throws(ExchangeBooksError) {
    switch event.body {
    case .fill(let fill): try book(fill)
    case .transfer(let transfer):
      let index = try assetIndex(transfer.asset)
      assets[index].transfers += transfer.amount
    case .liquidationAnswer(let answer):
      if case .filled(let fill) = answer.outcome { try book(fill) }
    case .settings, .restingOrders: break
    case .snapshot: throw .snapshot(event.accountID)
    }
  }

  private mutating func book(_ fill: Fill) throws(ExchangeBooksError) {
    guard let index = venue.index(of: fill.symbol) else { throw .unknownSymbol(fill.symbol) }
    let instrument = venue.instruments[index]
    let flow = instrument.cashFlow(of: fill.quantity, at: fill.price)
    let asset = try assetIndex(instrument.settlementAsset)
    let feeAsset = try fill.feeAsset.map { feeAsset throws(ExchangeBooksError) in
      try assetIndex(feeAsset)
    }
    positions[index].quantity -= fill.quantity
    positions[index].cashFlow -= flow
    assets[asset].cashFlow -= flow
    assets[feeAsset ?? asset].fees += fill.fee
    fillCount += 1
  }

  /// Books funding that clients paid (positive) or received (negative), according to the ledger.
  ///
  /// Each client's payment is rounded on its own, so the exchange uses the ledger's sum; a check
  /// against `SimulatedExchange.expectedFunding` bounds the difference.
  ///
  /// - Parameters:
  ///   - amount: −Σ of the changes of the clients' cash, of accounts and fund alike.
  ///   - asset: its asset.
  /// - Throws: `ExchangeBooksError.unknownSymbol`.
  public mutating func bookFunding(
    _ amount: AssetAmount, of asset: Symbol
  ) throws(ExchangeBooksError) {
    let index = try assetIndex(asset)
    assets[index].funding += amount
  }

  private func assetIndex(_ symbol: Symbol) throws(ExchangeBooksError) -> Int {
    guard let index = assets.firstIndex(where: { $0.symbol == symbol }) else {
      throw .unknownSymbol(symbol)
    }
    return index
  }
}

/// Why an event cannot be booked.
public enum ExchangeBooksError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A contract or asset that the venue does not list.
  case unknownSymbol(Symbol)
  /// A snapshot, which is not a trade with anybody.
  case snapshot(AccountID)

  /// A sentence for people.
  public var description: String {
    switch self {
    case .unknownSymbol(let symbol): return "\(symbol) is not listed by the simulated venue"
    case .snapshot(let account): return "a snapshot of \(account) has no counterparty"
    }
  }
}
