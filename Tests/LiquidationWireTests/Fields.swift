import Foundation
import Synchronization

/// A line of `Schemas/fields.txt`.
struct Fields {
  let message: String
  let name: String
  let isOneof: Bool

  static func committed() throws -> [Fields] {
    let file = repositoryRoot.appending(path: "Schemas/fields.txt")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
      let words = line.split(separator: " ")
      let place = words[0].split(separator: ".")
      return Fields(
        message: String(place[0]), name: String(place[1]), isOneof: words.last == "oneof")
    }
  }
}

/// Keeps what a closure of a decoder was given.
final class Recorder: Sendable {
  private let state = Mutex<[UInt8]?>(nil)
  var noted: [UInt8]? { state.withLock { $0 } }
  func note(_ bytes: [UInt8]) { state.withLock { $0 = bytes } }
}
