import FixedPoint
import MarginDomain

extension YAMLShape where Value == Rate {
  /// A relative move of a price.
  static var priceMove: YAMLShape {
    let range = DomainLimits.scenarioMoves
    return fixed(in: range, "a move from \(range.lowerBound) to \(range.upperBound)")
  }

  /// A multiple of the price scan range.
  static var rangeMultiple: YAMLShape { signed(10) }

  /// A number of either sign.
  static func signed(_ most: Int) -> YAMLShape {
    let bound = Rate(rawValue: Int128(most) * Rate.one.rawValue)
    return fixed(in: -bound...bound, "a number from -\(most) to \(most)")
  }

  /// A number that is not negative.
  static func upTo(_ most: Int) -> YAMLShape {
    fixed(
      in: .zero...Rate(rawValue: Int128(most) * Rate.one.rawValue), "a number from 0 to \(most)")
  }

  /// A price scan range.
  static var scanRange: YAMLShape {
    fixed(in: .ulp...Rate(rawValue: 990_000_000_000), "a range above 0, at most 0.99")
  }
}

extension YAMLShape where Value == PerSymbol {
  static var scanRanges: YAMLShape { perSymbol(.scanRange) }
  static var betas: YAMLShape { perSymbol(.upTo(10)) }

  private static func perSymbol(_ shape: YAMLShape<Rate>) -> YAMLShape {
    .mapping("usual, and symbols of their own") { fields in
      let usual = fields.required("usual", shape)
      let entries = fields.optional(
        "symbols", .entries(of: shape) as YAMLShape<[(key: LocatedValue<String>, value: Rate)]>)
      let listed = fields.symbols(entries ?? [])
      return usual.map { PerSymbol(usual: $0, listed: listed) }
    }
  }
}

extension YAMLFields {
  /// Entries whose keys are symbols; other keys are reported.
  mutating func symbols<Entry>(
    _ entries: [(key: LocatedValue<String>, value: Entry)]
  ) -> [(symbol: Symbol, value: Entry)] {
    entries.compactMap { entry in
      guard (1...DomainLimits.maximumIdentifierLength).contains(entry.key.value.utf8.count) else {
        report("is no symbol", at: entry.key, expected: "a name of 1 to 128 bytes")
        return nil
      }
      return (Symbol(entry.key.value), entry.value)
    }
  }
}

extension YAMLShape where Value == VolatilityShockRules {
  static var volatilityShock: YAMLShape {
    .mapping("the shock of volatilities") { fields in
      let up = fields.required("up", .upTo(100))
      let down = fields.required("down", .upTo(100))
      let short = fields.required("short_power", .upTo(10))
      let long = fields.required("long_power", .upTo(10))
      let floor = fields.required("day_floor", .upTo(400))
      let minimum = fields.optional("minimum_up_volatility", .upTo(100))
      let factor = fields.optional("minimum_down_factor", .ratio)
      guard let up, let down, let short, let long, let floor else { return nil }
      return VolatilityShockRules(
        up: up, down: down, shortPower: short, longPower: long, dayFloor: floor,
        minimumUpVolatility: minimum ?? .zero, minimumDownFactor: factor ?? .zero)
    }
  }
}

extension YAMLShape where Value == SkewShock {
  static var skewShock: YAMLShape {
    .mapping("the tilt of a smile") { fields in
      let linear = fields.required("linear_cap", .upTo(10))
      let linearSlope = fields.required("linear_slope", .signed(10))
      let absolute = fields.required("absolute_cap", .upTo(10))
      let absoluteSlope = fields.required("absolute_slope", .signed(10))
      let width = fields.required("minimum_width", .upTo(10))
      let scale = fields.required("width_scale", .upTo(10))
      let volatility = fields.required("volatility", .upTo(10))
      let slope = fields.required("volatility_slope", .signed(20))
      guard let linear, let linearSlope, let absolute, let absoluteSlope, let width, let scale,
        let volatility, let slope
      else { return nil }
      return SkewShock(
        linear: (linear, linearSlope), absolute: (absolute, absoluteSlope), minimumWidth: width,
        widthScale: scale, volatility: volatility, volatilitySlope: slope)
    }
  }
}

extension YAMLShape where Value == TailWeight {
  static var tailWeight: YAMLShape {
    .mapping("the weight of tail rows") { fields in
      let factor = fields.required("factor", .upTo(100))
      let concentrated = fields.optional("concentrated_factor", .upTo(100))
      let threshold = fields.optional("short_notional_threshold", .notional)
      if (concentrated == nil) != (threshold == nil) {
        fields.report(
          "needs the other",
          for: concentrated == nil ? "short_notional_threshold" : "concentrated_factor",
          expected: "concentrated_factor and short_notional_threshold, or neither")
      }
      return factor.map {
        TailWeight(
          factor: $0, concentratedFactor: concentrated ?? $0, shortNotionalThreshold: threshold)
      }
    }
  }
}

