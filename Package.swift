// swift-tools-version: 6.2
import PackageDescription

// No outside Swift package is named here: Plimsoll builds with the toolchain and the
// distribution's C libraries (docs/adr/0001-dependencies.md). A test holds the arrows below.

let everywhere: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .treatAllWarnings(as: .error),
]
let pure = everywhere + [.strictMemorySafety()]

/// One line per Swift target: name, what it may import, and its settings.
func library(
  _ name: String, _ dependencies: [String] = [], settings: [SwiftSetting] = everywhere,
  resources: [Resource]? = nil
) -> Target {
  .target(
    name: name, dependencies: dependencies.map { .init(stringLiteral: $0) },
    resources: resources, swiftSettings: settings)
}

func tests(
  _ name: String, _ dependencies: [String], exclude: [String] = [], resources: [Resource]? = nil
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, exclude: exclude,
    resources: resources, swiftSettings: everywhere)
}

let cLibraries: [Target] = [
  .systemLibrary(name: "CRdKafka", path: "Sources/CLibraries/CRdKafka", pkgConfig: "rdkafka"),
  .systemLibrary(
    name: "CProtobufC", path: "Sources/CLibraries/CProtobufC", pkgConfig: "libprotobuf-c"),
  .systemLibrary(name: "CYAML", path: "Sources/CLibraries/CYAML", pkgConfig: "yaml-0.1"),
  .target(
    name: "CMicroHTTPD", path: "Sources/CLibraries/CMicroHTTPD",
    linkerSettings: [.linkedLibrary("microhttpd")]),
  .target(name: "CGetopt", path: "Sources/CLibraries/CGetopt"),
  .target(name: "CLaneThread", path: "Sources/CLibraries/CLaneThread"),
  .target(name: "CSchemas", dependencies: ["CProtobufC"], path: "Sources/CSchemas"),
]

let domain: [Target] = [
  library("FixedPoint", settings: pure),
  library("DeterministicMath", settings: pure),
  library("MarginDomain", ["FixedPoint"], settings: pure),
  library("MarginModel", ["MarginDomain", "FixedPoint", "DeterministicMath"], settings: pure),
]

let engine: [Target] = [
  library("LiquidationEngine", ["MarginModel", "MarginDomain", "FixedPoint"], settings: pure)
]

let worker: [Target] = [
  library("StreamTransport", settings: pure),
  library("LiquidationWire", ["MarginDomain", "FixedPoint", "CSchemas", "CProtobufC"]),
  library("Telemetry"),
  library(
    "LiquidationWorker",
    [
      "LiquidationEngine", "MarginDomain", "FixedPoint", "LiquidationWire", "StreamTransport",
      "Telemetry", "CLaneThread",
    ]),
]

let adapters: [Target] = [
  library("KafkaTransport", ["StreamTransport", "Telemetry", "CRdKafka"]),
  library("OperatorEndpoint", ["Telemetry", "CMicroHTTPD"]),
  library(
    "RulebookFiles", ["MarginModel", "MarginDomain", "FixedPoint", "CYAML"],
    resources: [.embedInCode("Presets"), .embedInCode("Tables")]),
  library(
    "MarketSimulator", ["MarginModel", "MarginDomain", "FixedPoint"],
    resources: [.embedInCode("Crash")]),
]

let commands: [Target] = [
  .executableTarget(
    name: "plimsoll",
    dependencies: [
      "FixedPoint", "MarginDomain", "MarginModel", "LiquidationEngine", "StreamTransport",
      "LiquidationWire", "Telemetry", "LiquidationWorker", "KafkaTransport", "OperatorEndpoint",
      "RulebookFiles", "MarketSimulator", "CGetopt",
    ],
    swiftSettings: everywhere)
]

