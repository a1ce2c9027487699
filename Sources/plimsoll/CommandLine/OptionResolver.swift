internal import Foundation
internal import KafkaTransport
internal import RulebookFiles

/// Determines the value of every option of one command: flags before environment before file before
/// default.
struct OptionResolver {
  /// The outcome of a command line.
  enum Outcome: Sendable {
    case help
    case printConfiguration(ResolvedOptions)
    case run(ResolvedOptions)
    case failure(ExitStatus, messages: [String])
  }

  /// A fault with the exit status that it leads to.
  struct Complaint: Error {
    let status: ExitStatus
    let message: String
  }

  let command: Command
  let table: CommandTable
  let environment: [String: String]
  var complaints: [Complaint] = []

  init(command: Command, table: CommandTable, environment: [String: String]) {
    self.command = command
    self.table = table
    self.environment = environment
  }

  /// Resolves the arguments that follow the command's words.
  mutating func resolve(_ words: [String]) -> Outcome {
    let line = FlagReader(command: command).read(words)
    complaints = line.complaints
    if line.flags["help"] == ["true"], complaints.isEmpty { return .help }
    let file = configurationFile(flags: line.flags)
    let properties = command.usesKafka ? kafkaProperties(flags: line.flags, file: file) : []
    let values = command.options.map { option in
      value(of: option, flags: line.flags, file: file, properties: properties)
    }
    for value in values { check(value) }
    guard complaints.isEmpty else { return failure() }
    let owned = Set(command.options.compactMap(\.kafkaProperty))
    let options = ResolvedOptions(
      commandName: command.name, values: values, arguments: line.operands,
      kafkaProperties: properties.filter { !owned.contains($0.name) })
    return line.flags["print-config"] == ["true"] ? .printConfiguration(options) : .run(options)
  }

  /// All complaints at once; a wrong command line takes precedence over a wrong configuration.
  private func failure() -> Outcome {
    let first = complaints.first { $0.status == .usage } ?? complaints[0]
    var messages = complaints.map(\.message)
    if first.status == .usage { messages.append("Try 'plimsoll \(command.name) --help'.") }
    return .failure(first.status, messages: messages)
  }

  private mutating func complain(_ status: ExitStatus, _ message: String) {
    complaints.append(
      Complaint(status: status, message: "plimsoll \(command.name): \(message)"))
  }

  private mutating func configurationFile(flags: [String: [String]]) -> ConfigurationFile? {
    let option = ConfigurationOptions.config.definition
    guard command.option(named: option.name) != nil,
      let path = flags[option.name]?.last ?? text(inEnvironment: option.environmentName)
    else { return nil }
    do throws(YAMLDocument.FileError) {
      return try ConfigurationFile.load(path: path, table: table)
    } catch {
      switch error {
      case .unreadable(let file, let reason):
        complain(.noInput, "configuration file \(file) cannot be read: \(reason)")
      case .faults(let list):
        // The position comes first on a line, where editors look for it.
        for line in list.description.split(separator: "\n") {
          complaints.append(Complaint(status: .configuration, message: String(line)))
        }
      }
      return nil
    }
  }

  /// Empty counts as not given: that is what `${NAME:-}` in a compose file leaves.
  private func text(inEnvironment name: String?) -> String? {
    guard let name, let text = environment[name], !text.isEmpty else { return nil }
    return EnvironmentNames.isServiceLink(name, value: text) ? nil : text
  }

  private mutating func value(
    of option: OptionDefinition, flags: [String: [String]], file: ConfigurationFile?,
    properties: [KafkaProperty]
  ) -> ResolvedValue {
    let own = ownValue(of: option, flags: flags, file: file)
    guard let name = option.kafkaProperty,
      let property = properties.first(where: { $0.name == name }),
      property.source.rank < own.source.rank
    else { return own }
    return ResolvedValue(definition: option, texts: [property.value], source: property.source)
  }

