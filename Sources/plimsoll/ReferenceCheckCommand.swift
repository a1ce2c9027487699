/// `plimsoll reference check`.
enum ReferenceCheckCommand {
  static let command = Command(
    path: ["reference", "check"],
    summary: "check a reference file",
    details: ["One line per fault: file, line, column, path, what is wrong, what was expected."],
    arguments: [ReferencePublishCommand.file],
    examples: [
      Command.Example(
        line: "plimsoll reference check reference.yaml", meaning: "ends with 0 when all is well")
    ],
    exitStatuses: [.dataError, .noInput],
    run: { options in NotBuiltYet.refuse(options) })
}
