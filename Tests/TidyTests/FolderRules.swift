/// Which folder inside a target may name the types of which: the rooms of
/// docs/explanation/architecture.md.
///
/// Only types are seen. A method that an extension gives to a type of another target belongs to no
/// folder here.
enum FolderRules {
  /// A folder of a target and the folders whose types it names.
  struct Room: Sendable {
    /// The folder's name; `.` for files directly in the target.
    let name: String
    /// Folders that stand above in the list of the target; nil: any of them.
    let uses: Set<String>?

    init(_ name: String, _ uses: Set<String>? = []) {
      self.name = name
      self.uses = uses
    }
  }

  /// The rooms of each target, from the bottom up: a room may use rooms that stand above its line
  /// only, so that there can be no circle.
  static let table: [String: [Room]] = [
    "MarginModel": [
      Room("Basics"),
      Room("Funding"),
      Room("Options"),
      Room("Standard", ["Basics", "Options"]),
      Room("Collateral", ["Basics"]),
      Room("Scenarios", ["Basics", "Funding", "Options"]),
      Room("Portfolio", ["Basics", "Collateral", "Scenarios"]),
      Room("Joint", ["Basics", "Standard", "Collateral", "Scenarios", "Portfolio"]),
      Room("Credit", ["Basics", "Scenarios", "Portfolio"]),
      Room(
        "Account",
        [
          "Basics", "Funding", "Options", "Standard", "Collateral", "Scenarios", "Portfolio",
          "Joint", "Credit",
        ]),
      Room("Search", ["Standard", "Account"]),
      Room("Liquidation", ["Basics"]),
      Room(
        "Report",
        ["Basics", "Funding", "Options", "Standard", "Account", "Search", "Liquidation"]),
      Room("Stress", ["Account"]),
    ],
    "RulebookFiles": [
      Room("YAML"),
      Room("Shapes", ["YAML"]),
      Room("Rulebook", ["YAML", "Shapes"]),
      Room("Book", ["YAML", "Shapes", "Rulebook"]),
      Room("Reference", ["YAML", "Shapes", "Rulebook"]),
      Room("History", ["YAML"]),
    ],
    "plimsoll": [
      Room("CommandLine"),
      Room("Text", ["CommandLine"]),
      Room("ScenarioText"),
      Room("BookFiles", ["CommandLine", "Text"]),
      Room("Simulation", ["CommandLine", "BookFiles"]),
      Room("Serve", ["CommandLine", "BookFiles"]),
      Room("Demo", ["CommandLine", "Text", "BookFiles", "Simulation", "Serve"]),
      Room("Generate", ["CommandLine", "BookFiles", "Simulation"]),
      Room("Reference", ["CommandLine", "Simulation"]),
      Room("Topics", ["CommandLine"]),
      Room("Tail", ["CommandLine", "Text"]),
      Room("Explain", ["CommandLine", "Text", "ScenarioText", "BookFiles"]),
      Room("Stress", ["CommandLine", "Text", "ScenarioText", "BookFiles"]),
      Room("Scenarios", ["CommandLine"]),
      Room("CommandPages", ["CommandLine"]),
      Room(".", nil),
    ],
  ]

  /// Everything in the targets of the table that goes against it.
  static func findings(
    in sources: [SwiftSource], table: [String: [Room]] = table
  ) -> [Finding] {
    table.sorted { $0.key < $1.key }.flatMap { target, rooms in
      let own = sources.filter { $0.path.hasPrefix("Sources/\(target)/") }
      return FolderArrows(target: target, rooms: rooms, sources: own).findings()
    }
  }

  /// The room of a file: the folder below that of its target.
  static func room(of source: SwiftSource) -> String {
    let parts = source.path.split(separator: "/")
    return parts.count > 3 ? String(parts[2]) : "."
  }
}
