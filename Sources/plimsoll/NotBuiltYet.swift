/// The end of a command whose body does not exist yet: loud, so that nobody takes it for done.
enum NotBuiltYet {
  static func refuse(_ options: ResolvedOptions) -> ExitStatus {
    Console.complain("plimsoll \(options.commandName): not built yet")
    return .software
  }
}
