private import CGetopt
private import Foundation
private import Synchronization

/// What getopt needs to know of one option.
struct GetoptOption: Sendable {
  /// Long name without the dashes.
  let name: String
  /// Short name, ASCII.
  let short: Character?
  /// Whether a value follows.
  let takesValue: Bool
}

/// A command line taken apart.
struct ParsedArguments: Equatable, Sendable {
  /// One use of an option.
  struct Use: Equatable, Sendable {
    /// Index of the option in the table given.
    let option: Int
    /// The value, for an option that takes one.
    let value: String?
  }

  /// Why getopt refused an argument; texts are as written.
  enum Fault: Equatable, Sendable {
    case unknown(String)
    case ambiguous(String, candidates: [String])
    case missingValue(option: Int)
    case unexpectedValue(option: Int)
  }

  var uses: [Use] = []
  var operands: [String] = []
  var faults: [Fault] = []
}

/// The only code that calls libc's `getopt_long`.
///
/// getopt keeps its state in global variables, so a lock admits one vector at a time. The C strings
/// are made here with `strdup`, and freed here after the last answer was copied.
enum Getopt {
  private static let turn = Mutex(())
  /// Codes of long options start above every character.
  private static let firstLongCode: Int32 = 256

  /// Parses arguments by GNU's rules.
  ///
  /// - Parameters:
  ///   - arguments: The arguments without the program's name.
  ///   - options: The options that exist.
  ///   - stopsAtOperand: Whether the first operand ends the options, as a command's name does.
  /// - Returns: Options, operands, and every fault met.
  static func parse(
    _ arguments: [String], options: [GetoptOption], stopsAtOperand: Bool = false
  ) -> ParsedArguments {
    turn.withLock { _ in
      var vector = (["plimsoll"] + arguments).map { strdup($0) } + [nil]
      // getopt moves operands to the end of the vector, so pointers are freed by value, not by
      // position.
      defer { for pointer in vector { free(pointer) } }
      let names = options.map { strdup($0.name) }
      defer { for name in names { free(name) } }
      var table = zip(options, names).enumerated().map { index, pair in
        option(
          name: pair.1, has_arg: pair.0.takesValue ? required_argument : no_argument, flag: nil,
          val: firstLongCode + Int32(index))
      }
      table.append(option(name: nil, has_arg: 0, flag: nil, val: 0))
      let shorts = (stopsAtOperand ? "+" : "") + ":" + shortNames(options)
      return walk(&vector, shorts: shorts, table: table, options: options)
    }
  }

  private static func shortNames(_ options: [GetoptOption]) -> String {
    options.compactMap { item in
      item.short.map { String($0) + (item.takesValue ? ":" : "") }
    }.joined()
  }

  private static func walk(
    _ vector: inout [UnsafeMutablePointer<CChar>?], shorts: String, table: [option],
    options: [GetoptOption]
  ) -> ParsedArguments {
    var result = ParsedArguments()
    let count = Int32(vector.count - 1)
    getopt_begin()
    while true {
      let step = getopt_next(count, &vector, shorts, table)
      switch step.code {
      case -1:
        let rest = vector[Int(step.next_index)..<Int(count)]
        result.operands = rest.compactMap { $0.map { String(cString: $0) } }
        return result
      case Int32(UInt8(ascii: ":")):
        if let index = index(of: step.failing_code, in: options) {
          result.faults.append(.missingValue(option: index))
        }
      case Int32(UInt8(ascii: "?")):
        let written = vector[Int(step.next_index) - 1].map { String(cString: $0) } ?? ""
        result.faults.append(refusal(of: step.failing_code, written: written, options: options))
      default:
        if let index = index(of: step.code, in: options) {
          let value = step.value.map { String(cString: $0) }
          result.uses.append(ParsedArguments.Use(option: index, value: value))
        }
      }
    }
  }

  private static func index(of code: Int32, in options: [GetoptOption]) -> Int? {
    if code >= firstLongCode { return Int(code - firstLongCode) }
    return options.firstIndex { item in
      item.short?.asciiValue.map { Int32($0) == code } ?? false
    }
  }

  /// getopt answers `?` for an unknown name, an ambiguous one, and a superfluous value alike.
  private static func refusal(
    of code: Int32, written: String, options: [GetoptOption]
  ) -> ParsedArguments.Fault {
    if code >= firstLongCode { return .unexpectedValue(option: Int(code - firstLongCode)) }
    if code != 0 {
      // In a bundle getopt names single bytes, which need not be characters.
      let letter = UInt8(exactly: code).map { Unicode.Scalar($0) }
      return .unknown(letter.flatMap { $0.isASCII ? "-\($0)" : nil } ?? "that is not ASCII")
    }
    let name = written.drop(while: { $0 == "-" }).prefix(while: { $0 != "=" })
    let candidates = options.map(\.name).filter { $0.hasPrefix(name) }
    let shown = String(written.prefix(while: { $0 != "=" }))
    return candidates.count > 1 ? .ambiguous(shown, candidates: candidates) : .unknown(shown)
  }
}
