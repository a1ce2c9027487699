import Foundation

/// Which target may use which: the rings of docs/explanation/architecture.md.
enum ArrowRules {
  /// What one target may import.
  struct Allowed {
    let targets: Set<String>
    /// Whether modules of the toolchain are open to it.
    ///
    /// The domain, the engine and the ports see nothing but the language itself.
    let usesSystem: Bool

    init(_ targets: Set<String> = [], usesSystem: Bool = true) {
      self.targets = targets
      self.usesSystem = usesSystem
    }
  }

  private static let domain: Set<String> = [
    "FixedPoint", "DeterministicMath", "MarginDomain", "MarginModel",
  ]
  private static let worker: Set<String> = [
    "LiquidationEngine", "StreamTransport", "LiquidationWire", "Telemetry", "LiquidationWorker",
  ]
  private static let adapters: Set<String> = [
    "KafkaTransport", "OperatorEndpoint", "RulebookFiles", "MarketSimulator",
  ]

  static let table: [String: Allowed] = [
    "FixedPoint": Allowed(usesSystem: false),
    "DeterministicMath": Allowed(usesSystem: false),
    "MarginDomain": Allowed(["FixedPoint"], usesSystem: false),
    "MarginModel": Allowed(
      ["MarginDomain", "FixedPoint", "DeterministicMath"], usesSystem: false),
    "LiquidationEngine": Allowed(
      ["MarginModel", "MarginDomain", "FixedPoint"], usesSystem: false),
    "StreamTransport": Allowed(usesSystem: false),
    "LiquidationWire": Allowed(["MarginDomain", "FixedPoint", "CSchemas", "CProtobufC"]),
    "Telemetry": Allowed(),
    "LiquidationWorker": Allowed([
      "LiquidationEngine", "MarginDomain", "FixedPoint", "LiquidationWire", "StreamTransport",
      "Telemetry", "CLaneThread",
    ]),
    "KafkaTransport": Allowed(["StreamTransport", "Telemetry", "CRdKafka"]),
    "OperatorEndpoint": Allowed(["Telemetry", "CMicroHTTPD"]),
    "RulebookFiles": Allowed(["MarginModel", "MarginDomain", "FixedPoint", "CYAML"]),
    "MarketSimulator": Allowed(["MarginModel", "MarginDomain", "FixedPoint"]),
    "plimsoll": Allowed(domain.union(worker).union(adapters).union(["CGetopt"])),
    "LiquidationTestKit": Allowed(domain.union(worker)),
    "CSchemas": Allowed(["CProtobufC"]),
    "CRdKafka": Allowed(), "CProtobufC": Allowed(), "CYAML": Allowed(),
    "CMicroHTTPD": Allowed(), "CGetopt": Allowed(), "CLaneThread": Allowed(),
  ]

  /// Modules of the toolchain that shipped targets use.
  static let systemModules: Set<String> = [
    "Darwin", "Dispatch", "Foundation", "Glibc", "Musl", "Synchronization",
  ]

  /// The one target that sees each C module.
  static let ownerOfCModule: [String: String] = [
    "CRdKafka": "KafkaTransport", "CProtobufC": "LiquidationWire", "CSchemas": "LiquidationWire",
    "CMicroHTTPD": "OperatorEndpoint", "CYAML": "RulebookFiles",
    "CLaneThread": "LiquidationWorker", "CGetopt": "plimsoll",
  ]

  /// A target as the manifest declares it.
  struct Declared: Equatable {
    let name: String
    let isTest: Bool
    let dependencies: Set<String>
  }

  static func findings(inManifest declared: [Declared]) -> [Finding] {
    var messages: [String] = []
    for target in declared where !target.isTest {
      guard let allowed = table[target.name] else {
        messages.append("target \(target.name) has no row in the table of arrows")
        continue
      }
      for dependency in target.dependencies.subtracting(allowed.targets).sorted() {
        messages.append("\(target.name) may not depend on \(dependency)")
      }
    }
    return messages.map { Finding(path: "Package.swift", line: 1, message: $0) }
  }

  static func findings(inImportsOf source: SwiftSource) -> [Finding] {
    let isShipped = source.path.hasPrefix("Sources/") && source.target != "LiquidationTestKit"
    let allowed = table[source.target]
    return imports(of: source).compactMap { module, line in
      if let owner = ownerOfCModule[module], owner != source.target {
        return source.finding(line, "only \(owner) may import \(module)")
      }
      guard source.path.hasPrefix("Sources/"), let allowed else { return nil }
      if allowed.targets.contains(module) { return nil }
      if allowed.usesSystem, systemModules.contains(module) { return nil }
      if !isShipped, module == "Testing" { return nil }
      return source.finding(line, "\(source.target) may not import \(module)")
    }
  }

  static func imports(of source: SwiftSource) -> [(module: String, line: Int)] {
    let kinds: Set = ["struct", "class", "enum", "protocol", "func", "let", "var", "typealias"]
    return source.tokens.indices.compactMap { index in
      guard source.tokens[index].text == "import", source.tokens[index].kind == .word else {
        return nil
      }
      let name = source.tokens[(index + 1)...].first { !kinds.contains($0.text) }
      return name.map { ($0.text, $0.line) }
    }
  }

  /// Read the answer of `swift package dump-package`.
  static func declaredTargets(inDump data: Data) throws -> [Declared] {
    struct Dump: Decodable {
      struct Target: Decodable {
        let name: String
        let type: String
        let dependencies: [[String: [String?]]]
      }
      let targets: [Target]
      let dependencies: [[String: [Unread]]]
    }
    struct Unread: Decodable {}
    let dump = try JSONDecoder().decode(Dump.self, from: data)
    guard dump.dependencies.isEmpty else { throw OutsidePackage() }
    return dump.targets.map { target in
      let names = target.dependencies.flatMap { $0.values.compactMap { $0.first ?? nil } }
      return Declared(name: target.name, isTest: target.type == "test", dependencies: Set(names))
    }
  }

  /// The manifest names a package from outside, which docs/adr/0001-dependencies.md rules out.
  struct OutsidePackage: Error {}
}
