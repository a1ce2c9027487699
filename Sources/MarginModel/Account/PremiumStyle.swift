import FixedPoint
public import MarginDomain

/// The two forms of an account that holds options: with premiums paid in cash, as fills move them,
/// and in variation style, where no premium was paid and equity holds what each option has changed
/// since entry.
///
/// With C cash, q position, V value and e the entry cash flow (negative for a long option):
///
///     paid        equity = C + e + q · V
///     variation   equity = C + (q · V + e)
///
/// Equity is the same; an isolated position's margin moves by e in the place of the cash.
/// Source: margin-method.md 3.1.
extension AccountBook {
  /// The account in variation style; its premiums are paid so far.
  ///
  /// - Parameter entryFlow: e of an option by its symbol, settlement asset.
  /// - Returns: the account with premiums given back and entry cash flows in their place.
  public func owingPremiums(_ entryFlow: (Symbol) -> AssetAmount) -> AccountBook {
    movingPremiums { position in
      let flow = entryFlow(position.instrument.symbol)
      return (PositionState(quantity: position.state.quantity, entryCashFlow: flow), -flow)
    }
  }

  /// The account with all premiums paid; it is in variation style so far.
  func payingPremiums() -> AccountBook {
    movingPremiums { position in
      let state = PositionState(quantity: position.state.quantity, entryCashFlow: .zero)
      return (state, position.state.entryCashFlow)
    }
  }

  /// Replaces the state of each option and adds an amount to what backs it.
  private func movingPremiums(
    _ body: (Position) -> (state: PositionState, added: AssetAmount)
  ) -> AccountBook {
    var balances = self.balances
    let positions = self.positions.map { position in
      guard !position.instrument.isFuture, !position.state.quantity.isZero else { return position }
      let (state, added) = body(position)
      if marginMode == .isolated {
        return position.with(state: state, isolatedMargin: position.isolatedMargin + added)
      }
      let asset = position.instrument.settlementAsset
      if let place = balances.firstIndex(where: { $0.asset == asset }) {
        balances[place].amount += added
      } else {
        balances.append((asset, added))
      }
      return position.with(state: state)
    }
    return AccountBook(
      accountID: accountID, marginMode: marginMode, balances: balances, positions: positions,
      initialRateFloor: initialRateFloor, creditLine: creditLine)
  }
}
