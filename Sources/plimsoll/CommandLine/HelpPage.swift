/// The pages of `--help`, made from the option table.
struct HelpPage {
  private static let width = 80
  private static let indent = 30

  let table: CommandTable

  /// The page of the executable.
  func overview() -> String {
    var text = "plimsoll - watches leveraged accounts: prices and trades in, margin calls and "
    text += "liquidations out\n\nUsage: plimsoll COMMAND [OPTIONS]\n\nCommands:\n"
    for (word, summary) in table.firstWords { text += row(word, summary) }
    text += "\nOptions:\n"
    text += row("-h, --help", "print this page and end")
    text += row("-V, --version", "print the version and end")
    text += "\nExample:\n  plimsoll demo\n      "
    text += "an embedded broker, a replayed crash and the worker; needs nothing else\n"
    text += "\n'plimsoll COMMAND --help' says more about a command.\n"
    return text
  }

  /// The page of a word such as `topics`.
  func page(of group: CommandTable.Group) -> String {
    var text = "plimsoll \(group.name) - \(group.summary)\n\n"
    text += "Usage: plimsoll \(group.name) COMMAND [OPTIONS]\n\nCommands:\n"
    let commands = table.commands(in: group.name)
    for command in commands { text += row(command.path[1], command.summary) }
    text += "\nExamples:\n" + examples(commands.flatMap { $0.examples.prefix(1) })
    text += "\nExit codes:\n" + exitCodes([.success, .usage])
    return text
  }

  /// The page of a command.
  func page(of command: Command) -> String {
    var text = "plimsoll \(command.name) - \(command.summary)\n\n"
    text += "Usage: plimsoll \(command.name) [OPTIONS]"
    text += command.arguments.map { " " + $0.name }.joined() + "\n"
    for paragraph in command.details {
      text += "\n" + wrap(paragraph, width: Self.width).joined(separator: "\n") + "\n"
    }
    if !command.arguments.isEmpty {
      text += "\nArguments:\n"
      for argument in command.arguments { text += row(argument.name, argument.help) }
    }
    for section in OptionSection.allCases {
      let options = command.allOptions.filter { $0.section == section }
      if options.isEmpty { continue }
      text += "\n\(section.rawValue):\n" + options.map(row).joined()
    }
    text += sources(of: command)
    text += "\nExamples:\n" + examples(command.examples)
    text += "\nExit codes:\n" + exitCodes(Self.exitStatuses(of: command))
    return text
  }

  /// The exit codes of a command: those that every command has, and its own.
  static func exitStatuses(of command: Command) -> [ExitStatus] {
    var statuses = Set([ExitStatus.success, .usage, .software, .inputOutput])
    statuses.formUnion(command.exitStatuses)
    if command.options.contains(where: { $0.environmentName != nil }) {
      statuses.insert(.configuration)
    }
    if command.option(named: ConfigurationOptions.config.definition.name) != nil {
      statuses.insert(.noInput)
    }
    return ExitStatus.allCases.filter(statuses.contains)
  }

  private func row(_ option: OptionDefinition) -> String {
    let short = option.short.map { "-\($0), " } ?? "    "
    let value = option.placeholder.map { "=\($0)" } ?? ""
    let negatable = option.isSwitch && option.configurationKey != nil ? "[no-]" : ""
    var help = option.help
    if let text = option.defaultText, !option.isSwitch {
      help += " (default \(text.isEmpty ? "none" : text))"
    }
    if option.isRequired { help += " (required)" }
    return row("\(short)--\(negatable)\(option.name)\(value)", help)
  }

  private func row(_ left: String, _ right: String) -> String {
    let lines = wrap(right, width: Self.width - Self.indent)
    let margin = String(repeating: " ", count: Self.indent)
    let start = "  " + left
    let body = lines.joined(separator: "\n" + margin)
    if start.count + 2 > Self.indent { return "\(start)\n\(margin)\(body)\n" }
    return start + String(repeating: " ", count: Self.indent - start.count) + body + "\n"
  }

  private func sources(of command: Command) -> String {
    guard let option = command.options.first(where: { $0.configurationKey != nil }),
      let variable = option.environmentName, let key = option.configurationKey
    else { return "" }
    let own = Set(command.options.filter { $0.environmentName == nil }.map { "--" + $0.name })
    let flagOnly = command.options.map { "--" + $0.name }.filter(own.contains)
    var sentence = "Options can also stand in the environment (--\(option.name): \(variable)) and "
    sentence += "in the file of --config (\(key)). A flag outweighs the environment, and that the "
    sentence += "file."
    if !flagOnly.isEmpty { sentence += " Flags only: \(flagOnly.joined(separator: ", "))." }
    if command.usesKafka {
      sentence += " Any librdkafka property: KAFKA_SASL_USERNAME in the environment, or in the file"
      sentence += " under 'kafka:'; KAFKA_SASL_PASSWORD_FILE takes the value from a file."
    }
    return "\n" + wrap(sentence, width: Self.width).joined(separator: "\n") + "\n"
  }

  private func examples(_ examples: [Command.Example]) -> String {
    examples.map { "  \($0.line)\n      \($0.meaning)\n" }.joined()
  }

  private func exitCodes(_ statuses: [ExitStatus]) -> String {
    statuses.map { status in
      let number = String(status.rawValue)
      let padding = String(repeating: " ", count: 4 - number.count)
      return "\(padding)\(number)  \(status.meaning)\n"
    }.joined()
  }

  private func wrap(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
