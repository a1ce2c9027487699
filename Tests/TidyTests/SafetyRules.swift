/// Where the checks of the compiler may be switched off: the wrapper files of the C libraries.
enum SafetyRules {
  /// Files that hold unsafe code, each with the proof of its correctness in a comment beside it.
  static let unsafeFiles: Set<String> = [
    "Sources/KafkaTransport/RDKafkaCallbacks.swift",
    "Sources/KafkaTransport/RDKafkaHandle.swift",
    "Sources/KafkaTransport/RDKafkaHandle+Administration.swift",
    "Sources/KafkaTransport/RDKafkaHandle+Producing.swift",
    "Sources/KafkaTransport/RDKafkaMessages.swift",
    "Sources/KafkaTransport/RDKafkaMockCluster.swift",
    "Sources/LiquidationWire/Arena.swift",
    "Sources/LiquidationWire/MessageTree.swift",
    "Sources/OperatorEndpoint/MicroHTTPDaemon.swift",
    "Sources/OperatorEndpoint/SocketExchange.swift",
    "Sources/RulebookFiles/YAML/YAMLEventParser.swift",
    "Sources/Telemetry/StopSignals.swift",
    "Sources/Telemetry/SystemCalls.swift",
    "Sources/plimsoll/CommandLine/Getopt.swift",
  ]

  private static let words: Set<String> = [
    "OpaquePointer", "Unmanaged", "assumingMemoryBound", "unsafe", "unsafeBitCast",
    "unsafeDowncast", "unsafelyUnwrapped", "withMemoryRebound",
  ]
  private static let prefixes = ["Unsafe", "withUnsafe"]

  static func uses(in source: SwiftSource) -> [Finding] {
    source.tokens.indices.compactMap { index in
      let token = source.tokens[index]
      guard token.kind == .word else { return nil }
      let isUnchecked =
        token.text == "unchecked" && index > 0 && source.tokens[index - 1].text == "@"
      let isUnsafe = words.contains(token.text) || prefixes.contains { token.text.hasPrefix($0) }
      guard isUnchecked || isUnsafe else { return nil }
      return source.finding(token.line, "\(token.text) outside the wrapper files of C libraries")
    }
  }

  static func restriction(allowedFiles: Set<String> = unsafeFiles) -> RestrictedUse {
    RestrictedUse(name: "unsafe code", allowedFiles: allowedFiles) { source in
      source.path.hasPrefix("Sources/") ? uses(in: source) : []
    }
  }
}
