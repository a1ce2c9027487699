internal import RulebookFiles

/// The file of `--config`: options of all commands by their keys, and the section `kafka`.
///
/// One file may serve several commands, so it may contain the keys of all of them; any other key is
/// refused with its line.
struct ConfigurationFile: Sendable {
  /// One value with its position.
  struct Item: Sendable {
    let texts: [String]
    let position: SourcePosition
  }

  let file: String
  /// Values by configuration key.
  let items: [String: Item]
  /// Properties of librdkafka in the order of the file.
  let properties: [(key: LocatedValue<String>, value: String)]

  /// Reads and checks a file.
  ///
  /// - Throws: A fault when it cannot be read, else all its faults.
  static func load(
    path: String, table: CommandTable
  ) throws(YAMLDocument.FileError) -> ConfigurationFile {
    let document = try YAMLDocument(
      path: path, limits: YAMLDocument.Limits(bytes: 1 << 20, nodes: 10_000, depth: 8))
    do throws(FaultList) {
      return try YAMLReader.read(document, as: shape(file: document.file, table.sharedOptions))
    } catch {
      throw .faults(error)
    }
  }

  private static func shape(
    file: String, _ options: [OptionDefinition]
  ) -> YAMLShape<ConfigurationFile> {
    .mapping("a mapping of options") { fields in
      var items: [String: Item] = [:]
      for option in options {
        guard let key = option.configurationKey else { continue }
        if let item = fields.optional(key, shape(of: option)) {
          items[key] = Item(texts: item.value, position: item.position)
        }
      }
      let properties = fields.optional("kafka", .entries(of: propertyValue)) ?? []
      for (name, _) in properties {
        if let fault = propertyFault(name.value) {
          fields.report(fault, at: name)
        }
      }
      return ConfigurationFile(file: file, items: items, properties: properties)
    }
  }

  /// Why a property of that name cannot be passed through; nil when it can.
  static func propertyFault(_ name: String) -> String? {
    let base = name.hasSuffix("_file") ? String(name.dropLast(5)) : name
    if !KafkaProperties.isName(base) { return "is not the name of a librdkafka property" }
    return KafkaProperties.owners[base].map { "is set by \($0)" }
  }

  private static let propertyValue = YAMLShape<String>.parsed(expected: "text") { $0 }

  private static func shape(of option: OptionDefinition) -> YAMLShape<LocatedValue<[String]>> {
    let scalar = YAMLShape<String>.parsed(expected: option.expected) { text in
      // A secret is checked later, by a sentence that does not repeat it.
      guard !option.isSecret, let problem = option.check([text]) else { return text }
      return problem.hidesValue ? text : nil
    }
    return option.isRepeatable ? .located(.list(of: scalar)) : .located(scalar.map { [$0] })
  }
}
