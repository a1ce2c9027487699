private import CYAML

/// One event of a document, free of libyaml's types.
enum YAMLEvent {
  case documentStart(SourcePosition)
  case scalar(String, YAMLNode.ScalarStyle, YAMLDecoration?, SourcePosition)
  case listStart(YAMLDecoration?, SourcePosition)
  case mappingStart(YAMLDecoration?, SourcePosition)
  case containerEnd
  case alias(SourcePosition)
}

/// What can precede a value and change its meaning.
enum YAMLDecoration: String {
  case anchor
  case tag
}

/// Why the parser stopped: its own sentence and where.
struct YAMLSyntaxFailure: Equatable {
  let problem: String
  let position: SourcePosition
}

/// The only code that uses libyaml.
///
/// It uses events instead of libyaml's own tree, because the bounds on the number of values and on
/// depth must hold while the document is read, not only once it is in memory. The parser and each
/// event live in memory that this function allocates and releases itself, no pointer leaves it, and
/// every text is copied into a `String` before its event is deleted.
enum YAMLEventParser {
  /// Calls `body` for every event until it returns false or the document ends.
  ///
  /// - Returns: The syntax error, or nil when there is none or `body` stopped the parser.
  static func forEachEvent(
    in bytes: ArraySlice<UInt8>, _ body: (YAMLEvent) -> Bool
  ) -> YAMLSyntaxFailure? {
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { parser.deallocate() }
    guard yaml_parser_initialize(parser) == 1 else {
      return YAMLSyntaxFailure(
        problem: "no memory for the parser", position: SourcePosition(line: 1, column: 1))
    }
    defer { yaml_parser_delete(parser) }
    return bytes.withUnsafeBufferPointer { buffer in
      // An empty slice may have no base address; libyaml wants a pointer even for no bytes.
      withUnsafePointer(to: UInt8(0)) { placeholder in
        yaml_parser_set_input_string(parser, buffer.baseAddress ?? placeholder, buffer.count)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        return run(parser, YAMLLineCursor(bytes: bytes), body)
      }
    }
  }

  private static func run(
    _ parser: UnsafeMutablePointer<yaml_parser_t>, _ lines: consuming YAMLLineCursor,
    _ body: (YAMLEvent) -> Bool
  ) -> YAMLSyntaxFailure? {
    let event = UnsafeMutablePointer<yaml_event_t>.allocate(capacity: 1)
    defer { event.deallocate() }
    while true {
      guard yaml_parser_parse(parser, event) == 1 else { return failure(of: parser.pointee) }
      let isEnd = event.pointee.type == YAML_STREAM_END_EVENT
      let translated = translate(event.pointee, &lines)
      yaml_event_delete(event)
      if let translated, !body(translated) { return nil }
      if isEnd { return nil }
    }
  }

  private static func translate(
    _ event: yaml_event_t, _ lines: inout YAMLLineCursor
  ) -> YAMLEvent? {
    let start = position(event.start_mark)
    switch event.type {
    case YAML_DOCUMENT_START_EVENT:
      return .documentStart(start)
    case YAML_ALIAS_EVENT:
      return .alias(start)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let text = String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      var style = YAMLNode.ScalarStyle.quoted
      if scalar.style == YAML_PLAIN_SCALAR_STYLE {
        style = .plain
      } else if scalar.style == YAML_LITERAL_SCALAR_STYLE {
        style = .block(indentation: lines.indentation(of: text, below: start.line))
      }
      return .scalar(text, style, decoration(scalar.anchor, scalar.tag), start)
    case YAML_SEQUENCE_START_EVENT:
      let list = event.data.sequence_start
      return .listStart(decoration(list.anchor, list.tag), start)
    case YAML_MAPPING_START_EVENT:
      let mapping = event.data.mapping_start
      return .mappingStart(decoration(mapping.anchor, mapping.tag), start)
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
      return .containerEnd
    default:
      return nil
    }
  }

  private static func decoration(
    _ anchor: UnsafeMutablePointer<yaml_char_t>?, _ tag: UnsafeMutablePointer<yaml_char_t>?
  ) -> YAMLDecoration? {
    anchor != nil ? .anchor : tag != nil ? .tag : nil
  }

  private static func failure(of parser: yaml_parser_t) -> YAMLSyntaxFailure {
    let problem = parser.problem.map { String(cString: $0) } ?? "the syntax is broken"
    let context = parser.context.map { " " + String(cString: $0) } ?? ""
    return YAMLSyntaxFailure(problem: problem + context, position: position(parser.problem_mark))
  }

  private static func position(_ mark: yaml_mark_t) -> SourcePosition {
    SourcePosition(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }
}
