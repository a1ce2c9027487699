internal import RulebookFiles

/// Finds the command that the words name and runs it.
struct Dispatcher: Sendable {
  let table: CommandTable
  let environment: [String: String]

  /// Runs the line given without the program's name.
  func run(_ words: [String]) async -> ExitStatus {
    guard let first = words.first else {
      return refuse("a command is missing, expected one of \(list(table.firstWords.map(\.word)))")
    }
    if first.hasPrefix("-") { return globalOption(words) }
    if first == "help" { return help(Array(words.dropFirst())) }
    switch find(words) {
    case .command(let command, let rest):
      return await run(command, rest)
    case .group(let group, let word):
      return runGroup(group, word)
    case .nothing(let word):
      return refuse("unknown command '\(word)'" + hint(word, table.firstWords.map(\.word)))
    }
  }

  private enum Match {
    case command(Command, [String])
    case group(CommandTable.Group, String?)
    case nothing(String)
  }

  private func find(_ words: [String]) -> Match {
    for command in table.commands where words.starts(with: command.path) {
      return .command(command, Array(words.dropFirst(command.path.count)))
    }
    if let group = table.groups.first(where: { $0.name == words[0] }) {
      return .group(group, words.dropFirst().first)
    }
    return .nothing(words[0])
  }

  private func runGroup(_ group: CommandTable.Group, _ word: String?) -> ExitStatus {
    if word == "--help" || word == "-h" {
      return Console.write(HelpPage(table: table).page(of: group))
    }
    let names = table.commands(in: group.name).map { $0.path[1] }
    guard let word else {
      return refuse(
        "a word is missing after '\(group.name)', expected one of \(list(names))", group.name)
    }
    let problem = "unknown command '\(group.name) \(word)'" + hint(word, names)
    return refuse("\(problem), expected one of \(list(names))", group.name)
  }

  private func globalOption(_ words: [String]) -> ExitStatus {
    let options = [
      GetoptOption(name: "help", short: "h", takesValue: false),
      GetoptOption(name: "version", short: "V", takesValue: false),
    ]
    let parsed = Getopt.parse(words, options: options, stopsAtOperand: true)
    switch parsed.faults.first {
    case .unknown(let text):
      let name = String(text.drop { $0 == "-" })
      let nearest = nearestName(to: name, among: options.map(\.name))
      let hint = nearest.map { " (did you mean --\($0)?)" } ?? ""
      return refuse("unknown option \(text)\(hint); options of a command follow its name")
    case .unexpectedValue(let index):
      return refuse("option --\(options[index].name) takes no value")
    case .ambiguous(let text, _):
      return refuse("option \(text) is ambiguous")
    case .missingValue, nil:
      break
    }
    switch parsed.uses.first?.option {
    case 0: return Console.write(HelpPage(table: table).overview())
    case 1: return Console.write("plimsoll \(Version.text)\n")
    default: return refuse("a command is missing")
    }
  }

  private func help(_ words: [String]) -> ExitStatus {
    let page = HelpPage(table: table)
    guard !words.isEmpty else { return Console.write(page.overview()) }
    switch find(words) {
    case .command(let command, let rest) where rest.isEmpty:
      return Console.write(page.page(of: command))
    case .group(let group, nil):
      return Console.write(page.page(of: group))
    case .command, .group, .nothing:
      let word = words.joined(separator: " ")
      return refuse("unknown command '\(word)'" + hint(word, table.visibleCommands.map(\.name)))
    }
  }

  private func run(_ command: Command, _ words: [String]) async -> ExitStatus {
    var resolver = OptionResolver(command: command, table: table, environment: environment)
    let outcome = resolver.resolve(words)
    switch outcome {
    case .help:
      return Console.write(HelpPage(table: table).page(of: command))
    case .failure(let status, let messages):
      for message in messages { Console.complain(message) }
      return status
    case .printConfiguration(let options):
      warn()
      return Console.write(PrintedConfiguration.text(of: options))
    case .run(let options):
      warn()
      return await command.run(options)
    }
  }

  private func warn() {
    for line in EnvironmentNames.warnings(environment: environment, table: table) {
      Console.complain(line)
    }
  }

  private func refuse(_ message: String, _ group: String? = nil) -> ExitStatus {
    Console.complain("plimsoll: \(message)")
    Console.complain("Try 'plimsoll \(group.map { $0 + " " } ?? "")--help'.")
    return .usage
  }

  private func hint(_ word: String, _ names: [String]) -> String {
    nearestName(to: word, among: names).map { " (did you mean \($0)?)" } ?? ""
  }

  private func list(_ words: [String]) -> String { words.joined(separator: ", ") }
}
