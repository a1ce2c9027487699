/// The arrows between the folders of one target, held against its rooms.
struct FolderArrows {
  /// One file with its types.
  private struct File {
    let source: SwiftSource
    let room: String
    let types: TypeScanner
  }

  private static let rulesPath = "Tests/TidyTests/FolderRules.swift"

  private let target: String
  private let rooms: [FolderRules.Room]
  private let files: [File]
  /// Types by name, with the files that declare them.
  private var declarations: [String: [(file: Int, line: Int)]] = [:]
  /// By room: names that mean something of its own there.
  private var localNames: [String: Set<String>] = [:]

  init(target: String, rooms: [FolderRules.Room], sources: [SwiftSource]) {
    self.target = target
    self.rooms = rooms
    files = sources.map {
      File(source: $0, room: FolderRules.room(of: $0), types: TypeScanner($0))
    }
    for (index, file) in files.enumerated() {
      localNames[file.room, default: []].formUnion(file.types.local)
      for (name, line) in file.types.declared {
        declarations[name, default: []].append((index, line))
      }
    }
  }

  func findings() -> [Finding] {
    let (against, used) = usesBetweenRooms()
    return tableFindings() + folderFindings() + doubleNames() + against + staleArrows(used)
  }

  /// Rows that stand wrong in the table, whatever the files hold.
  private func tableFindings() -> [Finding] {
    var seen: Set<String> = []
    return rooms.flatMap { room in
      var messages = (room.uses ?? []).subtracting(seen).sorted().map {
        "\(target)/\(room.name) may only use folders that stand above it, not \($0)"
      }
      if !seen.insert(room.name).inserted { messages.append("\(target)/\(room.name) stands twice") }
      return messages.map { Finding(path: Self.rulesPath, line: 1, message: $0) }
    }
  }

  /// Folders without a row, and rows without a folder.
  private func folderFindings() -> [Finding] {
    let rows = Set(rooms.map(\.name))
    var missing: Set<String> = []
    let unknown = files.compactMap { file -> Finding? in
      guard !rows.contains(file.room), missing.insert(file.room).inserted else { return nil }
      return file.source.finding(1, "\(target)/\(file.room) has no row in the table of folders")
    }
    let stale = rooms.filter { room in !files.contains { $0.room == room.name } }.map { room in
      Finding(
        path: Self.rulesPath, line: 1, message: "\(target)/\(room.name) has no Swift file")
    }
    return unknown + stale
  }

  /// Names that two folders declare, of which nobody can say which one is meant.
  private func doubleNames() -> [Finding] {
    declarations.sorted { $0.key < $1.key }.flatMap { name, places in
      let first = files[places[0].file]
      return places.dropFirst().filter { files[$0.file].room != first.room }.map { place in
        files[place.file].source.finding(
          place.line, "\(name) is declared in \(first.source.path) as well")
      }
    }
  }

  /// Uses against the table, one per file and name, and every arrow that is there.
  private func usesBetweenRooms() -> (against: [Finding], used: Set<Arrow>) {
    var against: [Finding] = []
    var used: Set<Arrow> = []
    for file in files {
      var seen = localNames[file.room] ?? []
      for (name, line) in file.types.named where seen.insert(name).inserted {
        guard let places = declarations[name] else { continue }
        let owners = places.map { files[$0.file].room }
        if owners.contains(file.room) { continue }
        used.insert(Arrow(from: file.room, to: owners[0]))
        if !isAllowed(from: file.room, to: owners[0]) {
          against.append(
            file.source.finding(
              line, "\(file.room) may not use \(owners[0]), which declares \(name)"))
        }
      }
    }
    return (against, used)
  }

  private struct Arrow: Hashable {
    let from: String
    let to: String
  }

  private func isAllowed(from user: String, to owner: String) -> Bool {
    guard let index = rooms.firstIndex(where: { $0.name == user }) else { return true }
    return rooms[index].uses?.contains(owner) ?? rooms[..<index].contains { $0.name == owner }
  }

  /// Arrows of the table that no file needs.
  private func staleArrows(_ used: Set<Arrow>) -> [Finding] {
    rooms.flatMap { room in
      (room.uses ?? []).sorted().filter { !used.contains(Arrow(from: room.name, to: $0)) }.map {
        Finding(
          path: Self.rulesPath, line: 1,
          message: "\(target)/\(room.name) may use \($0), but does not")
      }
    }
  }
}
