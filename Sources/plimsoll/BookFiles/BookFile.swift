import MarginDomain
import RulebookFiles

/// Books as files.
enum BookFile {
  /// Reads a book from a file, or from standard input when the path is `-`.
  static func read(_ path: String) throws(YAMLDocument.FileError) -> Book {
    let document = try YAMLDocument(path: path)
    do throws(FaultList) {
      return try BookReader.read(document)
    } catch {
      throw .faults(error)
    }
  }

  /// Reads a book for an answer about one account, and counts how many others are faulty.
  static func read(
    _ path: String, account: String
  ) throws(YAMLDocument.FileError) -> (book: Book, faultyOthers: Int) {
    let document = try YAMLDocument(path: path)
    do throws(FaultList) {
      return try BookReader.read(document, account: account)
    } catch {
      throw .faults(error)
    }
  }
}

extension YAMLDocument.FileError {
  /// Prints one line per fault on standard error.
  ///
  /// - Returns: 66 when the file cannot be read, 65 when it is wrong.
  func complain() -> ExitStatus {
    switch self {
    case .unreadable:
      Console.complain("\(self)")
      return .noInput
    case .faults(let list):
      for line in list.description.split(separator: "\n") { Console.complain(String(line)) }
      return .dataError
    }
  }
}
