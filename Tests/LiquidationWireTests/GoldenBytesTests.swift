import Foundation
import LiquidationWire
import Testing

/// The bytes of the samples, committed in `bytes.txt`: what others have stored must stay readable.
@Suite("Golden bytes")
struct GoldenBytesTests {
  static func committed() throws -> [String: String] {
    let file = repositoryRoot.appending(path: "Schemas/samples/bytes.txt")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    let pairs = lines.filter { !$0.hasPrefix("#") }.map { line in
      let words = line.split(separator: " ").map(String.init)
      return (words[0], words[1])
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  @Test("are what the samples encode to", arguments: try Sample.all())
  func unchanged(_ sample: Sample) throws {
    let hexadecimal = try sample.bytes().map { String(format: "%02x", $0) }.joined()
    #expect(try Self.committed()[sample.name] == hexadecimal)
  }

  @Test("are those of the samples that are there")
  func coverage() throws {
    #expect(try Set(Self.committed().keys) == Set(Sample.all().map(\.name)))
  }

  /// protoc reads our bytes by the original schemas and writes them again from what it has read, so
  /// equal bytes mean that it knows every field and that its order of fields is ours.
  @Test(
    "are the bytes that protoc writes", .enabled(if: hasProtoc, "protoc is not installed"),
    arguments: try Sample.all())
  func protocAgrees(_ sample: Sample) throws {
    let bytes = try sample.bytes()
    let text = try protoc("--decode", sample, input: bytes)
    #expect(!text.isEmpty)
    // An unknown field would be shown by its number.
    let isKnown = String(decoding: text, as: UTF8.self).split(separator: "\n").allSatisfy { line in
      line.drop { $0 == " " }.first?.isNumber == false
    }
    #expect(isKnown)
    #expect(try protoc("--encode", sample, input: text) == bytes)
  }

  private func protoc(_ verb: String, _ sample: Sample, input: [UInt8]) throws -> [UInt8] {
    let schemas = repositoryRoot.appending(path: "Schemas")
    let files = try FileManager.default.contentsOfDirectory(
      atPath: schemas.appending(path: "plimsoll/v1").path
    ).filter { $0.hasSuffix(".proto") }.sorted().map { "plimsoll/v1/\($0)" }
    let result = try run(
      ["protoc", "--proto_path=.", "\(verb)=plimsoll.v1.\(sample.message.rawValue)"] + files,
      input: input, directory: schemas)
    #expect(result.status == 0, "\(result.errors)")
    return result.output
  }
}
