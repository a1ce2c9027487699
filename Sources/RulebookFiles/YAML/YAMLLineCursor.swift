/// Finds how far the lines of a block of text are indented, which the parser does not report.
///
/// Reads the file once, in the order of the blocks, and counts lines as the parser does.
struct YAMLLineCursor {
  private let bytes: ArraySlice<UInt8>
  /// Where the line begins.
  private var offset: Int
  private var line = 1

  init(bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    offset = bytes.startIndex
  }

  /// The spaces before the first non-empty line of a block, less those that are part of its text.
  ///
  /// - Parameters:
  ///   - text: of the block.
  ///   - header: the line of its `|`, from 1; not before that of the previous block.
  /// - Returns: 0 or above; 0 where every line is empty.
  mutating func indentation(of text: String, below header: Int) -> Int {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard let first = lines.firstIndex(where: { $0.contains { $0 != " " } }) else { return 0 }
    while line < header + 1 + first, advance() {}
    let written = bytes[offset...].prefix { $0 == UInt8(ascii: " ") }.count
    return max(0, written - lines[first].prefix { $0 == " " }.count)
  }

  /// Goes to the next line; false at the end of the file.
  private mutating func advance() -> Bool {
    while offset < bytes.endIndex {
      if Self.firstBytes.contains(bytes[offset]) {
        let rest = bytes[offset...]
        for end in Self.lineEnds where rest.starts(with: end) {
          offset += end.count
          line += 1
          return true
        }
      }
      offset += 1
    }
    return false
  }

  private static let firstBytes = Set(lineEnds.map { $0[0] })

  /// Carriage return and line feed, together or alone, and the line breaks of YAML 1.1 beyond
  /// ASCII.
  private static let lineEnds: [[UInt8]] = [
    [0x0D, 0x0A], [0x0A], [0x0D], [0xC2, 0x85], [0xE2, 0x80, 0xA8], [0xE2, 0x80, 0xA9],
  ]
}
