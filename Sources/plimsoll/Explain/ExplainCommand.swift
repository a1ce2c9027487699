import MarginDomain
import MarginModel
import RulebookFiles

/// `plimsoll explain`: the margin of the accounts in a book, with its terms.
enum ExplainCommand {
  /// How the answer is printed.
  enum Format: String, CaseIterable, Sendable {
    case table
    case json
  }

  static let book = Option<String?>.optional(
    "book", .file,
    OptionSettings(
      "accounts, market and rulebook in YAML or JSON; - is standard input", reach: .flag)
  )
  static let worker = Option<String?>.optional(
    "worker", .text("URL", expected: "the address of a worker, such as http://127.0.0.1:9464"),
    OptionSettings(
      "ask a running worker about the account of --account instead of reading a book",
      reach: .flag))
  static let format = Option<Format>.value(
    "format", .word, default: "table",
    OptionSettings("table: for people; json: for programs", short: "f", reach: .flag))
  static let account = Option<String?>.optional(
    "account", .text("ID", expected: "an account id"),
    OptionSettings("this account only", reach: .flag))
  static let whatIf = Option<[String]>.repeated(
    "what-if", .text("CHANGE", expected: WhatIfReader.forms),
    OptionSettings(
      "a change to ask about; several are made one after the other", reach: .flag))

  static let command = Command(
    path: ["explain"],
    summary: "the margin of an account, every number, and what would change it",
    details: [
      "Reads a book (--book), or asks a running worker (--worker with --account). A change of "
        + "--what-if is a trade: buy|sell QUANTITY INSTRUMENT [@ PRICE], at the mark without a "
        + "price and without fees; cash: deposit|withdraw AMOUNT ASSET; a setting: leverage "
        + "INSTRUMENT N, mode cross|isolated|portfolio; or a move of the market: UNDERLYING, ASSET "
        + "or all, then a signed change in percent or a price; UNDERLYING vol, then a signed "
        + "change or a volatility per year. With --what-if the answer shows before and after."
    ],
    options: [
      book.definition, worker.definition, account.definition, whatIf.definition,
      format.definition,
    ],
    examples: [
      Command.Example(line: "plimsoll explain --book=book.json", meaning: "a table for people"),
      Command.Example(
        line: "plimsoll explain --book=book.yaml --format=json --account=a1",
        meaning: "one account as JSON"),
      Command.Example(
        line: "plimsoll explain --book=book.yaml --what-if=\"BTC-USD -20%\"",
        meaning: "before and after a fall of Bitcoin by a fifth"),
      Command.Example(
        line: "plimsoll explain --book=book.yaml --account=a1 "
          + "--what-if=\"sell 0.5 BTC-PERP @ 65000\" --what-if=\"deposit 1000 USDC\"",
        meaning: "after a trade and a deposit"),
      Command.Example(
        line: "plimsoll explain --worker=http://127.0.0.1:9464 --account=acct-000001",
        meaning: "an account of a running worker"),
    ],
    exitStatuses: [.dataError, .noInput, .unavailable],
    run: { options in await ExplainRun(options).run() })
}
