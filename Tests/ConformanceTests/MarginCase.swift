import FixedPoint
import MarginDomain

/// The inputs of a case, or of a row inside one, read as the domain's types.
///
/// Decimals beyond the product's scale are rounded to the nearest unit, as in a book; a value
/// outside the admitted range is refused with the range error.
struct CaseInputs {
  let values: [String: JSONValue]

  func has(_ key: String) -> Bool {
    if case .null = values[key] ?? .null { return false }
    return true
  }

  func text(_ key: String) throws -> String {
    guard case .text(let text)? = values[key] else { throw missing(key, "a text") }
    return text
  }

  func rows(_ key: String) throws -> [CaseInputs] {
    guard let value = values[key] else { return [] }
    guard let list = value.list else { throw missing(key, "a list") }
    return try list.map { row in
      guard let values = row.object else { throw missing(key, "a list of objects") }
      return CaseInputs(values: values)
    }
  }

  func price(_ key: String) throws -> Price {
    try DomainLimits.checked(
      number(key), in: DomainLimits.minimumPrice...DomainLimits.maximumPrice, as: key)
  }

  func inversePrice(_ key: String) throws -> Price {
    try DomainLimits.checked(
      number(key), in: DomainLimits.minimumInversePrice...DomainLimits.maximumPrice, as: key)
  }

  func amount(_ key: String) throws -> AssetAmount {
    try DomainLimits.checked(
      number(key), in: -DomainLimits.maximumBalance...DomainLimits.maximumBalance, as: key)
  }

  func rate(_ key: String) throws -> Rate {
    try DomainLimits.checked(
      number(key), in: -DomainLimits.maximumRate...DomainLimits.maximumRate, as: key)
  }

  func money(_ key: String) throws -> Money { try number(key) }

  /// Signed contracts: `side` where it is given, else the sign of the number.
  func quantity(_ key: String) throws -> Quantity {
    let limit = DomainLimits.maximumQuantity
    let size: Quantity = try DomainLimits.checked(number(key), in: -limit...limit, as: key)
    guard !size.isZero else {
      throw DomainRangeError(name: key, value: "0", expected: "\(Quantity.ulp) or more")
    }
    return try signed(size)
  }

  /// A number of contracts or a multiplier, whatever the side.
  func size(_ key: String) throws -> Quantity {
    try DomainLimits.checked(
      number(key), in: Quantity.ulp...DomainLimits.maximumQuantity, as: key)
  }

  /// A size with the sign of `side`; without a side as it is.
  func signed(_ size: Quantity) throws -> Quantity {
    guard has("side") else { return size }
    switch try text("side").lowercased() {
    case "long", "buy": return size.magnitude
    case "short", "sell": return -size.magnitude
    default: throw missing("side", "long or short")
    }
  }

  private func number<Number: FixedDecimal>(_ key: String) throws -> Number {
    guard let exact = values[key]?.exact else { throw missing(key, "a number") }
    guard let number = Number(exact, rounding: .nearestEven) else {
      throw DomainRangeError(
        name: key, value: "\(exact)", expected: "a number of the product's scale")
    }
    return number
  }

  private func missing(_ key: String, _ what: String) -> VectorFile.Failure {
    VectorFile.Failure(description: "\(key): expected \(what)")
  }
}

/// One case of `margin_cases`: inputs with their parameter sets, expected answers, tolerances.
struct MarginCase {
  let id: String
  let family: String
  let inputs: CaseInputs
  let expected: [String: JSONValue]
  let tolerances: [String: Tolerance]

  init(_ value: JSONValue, parameterSets: [String: JSONValue]) throws {
    guard let members = value.object, case .text(let id)? = members["id"],
      case .text(let family)? = members["formula"], let inputs = members["inputs"]?.object,
      let expected = members["expected"]?.object, !expected.isEmpty
    else {
      throw VectorFile.Failure(
        description: "a case: expected id, formula, inputs and expected, got \(value)")
    }
    self.id = id
    self.family = family
    self.expected = expected
    self.inputs = CaseInputs(values: try Self.extended(inputs, by: parameterSets, case: id))
    tolerances = try (members["tolerance"]?.object ?? [:]).mapValues { value in
      guard let tolerance = Tolerance(value) else {
        throw VectorFile.Failure(description: "\(id): unknown tolerance \(value)")
      }
      return tolerance
    }
  }

  /// The inputs over the parameter sets that `$use` names; later names and the inputs win.
  private static func extended(
    _ inputs: [String: JSONValue], by sets: [String: JSONValue], case id: String
  ) throws -> [String: JSONValue] {
    var names: [JSONValue] = []
    switch inputs["$use"] {
    case nil: return inputs
    case .list(let list)?: names = list
    case .some(let name): names = [name]
    }
    var result: [String: JSONValue] = [:]
    for name in names {
      guard case .text(let name) = name, let set = sets[name]?.object else {
        throw VectorFile.Failure(description: "\(id): no parameter set \(name)")
      }
      result.merge(set) { _, new in new }
    }
    result.merge(inputs) { _, new in new }
    result["$use"] = nil
    return result
  }

  /// The tolerance of a key: its own, else that of `*`, else none.
  func tolerance(of key: String) -> Tolerance { tolerances[key] ?? tolerances["*"] ?? .exact }
}

/// How far an answer may be from what is expected.
enum Tolerance {
  case exact
  case absolute(ExactRatio)
  case relative(ExactRatio, floor: ExactRatio)

  init?(_ value: JSONValue) {
    guard let members = value.object, case .text(let kind)? = members["kind"] else { return nil }
    let size = members["value"]?.exact
    switch (kind, size) {
    case ("exact", _): self = .exact
    case ("abs", .some(let size)): self = .absolute(size)
    case ("rel", .some(let size)):
      self = .relative(size, floor: members["floor"]?.exact ?? .zero)
    default: return nil
    }
  }

  func admits(_ answer: ExactRatio, for expected: ExactRatio) -> Bool {
    let error = (answer - expected).magnitude
    switch self {
    case .exact: return error.isZero
    case .absolute(let size): return error <= size
    case .relative(let size, let floor):
      return error <= size * expected.magnitude || error <= floor
    }
  }
}
