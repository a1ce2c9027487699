import MarginDomain

/// What is wrong with one field of a message.
struct FieldFault: Error, Equatable {
  let reason: RejectReason
  /// Path of the field from the message's root, for example `snapshot.positions[2].symbol`.
  private(set) var path: String
  /// What is wrong, and what was expected; a sentence part.
  let problem: String

  init(_ reason: RejectReason, _ field: StaticString, _ problem: String) {
    self.reason = reason
    path = "\(field)"
    self.problem = problem
  }

  /// The same fault, with its path from the enclosing message.
  func inside(_ outer: String) -> FieldFault {
    var fault = self
    fault.path = outer + "." + path
    return fault
  }

  var detail: String { "\(path): \(problem)" }

  func refusal(account: AccountID? = nil, accountSequence: UInt64 = 0) -> WireRefusal {
    WireRefusal(
      reason: reason, detail: detail, account: account, accountSequence: accountSequence)
  }
}

/// Runs a reader of a part and names the part in its faults; the name is only built for a fault.
func within<Value>(
  _ part: @autoclosure () -> String, _ read: () throws(FieldFault) -> Value
) throws(FieldFault) -> Value {
  do {
    return try read()
  } catch {
    throw error.inside(part())
  }
}

/// Reads each message of a list of at most `maximum`; faults name the index.
func eachOf<Message, Value>(
  _ messages: [Message], _ field: StaticString, maximum: Int,
  _ read: (Message) throws(FieldFault) -> Value
) throws(FieldFault) -> [Value] {
  guard messages.count <= maximum else {
    throw FieldFault(
      .outOfRange, field, "it has \(messages.count) entries, expected at most \(maximum)")
  }
  var values: [Value] = []
  values.reserveCapacity(messages.count)
  for (index, message) in messages.enumerated() {
    values.append(
      try within("\(field)[\(index)]") { () throws(FieldFault) in try read(message) })
  }
  return values
}

/// Refuses a list that contains a name twice.
func requireDistinct(
  _ names: some Sequence<Symbol>, _ field: StaticString
) throws(FieldFault) {
  var seen: Set<Symbol> = []
  for name in names where !seen.insert(name).inserted {
    throw FieldFault(
      .malformedField, field, "\(quoted(name.text)) stands in it twice, expected once")
  }
}

/// A text for a one-line message: in quotes, control characters escaped, cut when long.
func quoted(_ text: String) -> String { RefusalDetail.quoted(text) }
