import FixedPoint
import MarginDomain

extension YAMLShape where Value == OpenInterestScaling {
  /// `open_interest_scaled` of a schedule.
  static var openInterestScaling: YAMLShape {
    .mapping("a schedule by open interest") { fields in
      let initial = fields.required("initial_rate", .ratio)
      let fraction = fields.required("maintenance_fraction", .ratio)
      let lower = fields.required("lower_open_interest", .notional)
      let upper = fields.required("upper_open_interest", .notional)
      let step: Rate? = fields.required("rate_step", .grid)
      guard let initial, let fraction, let lower, let upper, let step else { return nil }
      return OpenInterestScaling(
        initialRate: initial, maintenanceFraction: fraction, lowerOpenInterest: lower,
        upperOpenInterest: upper, rateStep: step)
    }
  }
}

extension YAMLShape where Value == SizeScaling {
  /// `size_scaled` of a schedule.
  static var sizeScaling: YAMLShape {
    .mapping("a schedule by size") { fields in
      let initial = fields.required("initial_rate", .ratio)
      let maintenance = fields.required("maintenance_rate", .ratio)
      let measure = fields.required("measure", .sizeMeasure)
      let hasRoot = fields.contains("square_root")
      guard hasRoot != fields.contains("linear") else {
        fields.report(
          hasRoot ? "names both square_root and linear" : "does not say how the rates grow",
          expected: "one of square_root, linear")
        return nil
      }
      let form: SizeScaling.Form? =
        hasRoot
        ? fields.required("square_root", .squareRootScaling).map { .squareRoot($0) }
        : fields.required("linear", .linearScaling).map { .linear($0) }
      guard let initial, let maintenance, let measure, let form else { return nil }
      guard maintenance <= initial else {
        fields.report(
          "\(initial) is below the maintenance rate", for: "initial_rate",
          expected: "\(maintenance) or more")
        return nil
      }
      if case .linear(let linear) = form,
        linear.maintenanceIncrement > linear.initialIncrement || linear.maximumRate < initial
      {
        fields.report(
          "lets the initial rate fall behind", for: "linear",
          expected: "an initial_increment and a maximum_rate that keep it at or above")
        return nil
      }
      return SizeScaling(
        initialRate: initial, maintenanceRate: maintenance, measure: measure, form: form)
    }
  }
}

extension YAMLShape where Value == SizeScaling.Measure {
  fileprivate static var sizeMeasure: YAMLShape {
    .oneOf([
      (word: "units", value: .units), (word: "settlement_amount", value: .settlementAmount),
      (word: "underlying", value: .underlying),
    ])
  }
}

extension YAMLShape where Value == SquareRootScaling {
  /// Rates that grow with the square root of a size.
  static var squareRootScaling: YAMLShape {
    .mapping("growth with the square root of the size") { fields in
      let factor = fields.required("factor", .unboundedRatio)
      let reduction = fields.required("reduction", .ratio)
      let rootStep: Rate? = fields.required("root_step", .grid)
      let addend = fields.optional("root_addend", .integer(in: 0...1_000_000))
      let rateStep: Rate? = fields.required("rate_step", .grid)
      let ordinary = fields.optional("ordinary_initial_rate", .ratio)
      guard let factor, let reduction, let rootStep, let rateStep else { return nil }
      return SquareRootScaling(
        factor: factor, reduction: reduction, rootStep: rootStep, rootAddend: addend ?? 0,
        rateStep: rateStep, ordinaryInitialRate: ordinary)
    }
  }
}

extension YAMLShape where Value == LinearScaling {
  fileprivate static var linearScaling: YAMLShape {
    .mapping("growth in proportion to the size") { fields in
      let base = fields.required("base_size", .size)
      let step = fields.required("step_size", .positiveSize)
      let initial = fields.required("initial_increment", .ratio)
      let maintenance = fields.required("maintenance_increment", .ratio)
      let maximum = fields.optional("maximum_rate", .ratio)
      guard let base, let step, let initial, let maintenance else { return nil }
      return LinearScaling(
        baseSize: base, stepSize: step, initialIncrement: initial,
        maintenanceIncrement: maintenance, maximumRate: maximum ?? .one)
    }
  }
}

extension YAMLShape where Value == SizeDiscount {
  /// A share that shrinks with size.
  static var sizeDiscount: YAMLShape {
    .mapping("a part that shrinks with size") { fields in
      let numerator = fields.required("numerator", .positive)
      let factor = fields.required("factor", .unboundedRatio)
      let rootStep: Rate? = fields.required("root_step", .grid)
      let addend = fields.optional("root_addend", .integer(in: 0...1_000_000))
      let growthStep: Rate? = fields.required("growth_step", .grid)
      let weightStep: Rate? = fields.required("weight_step", .grid)
      guard let numerator, let factor, let rootStep, let growthStep, let weightStep else {
        return nil
      }
      return SizeDiscount(
        numerator: numerator, factor: factor, rootStep: rootStep, rootAddend: addend ?? 0,
        growthStep: growthStep, weightStep: weightStep)
    }
  }
}

extension YAMLShape where Value == AmountRounding {
  /// `amount_rounding` of futures.
  static var amountRounding: YAMLShape {
    .mapping("the grid of amounts") { fields in
      let step: Money? = fields.required("step", .grid)
      let notional = fields.required("notional", .roundingMode)
      let requirement = fields.required("requirement", .roundingMode)
      guard let step, let notional, let requirement else { return nil }
      return AmountRounding(step: step, notional: notional, requirement: requirement)
    }
  }
}

extension YAMLShape where Value == OrderMarginRules {
  /// `orders` of futures.
  static var orderMarginRules: YAMLShape {
    .mapping("what resting orders ask") { fields in
      let basis = fields.required("basis", .orderBasis)
      let charge = fields.optional("charge_per_order", .notional)
      let counts = fields.optional("counts_for_maintenance", .boolean)
      let cost = fields.optional("counts_cost_of_filling", .boolean)
      return basis.map {
        OrderMarginRules(
          basis: $0, chargePerOrder: charge ?? .zero, countsForMaintenance: counts ?? false,
          countsCostOfFilling: cost ?? false)
      }
    }
  }
}

extension YAMLShape where Value == OrderMarginRules.Basis {
  fileprivate static var orderBasis: YAMLShape {
    .oneOf([
      (word: "none", value: .none), (word: "worst_side", value: .worstSide),
      (word: "each_order", value: .eachOrder),
    ])
  }
}

extension YAMLShape where Value == ProfitRules {
  /// `profit` of futures.
  static var profitRules: YAMLShape {
    .mapping("what unrealized profit counts for") { fields in
      let weight = fields.required("weight", .ratio)
      let discount = fields.optional("size", .sizeDiscount)
      let cap = fields.optional("cap", .notional)
      return weight.map { ProfitRules(weight: $0, discount: discount, cap: cap) }
    }
  }
}

extension YAMLShape where Value == Quantity {
  fileprivate static var positiveSize: YAMLShape {
    fixed(in: .ulp...DomainLimits.maximumQuantity, "a size above 0, at most 1e13")
  }
}
