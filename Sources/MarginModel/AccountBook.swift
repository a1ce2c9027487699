public import MarginDomain

/// An account as it is margined: cash, positions and settings, apart from where it came from.
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
    /// Makes a position.
    public init(
      instrument: Instrument, state: PositionState, leverage: Rate?, isolatedMargin: AssetAmount
    ) {
      self.instrument = instrument
      self.state = state
      self.leverage = leverage
      self.isolatedMargin = isolatedMargin
    }
  }

  /// Whose it is.
  public let accountID: AccountID
  /// How positions share collateral.
  public let marginMode: MarginMode
  /// Cash per asset, each asset at most once, without isolated margins.
  public let balances: [(asset: Symbol, amount: AssetAmount)]
  /// Positions, each instrument at most once, none flat.
  public let positions: [Position]
  /// A credit line that beats the rulebook's table; nil: what the table says.
  public let creditLine: CreditRules.Line?
  /// Makes a book.
  public init(
    accountID: AccountID, marginMode: MarginMode, balances: [(asset: Symbol, amount: AssetAmount)],
    positions: [Position], creditLine: CreditRules.Line? = nil
  ) {
    self.accountID = accountID
    self.marginMode = marginMode
    self.balances = balances
    self.positions = positions
    self.creditLine = creditLine
  }
}
