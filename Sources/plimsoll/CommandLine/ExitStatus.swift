/// How a command ended: the numbers of `sysexits.h`, which shells and supervisors know.
enum ExitStatus: Int32, CaseIterable, Error, Sendable {
  case success = 0
  /// A check ran and its answer is no, as with `grep` and `diff`.
  case negative = 1
  case usage = 64
  case dataError = 65
  case noInput = 66
  case unavailable = 69
  case software = 70
  case cannotCreate = 73
  case inputOutput = 74
  case temporaryFailure = 75
  case configuration = 78

  /// What the number means, for help pages.
  var meaning: String {
    switch self {
    case .success: "done"
    case .negative: "checked, and the answer is no"
    case .usage: "wrong usage: an unknown or faulty option or argument"
    case .dataError: "the input is invalid; one line per fault says where"
    case .noInput: "an input file cannot be read"
    case .unavailable: "a service, such as the broker, cannot be reached or refuses"
    case .software: "an internal fault"
    case .cannotCreate: "an output file cannot be made"
    case .inputOutput: "writing or reading failed midway"
    case .temporaryFailure: "a passing failure; try again"
    case .configuration: "the configuration (environment or file) is wrong"
    }
  }
}
