import LiquidationEngine
import LiquidationWorker
import MarginDomain
import OperatorEndpoint

/// The answer of `/accounts/{id}/book`: one account with the market and the rules, as the document
/// that `explain` reads, so that `explain` does all further computation.
enum AccountBookAnswer {
  static let pattern = "/accounts/{id}/book"

  /// Asks the lane that owns the account.
  static func response(
    for id: AccountID, service: LiquidationService, rulebooks: RulebookDocumentCache
  ) async -> HTTPResponse {
    let partition = service.partition(of: id)
    guard service.isLive(on: partition) else {
      return .text(
        503,
        "partition \(partition) of account \(id) is not owned by this worker, or not live yet\n")
    }
    guard let view = await service.book(of: id) else {
      return .text(404, "account \(id) is not known\n")
    }
    guard let rules = view.rulebook else {
      return .text(503, "no rulebook is in force yet\n")
    }
    guard
      let document = rulebooks.document(of: rules.id, for: Set(view.instruments.map(\.symbol))),
      let book = BookDocument([view], rules: rules, rulebook: document)
    else { return .text(500, "the document of rulebook \(rules.id) is not kept\n") }
    return .json(book.text)
  }
}
