import Foundation
import Testing

@testable import plimsoll

@Suite("Executable")
struct ExecutableTests {
  @Test("prints help with an example for every command", arguments: Plimsoll.table.commands)
  func help(command: Command) throws {
    for words in [command.path + ["--help"], command.path + ["-h"], ["help"] + command.path] {
      let result = try PlimsollProcess.run(words)
      #expect(result.status == 0)
      #expect(result.error.isEmpty)
      #expect(result.output.hasPrefix("plimsoll \(command.name) - "))
      #expect(result.output.contains("\nUsage: plimsoll \(command.name) [OPTIONS]"))
      let examples = result.output.components(separatedBy: "\nExamples:\n").last ?? ""
      #expect(examples.contains("plimsoll \(command.name)"))
      for option in command.allOptions { #expect(result.output.contains(option.name)) }
    }
  }

  @Test("prints help for the executable and for groups, and the version")
  func overview() throws {
    let overview = try PlimsollProcess.run(["--help"])
    #expect(overview.status == 0)
    for (word, summary) in Plimsoll.table.firstWords {
      #expect(overview.output.contains("  \(word) "))
      #expect(!summary.isEmpty)
    }
    #expect(!overview.output.contains("reference-page"))
    let topics = try PlimsollProcess.run(["topics", "--help"])
    #expect(topics.status == 0)
    #expect(topics.output.contains("Usage: plimsoll topics COMMAND"))
    #expect(topics.output.contains("plimsoll topics create --brokers"))
    for words in [["--version"], ["-V"], ["--vers"]] {
      let version = try PlimsollProcess.run(words)
      #expect(version.status == 0)
      #expect(version.output == "plimsoll \(Version.text)\n")
    }
  }

  @Test(
    "ends with 64 and says what was meant",
    arguments: [
      (["rnu"], "plimsoll: unknown command 'rnu' (did you mean run?)"),
      (
        ["topics", "crate"],
        "plimsoll: unknown command 'topics crate' (did you mean create?), "
          + "expected one of create, check"
      ),
      (
        ["reference"],
        "plimsoll: a word is missing after 'reference', expected one of publish, check"
      ),
      (["--hepl"], "plimsoll: unknown option --hepl (did you mean --help?)"),
      (["run", "--brokesr", "x:1"], "plimsoll run: unknown option --brokesr (did you mean "),
      (["run", "-Z"], "plimsoll run: unknown option -Z\n"),
      (["run", "-é"], "plimsoll run: unknown option that is not ASCII\nTry"),
      (["run", "extra"], "plimsoll run: unexpected argument 'extra'"),
      (
        ["run", "--http=1"],
        "plimsoll run: option --http is ambiguous: --http-address or --http-port"
      ),
      (["demo", "--keep=yes"], "plimsoll demo: option --keep takes no value"),
      (
        ["demo", "--seed"],
        "plimsoll demo: option --seed needs a value, expected a whole number from 0 to "
      ),
      (
        ["demo", "--accounts=0"],
        "plimsoll demo: --accounts: '0' is not accepted, "
          + "expected a whole number from 1 to 1000000"
      ),
      (["explain"], "plimsoll explain: expected --book or --worker"),
      (["stress"], "plimsoll stress: --book: is missing, expected the path of a file"),
      (["reference", "check"], "plimsoll reference check: argument FILE is missing"),
      (
        ["completion", "basj"],
        "plimsoll completion: argument SHELL: 'basj' is not accepted (did you mean bash?)"
      ),
      (
        ["run", "-X", "session.timeout.ms=1"],
        "plimsoll run: flag --kafka: property session.timeout.ms is set by --session-timeout"
      ),
      (["tail", "--from=yesterday"], "plimsoll tail: --from: 'yesterday' is not accepted"),
      (["demo", "--seed=\u{1B}[31m"], "plimsoll demo: --seed: '\\u{1B}[31m' is not accepted"),
    ])
  func refusals(words: [String], sentence: String) throws {
    let result = try PlimsollProcess.run(words)
    #expect(result.status == 64)
    #expect(result.output.isEmpty)
    #expect(result.error.hasPrefix(sentence), "\(result.error)")
    #expect(result.error.contains("Try 'plimsoll "))
  }

  @Test("reports every fault of a command line at once")
  func allFaults() throws {
    let result = try PlimsollProcess.run(["run", "--lanes=0", "--http-port=x", "--brokers=here"])
    #expect(result.error.components(separatedBy: "is not accepted").count == 4)
  }

  @Test("notices that standard output cannot be written")
  func fullDisk() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let shell = URL(fileURLWithPath: "/bin/sh")
    let plimsoll = try PlimsollProcess.executable().path
    let result = try PlimsollProcess.run(shell, ["-c", "\"$0\" --help > /dev/full", plimsoll])
    #expect(result.status == 74)
    #expect(result.error.hasPrefix("plimsoll: standard output cannot be written"))
  }

  @Test("keeps the reference page equal to the table")
  func referencePage() throws {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let page = root.appendingPathComponent("docs/reference/configuration.md")
    let result = try PlimsollProcess.run(["reference-page"])
    #expect(result.status == 0)
    let committed = try String(contentsOf: page, encoding: .utf8)
    #expect(
      committed == result.output,
      "make it again: plimsoll reference-page > docs/reference/configuration.md")
  }
}

extension Command: CustomTestStringConvertible {
  /// The command's words.
  public var testDescription: String { name }
}
