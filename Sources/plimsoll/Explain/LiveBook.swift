import OperatorEndpoint
import RulebookFiles

/// Why a worker did not return a book.
struct LiveBookFailure: Error, CustomStringConvertible {
  let description: String
  let exitStatus: ExitStatus
}

/// An account of a running worker, as a book.
struct LiveBook {
  /// `http://HOST:PORT`.
  let worker: String

  /// Asks the worker; blocks the calling thread.
  ///
  /// - Throws: 64 for a faulty address or an unknown account, 69 when no worker answers or it is
  ///   not ready, 65 when its answer is not a complete book, for example while a price is missing.
  func read(account: String) throws(LiveBookFailure) -> Book {
    let response: HTTPResponse
    do throws(HTTPClient.Failure) {
      response = try HTTPClient(address: worker).get(["accounts", account, "book"])
    } catch {
      if case .badAddress = error {
        throw LiveBookFailure(description: "--worker: \(error)", exitStatus: .usage)
      }
      throw LiveBookFailure(description: "\(worker): \(error)", exitStatus: .unavailable)
    }
    guard response.status == 200 else { throw refusal(response) }
    do throws(FaultList) {
      let document = try YAMLDocument(bytes: response.body, file: worker)
      return try BookReader.read(document)
    } catch {
      throw LiveBookFailure(
        description: "the worker's book is not whole\n\(error)", exitStatus: .dataError)
    }
  }

  private func refusal(_ response: HTTPResponse) -> LiveBookFailure {
    let text = String(decoding: response.body.prefix(500), as: UTF8.self)
    let sentence = text.split(separator: "\n").first.map(String.init) ?? "no reason"
    let isUnknown = response.status == 404 && sentence.hasPrefix("account ")
    return LiveBookFailure(
      description: "\(worker): \(sentence) (status \(response.status))",
      exitStatus: isUnknown ? .usage : .unavailable)
  }
}
