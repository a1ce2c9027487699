internal import Foundation

/// The executable: reads its arguments and environment, and ends with the command's exit code.
@main
struct Plimsoll {
  /// Every command, in the order in which help pages list them.
  static let table: CommandTable = CommandTable(
    commands: [
      DemoCommand.command, RunCommand.command, TopicsCreateCommand.command,
      TopicsCheckCommand.command, ReferencePublishCommand.command, ReferenceCheckCommand.command,
      TailCommand.command, GenerateCommand.command, ExplainCommand.command,
      StressCommand.command, ScenariosCommand.command,
      CompletionCommand.command { table }, ReferencePageCommand.command { table },
    ],
    groups: [
      CommandTable.Group(name: "topics", summary: "create or check the topics"),
      CommandTable.Group(
        name: "reference", summary: "check or publish instruments, assets and rulebooks"),
    ])

  static func main() async {
    let dispatcher = Dispatcher(table: table, environment: ProcessInfo.processInfo.environment)
    let status = await dispatcher.run(Array(CommandLine.arguments.dropFirst()))
    exit(status.rawValue)
  }
}
