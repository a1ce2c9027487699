import Foundation
import Testing

@testable import plimsoll

@Suite("Option table")
struct OptionTableTests {
  private let table = Plimsoll.table

  @Test("has defaults that its own parsers accept")
  func defaults() {
    for command in table.commands {
      for option in command.allOptions where !option.isRequired {
        let texts = option.defaultText.map { [$0] } ?? []
        #expect(option.check(texts) == nil, "\(command.name) --\(option.name)")
      }
    }
  }

  @Test("names nothing twice, and words of one name mean the same in every command")
  func names() {
    var expectations: [String: String] = [:]
    for command in table.commands {
      let options = command.allOptions
      #expect(Set(options.map(\.name)).count == options.count, "\(command.name)")
      let shorts = options.compactMap(\.short)
      #expect(Set(shorts).count == shorts.count, "\(command.name)")
      for option in options where option.environmentName != nil {
        let earlier = expectations.updateValue(option.expected, forKey: option.name)
        #expect(earlier == nil || earlier == option.expected, "--\(option.name)")
      }
    }
    #expect(Set(table.commands.map(\.name)).count == table.commands.count)
  }

  @Test("shows only examples that it accepts itself")
  func examples() throws {
    for command in table.commands {
      #expect(!command.examples.isEmpty, "\(command.name)")
      for example in command.examples {
        let words = Self.words(of: example.line)
        let start = try #require(words.firstIndex(of: "plimsoll"), "\(example.line)")
        let rest = words[(start + 1)...].prefix { $0 != ">" }
        #expect(rest.starts(with: command.path), "\(example.line)")
        var resolver = OptionResolver(command: command, table: table, environment: [:])
        let outcome = resolver.resolve(Array(rest.dropFirst(command.path.count)))
        if case .failure(let status, let messages) = outcome, status != .noInput {
          Issue.record("\(example.line): \(messages)")
        }
      }
    }
  }

  /// The words of a line as a shell splits it: spaces in double quotes do not part.
  private static func words(of line: String) -> [String] {
    var words = [""]
    var isQuoted = false
    for character in line {
      if character == "\"" {
        isQuoted.toggle()
      } else if " ()<".contains(character), !isQuoted {
        words.append("")
      } else {
        words[words.count - 1].append(character)
      }
    }
    return words.filter { !$0.isEmpty }
  }

  @Test("gives typed values")
  func typedValues() throws {
    var resolver = OptionResolver(
      command: RunCommand.command, table: table, environment: ["KAFKA_LINGER_MS": "5"])
    let words = ["--lanes=3", "--session-timeout", "1500ms", "-beu:9092", "--topic-prefix=x."]
    guard case .run(let options) = resolver.resolve(words) else {
      Issue.record("\(resolver.complaints)")
      return
    }
    #expect(options[RunCommand.lanes] == .fixed(3))
    #expect(options[RunCommand.sessionTimeout] == .milliseconds(1500))
    #expect(options[RunCommand.instance] == nil)
    #expect(options[KafkaOptions.brokers] == "eu:9092")
    #expect(options[HTTPOptions.port] == 9464)
    #expect(options[LogOptions.level] == .info)
    #expect(TopicNames(options).marginCalls == "x.margin-calls")
    #expect(options.source(of: RunCommand.lanes) == .flag("--lanes"))
    #expect(
      options.kafkaProperties == [
        KafkaProperty(
          name: "linger.ms", value: "5", source: .environment("KAFKA_LINGER_MS"), isSecret: false)
      ])
  }

  @Test(
    "turns environment names into property names",
    arguments: [
      ("SASL_PASSWORD", "sasl.password"), ("SSL___CA", "ssl_ca"), ("A__B", "a-b"),
      ("sasl.username", "sasl.username"), ("A____B", "a_.b"),
    ])
  func propertyNames(text: String, name: String) {
    #expect(KafkaProperties.name(fromEnvironment: text) == name)
  }

  @Test(
    "reads times to the nanosecond",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2025-10-10T21:15:00.5Z", 1_760_130_900_500_000_000),
      ("2025-10-10T23:15:00+02:00", 1_760_130_900_000_000_000),
      ("2024-02-29 12:00:00.123456789Z", 1_709_208_000_123_456_789),
      ("2261-12-31T23:59:59Z", 9_214_646_399_000_000_000),
    ] as [(String, Int64)])
  func times(text: String, nanoseconds: Int64) {
    #expect(InternetTime.nanoseconds(text) == nanoseconds)
  }

  @Test(
    "refuses what is no time",
    arguments: [
      "2025-02-29T00:00:00Z", "2025-13-01T00:00:00Z", "2025-01-01", "2025-01-01T00:00:00",
      "2025-01-01T24:00:00Z", "1969-12-31T23:59:59Z", "2025-01-01T00:00:00.Z", "now",
      "2025-01-01T00:00:00Zx", "1970-01-01T00:00:00+01:00",
    ])
  func notTimes(text: String) {
    #expect(InternetTime.nanoseconds(text) == nil)
  }

  @Test("accepts values within their bounds only")
  func bounds() {
    let duration = RunCommand.sessionTimeout.definition
    #expect(duration.check(["1s"]) == nil && duration.check(["30m"]) == nil)
    for text in ["0s", "999ms", "31m", "10", "s", "-1s", "1d", "99999999999999999999s"] {
      #expect(duration.check([text]) != nil, "\(text)")
    }
    let speed = DemoCommand.speed.definition
    #expect(speed.check(["max"]) == nil && speed.check(["0.5"]) == nil)
    for text in ["0", "-1", "nan", "inf", "1e3", "", "100001"] {
      #expect(speed.check([text]) != nil, "\(text)")
    }
    let brokers = KafkaOptions.brokers.definition
    #expect(brokers.check(["a:1,[::1]:9092"]) == nil)
    for text in ["a", "a:0", "a:65536", ":1", "a:1,", "a b:1", ""] {
      #expect(brokers.check([text]) != nil, "\(text)")
    }
    let topic = TopicOptions.trades.definition
    #expect(topic.check(["eu.trades-1_x"]) == nil)
    for text in ["", "a b", "é", String(repeating: "x", count: 250)] {
      #expect(topic.check([text]) != nil, "\(text)")
    }
  }
}

