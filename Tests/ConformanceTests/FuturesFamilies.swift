import FixedPoint
import MarginDomain
import MarginModel

/// Group 1: futures, linear and inverse, tiers, funding, liquidation and bankruptcy prices.
extension MarginFamily {
  static let futures: [String: MarginFamily] = [
    "binance_linear_liq": MarginFamily(crossAccount),
    "hyperliquid_isolated_liq": MarginFamily(heldWithEntry),
    "cross_account_liq": MarginFamily(otherMaintenance),
    "bybit_linear_isolated": MarginFamily { inputs in
      try isolated(
        inputs, margin: .entryNotionalOverLeverage, size: .one,
        rules: .venue(
          notional: .entry, liquidationRounding: .early, bankruptcyRounding: .early))
    },
    "gate_linear_liq": MarginFamily { inputs in
      try isolated(
        inputs, margin: .amount(inputs.amount("margin")),
        rules: .venue(closingFee: .atMark, liquidationRounding: .early, bankruptcyRounding: .early))
    },
    "htx_linear_liq": MarginFamily { inputs in
      try isolated(
        inputs, margin: .amount(inputs.amount("static_margin")),
        schedule: .single(maintenanceRate: inputs.rate("adjust_factor")),
        rules: .venue(
          maintenanceRate: .tierDividedByLeverage, liquidationRounding: .early,
          bankruptcyRounding: .early))
    },
    "coinex_linear": MarginFamily { inputs in
      try isolated(
        inputs, margin: .amount(inputs.amount("margin")),
        rules: .venue(liquidationRounding: .early, bankruptcyRounding: .early))
    },
    "isolated_linear_bust_liq": MarginFamily { inputs in
      try isolated(
        inputs, margin: .amount(inputs.amount("margin")),
        rules: .venue(
          notional: .entry, liquidationRounding: .early, bankruptcyRounding: .early))
    },
    "kucoin_linear": MarginFamily(fixedMaintenance),
    "inverse_isolated_liq": MarginFamily { inputs in
      try isolated(
        inputs, payoff: .inverse, margin: .amount(inputs.amount("wallet_balance")),
        size: inputs.signed(inputs.quantity("contracts")),
        rules: .venue(liquidationRounding: .early, bankruptcyRounding: .early))
    },
    "bybit_inverse_isolated": MarginFamily(inverseIsolated),
    "bybit_inverse_cross": MarginFamily(inverseCross),
    "bybit_uta_position": MarginFamily(unifiedPosition),
    "bitget_maintenance": MarginFamily(maintenanceWithFee),
    "inverse_position": MarginFamily(inversePosition),
    "linear_flat_margin": MarginFamily(flatMargin),
    "notional_rate_margin": MarginFamily { try rateMargin($0, size: "quantity", .linear) },
    "inverse_margin_init": MarginFamily { try rateMargin($0, size: "contracts", .inverse) },
    "linear_requirement_net_of_pnl": MarginFamily(requirementNetOfProfit),
    "tier_lookup": MarginFamily(tierLookup),
    "tier_maintenance_amount": MarginFamily { inputs in
      [
        "maintenance_amounts": .list(
          try inputs.tierTable().map { MarginAnswer($0.maintenanceAmount) })
      ]
    },
    "funding_payment_linear": MarginFamily { inputs in
      [
        "payment_received": MarginAnswer(
          FundingPayment.settlement(
            of: try inputs.quantity("size"), in: .perpetual(), rate: try inputs.rate("rate"),
            price: try inputs.price("mark_price")))
      ]
    },
  ]
}
