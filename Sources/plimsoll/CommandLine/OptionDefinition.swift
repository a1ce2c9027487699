/// One row of a command's option table: everything that flags, environment, file, help, completion
/// and the reference page say about an option comes from here.
struct OptionDefinition: Sendable {
  /// Where an option can be given.
  enum Reach: Sendable {
    /// As a flag, in the environment, and in the configuration file.
    case everywhere
    /// As a flag or in the environment.
    case flagOrEnvironment
    /// As a flag only: it belongs to one invocation, and its meaning differs between commands.
    case flag
  }

  /// Long name without dashes, words separated by `-`.
  let name: String
  let short: Character?
  let section: OptionSection
  /// One or two sentences, the first letter small, no full stop at the end.
  let help: String
  /// Placeholder for the value; nil for a switch, which takes none.
  let placeholder: String?
  /// What is accepted, after "expected".
  let expected: String
  let completion: ValueCompletion
  /// The default as one would write it; nil when there is none.
  let defaultText: String?
  let isRequired: Bool
  let isRepeatable: Bool
  /// Whether the value must never be shown.
  let isSecret: Bool
  let reach: Reach
  /// The librdkafka property that this option is, if any; its `KAFKA_` name then works too.
  let kafkaProperty: String?
  /// Why these texts are refused; nil when they are accepted.
  let check: @Sendable ([String]) -> ValueProblem?

  /// Whether the option is on or off and takes no value.
  var isSwitch: Bool { placeholder == nil }

  /// Name in the environment, when it has one.
  var environmentName: String? {
    if case .flag = reach { return nil }
    return "PLIMSOLL_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
  }

  /// Key in the configuration file, when it has one.
  var configurationKey: String? {
    guard case .everywhere = reach else { return nil }
    return name.map { $0 == "-" ? "_" : String($0) }.joined()
  }
}

/// The headings under which help pages list options.
enum OptionSection: String, CaseIterable, Sendable {
  case general = "Options"
  case kafka = "Kafka"
  case topics = "Topics"
  case http = "Metrics, health and queries"
  case logging = "Log"
  case configuration = "Configuration"
}

/// A typed handle of an option: `options[DemoCommand.accounts]` returns its value.
struct Option<Value: Sendable>: Sendable {
  let definition: OptionDefinition
  /// Turns the texts given, none for an absent option, into the value.
  let read: @Sendable ([String]) throws(ValueProblem) -> Value

  /// The same option with other attributes.
  private init(
    name: String, settings: OptionSettings, value: ValueTraits,
    read: @escaping @Sendable ([String]) throws(ValueProblem) -> Value
  ) {
    self.read = read
    definition = OptionDefinition(
      name: name, short: settings.short, section: settings.section, help: settings.help,
      placeholder: value.placeholder, expected: value.expected, completion: value.completion,
      defaultText: value.defaultText, isRequired: value.isRequired,
      isRepeatable: value.isRepeatable, isSecret: settings.isSecret, reach: settings.reach,
      kafkaProperty: settings.kafkaProperty
    ) { texts in
      do throws(ValueProblem) {
        _ = try read(texts)
        return nil
      } catch {
        return error
      }
    }
  }
}

/// What an option's constructors share.
struct OptionSettings: Sendable {
  var help: String
  var short: Character?
  var section = OptionSection.general
  var reach = OptionDefinition.Reach.everywhere
  var isSecret = false
  var kafkaProperty: String?

  init(
    _ help: String, short: Character? = nil, section: OptionSection = .general,
    reach: OptionDefinition.Reach = .everywhere, isSecret: Bool = false,
    kafkaProperty: String? = nil
  ) {
    self.help = help
    self.short = short
    self.section = section
    self.reach = reach
    self.isSecret = isSecret
    self.kafkaProperty = kafkaProperty
  }
}

private struct ValueTraits {
  var placeholder: String?
  var expected: String
  var completion = ValueCompletion.nothing
  var defaultText: String?
  var isRequired = false
  var isRepeatable = false

  init<Value>(_ parser: ValueParser<Value>) {
    placeholder = parser.placeholder
    expected = parser.expected
    completion = parser.completion
  }
}

extension ValueParser {
  /// Reads the last of several texts, as GNU programs do with an option given twice.
  fileprivate func readLast(_ texts: [String]) throws(ValueProblem) -> Value {
    guard let text = texts.last else {
      throw ValueProblem(problem: "is missing", expected: expected)
    }
    return try readOne(text)
  }

  fileprivate func readOne(_ text: String) throws(ValueProblem) -> Value {
    guard let value = parse(text) else {
      throw complaint(text)
        ?? ValueProblem(problem: "'\(text)' is not accepted", expected: expected)
    }
    return value
  }
}

extension Option {
  /// An option with a default, written as a person would write it.
  static func value(
    _ name: String, _ parser: ValueParser<Value>, default text: String, _ settings: OptionSettings
  ) -> Option {
    var traits = ValueTraits(parser)
    traits.defaultText = text
    return Option(name: name, settings: settings, value: traits, read: parser.readLast)
  }

  /// An option that must be given.
  static func required(
    _ name: String, _ parser: ValueParser<Value>, _ settings: OptionSettings
  ) -> Option {
    var traits = ValueTraits(parser)
    traits.isRequired = true
    return Option(name: name, settings: settings, value: traits, read: parser.readLast)
  }

  /// An option that may be left out.
  static func optional<Wrapped>(
    _ name: String, _ parser: ValueParser<Wrapped>, _ settings: OptionSettings
  ) -> Option where Value == Wrapped? {
    Option(name: name, settings: settings, value: ValueTraits(parser)) {
      texts throws(ValueProblem) in
      texts.isEmpty ? nil : try parser.readLast(texts)
    }
  }

  /// An option that may be given several times.
  static func repeated<Element>(
    _ name: String, _ parser: ValueParser<Element>, _ settings: OptionSettings
  ) -> Option where Value == [Element] {
    var traits = ValueTraits(parser)
    traits.isRepeatable = true
    return Option(name: name, settings: settings, value: traits) { texts throws(ValueProblem) in
      var values: [Element] = []
      for text in texts { values.append(try parser.readOne(text)) }
      return values
    }
  }

  /// An option that is on or off, off unless given.
  static func toggle(_ name: String, _ settings: OptionSettings) -> Option where Value == Bool {
    let parser = ValueParser<Bool>(placeholder: "", expected: "true or false") { text in
      switch text {
      case "true", "yes", "1": true
      case "false", "no", "0": false
      default: nil
      }
    }
    var traits = ValueTraits(parser)
    traits.placeholder = nil
    traits.defaultText = "false"
    return Option(name: name, settings: settings, value: traits, read: parser.readLast)
  }
}
