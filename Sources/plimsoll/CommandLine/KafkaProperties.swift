internal import RulebookFiles

/// The names under which librdkafka properties are passed through, and what they may not touch.
enum KafkaProperties {
  /// The property that `NAME` in the environment stands for, without its `KAFKA_`.
  ///
  /// Lower case; `_` is a point, `__` a dash and `___` an underscore, as in Kafka's official
  /// container images. A point stays a point.
  static func name(fromEnvironment text: String) -> String {
    var result = ""
    var run = 0
    for character in text.lowercased() + "\0" {
      if character == "_" {
        run += 1
        continue
      }
      while run > 0 {
        let length = min(run, 3)
        result += length == 1 ? "." : length == 2 ? "-" : "_"
        run -= length
      }
      if character != "\0" { result.append(character) }
    }
    return result
  }

  /// Whether the text can be the name of a property at all.
  static func isName(_ text: String) -> Bool {
    guard let first = text.first, first.isLetter else { return false }
    return text.allSatisfy {
      $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "." || $0 == "_" || $0 == "-")
    }
  }

  /// The name that librdkafka prefers among several of one property.
  static func canonical(_ name: String) -> String {
    name == "metadata.broker.list" ? "bootstrap.servers" : name
  }

  /// Properties that cannot be passed through, with what sets them instead.
  static let owners: [String: String] = [
    "session.timeout.ms": "--session-timeout",
    "group.instance.id": "--instance",
    "partition.assignment.strategy": "the worker, because partitions of several topics must match",
    "enable.auto.commit": "the worker, because it commits with its results",
    "auto.commit.enable": "the worker, because it commits with its results",
    "enable.auto.offset.store": "the worker, because it commits with its results",
    "enable.partition.eof": "the worker, because it must see where an input ends",
    "isolation.level": "the worker, because it reads only what was committed",
    "transactional.id": "the worker, one for each lane",
    "partitioner": "the worker, because account topics share one partitioner",
  ]

  /// Variables of Kafka's own tools that are not properties.
  static let foreignNames: Set<String> = [
    "KAFKA_HOME", "KAFKA_OPTS", "KAFKA_HEAP_OPTS", "KAFKA_LOG4J_OPTS", "KAFKA_JMX_OPTS",
    "KAFKA_JMX_PORT", "KAFKA_JMX_HOSTNAME", "KAFKA_JVM_PERFORMANCE_OPTS", "KAFKA_GC_LOG_OPTS",
    "KAFKA_LOG_DIR", "KAFKA_VERSION",
  ]
}

/// The names in the environment that are meant for this program.
enum EnvironmentNames {
  /// Whether Kubernetes made the variable for a Service of the same name as ours or Kafka's.
  static func isServiceLink(_ name: String, value: String) -> Bool {
    if name.hasSuffix("_SERVICE_HOST") || name.contains("_SERVICE_PORT") { return true }
    if name.hasSuffix("_PORT"), value.hasPrefix("tcp://") || value.hasPrefix("udp://") {
      return true
    }
    let words = name.split(separator: "_")
    return zip(words.dropLast(2), zip(words.dropFirst(), words.dropFirst(2))).contains {
      $0 == "PORT" && Int($1.0) != nil && ["TCP", "UDP", "SCTP"].contains($1.1)
    }
  }

  /// A warning for every `PLIMSOLL_` name that no command knows.
  ///
  /// A warning and not a refusal: the environment is shared, and a name of a newer or older release
  /// must not keep a pod from starting.
  static func warnings(
    environment: [String: String], table: CommandTable
  ) -> [String] {
    let known = table.sharedOptions.flatMap { option -> [String] in
      guard let name = option.environmentName else { return [] }
      return option.isSecret ? [name, name + "_FILE"] : [name]
    }
    return environment.sorted { $0.key < $1.key }.compactMap { name, value in
      guard name.hasPrefix("PLIMSOLL_"), !name.hasPrefix("PLIMSOLL_TEST_"), !known.contains(name),
        !isServiceLink(name, value: value)
      else { return nil }
      let hint = nearestName(to: name, among: known).map { " (did you mean \($0)?)" } ?? ""
      return "plimsoll: warning: environment \(name) is not an option of any command\(hint)"
    }
  }
}
