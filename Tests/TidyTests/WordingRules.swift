/// What no text of the project says, whatever it is about.
enum WordingRules {
  /// Marks of unfinished work; what is left to do stands in an issue.
  private static let unfinished: Set<String> = ["TO" + "DO", "FIX" + "ME", "HA" + "CK"]

  /// Abbreviations that a declared name may not hold: `GLOSSARY.md` has the words.
  private static let abbreviations: Set<String> = [
    "acct", "amt", "im", "imr", "liq", "lvg", "mgn", "mm", "mmr", "notl", "pos", "px", "qty",
  ]

  private static let declarations: Set<String> = [
    "actor", "case", "class", "enum", "func", "let", "protocol", "struct", "typealias", "var",
  ]

  /// Folders of one person's machine, which mean nothing on another's.
  private static let machineFolders = ["home", "root", "tmp", "Users", "work"].map { "/\($0)/" }

  /// Phrases about how a text came to be, in place of what holds now.
  private static let history = [
    "this session", "previous session", "next session", "as requested", "as instructed",
    "the brief",
  ]

  static func unfinishedWork(in file: RepositoryFile) -> [Finding] {
    findings(in: file) { line in
      let words = line.split { !$0.isLetter }.map(String.init)
      return words.first(where: unfinished.contains).map { "\($0): unfinished work is an issue" }
    }
  }

  static func machinePaths(in file: RepositoryFile) -> [Finding] {
    findings(in: file) { line in
      let folder = machineFolders.first { folder in
        line.ranges(of: folder).contains { range in
          guard range.lowerBound > line.startIndex else { return true }
          return " \"'`(=:".contains(line[line.index(before: range.lowerBound)])
        }
      }
      return folder.map { "a path below \($0) exists on one machine only" }
    }
  }

  static func history(in file: RepositoryFile) -> [Finding] {
    findings(in: file) { line in
      let words = " \(Glossary.words(of: line).joined(separator: " ")) "
      return history.first { words.contains(" \($0) ") }.map { "'\($0)' is history, not a fact" }
    }
  }

  static func abbreviatedNames(in source: SwiftSource) -> [Finding] {
    source.tokens.indices.dropFirst().compactMap { index in
      let token = source.tokens[index]
      guard token.kind == .word, declarations.contains(source.tokens[index - 1].text) else {
        return nil
      }
      let part = Glossary.words(of: token.text).first(where: abbreviations.contains)
      return part.map { source.finding(token.line, "\(token.text): write '\($0)' out") }
    }
  }

  private static func findings(
    in file: RepositoryFile, message: (Substring) -> String?
  ) -> [Finding] {
    file.lines.enumerated().compactMap { offset, line in
      message(line).map { Finding(path: file.path, line: offset + 1, message: $0) }
    }
  }
}
