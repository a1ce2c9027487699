import LiquidationWorker
import MarketSimulator
import StreamTransport
import Synchronization

/// How the worker's run ended, seen from other threads.
final class WorkerOutcome: Sendable {
  private let state = Mutex<WorkerError?>(nil)
  var failure: WorkerError? { state.withLock { $0 } }
  func fail(_ error: WorkerError) { state.withLock { $0 = error } }
}

/// Why a simulation ended early.
enum SimulationFailure: Error, CustomStringConvertible {
  case transport(TransportError)
  case worker(WorkerError)
  case market(MarketTableError)
  case internalFault(String)
  case unreadable(path: String)
  case summary(path: String, reason: String)
  case stalled

  var description: String {
    switch self {
    case .transport(let error): error.reason
    case .worker(let error): "the worker failed: \(error)"
    case .market(let error): error.description
    case .internalFault(let text): text
    case .unreadable(let path): "\(path) cannot be read"
    case .summary(let path, let reason): "\(path) cannot be written: \(reason)"
    case .stalled:
      "the worker did not apply a step within \(Int(Lockstep.patience)) seconds"
    }
  }

  var exitStatus: ExitStatus {
    switch self {
    case .transport(let error): error.exitStatus
    case .worker, .internalFault: .software
    case .market: .dataError
    case .unreadable: .noInput
    case .summary: .cannotCreate
    case .stalled: .temporaryFailure
    }
  }
}
