import FixedPoint
import Foundation
import LiquidationWire
import MarginDomain

/// The repository's root.
let repositoryRoot = URL(filePath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// A sample record: `Schemas/samples/<Message>.<what>.json`.
struct Sample: Sendable, CustomStringConvertible {
  let name: String
  let message: TopicMessage
  let text: String

  var description: String { name }

  /// The message and the member of its oneof, as the file's name states them.
  var nameParts: [String] { name.split(separator: ".").map(String.init) }

  func bytes() throws -> [UInt8] { try JSONForm.bytes(from: text, as: message) }

  /// The sample with one text replaced, which has to be there.
  func replacing(_ old: String, _ new: String) throws -> Sample {
    guard text.contains(old) else { throw SampleFault(description: "\(name) has no \(old)") }
    return Sample(
      name: name, message: message, text: text.replacingOccurrences(of: old, with: new))
  }

  static func named(_ name: String) throws -> Sample {
    guard let sample = try all().first(where: { $0.name == name }) else {
      throw SampleFault(description: "there is no sample \(name)")
    }
    return sample
  }

  static func all() throws -> [Sample] {
    let directory = repositoryRoot.appending(path: "Schemas/samples")
    return try FileManager.default.contentsOfDirectory(
      at: directory, includingPropertiesForKeys: nil
    )
    .filter { $0.pathExtension == "json" }
    .sorted { $0.path < $1.path }
    .map { file in
      let name = file.deletingPathExtension().lastPathComponent
      let messageName = name.split(separator: ".").first.map(String.init) ?? ""
      guard let message = TopicMessage(rawValue: messageName) else {
        throw SampleFault(description: "\(name) names no message of a topic")
      }
      return Sample(
        name: name, message: message, text: try String(contentsOf: file, encoding: .utf8))
    }
  }

  static func all(of messages: TopicMessage...) throws -> [Sample] {
    try all().filter { messages.contains($0.message) }
  }
}

struct SampleFault: Error, CustomStringConvertible {
  let description: String
}

extension TopicMessage {
  var inputTopic: InputTopic? { InputTopic.allCases.first { TopicMessage($0) == self } }
  var outputTopic: MarginEvent.Topic? {
    MarginEvent.Topic.allCases.first { TopicMessage($0) == self }
  }
}

/// A rulebook of which only the identity matters.
func anyRulebook(_ id: RulebookID) -> Rulebook {
  let step = MarginLadder.Step(enter: .one, isEnteredAtLevel: false, leave: .one)
  return Rulebook(
    id: id, reportingAsset: Symbol("USD"),
    futures: FuturesRules(
      notionalBasis: .mark, tierBasis: .mark, liquidationPath: .underlying, closingFee: .none,
      initialRate: .leverage, liquidationPriceRounding: nil, bankruptcyPriceRounding: nil,
      defaultSchedule: .flat(initialRate: .one, maintenanceRate: .one), schedules: []),
    options: StandardOptionRules(
      shortInitialRate: .one, shortInitialFloor: .one, shortMaintenanceRate: .one,
      shortMaintenanceFloor: .one, putCap: nil, longInitialRate: .one,
      longMaintenanceValueRate: .one, longMaintenanceRate: .one),
    collateral: CollateralRules(haircuts: [], debtOrder: []),
    ladder: MarginLadder(warning: step, marginCall: step, reduceOnly: nil, liquidation: step),
    liquidation: LiquidationRules(
      confirmations: 1, orderLifeNanoseconds: 1, includesIncompleteAccounts: true,
      feeRate: .zero),
    market: MarketRules(
      priceBand: .one, bandConfirmations: 1, bandTimeoutNanoseconds: 1,
      maximumPriceAgeNanoseconds: 1, maximumTimeAheadNanoseconds: 1))
}

/// Decodes with a rulebook reader that accepts every document.
func decode(
  _ topic: InputTopic, key: [UInt8]?, value: [UInt8]?
) -> DecodedRecord {
  var decoder = CommandDecoder { _, id in .success(anyRulebook(id)) }
  return decoder.decode(topic, key: key.map { $0[...] }, value: value.map { $0[...] })
}

extension DecodedRecord {
  var refusal: WireRefusal? {
    if case .refused(let refusal) = self { return refusal }
    return nil
  }

  var command: MarginCommand.Body? {
    if case .command(let body) = self { return body }
    return nil
  }
}

/// What a command of the operating system did.
struct ProcessResult {
  let status: Int32
  let output: [UInt8]
  let errors: String
}

/// Runs a command with its input and waits for it.
func run(
  _ arguments: [String], input: [UInt8] = [], directory: URL = repositoryRoot
) throws -> ProcessResult {
  let scratch = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: scratch) }
  let files = ["input", "output", "errors"].map { scratch.appending(path: $0) }
  try Data(input).write(to: files[0])
  for file in files.dropFirst() { try Data().write(to: file) }
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = arguments
  process.currentDirectoryURL = directory
  process.standardInput = try FileHandle(forReadingFrom: files[0])
  process.standardOutput = try FileHandle(forWritingTo: files[1])
  process.standardError = try FileHandle(forWritingTo: files[2])
  try process.run()
  process.waitUntilExit()
  return ProcessResult(
    status: process.terminationStatus, output: Array(try Data(contentsOf: files[1])),
    errors: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self))
}

/// True where Debian's protobuf-compiler is installed.
let hasProtoc: Bool = (try? run(["protoc", "--version"]).status) == 0
