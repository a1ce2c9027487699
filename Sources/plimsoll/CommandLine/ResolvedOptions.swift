internal import RulebookFiles

/// Where a value comes from, highest priority first.
enum ValueSource: Equatable, Sendable, CustomStringConvertible {
  /// The flag as it is named in the table, dashes included.
  case flag(String)
  /// The name in the environment.
  case environment(String)
  /// The configuration file and the position in it.
  case file(String, SourcePosition)
  /// Not given anywhere.
  case unset

  /// Smaller wins.
  var rank: Int {
    switch self {
    case .flag: 0
    case .environment: 1
    case .file: 2
    case .unset: 3
    }
  }

  /// Its wording in `--print-config`.
  var description: String {
    switch self {
    case .flag(let name): "flag \(name)"
    case .environment(let name): "environment \(name)"
    case .file(let file, let position): "\(file):\(position.line)"
    case .unset: "default"
    }
  }

  /// The exit status when the value is wrong.
  var blame: ExitStatus {
    switch self {
    case .flag, .unset: .usage
    case .environment, .file: .configuration
    }
  }
}

/// An option's texts together with where they come from.
struct ResolvedValue: Sendable {
  let definition: OptionDefinition
  /// The texts; none for an absent option.
  let texts: [String]
  let source: ValueSource
}

/// A librdkafka property that the user passes through.
struct KafkaProperty: Equatable, Sendable {
  /// Its name in librdkafka.
  let name: String
  let value: String
  let source: ValueSource
  /// Whether the value must never be shown.
  let isSecret: Bool
}

/// The options that a command runs with: all values are checked, and typed handles return them.
struct ResolvedOptions: Sendable {
  /// The command's name, for messages.
  let commandName: String
  /// The options of the command in the order of its table.
  let values: [ResolvedValue]
  /// The operands; as many as the command names.
  let arguments: [String]
  /// The librdkafka properties passed through, by name, those that are options of ours left out.
  let kafkaProperties: [KafkaProperty]

  /// The value of an option.
  ///
  /// - Precondition: The option stands in the command's table; its value was checked on the way in.
  subscript<Value>(option: Option<Value>) -> Value {
    let name = option.definition.name
    guard let resolved = values.first(where: { $0.definition.name == name }) else {
      preconditionFailure("option \(name) is not in the table of '\(commandName)'")
    }
    do throws(ValueProblem) {
      return try option.read(resolved.texts)
    } catch {
      preconditionFailure("option \(name) was not checked: \(error.problem)")
    }
  }

  /// Where an option's value comes from.
  func source<Value>(of option: Option<Value>) -> ValueSource {
    values.first { $0.definition.name == option.definition.name }?.source ?? .unset
  }
}