  private mutating func ownValue(
    of option: OptionDefinition, flags: [String: [String]], file: ConfigurationFile?
  ) -> ResolvedValue {
    func resolved(_ texts: [String], _ source: ValueSource) -> ResolvedValue {
      ResolvedValue(definition: option, texts: texts, source: source)
    }
    if let texts = flags[option.name] { return resolved(texts, .flag("--\(option.name)")) }
    if let name = option.environmentName {
      if let text = text(inEnvironment: name) {
        let parts = option.isRepeatable ? text.split(separator: ",").map(String.init) : [text]
        return resolved(parts, .environment(name))
      }
      if option.isSecret, let path = text(inEnvironment: name + "_FILE") {
        let source = ValueSource.environment(name + "_FILE")
        return resolved(secret(path: path, source: source).map { [$0] } ?? [], source)
      }
    }
    if let key = option.configurationKey, let file, let item = file.items[key] {
      return resolved(item.texts, .file(file.file, item.position))
    }
    return resolved(option.defaultText.map { [$0] } ?? [], .unset)
  }

  private mutating func check(_ value: ResolvedValue) {
    guard let problem = value.definition.check(value.texts) else { return }
    let place =
      switch value.source {
      case .flag, .unset: "--\(value.definition.name)"
      case .environment, .file: value.source.description
      }
    let what = value.definition.isSecret ? "the value is not accepted" : problem.problem
    complain(value.source.blame, "\(place): \(what), expected \(problem.expected)")
  }

  // MARK: - librdkafka properties

  private mutating func kafkaProperties(
    flags: [String: [String]], file: ConfigurationFile?
  ) -> [KafkaProperty] {
    var found: [String: KafkaProperty] = [:]
    for text in flags[KafkaOptions.property.definition.name] ?? [] {
      // The value may hold further equals signs.
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      add(String(parts[0]), String(parts[1]), .flag("--kafka"), to: &found, replaces: true)
    }
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
      guard name.hasPrefix("KAFKA_"), !value.isEmpty, !KafkaProperties.foreignNames.contains(name),
        !EnvironmentNames.isServiceLink(name, value: value)
      else { continue }
      let isFile = name.hasSuffix("_FILE")
      let base = name.dropFirst(6).dropLast(isFile ? 5 : 0)
      let property = KafkaProperties.name(fromEnvironment: String(base))
      add(property + (isFile ? "_file" : ""), value, .environment(name), to: &found)
    }
    if let file {
      for (name, value) in file.properties {
        add(name.value, value, .file(file.file, name.position), to: &found)
      }
    }
    return found.values.sorted { $0.name < $1.name }
  }

  private mutating func add(
    _ written: String, _ value: String, _ source: ValueSource,
    to found: inout [String: KafkaProperty], replaces: Bool = false
  ) {
    if let fault = ConfigurationFile.propertyFault(written) {
      return complain(source.blame, "\(source): property \(written) \(fault)")
    }
    let isFile = written.hasSuffix("_file")
    let name = KafkaProperties.canonical(isFile ? String(written.dropLast(5)) : written)
    if let earlier = found[name], earlier.source.rank == source.rank, !replaces {
      return complain(.configuration, "\(source): \(name) is also given by \(earlier.source)")
    }
    if let earlier = found[name], earlier.source.rank < source.rank { return }
    guard let text = isFile ? secret(path: value, source: source) : value else { return }
    found[name] = KafkaProperty(
      name: name, value: text, source: source,
      isSecret: isFile || KafkaConfiguration.isSecret(name))
  }

  /// The content of a file that holds one secret; the line end that editors add is not part of it.
  private mutating func secret(path: String, source: ValueSource) -> String? {
    let largest = 65_536
    guard let handle = FileHandle(forReadingAtPath: path),
      let data = try? handle.read(upToCount: largest + 1), data.count <= largest,
      var text = String(validating: data, as: UTF8.self), !text.utf8.contains(0)
    else {
      complain(
        .configuration,
        "\(source): file \(path) cannot be read, expected a text file of at most 64 KiB")
      return nil
    }
    if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
    return text
  }
}
