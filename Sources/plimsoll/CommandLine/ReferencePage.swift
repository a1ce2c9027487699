/// The reference page of commands and options, `docs/reference/configuration.md`.
///
/// `plimsoll reference-page` prints it; a test compares the committed page with it.
struct ReferencePage {
  let table: CommandTable

  func text() -> String {
    var text = """
      # Commands and configuration

      <!-- Made by `plimsoll reference-page > docs/reference/configuration.md`; do not edit. -->

      A value comes from, in falling weight: the flag, the environment, the file of `--config` (or
      `PLIMSOLL_CONFIG`), the default. `--print-config` prints every value with its origin.

      * **Environment.** An empty variable counts as not set. A `PLIMSOLL_` name that no command
        knows gives a warning, and the command goes on; names that Kubernetes makes for Services
        are passed over.
      * **File.** YAML (JSON too), one mapping of keys. One file may serve several commands: a key
        of any command is accepted, every other is refused with file, line and column.
      * **librdkafka properties** are passed through by the commands that talk to Kafka:
        `--kafka sasl.username=app`, or `KAFKA_SASL_USERNAME` in the environment (lower case, `_` is
        a point, `__` a dash, `___` an underscore; a point stays), or under `kafka:` in the file.
        A value is read from a file when `_file` follows the property (`sasl.password_file`) or
        `_FILE` the variable (`KAFKA_SASL_PASSWORD_FILE`). `bootstrap.servers` and `group.id` are
        the options `--brokers` and `--group`, whose own names win at equal weight. Variables of
        Kafka's own tools (`KAFKA_OPTS`, `KAFKA_HEAP_OPTS` and the like) are passed over.
      * **Exit codes** are those of `sysexits.h`.

      """
    text += "\n| exit code | meaning |\n|---|---|\n"
    for status in ExitStatus.allCases { text += "| \(status.rawValue) | \(status.meaning) |\n" }
    text += "\nProperties that cannot be passed through:\n\n| property | set by |\n|---|---|\n"
    for (name, owner) in KafkaProperties.owners.sorted(by: { $0.key < $1.key }) {
      text += "| `\(name)` | \(owner.hasPrefix("--") ? "`\(owner)`" : owner) |\n"
    }
    return text + table.visibleCommands.map(section).joined()
  }

  private func section(of command: Command) -> String {
    var text = "\n## plimsoll \(command.name)\n\n\(sentence(command.summary))\n"
    for paragraph in command.details { text += "\n\(paragraph)\n" }
    text += "\n| option | value | default | environment | key | meaning |\n"
    text += "|---|---|---|---|---|---|\n"
    for option in command.allOptions { text += row(of: option) }
    for argument in command.arguments {
      text += "| `\(argument.name)` | argument | required | | | \(argument.help) |\n"
    }
    text += "\n```sh\n" + command.examples.map { "\($0.line)  # \($0.meaning)\n" }.joined()
    return text + "```\n"
  }

  private func row(of option: OptionDefinition) -> String {
    let names = (option.short.map { ["`-\($0)`"] } ?? []) + ["`--\(option.name)`"]
    let value = option.isSwitch ? "on or off" : option.expected
    let fallback =
      option.isRequired ? "required" : option.defaultText.map { $0.isEmpty ? "none" : "`\($0)`" }
    let cells = [
      names.joined(separator: " "), value, option.isSwitch ? "off" : fallback ?? "none",
      option.environmentName.map { "`\($0)`" } ?? "",
      option.configurationKey.map { "`\($0)`" } ?? "", option.help,
    ]
    let escaped = cells.map { $0.split(separator: "|", omittingEmptySubsequences: false) }
    return "| " + escaped.map { $0.joined(separator: "\\|") }.joined(separator: " | ") + " |\n"
  }

  private func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + "."
  }
}
