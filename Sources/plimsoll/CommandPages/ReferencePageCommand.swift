/// `plimsoll reference-page`: prints `docs/reference/configuration.md`, for contributors.
enum ReferencePageCommand {
  /// Makes the command.
  ///
  /// The table is passed as a closure, because it contains this command itself.
  static func command(for table: @escaping @Sendable () -> CommandTable) -> Command {
    Command(
      path: ["reference-page"],
      summary: "print the reference page of commands and options",
      examples: [
        Command.Example(
          line: "plimsoll reference-page > docs/reference/configuration.md",
          meaning: "after a change of the option table")
      ],
      isHidden: true,
      run: { _ in Console.write(ReferencePage(table: table()).text()) })
  }
}
