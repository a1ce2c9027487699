import FixedPoint
public import MarginDomain

/// The two forms of an account that holds options: with premiums paid in cash when a fill happens,
/// and in variation style, where no premium was paid and equity contains each option's change in
/// value since entry.
///
/// With C cash, q position, V value and e the entry cash flow (negative for a long option):
///
///     paid        equity = C + e + q · V
///     variation   equity = C + (q · V + e)
///
/// Equity is the same in both. In an isolated position it is the margin that differs by e, not the
/// cash. Source: margin-method.md 3.1.
extension AccountBook {
  /// Converts an account whose premiums are paid to variation style.
  ///
  /// - Parameter entryFlow: e of an option by its symbol, settlement asset.
  /// - Returns: the account with premiums refunded and replaced by entry cash flows.
  public func owingPremiums(_ entryFlow: (Symbol) -> AssetAmount) -> AccountBook {
    movingPremiums { position in
      let flow = entryFlow(position.instrument.symbol)
      return (PositionState(quantity: position.state.quantity, entryCashFlow: flow), -flow)
    }
  }

  /// Converts an account in variation style to one whose premiums are paid.
  func payingPremiums() -> AccountBook {
    movingPremiums { position in
      let state = PositionState(quantity: position.state.quantity, entryCashFlow: .zero)
      return (state, position.state.entryCashFlow)
    }
  }

  /// Replaces the state of each option and adds an amount to the cash or margin that backs it.
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
      if let index = balances.firstIndex(where: { $0.asset == asset }) {
        balances[index].amount += added
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
