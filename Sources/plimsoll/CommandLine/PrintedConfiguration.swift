internal import LiquidationWire

/// What `--print-config` prints: a configuration file with the origin of each value next to it.
///
/// It can be used as a file again once the redacted secrets are filled in.
enum PrintedConfiguration {
  private static let redacted = "\"[redacted]\""

  static func text(of options: ResolvedOptions) -> String {
    let inFile = options.values.filter { $0.definition.configurationKey != nil }
    let others = options.values.filter {
      $0.definition.configurationKey == nil && !isPrintSwitch($0.definition)
    }
    var rows = inFile.map { value in
      let text = line(of: value, key: value.definition.configurationKey ?? "")
      return ((value.texts.isEmpty ? "# " : "") + text, value.source.description)
    }
    if !options.kafkaProperties.isEmpty {
      rows.append(("kafka:", ""))
      rows += options.kafkaProperties.map { property in
        let text = property.isSecret ? redacted : quoted(property.value)
        return ("  \(property.name): \(text)", property.source.description)
      }
    }
    var result = "# plimsoll \(options.commandName): every value and where it comes from\n"
    result += layout(rows)
    guard !others.isEmpty else { return result }
    result += "# Not for a file:\n"
    return result
      + layout(
        others.map { value in
          ("# --" + line(of: value, key: value.definition.name), value.source.description)
        })
  }

  private static func isPrintSwitch(_ option: OptionDefinition) -> Bool {
    option.name == ConfigurationOptions.printConfiguration.definition.name
      || option.name == KafkaOptions.property.definition.name
  }

  private static func line(of value: ResolvedValue, key: String) -> String {
    if value.texts.isEmpty { return "\(key): not set" }
    if value.definition.isSecret { return "\(key): \(redacted)" }
    if value.definition.isRepeatable {
      return "\(key): [\(value.texts.map(quoted).joined(separator: ", "))]"
    }
    return "\(key): \(quoted(value.texts.last ?? ""))"
  }

  private static func layout(_ rows: [(text: String, origin: String)]) -> String {
    let width = min(rows.map(\.text.count).max() ?? 0, 48)
    return rows.map { text, origin in
      if origin.isEmpty { return text + "\n" }
      let padding = String(repeating: " ", count: max(0, width - text.count))
      return "\(text)\(padding)  # \(origin)\n"
    }.joined()
  }

  /// The text as a YAML scalar that reads back as the same text.
  private static func quoted(_ text: String) -> String {
    let isPlain =
      !text.isEmpty && text.utf8.allSatisfy { $0 < 0x80 }
      && text.allSatisfy { $0.isLetter || $0.isNumber || "._-/".contains($0) }
      && text.first != "-" && text.first != "." && text.lowercased() != "null"
    return isPlain ? text : JSONText.quoted(text)
  }
}
