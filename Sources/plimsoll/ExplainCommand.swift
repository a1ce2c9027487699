/// `plimsoll explain`: the margin of the accounts in a book, with its terms.
enum ExplainCommand {
  /// How the answer is printed.
  enum Format: String, CaseIterable, Sendable {
    case table
    case json
  }

  static let book = Option<String>.required(
    "book", .file,
    OptionSettings(
      "accounts, market and rulebook in YAML or JSON; - is standard input", reach: .flag)
  )
  static let format = Option<Format>.value(
    "format", .word, default: "table",
    OptionSettings("table: for people; json: for programs", short: "f", reach: .flag))
  static let account = Option<String?>.optional(
    "account", .text("ID", expected: "an account id"),
    OptionSettings("this account of the book only", reach: .flag))

  static let command = Command(
    path: ["explain"],
    summary: "the margin of the accounts in a book: every number, with its terms",
    options: [book.definition, format.definition, account.definition],
    examples: [
      Command.Example(line: "plimsoll explain --book=book.json", meaning: "a table for people"),
      Command.Example(
        line: "plimsoll explain --book=book.yaml --format=json --account=a1",
        meaning: "one account as JSON"),
    ],
    exitStatuses: [.dataError, .noInput],
    run: { options in NotBuiltYet.refuse(options) })
}
