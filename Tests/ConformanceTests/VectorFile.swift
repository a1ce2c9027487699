import Foundation

/// Where a file of vectors comes from, and why it could not be used.
struct VectorFile {
  /// A file that is not what it should be; the text names the file and what was expected.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let path: String

  /// The file that the environment variable names, else the copy in Fixtures.
  init(name: String, variable: String) throws {
    if let given = ProcessInfo.processInfo.environment[variable], !given.isEmpty {
      path = given
      return
    }
    let copy = Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Fixtures")
    guard let copy else {
      throw Failure(description: "Fixtures/\(name).json is missing and \(variable) is not set")
    }
    path = copy.path
  }

  /// The members of the document's outermost object.
  func members() throws -> [String: JSONValue] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(description: "\(path): cannot be read, expected a JSON file")
    }
    do {
      guard let members = try JSONDecoder().decode(JSONValue.self, from: data).object else {
        throw Failure(description: "\(path): expected a JSON object outermost")
      }
      return members
    } catch let error as DecodingError {
      throw Failure(description: "\(path): expected JSON, \(error)")
    }
  }
}

/// Counts of one run over a file, printed a line per family.
struct ConformanceReport {
  let file: String
  private(set) var passed = 0
  private(set) var total = 0
  private(set) var failures: [String] = []

  init(file: String) { self.file = file }

  /// Adds a family that has an adapter: its failing cases and those refused for their range.
  mutating func add(family: String, total count: Int, failing: [String], refused: [String] = []) {
    passed += count - failing.count
    total += count
    failures += failing
    print("conformance \(family) \(count - failing.count)/\(count)")
    for line in refused { print("  refused as out of range, which passes: \(line)") }
    for line in failing { print("  failing: \(line)") }
  }

  /// Adds a family without an adapter.
  mutating func add(family: String, total count: Int, notBuilt reason: String) {
    total += count
    print("conformance \(family) 0/\(count) not built: \(reason)")
  }

  /// Prints the sum.
  func close() { print("conformance \(file) \(passed)/\(total)") }
}
