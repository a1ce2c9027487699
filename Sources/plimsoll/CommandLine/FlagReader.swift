internal import RulebookFiles

/// Reads the flags of a command line by option name, and its operands; words the faults.
struct FlagReader {
  /// What was read.
  struct Line {
    /// Texts by long name, in their order; switches give "true" or "false".
    var flags: [String: [String]] = [:]
    var operands: [String] = []
    var complaints: [OptionResolver.Complaint] = []
  }

  let command: Command

  /// One long name of getopt: an option, or the `--no-` form of a switch.
  private struct Name {
    let option: OptionDefinition
    let isNegated: Bool
    var text: String { (isNegated ? "no-" : "") + option.name }
  }

  func read(_ words: [String]) -> Line {
    let names = names()
    let parsed = Getopt.parse(
      words,
      options: names.map {
        GetoptOption(
          name: $0.text, short: $0.isNegated ? nil : $0.option.short,
          takesValue: !$0.option.isSwitch)
      })
    var line = Line(operands: parsed.operands)
    for use in parsed.uses {
      let name = names[use.option]
      line.flags[name.option.name, default: []].append(
        use.value ?? (name.isNegated ? "false" : "true"))
    }
    for (name, texts) in line.flags {
      // Of a switch given twice the last one counts.
      if command.option(named: name)?.isSwitch == true { line.flags[name] = texts.suffix(1) }
    }
    let isHelp = line.flags["help"] == ["true"]
    var sentences: [String] = []
    for fault in parsed.faults {
      let text = sentence(for: fault, names: names)
      if !sentences.contains(text) { sentences.append(text) }
    }
    // After an unknown option, what looks like an operand may be its value.
    if sentences.isEmpty, !isHelp { sentences = operandSentences(parsed.operands) }
    line.complaints = sentences.map {
      OptionResolver.Complaint(status: .usage, message: "plimsoll \(command.name): \($0)")
    }
    return line
  }

  private func names() -> [Name] {
    command.allOptions.flatMap { option -> [Name] in
      let plain = Name(option: option, isNegated: false)
      // Only a switch that a file or the environment can turn on needs a way to turn it off.
      guard option.isSwitch, option.configurationKey != nil else { return [plain] }
      return [plain, Name(option: option, isNegated: true)]
    }
  }

  private func sentence(for fault: ParsedArguments.Fault, names: [Name]) -> String {
    switch fault {
    case .unknown(let text):
      let word = String(text.drop { $0 == "-" })
      let isLong = text.hasPrefix("--")
      let nearest = isLong ? nearestName(to: word, among: names.map(\.text)) : nil
      return "unknown option \(text)" + (nearest.map { " (did you mean --\($0)?)" } ?? "")
    case .ambiguous(let text, let candidates):
      let list = candidates.map { "--" + $0 }.joined(separator: " or ")
      return "option \(text) is ambiguous: \(list)"
    case .missingValue(let index):
      let option = names[index].option
      return "option --\(option.name) needs a value, expected \(option.expected)"
    case .unexpectedValue(let index):
      return "option --\(names[index].text) takes no value"
    }
  }

  private func operandSentences(_ operands: [String]) -> [String] {
    let missing = command.arguments.dropFirst(operands.count).map { argument in
      "argument \(argument.name) is missing: \(argument.help)"
    }
    let surplus = operands.dropFirst(command.arguments.count).map { "unexpected argument '\($0)'" }
    let wrong = zip(command.arguments, operands).compactMap { argument, text -> String? in
      guard case .words(let words) = argument.completion, !words.contains(text) else { return nil }
      let hint = nearestName(to: text, among: words).map { " (did you mean \($0)?)" } ?? ""
      return "argument \(argument.name): '\(text)' is not accepted\(hint), "
        + "expected one of \(words.joined(separator: ", "))"
    }
    return missing + surplus + wrong
  }
}
