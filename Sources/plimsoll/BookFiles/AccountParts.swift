import Foundation
import MarginModel

/// Questions about many accounts, answered in parts on all cores.
enum AccountParts {
  /// Most accounts that one task answers for.
  private static let largestPart = 250
  /// Parts per core at least, so that no core waits long for the last one.
  private static let partsPerCore = 4

  /// Asks about the accounts in parts, at most as many at once as there are cores.
  ///
  /// - Parameters:
  ///   - count: how many accounts there are.
  ///   - answer: of the accounts at some places.
  /// - Returns: the answers of the parts in the order of the accounts, whichever ended first.
  /// - Throws: `AssessmentFault`, that of the first part that has one.
  static func answers<Answer: Sendable>(
    about count: Int,
    _ answer: @escaping @Sendable (Range<Int>) throws(AssessmentFault) -> Answer
  ) async throws(AssessmentFault) -> [Answer] {
    typealias Part = (place: Int, answer: Result<Answer, AssessmentFault>)
    let width = max(1, min(64, ProcessInfo.processInfo.activeProcessorCount))
    let size = max(1, min(largestPart, count / (width * partsPerCore)))
    let ranges = stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    let parts = await withTaskGroup(of: Part.self) { group -> [Part] in
      var next = 0
      func addNext(to group: inout TaskGroup<Part>) {
        guard next < ranges.count else { return }
        let (place, range) = (next, ranges[next])
        next += 1
        group.addTask {
          (place, Result { () throws(AssessmentFault) in try answer(range) })
        }
      }
      for _ in 0..<width { addNext(to: &group) }
      var parts: [Part] = []
      while let part = await group.next() {
        parts.append(part)
        addNext(to: &group)
      }
      return parts
    }
    var answers: [Answer] = []
    for part in parts.sorted(by: { $0.place < $1.place }) { answers.append(try part.answer.get()) }
    return answers
  }
}
