/// `plimsoll completion`: a script that completes commands, options and values in a shell.
enum CompletionCommand {
  /// Makes the command.
  ///
  /// The table is passed as a closure, because it contains this command itself.
  static func command(for table: @escaping @Sendable () -> CommandTable) -> Command {
    Command(
      path: ["completion"],
      summary: "print a completion script for a shell",
      arguments: [
        Command.Argument(
          name: "SHELL", help: "bash, zsh or fish",
          completion: .words(ShellCompletion.Shell.allCases.map(\.rawValue)))
      ],
      examples: [
        Command.Example(
          line: "source <(plimsoll completion bash)", meaning: "completion in this bash")
      ],
      run: { options in
        guard let shell = options.arguments.first.flatMap(ShellCompletion.Shell.init) else {
          return .usage
        }
        return Console.write(ShellCompletion(table: table()).script(for: shell))
      })
  }
}
