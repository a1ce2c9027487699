import FixedPoint
public import MarginDomain

/// What the clients of the exchange hold, summed over the worker's ledgers.
///
/// Add up every account (free cash, isolated margins, entry cash flows, quantities), every fund
/// ledger (cash, entry cash flows, quantities), the fees and the rounding account.
public struct ClientTotals: Sendable, Equatable {
  private var cash: [Symbol: AssetAmount] = [:]
  private var quantities: [Symbol: Quantity] = [:]

  /// Nothing yet.
  public init() {}

  /// Adds cash, isolated margin, an entry cash flow, fees or rounding, in an asset.
  public mutating func add(_ amount: AssetAmount, of asset: Symbol) {
    cash[asset, default: .zero] += amount
  }

  /// Adds signed contracts.
  public mutating func add(_ quantity: Quantity, in symbol: Symbol) {
    quantities[symbol, default: .zero] += quantity
  }

  func amount(of asset: Symbol) -> AssetAmount { cash[asset, default: .zero] }
  func quantity(in symbol: Symbol) -> Quantity { quantities[symbol, default: .zero] }
  var assets: [Symbol] { cash.keys.sorted() }
  var symbols: [Symbol] { quantities.keys.sorted() }
}

/// The result of the conservation check: the sums that do not cancel.
public struct ConservationReport: Sendable, Equatable {
  /// Assets whose sums do not cancel, with the difference clients + exchange − transfers; sorted.
  public let amounts: [(asset: Symbol, error: AssetAmount)]
  /// Contracts whose quantities do not cancel, with the difference; sorted.
  public let quantities: [(symbol: Symbol, error: Quantity)]

  /// True when every sum is exactly zero.
  public var isExact: Bool { amounts.isEmpty && quantities.isEmpty }

  /// Equality of all parts, in order.
  public static func == (left: ConservationReport, right: ConservationReport) -> Bool {
    left.amounts.elementsEqual(right.amounts, by: ==)
      && left.quantities.elementsEqual(right.quantities, by: ==)
  }
}

extension ExchangeBooks {
  /// Checks the identity stated for this type against the clients' totals.
  ///
  /// - Parameter clients: all accounts, the fund, the fees and the rounding account.
  /// - Returns: the sums that do not cancel; empty when money is conserved to the last unit.
  public func conservation(with clients: ClientTotals) -> ConservationReport {
    var amounts: [(asset: Symbol, error: AssetAmount)] = []
    for symbol in Set(clients.assets + assets.map(\.symbol)).sorted() {
      var error = clients.amount(of: symbol)
      if let own = assets.first(where: { $0.symbol == symbol }) {
        error += own.cashFlow + own.funding - own.transfers
      }
      if !error.isZero { amounts.append((symbol, error)) }
    }
    var quantities: [(symbol: Symbol, error: Quantity)] = []
    for symbol in Set(clients.symbols + positions.map(\.symbol)).sorted() {
      var error = clients.quantity(in: symbol)
      if let own = positions.first(where: { $0.symbol == symbol }) { error += own.quantity }
      if !error.isZero { quantities.append((symbol, error)) }
    }
    return ConservationReport(amounts: amounts, quantities: quantities)
  }
}
