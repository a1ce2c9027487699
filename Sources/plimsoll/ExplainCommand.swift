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
    run: { options in run(options) })

  private static func run(_ options: ResolvedOptions) -> ExitStatus {
    do throws(YAMLDocument.FileError) {
      let document = try YAMLDocument(path: options[book])
      return try explain(document, options)
    } catch {
      return error.complain()
    }
  }

  private static func explain(
    _ document: YAMLDocument, _ options: ResolvedOptions
  ) throws(YAMLDocument.FileError) -> ExitStatus {
    let book: Book
    do throws(FaultList) {
      book = try BookReader.read(document)
    } catch {
      throw .faults(error)
    }
    var accounts = book.accounts
    if let wanted = options[account] {
      accounts = accounts.filter { $0.book.accountID.text == wanted }
      if accounts.isEmpty { return refuse(wanted, in: book, file: document.file) }
    }
    do throws(AssessmentFault) {
      var answers: [ExplainAnswer] = []
      for account in accounts {
        let report = try account.book.report(
          in: book.market, by: book.rulebook, details: account.details)
        answers.append(
          ExplainAnswer(
            report: report, marginMode: account.book.marginMode, rulebook: book.rulebook))
      }
      switch options[format] {
      case .json: return Console.write(ExplainAnswer.json(answers))
      case .table: return Console.write(ExplainTable.text(answers))
      }
    } catch {
      // The reader has checked that nothing is missing, so this is a fault of the program.
      Console.complain("plimsoll explain: \(error)")
      return .software
    }
  }

  private static func refuse(_ wanted: String, in book: Book, file: String) -> ExitStatus {
    let known = book.accounts.map(\.book.accountID.text)
    let hint = nearestName(to: wanted, among: known).map { " (did you mean \($0)?)" } ?? ""
    Console.complain("plimsoll explain: --account: '\(wanted)' is not in \(file)\(hint)")
    return .usage
  }
}

extension YAMLDocument.FileError {
  /// Prints one line per fault on standard error.
  ///
  /// - Returns: 66 when the file cannot be read, 65 when it is wrong.
  func complain() -> ExitStatus {
    switch self {
    case .unreadable:
      Console.complain("\(self)")
      return .noInput
    case .faults(let list):
      for line in list.description.split(separator: "\n") { Console.complain(String(line)) }
      return .dataError
    }
  }
}
