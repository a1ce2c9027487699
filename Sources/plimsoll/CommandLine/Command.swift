/// One command of the executable with everything that help and completion say about it.
struct Command: Sendable {
  /// An operand of a command.
  struct Argument: Sendable {
    /// Name of the operand in usage lines.
    let name: String
    let help: String
    var completion = ValueCompletion.nothing
  }

  /// A command line that works as it stands.
  struct Example: Sendable {
    let line: String
    /// What it does, as a sentence without full stop.
    let meaning: String
  }

  /// The words that invoke it, one or two: `["topics", "create"]`.
  let path: [String]
  /// What it does, in half a line.
  let summary: String
  /// What a reader of its help page should know beyond that; paragraphs.
  var details: [String] = []
  var options: [OptionDefinition] = []
  /// The operands, all of them required.
  var arguments: [Argument] = []
  let examples: [Example]
  /// The exit codes that it can end with besides 0, 64, 70 and 78.
  var exitStatuses: [ExitStatus] = []
  /// Whether librdkafka properties can be passed through.
  var usesKafka: Bool { options.contains { $0.name == KafkaOptions.property.definition.name } }
  /// Whether lists of commands leave it out.
  var isHidden = false
  /// Does the work.
  let run: @Sendable (ResolvedOptions) async -> ExitStatus

  /// Its words as one text.
  var name: String { path.joined(separator: " ") }

  /// The options together with those that every command has.
  var allOptions: [OptionDefinition] { options + [Self.help] }

  /// `--help`, which every command has.
  static let help = Option<Bool>.toggle(
    "help", OptionSettings("print this page and end", short: "h", reach: .flag)
  ).definition

  /// The option with that name.
  func option(named name: String) -> OptionDefinition? {
    allOptions.first { $0.name == name }
  }
}

/// All commands, and how to find one.
struct CommandTable: Sendable {
  /// A word that only leads to other words, such as `topics`.
  struct Group: Sendable {
    let name: String
    let summary: String
  }

  let commands: [Command]
  let groups: [Group]

  /// The commands that help pages and completion name.
  var visibleCommands: [Command] { commands.filter { !$0.isHidden } }

  /// First words with their summaries, in the order of the table.
  var firstWords: [(word: String, summary: String)] {
    var words: [(word: String, summary: String)] = []
    for command in visibleCommands where !words.contains(where: { $0.word == command.path[0] }) {
      let group = groups.first { $0.name == command.path[0] }
      words.append((command.path[0], group?.summary ?? command.summary))
    }
    return words
  }

  /// The commands below a group's word.
  func commands(in group: String) -> [Command] {
    visibleCommands.filter { $0.path.count == 2 && $0.path[0] == group }
  }

  /// Every option that can stand in the environment or the file, once per name.
  var sharedOptions: [OptionDefinition] {
    var seen: Set<String> = []
    return commands.flatMap(\.options).filter {
      $0.environmentName != nil && seen.insert($0.name).inserted
    }
  }
}
