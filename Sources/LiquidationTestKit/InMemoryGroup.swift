import StreamTransport

/// A consumer group whose rebalances the test orders; eager: all give up before any takes on.
struct InMemoryGroup: Sendable {
  struct Member: Sendable {
    var owned: [TopicPartition] = []
    var generation = 0
    var mustRelease = false
    var isLosing = false
    var hasJoined = false
    var cursors: [TopicPartition: Int64] = [:]
  }

  var members: [String: Member] = [:]
  var targets: [String: [TopicPartition]] = [:]
  var generation = 0
  var offsets: [TopicPartition: Int64] = [:]

  /// What a poll of this member has to say, before it looks for records.
  mutating func nextChange(of name: String) -> AssignmentChange? {
    guard var member = members[name] else { return nil }
    defer { members[name] = member }
    member.hasJoined = true
    if member.mustRelease {
      member.mustRelease = false
      member.owned = []
      member.cursors = [:]
    }
    if member.isLosing {
      let lost = member.owned
      member.isLosing = false
      member.owned = []
      member.cursors = [:]
      return .lost(lost)
    }
    guard member.generation < generation else { return nil }
    if !member.owned.isEmpty {
      member.mustRelease = true
      return .revoked(member.owned)
    }
    members[name] = member
    guard isReleased else { return nil }
    member.generation = generation
    member.owned = targets[name] ?? []
    return .assigned(member.owned)
  }

  /// Whether nobody owns anything of an older assignment.
  private var isReleased: Bool {
    members.values.allSatisfy { $0.owned.isEmpty || $0.generation == generation }
  }

  /// Whether a member may start, or commit.
  func owns(_ partition: TopicPartition, _ name: String) -> Bool {
    guard let member = members[name], !member.isLosing else { return false }
    return member.owned.contains(partition)
  }

  /// Whether a change waits to be told, which ends the assignment that offsets are for.
  func isChanging(_ name: String) -> Bool {
    guard let member = members[name] else { return true }
    return member.isLosing || member.mustRelease || member.generation < generation
  }
}
