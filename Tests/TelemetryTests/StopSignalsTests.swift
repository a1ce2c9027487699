import Foundation
import Telemetry
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Each test runs in a process of its own: a signal goes to the whole process.
@Suite("Stop signals")
struct StopSignalsTests {
  @Test("hand over the first signal to the callback and to the sequence")
  func first() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let (called, caller) = AsyncStream.makeStream(of: StopSignal.self)
      let signals = StopSignals { caller.yield($0) }
      kill(getpid(), SIGTERM)
      var requests = signals.requests.makeAsyncIterator()
      let first = await requests.next()
      let end = await requests.next()
      var calls = called.makeAsyncIterator()
      let call = await calls.next()
      exit(first == .terminate && call == .terminate && end == nil ? 7 : 1)
    }
  }

  @Test("end the process with 143 at a second SIGTERM")
  func secondTerminate() async {
    await #expect(processExitsWith: .exitCode(143)) {
      let signals = StopSignals()
      kill(getpid(), SIGTERM)
      for await _ in signals.requests {}
      kill(getpid(), SIGTERM)
      withExtendedLifetime(signals) { while true { pause() } }
    }
  }

  @Test("end the process with 130 at a SIGINT after a SIGTERM, even in a callback that hangs")
  func secondInterrupt() async {
    await #expect(processExitsWith: .exitCode(130)) {
      let signals = StopSignals { _ in while true { pause() } }
      kill(getpid(), SIGTERM)
      for await _ in signals.requests {}
      kill(getpid(), SIGINT)
      withExtendedLifetime(signals) { while true { pause() } }
    }
  }

  @Test("end the sequence without a signal when cancelled")
  func cancelled() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let signals = StopSignals()
      signals.cancel()
      signals.cancel()
      var requests = signals.requests.makeAsyncIterator()
      exit(await requests.next() == nil ? 7 : 1)
    }
  }
}
