import Foundation
import MarginModel

/// Computes answers about many accounts, in batches on all cores.
enum AccountBatches {
  /// Most accounts that one task answers for.
  private static let largestPart = 250
  /// Minimum number of parts per core, so that no core waits long for the last one.
  private static let partsPerCore = 4

  /// Computes the answers in parts, at most as many at once as there are cores.
  ///
  /// - Parameters:
  ///   - count: how many accounts there are.
  ///   - answer: computes the answer for a range of accounts.
  /// - Returns: the answers of the parts in the order of the accounts, whichever part finished
  ///   first.
  /// - Throws: `AssessmentFault`, that of the first part that has one.
  static func answers<Answer: Sendable>(
    about count: Int,
    _ answer: @escaping @Sendable (Range<Int>) throws(AssessmentFault) -> Answer
  ) async throws(AssessmentFault) -> [Answer] {
    typealias Part = (index: Int, answer: Result<Answer, AssessmentFault>)
    let width = max(1, min(64, ProcessInfo.processInfo.activeProcessorCount))
    let size = max(1, min(largestPart, count / (width * partsPerCore)))
    let ranges = stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    let parts = await withTaskGroup(of: Part.self) { group -> [Part] in
      var next = 0
      func addNext(to group: inout TaskGroup<Part>) {
        guard next < ranges.count else { return }
        let (index, range) = (next, ranges[next])
        next += 1
        group.addTask {
          (index, Result { () throws(AssessmentFault) in try answer(range) })
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
    for part in parts.sorted(by: { $0.index < $1.index }) { answers.append(try part.answer.get()) }
    return answers
  }
}