let testTargets: [Target] = [
  library(
    "LiquidationTestKit",
    [
      "FixedPoint", "DeterministicMath", "MarginDomain", "MarginModel", "LiquidationEngine",
      "StreamTransport", "LiquidationWire", "Telemetry", "LiquidationWorker",
    ]),
  tests("FixedPointTests", ["FixedPoint", "LiquidationTestKit"]),
  tests(
    "DeterministicMathTests", ["DeterministicMath", "LiquidationTestKit"], exclude: ["reference"]),
  tests("MarginDomainTests", ["MarginDomain", "FixedPoint", "LiquidationTestKit"]),
  tests(
    "MarginModelTests",
    ["MarginModel", "MarginDomain", "FixedPoint", "DeterministicMath", "LiquidationTestKit"],
    exclude: ["reference"]),
  tests(
    "ConformanceTests",
    ["MarginModel", "MarginDomain", "FixedPoint", "RulebookFiles", "LiquidationEngine"],
    resources: [.copy("Fixtures")]),
  tests(
    "LiquidationEngineTests",
    ["LiquidationEngine", "MarginModel", "MarginDomain", "FixedPoint", "LiquidationTestKit"],
    resources: [.copy("Scenarios")]),
  tests(
    "LiquidationWireTests",
    ["LiquidationWire", "MarginDomain", "FixedPoint", "LiquidationTestKit"]),
  tests("TelemetryTests", ["Telemetry", "LiquidationTestKit"]),
  tests("OperatorEndpointTests", ["OperatorEndpoint", "Telemetry"]),
  tests(
    "LiquidationWorkerTests",
    [
      "LiquidationWorker", "LiquidationEngine", "LiquidationWire", "StreamTransport", "Telemetry",
      "MarginDomain", "FixedPoint", "LiquidationTestKit",
    ]),
  tests("KafkaTransportTests", ["KafkaTransport", "StreamTransport", "Telemetry"]),
  tests(
    "RulebookFilesTests",
    ["RulebookFiles", "MarginModel", "MarginDomain", "FixedPoint", "LiquidationTestKit"]),
  tests(
    "MarketSimulatorTests",
    ["MarketSimulator", "MarginModel", "MarginDomain", "FixedPoint", "LiquidationTestKit"]),
  tests(
    "CommandTests",
    [
      "plimsoll", "MarginDomain", "KafkaTransport", "RulebookFiles", "StreamTransport",
      "LiquidationWire", "FixedPoint", "MarginModel", "LiquidationEngine", "LiquidationTestKit",
    ], resources: [.copy("Books")]),
  tests("TidyTests", []),
]

/// QuantLib, to measure option values against, where `make bench` has found it.
let quantLib = Context.environment["PLIMSOLL_QUANTLIB"] != nil

/// Built by `make bench` alone, so that nobody else waits for them.
let benchmarks: [Target] =
  Context.environment["PLIMSOLL_BENCHMARKS"] == nil
  ? []
  : [
    .executableTarget(
      name: "EngineBenchmarks",
      dependencies: [
        "LiquidationEngine", "LiquidationTestKit", "MarginDomain", "FixedPoint", "Telemetry",
      ], path: "Benchmarks/EngineBenchmarks", swiftSettings: everywhere),
    .executableTarget(
      name: "StreamBenchmarks",
      dependencies: [
        "LiquidationWorker", "LiquidationEngine", "LiquidationWire", "KafkaTransport",
        "StreamTransport", "LiquidationTestKit", "MarginDomain", "FixedPoint", "Telemetry",
      ], path: "Benchmarks/StreamBenchmarks", swiftSettings: everywhere),
    .executableTarget(
      name: "MarginBenchmarks",
      dependencies: [
        "MarginModel", "MarginDomain", "LiquidationTestKit", "CPlainOptions",
      ] + (quantLib ? ["QuantLibPeer"] : []), path: "Benchmarks/MarginBenchmarks",
      swiftSettings: everywhere + (quantLib ? [.define("QUANTLIB")] : [])),
    .target(
      name: "CPlainOptions", path: "Benchmarks/peers/CPlainOptions",
      linkerSettings: [.linkedLibrary("m")]),
  ]
    + (quantLib
      ? [
        .target(
          name: "QuantLibPeer", path: "Benchmarks/peers/QuantLibPeer",
          linkerSettings: [.linkedLibrary("QuantLib")])
      ] : [])

let package = Package(
  name: "plimsoll",
  platforms: [.macOS(.v15)],
  targets: cLibraries + domain + engine + worker + adapters + commands + benchmarks + testTargets,
  swiftLanguageModes: [.v6]
)
