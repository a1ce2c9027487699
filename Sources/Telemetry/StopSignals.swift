import Dispatch
import Synchronization

/// A signal that asks the process to end; the raw value is the signal's number.
public enum StopSignal: Int32, Sendable, CaseIterable {
  /// SIGINT: Ctrl-C at a terminal.
  case interrupt = 2
  /// SIGTERM: a supervisor asks.
  case terminate = 15

  /// Exit status of a process that the signal ended at once: 128 plus its number.
  public var abortExitCode: Int32 { 128 + rawValue }
}

/// Turns SIGTERM and SIGINT into one request to stop.
///
/// The first signal is handed over, so that the worker can drain and exit with 0. A second one ends
/// the process at once with 130 (SIGINT) or 143 (SIGTERM), whatever the drain is waiting for.
/// Signals that arrive before this exists end the process as the system does. Make one per process
/// and keep it until the end.
public final class StopSignals: Sendable {
  /// Gives the first signal to its one reader, then ends; after `cancel()` it ends without one.
  public let requests: AsyncStream<StopSignal>

  private let receiver: StopSignalReceiver
  // Dispatch objects may be used from any thread, and this array is never changed after `init`; the
  // compiler cannot know the former, as the protocol is not marked Sendable.
  private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

  /// Starts listening.
  /// - Parameter onFirst: called once with the first signal, on a queue of its own.
  public init(onFirst: @escaping @Sendable (StopSignal) -> Void = { _ in }) {
    let (requests, continuation) = AsyncStream.makeStream(
      of: StopSignal.self, bufferingPolicy: .bufferingOldest(1))
    self.requests = requests
    let receiver = StopSignalReceiver(continuation: continuation, onFirst: onFirst)
    self.receiver = receiver
    // One serial queue for both signals, so that of a simultaneous SIGINT and SIGTERM one is the
    // first.
    let queue = DispatchQueue(label: "plimsoll.stop-signals", qos: .userInteractive)
    // Dispatch takes over a signal some time after `resume`; a signal before that would kill a
    // process that believes itself protected, so this waits.
    let registered = DispatchSemaphore(value: 0)
    sources = StopSignal.allCases.map { signal in
      SystemCalls.leaveToDispatch(signal: signal.rawValue)
      let source = DispatchSource.makeSignalSource(signal: signal.rawValue, queue: queue)
      source.setEventHandler { receiver.receive(signal, times: source.data) }
      source.setRegistrationHandler { registered.signal() }
      source.resume()
      return source
    }
    for _ in sources { registered.wait() }
  }

  deinit { cancel() }

  /// Stops listening and ends `requests`; calling it again does nothing.
  public func cancel() {
    for source in sources { source.cancel() }
    receiver.finish()
  }
}

/// Distinguishes the first signal from later ones.
private final class StopSignalReceiver: Sendable {
  private let requested = Atomic<Bool>(false)
  private let continuation: AsyncStream<StopSignal>.Continuation
  private let onFirst: @Sendable (StopSignal) -> Void

  init(
    continuation: AsyncStream<StopSignal>.Continuation,
    onFirst: @escaping @Sendable (StopSignal) -> Void
  ) {
    self.continuation = continuation
    self.onFirst = onFirst
  }

  /// The callback runs on another queue, because a long one would hold up the second signal.
  func receive(_ signal: StopSignal, times: UInt) {
    let isFirst = !requested.exchange(true, ordering: .acquiringAndReleasing)
    if !isFirst || times > 1 { SystemCalls.exitImmediately(code: signal.abortExitCode) }
    continuation.yield(signal)
    continuation.finish()
    DispatchQueue.global(qos: .userInitiated).async { [onFirst] in onFirst(signal) }
  }

  func finish() { continuation.finish() }
}
