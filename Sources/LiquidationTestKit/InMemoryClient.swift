import Dispatch
import StreamTransport

/// What the in-memory clients share: a name, a signal to wait on, and the broker.
final class InMemoryClient: Sendable {
  let broker: InMemoryBroker
  let number: Int
  private let signal = DispatchSemaphore(value: 0)

  init(_ broker: InMemoryBroker) throws(TransportError) {
    try broker.enter(.connect)
    self.broker = broker
    let signal = signal
    number = broker.update { state in
      state.clientCount += 1
      state.signals[state.clientCount] = signal
      return state.clientCount
    }
  }

  var waker: @Sendable () -> Void { { [signal] in signal.signal() } }

  /// Waits until something changed, somebody called the waker, or the time is over.
  func wait(milliseconds: Int) {
    guard milliseconds > 0 else { return }
    _ = signal.wait(timeout: .now() + .milliseconds(milliseconds))
    // What was signalled meanwhile is seen by the look at the state that follows.
    while signal.wait(timeout: .now()) == .success {}
  }

  func close() { broker.update { $0.signals[number] = nil } }
}