@Suite("getopt")
struct GetoptTests {
  private let options = [
    GetoptOption(name: "keep", short: "k", takesValue: false),
    GetoptOption(name: "verbose", short: "v", takesValue: false),
    GetoptOption(name: "count", short: "n", takesValue: true),
  ]

  private func parse(_ words: [String]) -> ParsedArguments { Getopt.parse(words, options: options) }

  @Test("follows GNU's conventions")
  func conventions() {
    let parsed = parse(["a", "-kvn3", "--count=4", "b", "--cou", "5", "--", "--keep", "-"])
    #expect(parsed.uses.map(\.option) == [0, 1, 2, 2, 2])
    #expect(parsed.uses.map(\.value) == [nil, nil, "3", "4", "5"])
    #expect(parsed.operands == ["a", "b", "--keep", "-"])
    #expect(parsed.faults.isEmpty)
    #expect(parse(["--count="]).uses == [ParsedArguments.Use(option: 2, value: "")])
    #expect(parse([]) == ParsedArguments())
  }

  @Test("tells the kinds of faults apart")
  func faults() {
    #expect(parse(["--nope=1"]).faults == [.unknown("--nope")])
    #expect(parse(["-x"]).faults == [.unknown("-x")])
    #expect(parse(["-kx"]).faults == [.unknown("-x")])
    #expect(parse(["--keep=1"]).faults == [.unexpectedValue(option: 0)])
    #expect(parse(["--count"]).faults == [.missingValue(option: 2)])
    #expect(parse(["-kn"]).faults == [.missingValue(option: 2)])
    let both = options + [GetoptOption(name: "keepers", short: nil, takesValue: false)]
    let ambiguous = Getopt.parse(["--kee"], options: both).faults
    #expect(ambiguous == [.ambiguous("--kee", candidates: ["keep", "keepers"])])
  }

  @Test("stops at the first operand when asked")
  func operandFirst() {
    let parsed = Getopt.parse(["-k", "run", "-v"], options: options, stopsAtOperand: true)
    #expect(parsed.uses.map(\.option) == [0])
    #expect(parsed.operands == ["run", "-v"])
  }

  @Test("keeps parallel command lines apart")
  func parallel() async {
    await withTaskGroup(of: Bool.self) { group in
      for number in 0..<200 {
        group.addTask {
          let parsed = parse(["x", "-kn\(number)", "--verbose", "y"])
          return parsed.uses.map(\.value) == [nil, "\(number)", nil]
            && parsed.operands == ["x", "y"]
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }
}
