import Foundation

/// One text file of the repository, with its path from the root.
struct RepositoryFile: Sendable {
  let path: String
  let text: String

  /// The lines without their ends; a last line that ends properly does not count as one more.
  var lines: [Substring] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// What follows the last full stop of the name, or nothing.
  var pathExtension: String { (path as NSString).pathExtension }

  /// The folder that holds the file, from the root; empty for the root itself.
  var folder: String { (path as NSString).deletingLastPathComponent }
}

/// The working tree that this test was compiled from.
enum Repository {
  /// What was built or recorded, not written; in a second worktree `.git` is a file.
  private static let skippedNames: Set<String> = [
    ".build", ".git", ".swiftpm", ".vscode", "__pycache__", "dump", "node_modules",
  ]

  /// Larger files are data; no rule reads them.
  private static let largestTextFile = 2_000_000

  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Every text file, ordered by path.
  static let files: [RepositoryFile] = readFiles()

  /// Every Swift file below `Sources`, `Tests` and `Benchmarks`, already cut into tokens.
  static let swiftSources: [SwiftSource] =
    files
    .filter { $0.pathExtension == "swift" && $0.path != "Package.swift" }
    .map(SwiftSource.init)

  static func file(at path: String) -> RepositoryFile? {
    files.first { $0.path == path }
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  private static func readFiles() -> [RepositoryFile] {
    let keys: [URLResourceKey] = [.isDirectoryKey, .isRegularFileKey, .fileSizeKey]
    guard
      let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: keys)
    else { return [] }
    var files: [RepositoryFile] = []
    for case let url as URL in walk {
      let values = try? url.resourceValues(forKeys: Set(keys))
      if skippedNames.contains(url.lastPathComponent) {
        walk.skipDescendants()
        continue
      }
      guard values?.isRegularFile == true, (values?.fileSize ?? 0) <= largestTextFile,
        let data = try? Data(contentsOf: url), let text = String(data: data, encoding: .utf8)
      else { continue }
      files.append(RepositoryFile(path: pathFromRoot(of: url), text: text))
    }
    return files.sorted { $0.path < $1.path }
  }

  private static func pathFromRoot(of url: URL) -> String {
    let above = root.standardizedFileURL.pathComponents.count
    return url.standardizedFileURL.pathComponents.dropFirst(above).joined(separator: "/")
  }
}
