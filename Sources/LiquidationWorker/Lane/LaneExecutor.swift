import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A serial executor whose thread is the lane's own thread.
///
/// The lane runs waiting jobs between batches with `runPending`; so `await shard.account(id)` is
/// answered between batches, and the lane itself enters the actor with `assumeIsolated`, without a
/// hop. After `close`, jobs that wait or come later run on a serial queue, because the lane will
/// never look again and their awaiters would hang for ever.
final class LaneExecutor: SerialExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    var thread: UInt?
    var wake: (@Sendable () -> Void)?
    var isClosed = false
  }

  private let state = Mutex(State())
  private let afterwards: DispatchQueue

  init(name: String) { afterwards = DispatchQueue(label: "plimsoll.\(name).afterwards") }

  /// Says that the calling thread is the lane's.
  func adoptCurrentThread() {
    let current = LaneExecutor.currentThread
    state.withLock { $0.thread = current }
  }

  /// Called whenever a job arrives, so that a lane that waits for records returns early.
  func setWake(_ wake: (@Sendable () -> Void)?) { state.withLock { $0.wake = wake } }

  /// Makes a lane that waits for records return early.
  func wake() { state.withLock { $0.wake }?() }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let (isClosed, wake) = state.withLock { state in
      if !state.isClosed { state.jobs.append(job) }
      return (state.isClosed, state.wake)
    }
    guard isClosed else {
      wake?()
      return
    }
    runAfterwards([job])
  }

  /// Runs the jobs that wait now; on the lane's thread only.
  ///
  /// Jobs that they enqueue wait for the
  /// next call, so that a chatty caller cannot keep the lane from its records.
  func runPending() {
    let jobs = state.withLock { state in
      let jobs = state.jobs
      state.jobs.removeAll(keepingCapacity: true)
      return jobs
    }
    for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
  }

  /// The lane ends: what waits and what comes later runs elsewhere, one job at a time.
  func close() {
    let jobs = state.withLock { state in
      state.isClosed = true
      state.wake = nil
      state.thread = nil
      let jobs = state.jobs
      state.jobs = []
      return jobs
    }
    runAfterwards(jobs)
  }

  func isIsolatingCurrentContext() -> Bool? {
    let current = LaneExecutor.currentThread
    return state.withLock { $0.thread == current }
  }

  func checkIsolated() {
    precondition(
      isIsolatingCurrentContext() == true, "an account shard was entered off its lane's thread")
  }

  private func runAfterwards(_ jobs: [UnownedJob]) {
    let executor = asUnownedSerialExecutor()
    for job in jobs { afterwards.async { job.runSynchronously(on: executor) } }
  }

  /// The calling thread as a number: pthread_t is an integer on Linux and a pointer on macOS.
  private static var currentThread: UInt {
    #if canImport(Glibc)
      UInt(pthread_self())
    #else
      UInt(bitPattern: pthread_self())
    #endif
  }
}
