import Foundation
import Testing

@Suite("Shell completion")
struct CompletionTests {
  private func shell(_ name: String) -> URL? {
    ["/usr/bin", "/bin", "/usr/local/bin"].map { URL(fileURLWithPath: "\($0)/\(name)") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  /// What bash offers when the words stand on the line and the cursor is behind the last.
  private func offers(_ words: [String]) throws -> [String] {
    let bash = try #require(shell("bash"))
    let script = """
      source <("$0" completion bash)
      COMP_WORDS=("$@") COMP_CWORD=$(( $# - 1 ))
      _plimsoll
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let plimsoll = try PlimsollProcess.executable().path
    let result = try PlimsollProcess.run(bash, ["-c", script, plimsoll, "plimsoll"] + words)
    #expect(result.status == 0)
    #expect(result.error.isEmpty)
    return result.output.split(separator: "\n").map(String.init)
  }

  @Test("gives scripts that the shells accept", arguments: ["bash", "zsh", "fish"])
  func syntax(name: String) throws {
    let script = try PlimsollProcess.run(["completion", name])
    #expect(script.status == 0)
    #expect(script.output.contains("plimsoll"))
    guard let program = shell(name) else {
      print("skipped: no \(name) here to check its completion script")
      return
    }
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let file = try directory.write(script.output, to: "script")
    let result = try PlimsollProcess.run(program, ["-n", file.path])
    #expect(result.status == 0, "\(result.error)")
  }

  @Test(
    "completes in bash",
    arguments: [
      (["to"], ["topics"]),
      (["topics", "cr"], ["create"]),
      (["re"], ["reference"]),
      (["reference", ""], ["publish", "check", "--help"]),
      (["run", "--http"], ["--http-address", "--http-port"]),
      (["topics", "create", "--rep"], ["--replication"]),
      (["tail", "--topic", "m"], ["margin-calls"]),
      (["tail", "--topic", "=", "l"], ["liquidations"]),
      (["tail", "--format", "="], ["text", "json"]),
      (["tail", "-f", "j"], ["json"]),
      (["run", "--group", "x"], []),
      (["completion", ""], ["bash", "zsh", "fish"]),
      (["explain", "--bo"], ["--book"]),
    ])
  func bash(words: [String], expected: [String]) throws {
    #expect(try offers(words) == expected)
  }

  @Test("completes files in bash")
  func bashFiles() throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let file = try directory.write("", to: "book.json").path
    let start = String(file.dropLast(4))
    #expect(try offers(["explain", "--book", start]) == [file])
    #expect(try offers(["explain", "--book", "=", start]) == [file])
    #expect(try offers(["reference", "check", start]) == [file])
  }
}
