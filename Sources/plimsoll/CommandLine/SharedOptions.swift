/// Where the configuration comes from.
enum ConfigurationOptions {
  static let config = Option<String?>.optional(
    "config", .file,
    OptionSettings(
      "read options from a YAML file, by their names with _ for -", short: "c",
      section: .configuration, reach: .flagOrEnvironment))
  static let printConfiguration = Option<Bool>.toggle(
    "print-config",
    OptionSettings(
      "print every value with its origin, secrets redacted, and end", section: .configuration,
      reach: .flag))

  static let all = [config.definition, printConfiguration.definition]
}

/// How to reach Kafka.
enum KafkaOptions {
  static let brokers = Option<String>.value(
    "brokers", .brokers, default: "localhost:9092",
    OptionSettings(
      "brokers to ask first", short: "b", section: .kafka, kafkaProperty: "bootstrap.servers"))
  static let property = Option<[String]>.repeated(
    "kafka",
    ValueParser(placeholder: "NAME=VALUE", expected: "NAME=VALUE, a property of librdkafka") {
      text in
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { return nil }
      return text
    },
    OptionSettings(
      "pass a librdkafka property through; NAME_file=PATH takes its value from a file; "
        + "may be given several times", short: "X", section: .kafka, reach: .flag))

  static let all = [brokers.definition, property.definition]
}

/// The names of the topics: a common prefix and a name for each.
enum TopicOptions {
  static let prefix = Option<String>.value(
    "topic-prefix", .topicPrefix, default: "",
    OptionSettings("text before the name of every topic", section: .topics))
  static let prices = topic("prices", "mark and index prices")
  static let funding = topic("funding", "funding")
  static let reference = topic("reference", "instruments, assets and rulebooks")
  static let trades = topic("trades", "account events")
  static let marginCalls = topic("margin-calls", "margin calls")
  static let liquidations = topic("liquidations", "liquidations")
  static let deadLetter = topic("dead-letter", "refused records")

  static let all = [
    prefix.definition, prices.definition, funding.definition, reference.definition,
    trades.definition, marginCalls.definition, liquidations.definition, deadLetter.definition,
  ]

  private static func topic(_ name: String, _ content: String) -> Option<String> {
    .value(
      "\(name)-topic", .topicName, default: name,
      OptionSettings("topic of \(content)", section: .topics))
  }
}

/// The full names of the topics, prefix included.
struct TopicNames: Equatable, Sendable {
  let prices: String
  let funding: String
  let reference: String
  let trades: String
  let marginCalls: String
  let liquidations: String
  let deadLetter: String

  init(_ options: ResolvedOptions) {
    let prefix = options[TopicOptions.prefix]
    prices = prefix + options[TopicOptions.prices]
    funding = prefix + options[TopicOptions.funding]
    reference = prefix + options[TopicOptions.reference]
    trades = prefix + options[TopicOptions.trades]
    marginCalls = prefix + options[TopicOptions.marginCalls]
    liquidations = prefix + options[TopicOptions.liquidations]
    deadLetter = prefix + options[TopicOptions.deadLetter]
  }
}

/// What the log looks like.
enum LogOptions {
  enum Format: String, CaseIterable, Sendable {
    case logfmt
    case json
  }

  enum Level: String, CaseIterable, Sendable {
    case debug
    case info
    case warning
    case error
  }

  static let format = Option<Format>.value(
    "log-format", .word, default: "logfmt",
    OptionSettings("form of the log lines on standard error", section: .logging))
  static let level = Option<Level>.value(
    "log-level", .word, default: "info",
    OptionSettings("least important lines that are logged", section: .logging))

  static let all = [format.definition, level.definition]
}

/// Where metrics, health and queries are served.
enum HTTPOptions {
  static let address = Option<String>.value(
    "http-address", .text("ADDRESS", expected: "an address of this machine, such as 127.0.0.1"),
    default: "127.0.0.1",
    OptionSettings("address to listen on; 0.0.0.0 lets other machines in", section: .http))
  static let port = Option<Int>.value(
    "http-port", .integer(in: 0...65535, placeholder: "PORT"), default: "9464",
    OptionSettings("port to listen on; 0 takes a free one and logs it", section: .http))

  static let all = [address.definition, port.definition]
}

/// The synthetic accounts and the market of `demo` and `generate`.
enum SimulationOptions {
  static let accounts = Option<Int>.value(
    "accounts", .integer(in: 1...1_000_000), default: "20000",
    OptionSettings("number of synthetic accounts"))
  static let seed = Option<UInt64>.value(
    "seed", .seed, default: "20251010",
    OptionSettings("seed of accounts and market; the same seed gives the same run"))
  static let market = Option<String?>.optional(
    "market", .file,
    OptionSettings("another market to replay, as a table of the built-in one's form"))

  static let all = [accounts.definition, seed.definition, market.definition]
}

/// How long an administrative command tries.
enum WaitingOptions {
  static let timeout = Option<Duration>.value(
    "timeout", .duration(in: .milliseconds(100)...(.seconds(3600)), "from 100ms to 1h"),
    default: "30s",
    OptionSettings("how long to wait for the brokers", section: .kafka))
}
