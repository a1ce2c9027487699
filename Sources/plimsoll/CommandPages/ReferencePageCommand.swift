/// `plimsoll reference-page`: the page `docs/reference/configuration.md`, for those who build.
enum ReferencePageCommand {
  /// The command; the table that it describes holds the command itself, so it comes when asked.
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