extension YAMLShape where Value == FuturesShock {
  static var futuresShock: YAMLShape {
    .oneOf([
      (word: "keeps_basis", value: .keepsBasis), (word: "proportional", value: .proportional),
    ])
  }
}

extension YAMLShape where Value == ExpectedShortfallRules {
  /// A table, or the name of a built-in one.
  static var expectedShortfall: YAMLShape {
    let table = shortfallTable
    let name = YAMLShape<String>.oneOf(VectorTable.names.map { (word: $0, value: $0) })
    return YAMLShape(expected: table.expected) { node, path, reader in
      if case .mapping = node.content { return table.read(node, path, &reader) }
      guard let name = name.read(node, path, &reader),
        let bytes = VectorTable.bytes(named: name)
      else { return nil }
      do throws(FaultList) {
        return try YAMLReader.read(
          try YAMLDocument(bytes: bytes, file: "\(name).yaml"), as: table)
      } catch {
        reader.report("\(error)", at: node.position, path)
        return nil
      }
    }
  }

  private static var shortfallTable: YAMLShape {
    .mapping("the expected shortfall") { fields in
      let confidence = fields.required(
        "confidence", .fixed(in: Rate.zero...(Rate.one - .ulp), "a ratio from 0, below 1"))
      let weight = fields.required("stressed_weight", .ratio)
      let days = fields.required("horizon_days", .positive)
      let symbols = fields.required("underlyings", .list(of: .symbol) as YAMLShape<[Symbol]>)
      let vectors = fields.required("vectors", .vectorRows) ?? []
      let stressed = fields.optional("stressed_vectors", .vectorRows) ?? []
      guard let confidence, let weight, let days, let symbols else { return nil }
      if Set(symbols).count != symbols.count {
        fields.report("name one twice", for: "underlyings", expected: "each once")
      }
      if !(1...10_000).contains(vectors.count + stressed.count) {
        fields.report(
          "\(vectors.count + stressed.count) vectors", for: "vectors",
          expected: "1 to 10000 with the stressed ones")
      }
      return ExpectedShortfallRules(
        confidence: confidence, stressedWeight: weight, horizonDays: days, underlyings: symbols,
        vectors: fields.vectors(vectors, columns: symbols.count, isStressed: false)
          + fields.vectors(stressed, columns: symbols.count, isStressed: true))
    }
  }
}

extension YAMLFields {
  /// Rows of a price and a volatility move per underlying; a row with a faulty cell is reported.
  fileprivate mutating func vectors(
    _ rows: [VectorRow], columns: Int, isStressed: Bool
  ) -> [ExpectedShortfallRules.Vector] {
    rows.compactMap { row in
      let numbers = row.value.compactMap(\.self)
      guard numbers.count == row.value.count else { return nil }
      guard numbers.count == 2 * columns else {
        report(
          "holds \(numbers.count) numbers", at: row,
          expected: "\(2 * columns), a price and a volatility move per underlying")
        return nil
      }
      let moves = (0..<columns).map {
        ExpectedShortfallRules.Move(price: numbers[2 * $0], volatility: numbers[2 * $0 + 1])
      }
      return ExpectedShortfallRules.Vector(isStressed: isStressed, moves: moves)
    }
  }
}

/// One vector with its position in the file; nil for a faulty cell, which is reported.
private typealias VectorRow = LocatedValue<[Rate?]>

extension YAMLShape where Value == [Rate?] {
  /// A list of moves.
  fileprivate static var moves: YAMLShape {
    YAMLShape(expected: "a list") { node, path, reader in
      guard let cells = YAMLShape<[YAMLNode]>.list(of: .node).read(node, path, &reader) else {
        return nil
      }
      return cells.enumerated().map { column, cell in
        YAMLShape<Rate>.priceMove.read(cell, path.appending(index: column), &reader)
      }
    }
  }
}

extension YAMLShape where Value == [VectorRow] {
  /// A list of lists of numbers, or a text with a line per vector.
  fileprivate static var vectorRows: YAMLShape {
    let list = YAMLShape.list(of: .located(.moves))
    let expected = "a list of vectors, or a text with a line of numbers per vector"
    return YAMLShape(expected: expected) { node, path, reader in
      guard case .scalar(let text, _) = node.content, !node.isNull else {
        return list.read(node, path, &reader)
      }
      var rows: [VectorRow] = []
      let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      for (number, line) in lines.enumerated() {
        let cells = line.split(separator: " ")
        guard let first = cells.first else { continue }
        let path = path.appending(index: rows.count)
        func position(of cell: Substring) -> SourcePosition {
          let offset = line[..<cell.startIndex].unicodeScalars.count
          return node.position(line: number, offset: offset)
        }
        let numbers = cells.enumerated().map { column, cell in
          YAMLShape<Rate>.priceMove.read(
            YAMLNode(position: position(of: cell), content: .scalar(String(cell), .plain)),
            path.appending(index: column), &reader)
        }
        rows.append(LocatedValue(value: numbers, position: position(of: first), path: path))
      }
      return rows
    }
  }
}
