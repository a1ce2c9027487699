public import MarginDomain

/// What margin is computed from: an account's cash, positions and settings, wherever they come
/// from.
public struct AccountBook: Sendable {
  /// One position with its contract and settings.
  public struct Position: Sendable {
    /// The contract.
    public let instrument: Instrument
    /// Contracts and entry cash flow.
    public let state: PositionState
    /// Leverage chosen, or nil.
    public let leverage: Rate?
    /// Margin set aside for it, settlement asset; used when the account is isolated.
    public let isolatedMargin: AssetAmount
    /// Orders that rest in the contract.
    public let orders: ContractOrders
    /// Average price of entry of an option, where it is known.
    public let optionEntryPrice: Price?
    /// The same position without its resting orders.
    var withoutOrders: Position {
      Position(
        instrument: instrument, state: state, leverage: leverage, isolatedMargin: isolatedMargin,
        optionEntryPrice: optionEntryPrice)
    }

    /// Makes a position.
    public init(
      instrument: Instrument, state: PositionState, leverage: Rate?, isolatedMargin: AssetAmount,
      orders: ContractOrders = .none, optionEntryPrice: Price? = nil
    ) {
      self.orders = orders
      self.instrument = instrument
      self.state = state
      self.leverage = leverage
      self.isolatedMargin = isolatedMargin
      self.optionEntryPrice = optionEntryPrice
    }
  }

  /// The account.
  public let accountID: AccountID
  /// How positions share collateral.
  public let marginMode: MarginMode
  /// Cash per asset, each asset at most once, without isolated margins.
  public let balances: [(asset: Symbol, amount: AssetAmount)]
  /// Positions, each instrument at most once; a flat one has resting orders.
  public let positions: [Position]
  /// Smallest initial rate, chosen by the account for everything that it holds and owes; nil: none.
  public let initialRateFloor: Rate?
  /// A credit line that overrides the rulebook's table; nil: the table applies.
  public let creditLine: CreditRules.Line?
  /// Makes a book.
  public init(
    accountID: AccountID, marginMode: MarginMode, balances: [(asset: Symbol, amount: AssetAmount)],
    positions: [Position], initialRateFloor: Rate? = nil, creditLine: CreditRules.Line? = nil
  ) {
    self.initialRateFloor = initialRateFloor
    self.accountID = accountID
    self.marginMode = marginMode
    self.balances = balances
    self.positions = positions
    self.creditLine = creditLine
  }
}
