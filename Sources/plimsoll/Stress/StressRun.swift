import Foundation
import MarginDomain
import MarginModel
import MarketSimulator
import RulebookFiles

/// One run of `plimsoll stress`.
struct StressRun {
  /// Ends the run; the reason has already been printed.
  private struct Ended: Error {
    let status: ExitStatus
  }

  /// The name of the built-in table for `--day`.
  static let shippedDay = "crash-2025-10-10"

  private let options: ResolvedOptions

  init(_ options: ResolvedOptions) { self.options = options }

  func run() async -> ExitStatus {
    do throws(Ended) {
      try checkOptions()
      let book: Book
      do throws(YAMLDocument.FileError) {
        book = try BookFile.read(options[StressCommand.book])
      } catch {
        throw Ended(status: error.complain())
      }
      let plan = try plan(for: book)
      let report = StressReport(book: book, plan: plan, result: try await result(book, plan))
      switch options[StressCommand.format] {
      case .table: return Console.write(StressTable(report).text)
      case .json: return Console.write(StressJSON(report).text)
      case .html: return Console.write(StressPage(report).text)
      }
    } catch {
      return error.status
    }
  }

  private func refuse(_ sentence: String) -> Ended {
    Console.complain("plimsoll stress: \(sentence)")
    Console.complain("Try 'plimsoll stress --help'.")
    return Ended(status: .usage)
  }

  private func checkOptions() throws(Ended) {
    let hasMoves = !options[StressCommand.moves].isEmpty || !options[StressCommand.grids].isEmpty
    let hasDay = options[StressCommand.day] != nil
    if hasMoves, hasDay { throw refuse("--day stands alone, without --move and --grid") }
    if !hasMoves, !hasDay {
      throw refuse("a scenario is missing, expected --move, --grid or --day")
    }
  }

  // MARK: Scenarios

  private func plan(for book: Book) throws(Ended) -> StressPlan {
    let planner = StressPlanner(book)
    if let path = options[StressCommand.day] {
      let table = try table(path)
      do throws(ScenarioTextFault) {
        return try planner.day(table)
      } catch {
        Console.complain(
          "plimsoll stress: --day: \(error.problem), expected \(error.expected ?? "")")
        throw Ended(status: .dataError)
      }
    }
    let texts = options[StressCommand.moves]
    let moves = try read(texts, of: "--move") { (text) throws(ScenarioTextFault) in
      try planner.move(text)
    }
    let grids = try read(options[StressCommand.grids], of: "--grid") {
      (text) throws(ScenarioTextFault) in try planner.grid(text)
    }
    do throws(ScenarioTextFault) {
      if grids.isEmpty { return try planner.single(moves, name: texts.joined(separator: ", ")) }
      return try planner.grid(grids, with: moves)
    } catch {
      throw refuse(error.problem + (error.expected.map { ", expected \($0)" } ?? ""))
    }
  }

  private func read<Value>(
    _ texts: [String], of option: String, _ read: (String) throws(ScenarioTextFault) -> Value
  ) throws(Ended) -> [Value] {
    var values: [Value] = []
    for text in texts {
      do throws(ScenarioTextFault) {
        values.append(try read(text))
      } catch {
        throw refuse(error.sentence(option: option, text: text))
      }
    }
    return values
  }

  private func table(_ path: String) throws(Ended) -> MarketTable {
    let bytes = FileManager.default.contents(atPath: path)
    if bytes == nil, path != Self.shippedDay {
      Console.complain("plimsoll stress: --day: \(path) cannot be read")
      throw Ended(status: .noInput)
    }
    do throws(MarketTableError) {
      guard let bytes else { return try MarketTable.crashOfOctober2025() }
      return try MarketTable(parsing: Array(bytes), name: path)
    } catch {
      Console.complain("\(error)")
      throw Ended(status: .dataError)
    }
  }

  // MARK: The test

  /// Assesses the accounts in parts and adds them up.
  private func result(_ book: Book, _ plan: StressPlan) async throws(Ended) -> StressResult {
    let test = StressTest(
      accounts: book.accounts.map(\.book), market: book.market,
      scenarios: plan.scenarios.map(\.market), instruments: book.instruments,
      rulebook: book.rulebook, worstCount: options[StressCommand.worst])
    do throws(AssessmentFault) {
      let parts = try await AccountBatches.answers(about: test.accountCount) {
        (range) throws(AssessmentFault) in try test.result(ofAccounts: range)
      }
      var whole = try test.result(ofAccounts: 0..<0)
      for part in parts { whole.add(part) }
      return whole
    } catch {
      // The reader has checked that nothing is missing, so this is a bug.
      Console.complain("plimsoll stress: \(error)")
      throw Ended(status: .software)
    }
  }
}
