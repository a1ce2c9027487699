/// The scripts of `plimsoll completion`, made from the option table.
struct ShellCompletion {
  /// A shell that a script can be made for.
  enum Shell: String, CaseIterable, Sendable {
    case bash
    case zsh
    case fish
  }

  let table: CommandTable

  func script(for shell: Shell) -> String {
    switch shell {
    case .bash: BashCompletion(table: table).script()
    case .zsh: ZshCompletion(table: table).script()
    case .fish: FishCompletion(table: table).script()
    }
  }
}

extension OptionDefinition {
  /// The long names as they are typed.
  var typedNames: [String] {
    let plain = ["--\(name)"]
    return isSwitch && configurationKey != nil ? plain + ["--no-\(name)"] : plain
  }
}

extension String {
  /// The text in single quotes, as bash and zsh read it.
  var shellQuoted: String {
    "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}

/// Completion for bash, without the bash-completion package.
struct BashCompletion {
  let table: CommandTable

  func script() -> String {
    """
    # bash completion of plimsoll; load it with: source <(plimsoll completion bash)
    _plimsoll() {
      local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
      local command=${COMP_WORDS[1]} options= values= operands=
      COMPREPLY=()
      if (( COMP_CWORD == 1 )); then
        COMPREPLY=($(compgen -W \(firstWords.shellQuoted) -- "$current"))
        return
      fi
      case $command in
    \(groupCases)  esac
      # "--option=value" reaches this function as three words.
      if [[ $current == '=' ]]; then
        current=
      elif [[ $previous == '=' ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
      fi
      case $command in
    \(commandCases)    *) return ;;
      esac
      if [[ $values == '<file>' ]]; then
        COMPREPLY=($(compgen -f -- "$current"))
      elif [[ -n $values ]]; then
        [[ $values == '<text>' ]] || COMPREPLY=($(compgen -W "$values" -- "$current"))
      elif [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$current"))
      elif [[ $operands == '<file>' ]]; then
        COMPREPLY=($(compgen -f -- "$current"))
      else
        COMPREPLY=($(compgen -W "$operands" -- "$current"))
      fi
    }
    complete -o filenames -F _plimsoll plimsoll

    """
  }

  private var firstWords: String {
    (table.firstWords.map(\.word) + ["help", "--help", "--version"]).joined(separator: " ")
  }

  private var groupCases: String {
    table.groups.map { group in
      let words = table.commands(in: group.name).map { $0.path[1] } + ["--help"]
      return """
            \(group.name))
              if (( COMP_CWORD == 2 )); then
                COMPREPLY=($(compgen -W \(words.joined(separator: " ").shellQuoted) -- "$current"))
                return
              fi
              command+=" ${COMP_WORDS[2]}" ;;

        """
    }.joined()
  }

  private var commandCases: String {
    table.visibleCommands.map { command in
      let options = command.allOptions.flatMap(\.typedNames).joined(separator: " ")
      let operands = command.arguments.first.map { mark($0.completion) } ?? ""
      let values = command.allOptions.filter { !$0.isSwitch }.map { option in
        let names = (option.short.map { ["-\($0)"] } ?? []) + option.typedNames
        let value = mark(option.completion).shellQuoted
        return "        \(names.joined(separator: "|"))) values=\(value) ;;\n"
      }
      return """
            \(command.name.shellQuoted))
              options=\(options.shellQuoted)
              operands=\((operands == "<text>" ? "" : operands).shellQuoted)
              case $previous in
        \(values.joined())      esac ;;

        """
    }.joined()
  }

  private func mark(_ completion: ValueCompletion) -> String {
    switch completion {
    case .nothing: "<text>"
    case .files: "<file>"
    case .words(let words): words.joined(separator: " ")
    }
  }
}

/// Completion for zsh.
struct ZshCompletion {
  let table: CommandTable

  func script() -> String {
    """
    #compdef plimsoll
    # zsh completion of plimsoll; load it with: source <(plimsoll completion zsh)
    _plimsoll() {
      local -a words_of_level
      local name=${words[2]}
      if (( CURRENT == 2 )); then
        words_of_level=(\(list(table.firstWords)))
        _describe 'command' words_of_level
        return
      fi
      case $name in
    \(groupCases)  esac
      shift words
      (( CURRENT-- ))
      case $name in
    \(commandCases)  esac
    }
    compdef _plimsoll plimsoll

    """
  }

  private func list(_ words: [(word: String, summary: String)]) -> String {
    words.map { "\($0.word):\($0.summary)".shellQuoted }.joined(separator: " ")
  }

  private var groupCases: String {
    table.groups.map { group in
      let words = table.commands(in: group.name).map { (word: $0.path[1], summary: $0.summary) }
      return """
            \(group.name))
              if (( CURRENT == 3 )); then
                words_of_level=(\(list(words)))
                _describe 'command' words_of_level
                return
              fi
              name+=" ${words[3]}"
              shift words
              (( CURRENT-- )) ;;

        """
    }.joined()
  }

  private var commandCases: String {
    table.visibleCommands.map { command in
      let specifications =
        command.allOptions.flatMap(specifications)
        + command.arguments.enumerated().map { index, argument in
          "\(index + 1):\(argument.name):\(action(argument.completion))".shellQuoted
        }
      let list = specifications.joined(separator: " \\\n        ")
      return "    \(command.name.shellQuoted))\n      _arguments \\\n        \(list) ;;\n"
    }.joined()
  }

  private func specifications(of option: OptionDefinition) -> [String] {
    let help = option.help.map { "[]:\\".contains($0) ? "\\\($0)" : String($0) }.joined()
    let names = (option.short.map { ["-\($0)"] } ?? []) + option.typedNames
    return names.map { name in
      guard !option.isSwitch else { return "\(name)[\(help)]".shellQuoted }
      let mark = name.hasPrefix("--") ? "=" : "+"
      return "\(name)\(mark)[\(help)]:value:\(action(option.completion))".shellQuoted
    }
  }

  private func action(_ completion: ValueCompletion) -> String {
    switch completion {
    case .nothing: " "
    case .files: "_files"
    case .words(let words): "(\(words.joined(separator: " ")))"
    }
  }
}

/// Completion for fish.
struct FishCompletion {
  let table: CommandTable

  func script() -> String {
    var text = """
      # fish completion of plimsoll; load it with: plimsoll completion fish | source
      complete -c plimsoll -f

      """
    let top = "test (count (commandline -opc)) -eq 1"
    for (word, summary) in table.firstWords {
      text += "complete -c plimsoll -n \(quoted(top)) -a \(word) -d \(quoted(summary))\n"
    }
    for group in table.groups {
      let condition = "test (count (commandline -opc)) -eq 2; and \(seen([group.name]))"
      for command in table.commands(in: group.name) {
        text += "complete -c plimsoll -n \(quoted(condition)) -a \(command.path[1])"
        text += " -d \(quoted(command.summary))\n"
      }
    }
    for command in table.visibleCommands { text += lines(of: command) }
    return text
  }

  private func lines(of command: Command) -> String {
    let condition = quoted(seen(command.path))
    var text = ""
    for argument in command.arguments {
      text += "complete -c plimsoll -n \(condition)\(value(argument.completion))\n"
    }
    for option in command.allOptions {
      for name in option.typedNames {
        text += "complete -c plimsoll -n \(condition) -l \(name.dropFirst(2))"
        if name == "--\(option.name)", let short = option.short { text += " -s \(short)" }
        // -x suppresses file names for values that are not files.
        let isFile = option.completion == .files
        text += option.isSwitch ? "" : (isFile ? " -r" : " -x") + value(option.completion)
        text += " -d \(quoted(option.help))\n"
      }
    }
    return text
  }

  private func seen(_ path: [String]) -> String {
    path.map { "__fish_seen_subcommand_from \($0)" }.joined(separator: "; and ")
  }

  private func value(_ completion: ValueCompletion) -> String {
    switch completion {
    case .nothing: ""
    case .files: " -F"
    case .words(let words): " -a \(quoted(words.joined(separator: " ")))"
    }
  }

  private func quoted(_ text: String) -> String {
    "'" + text.map { "'\\".contains($0) ? "\\\($0)" : String($0) }.joined() + "'"
  }
}
