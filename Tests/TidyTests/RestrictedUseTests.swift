import Testing

@Suite("Floating point and unsafe code")
struct RestrictedUseTests {
  private func source(_ text: String, path: String = "Sources/MarginModel/A.swift") -> SwiftSource {
    SwiftSource(text, path: path)
  }

  @Test("floating point stays in the listed files")
  func floatingPointStaysInItsFiles() {
    expectNone(NumberRules.restriction().findings(in: Repository.swiftSources))
  }

  @Test("unsafe code stays in the listed wrapper files")
  func unsafeCodeStaysInItsFiles() {
    expectNone(SafetyRules.restriction().findings(in: Repository.swiftSources))
  }

  @Test(
    "floating point in an exact target is found",
    arguments: ["let x: Double", "let x = 0.5", "let x = 1e-3", "f(Float32(a))"])
  func findsFloatingPoint(text: String) {
    #expect(NumberRules.restriction(allowedFiles: []).findings(in: [source(text)]).count == 1)
  }

  @Test(
    "exact numbers and text are not floating point",
    arguments: ["let x = 0xE1", "pair.0.1", "let x = 1_000", "let x = \"0.5\"  // a Double"])
  func acceptsExactNumbers(text: String) {
    #expect(NumberRules.restriction(allowedFiles: []).findings(in: [source(text)]).isEmpty)
  }

  @Test("floating point is free where numbers are not exact")
  func acceptsFloatingPointElsewhere() {
    let math = source("let x = 0.5", path: "Sources/DeterministicMath/A.swift")
    #expect(NumberRules.restriction(allowedFiles: []).findings(in: [math]).isEmpty)
  }

  @Test(
    "unsafe code is found",
    arguments: [
      "let p: UnsafePointer<Int>", "withUnsafeBytes(of: x) { _ in }",
      "struct A: @unchecked Sendable",
      "nonisolated(unsafe) var a = 1", "let p: OpaquePointer?",
    ])
  func findsUnsafeCode(text: String) {
    #expect(SafetyRules.restriction(allowedFiles: []).findings(in: [source(text)]).count == 1)
  }

  @Test("a listed file may, and has to")
  func listedFileMayAndHasTo() {
    let path = "Sources/MarginModel/A.swift"
    let rule = SafetyRules.restriction(allowedFiles: [path])
    #expect(rule.findings(in: [source("let p: OpaquePointer?")]).isEmpty)
    #expect(rule.findings(in: [source("let p = 1")]).map(\.path) == [path])
  }
}
