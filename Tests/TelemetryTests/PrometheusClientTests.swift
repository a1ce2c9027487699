import Foundation
import Telemetry
import Testing

@Suite("Prometheus' own client")
struct PrometheusClientTests {
  /// The Python of the test environment, or nil with the reason printed.
  private static let python: String? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let path =
      ProcessInfo.processInfo.environment["PLIMSOLL_TEST_PYTHON"]
      ?? root.appending(path: ".build/venv/bin/python").path
    if FileManager.default.isExecutableFile(atPath: path) { return path }
    print("skipped: no Python with prometheus-client at \(path) (set PLIMSOLL_TEST_PYTHON)")
    return nil
  }()

  private static let program = """
    import json, sys
    from prometheus_client.parser import text_string_to_metric_families
    families = list(text_string_to_metric_families(sys.stdin.buffer.read().decode("utf-8")))
    print(json.dumps({
      "families": {f.name: [f.type, f.documentation] for f in families},
      "samples": [[s.name, sorted(s.labels.items()), repr(float(s.value))]
                  for f in families for s in f.samples]}))
    """

  @Test("reads every family and sample of the text", .enabled(if: python != nil))
  func read() throws {
    let text = try MetricsTests.hardRegistry().text()
    let output = try run(try #require(Self.python), input: Data(text.utf8))
    let read = try #require(try JSONSerialization.jsonObject(with: output) as? [String: Any])
    let families = try #require(read["families"] as? [String: [String]])
    let samples = try #require(read["samples"] as? [[Any]])
    let own = try PrometheusTextChecker(text)
    #expect(families.count == own.types.count)
    #expect(families["plimsoll_age_seconds"] == ["gauge", "Back\\slash \"quote\"\nand line."])
    #expect(families["plimsoll_records_consumed"]?.first == "counter")
    #expect(Set(families.values.compactMap(\.first)) == ["counter", "gauge", "histogram"])
    #expect(samples.map(describe) == own.samples.map(describe))
  }

  private func describe(_ sample: [Any]) -> String {
    let labels = (sample[1] as? [[String]] ?? []).map { "\($0[0])=\($0[1])" }
    let value = Double(sample[2] as? String ?? "") ?? .zero
    return "\(sample[0]) \(labels) \(value)"
  }

  private func describe(_ sample: PrometheusTextChecker.Sample) -> String {
    let labels = sample.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return "\(sample.name) \(labels) \(sample.value)"
  }

  private func run(_ python: String, input: Data) throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = ["-c", Self.program]
    let (standardInput, standardOutput) = (Pipe(), Pipe())
    process.standardInput = standardInput
    process.standardOutput = standardOutput
    try process.run()
    try standardInput.fileHandleForWriting.write(contentsOf: input)
    try standardInput.fileHandleForWriting.close()
    let output = try standardOutput.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return output
  }
}
