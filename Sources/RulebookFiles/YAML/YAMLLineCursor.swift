/// Finds by how many spaces the lines of a block of text are moved in, which the parser does not
/// tell.
///
/// Goes through the file once, in the order of the blocks, and counts lines as the parser does.
struct YAMLLineCursor {
  private let bytes: ArraySlice<UInt8>
  /// Where the line begins.
  private var place: Int
  private var line = 1

  init(bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    place = bytes.startIndex
  }

  /// The spaces before the first line of a block that says something, less those that are part of
  /// its text.
  ///
  /// - Parameters:
  ///   - text: of the block.
  ///   - header: the line of its `|`, from 1; not above that of the block before.
  /// - Returns: 0 or above; 0 where no line says anything.
  mutating func indentation(of text: String, below header: Int) -> Int {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard let first = lines.firstIndex(where: { $0.contains { $0 != " " } }) else { return 0 }
    while line < header + 1 + first, advance() {}
    let written = bytes[place...].prefix { $0 == UInt8(ascii: " ") }.count
    return max(0, written - lines[first].prefix { $0 == " " }.count)
  }

  /// Goes to the next line; false at the end of the file.
  private mutating func advance() -> Bool {
    while place < bytes.endIndex {
      if Self.firstBytes.contains(bytes[place]) {
        let rest = bytes[place...]
        for end in Self.lineEnds where rest.starts(with: end) {
          place += end.count
          line += 1
          return true
        }
      }
      place += 1
    }
    return false
  }

  private static let firstBytes = Set(lineEnds.map { $0[0] })

  /// Carriage return and line feed, together and alone, and the breaks of YAML 1.1 beyond ASCII.
  private static let lineEnds: [[UInt8]] = [
    [0x0D, 0x0A], [0x0A], [0x0D], [0xC2, 0x85], [0xE2, 0x80, 0xA8], [0xE2, 0x80, 0xA9],
  ]
}
