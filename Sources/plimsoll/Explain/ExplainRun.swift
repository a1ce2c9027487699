import MarginDomain
import MarginModel
import RulebookFiles

/// One run of `plimsoll explain`.
struct ExplainRun {
  /// Ends the run; the reason has already been printed.
  private struct Ended: Error {
    let status: ExitStatus
  }

  private let options: ResolvedOptions

  init(_ options: ResolvedOptions) { self.options = options }

  func run() async -> ExitStatus {
    do throws(Ended) {
      let book = try readBook()
      let accounts = try chosenAccounts(of: book)
      return try await answer(book, accounts)
    } catch {
      return error.status
    }
  }

  private func readBook() throws(Ended) -> Book {
    switch (options[ExplainCommand.book], options[ExplainCommand.worker]) {
    case (let path?, nil):
      do throws(YAMLDocument.FileError) {
        guard let account = options[ExplainCommand.account] else { return try BookFile.read(path) }
        let (book, faultyOthers) = try BookFile.read(path, account: account)
        if faultyOthers > 0 { Console.complain(Self.notice(of: faultyOthers)) }
        return book
      } catch {
        throw Ended(status: error.complain())
      }
    case (nil, let address?):
      guard let account = options[ExplainCommand.account] else {
        throw refuse("--worker asks about one account, expected --account as well")
      }
      do throws(LiveBookFailure) {
        return try LiveBook(worker: address).read(account: account)
      } catch {
        for line in "plimsoll explain: \(error)".split(separator: "\n") {
          Console.complain(String(line))
        }
        throw Ended(status: error.exitStatus)
      }
    case (nil, nil): throw refuse("expected --book or --worker")
    case (.some, .some): throw refuse("--book and --worker exclude each other")
    }
  }

  /// The notice printed with an answer about one account when other accounts are faulty.
  private static func notice(of faultyOthers: Int) -> String {
    (faultyOthers == 1
      ? "1 other account has faults" : "\(faultyOthers) other accounts have faults")
      + "; `plimsoll explain` without --account lists them"
  }

  private func refuse(_ sentence: String) -> Ended {
    Console.complain("plimsoll explain: \(sentence)")
    Console.complain("Try 'plimsoll explain --help'.")
    return Ended(status: .usage)
  }

  private func chosenAccounts(of book: Book) throws(Ended) -> [Book.Account] {
    guard let wanted = options[ExplainCommand.account] else { return book.accounts }
    let accounts = book.accounts.filter { $0.book.accountID.text == wanted }
    if !accounts.isEmpty { return accounts }
    let hint = ScenarioReader.hint(wanted, book.accounts.map(\.book.accountID.text))
    Console.complain("plimsoll explain: --account: '\(wanted)' is not in \(book.file)\(hint)")
    throw Ended(status: .usage)
  }

  private func answer(
    _ book: Book, _ accounts: [Book.Account]
  ) async throws(Ended) -> ExitStatus {
    let changes = options[ExplainCommand.whatIf]
    var whatIf = WhatIf(book, accounts: accounts)
    let before = try await answers(whatIf, book)
    if changes.isEmpty {
      switch options[ExplainCommand.format] {
      case .json: return Console.write(ExplainAnswer.json(before).description + "\n")
      case .table: return Console.write(ExplainTable.text(before))
      }
    }
    for change in changes {
      do throws(ScenarioTextFault) {
        try whatIf.apply(change)
      } catch {
        throw refuse(error.sentence(option: "--what-if", text: change))
      }
    }
    let after = try await answers(whatIf, book)
    switch options[ExplainCommand.format] {
    case .json:
      let pair = AnswerJSON.object([
        ("what_if", .list(changes.map { .text($0) })), ("before", ExplainAnswer.json(before)),
        ("after", ExplainAnswer.json(after)),
      ])
      return Console.write(pair.description + "\n")
    case .table:
      let pairs = zip(before, after).map { ExplainComparison(before: $0, after: $1) }
      return Console.write(ExplainComparison.text(pairs, changes: changes))
    }
  }

  private func answers(
    _ state: WhatIf, _ book: Book
  ) async throws(Ended) -> [ExplainAnswer] {
    let (accounts, market) = (state.accounts, state.market)
    do throws(AssessmentFault) {
      return try await AccountBatches.answers(about: accounts.count) {
        (range) throws(AssessmentFault) in
        var answers: [ExplainAnswer] = []
        for (account, details, isIncomplete) in accounts[range] {
          answers.append(
            try ExplainAnswer(
              book: account, details: details, market: market, rulebook: book.rulebook,
              asOf: book.asOf, isIncomplete: isIncomplete))
        }
        return answers
      }.flatMap { $0 }
    } catch {
      // The reader has checked that nothing is missing, so this is a bug.
      Console.complain("plimsoll explain: \(error)")
      throw Ended(status: .software)
    }
  }
}
