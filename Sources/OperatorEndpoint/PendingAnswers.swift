import Dispatch
import Synchronization

/// One deferred answer: the first of route, deadline and stop sets it and resumes the connection.
final class PendingAnswer: Sendable {
  private struct State {
    var response: HTTPResponse?
    var task: Task<Void, Never>?
  }

  private let state = Mutex(State())
  private let resume: @Sendable () -> Void
  private let resumed: @Sendable (PendingAnswer) -> Void

  /// - Parameters:
  ///   - resume: resumes the suspended connection; called once.
  ///   - resumed: called once after that.
  init(
    resume: @escaping @Sendable () -> Void,
    resumed: @escaping @Sendable (PendingAnswer) -> Void
  ) {
    self.resume = resume
    self.resumed = resumed
  }

  /// The answer, once there is one.
  var response: HTTPResponse? { state.withLock { $0.response } }

  /// Sets the answer unless there is one already; a task that is still running is cancelled.
  ///
  /// Resuming happens under the lock: a second caller, and above all a stop, returns only when the
  /// connection is no longer suspended, which the library requires before it is stopped.
  func give(_ response: HTTPResponse) {
    let (isFirst, task) = state.withLock { state in
      guard state.response == nil else { return (false, Task<Void, Never>?.none) }
      state.response = response
      resume()
      return (true, state.task)
    }
    guard isFirst else { return }
    task?.cancel()
    resumed(self)
  }

  /// Starts computing the answer, with the deadline.
  func start(limit: Duration, _ work: @escaping @Sendable () async -> HTTPResponse) {
    let task = Task { give(await work()) }
    let isLate = state.withLock { state in
      state.task = task
      return state.response != nil
    }
    if isLate { task.cancel() }
    // A dispatch timer rather than a sleeping task: it fires even when every thread of the task
    // pool is busy.
    let (seconds, attoseconds) = limit.components
    let deadline = DispatchTime.now() + Double(seconds) + Double(attoseconds) / 1e18
    DispatchQueue.global().asyncAfter(deadline: deadline) { [weak self] in
      self?.give(.text(503, "There was no answer in time; the worker may be busy. Try again.\n"))
    }
  }
}

/// All deferred answers of a server, so that they are bounded and that a stop can end them.
final class PendingAnswers: Sendable {
  private struct State {
    var isStopping = false
    var atWork = 0
    var suspended: [ObjectIdentifier: PendingAnswer] = [:]
  }

  private let state = Mutex(State())
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Admits an answer and suspends its connection, unless there are too many or a stop has begun.
  ///
  /// `suspend` is called under the lock: a stop sees either no connection or a suspended one. The
  /// result is the answer to give at once if it was not admitted.
  func admit(_ answer: PendingAnswer, suspend: () -> Void) -> HTTPResponse? {
    state.withLock { state in
      guard !state.isStopping else { return Self.stopping }
      guard state.atWork < limit else {
        return .text(503, "Too many requests are waiting for an answer. Try again.\n")
      }
      state.atWork += 1
      state.suspended[ObjectIdentifier(answer)] = answer
      suspend()
      return nil
    }
  }

  /// The route has returned, perhaps long after the deadline.
  func workEnded() { state.withLock { $0.atWork -= 1 } }

  /// The connection has been resumed.
  func resumed(_ answer: PendingAnswer) {
    state.withLock { $0.suspended[ObjectIdentifier(answer)] = nil }
  }

  /// Answers everything that waits; later requests are refused.
  /// - Returns: false when a stop had begun before.
  func stop() -> Bool {
    let (isFirst, waiting) = state.withLock { state in
      defer { state.isStopping = true }
      return (!state.isStopping, Array(state.suspended.values))
    }
    for answer in waiting { answer.give(Self.stopping) }
    return isFirst
  }

  private static var stopping: HTTPResponse { .text(503, "The worker is stopping.\n") }
}
