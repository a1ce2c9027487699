import CMicroHTTPD

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The only wrapper of libmicrohttpd; no pointer leaves this file.
///
/// Why `@unchecked Sendable` holds: `daemon` is written once, in `init` before anyone else has this
/// object, and read once, by the first `stop()`, which `PendingAnswers.stop` singles out;
/// everything else is Sendable by itself. Callbacks reach `core`, which is kept alive by one
/// reference that is given back only after `MHD_stop_daemon` has joined the thread that calls back.
final class MicroHTTPDaemon: @unchecked Sendable {
  let port: UInt16
  private let core: HTTPCore
  private let daemon: OpaquePointer

  init(configuration: HTTPServerConfiguration, router: HTTPRouter) throws(HTTPServerError) {
    core = HTTPCore(configuration: configuration, router: router)
    let context = Unmanaged.passRetained(core).toOpaque()
    var outcome = plimsoll_http_outcome()
    let started = configuration.address.withCString { address in
      var options = plimsoll_http_options(
        address: address, port: configuration.port,
        connections: configuration.connectionLimit,
        connections_per_ip: configuration.connectionLimitPerAddress,
        timeout_seconds: configuration.timeoutSeconds,
        connection_memory: configuration.connectionMemoryBytes)
      return plimsoll_http_start(&options, answerRequest, requestCompleted, context, &outcome)
    }
    guard let started else {
      Unmanaged<HTTPCore>.fromOpaque(context).release()
      throw Self.error(of: outcome, configuration)
    }
    daemon = started
    port = outcome.port
  }

  func stop() {
    guard core.pending.stop() else { return }
    MHD_stop_daemon(daemon)
    Unmanaged.passUnretained(core).release()
  }

  private static func error(
    of outcome: plimsoll_http_outcome, _ configuration: HTTPServerConfiguration
  ) -> HTTPServerError {
    guard outcome.failure != PLIMSOLL_HTTP_BAD_ADDRESS else {
      return .badAddress(configuration.address)
    }
    let step =
      outcome.failure == PLIMSOLL_HTTP_DAEMON ? "libmicrohttpd did not start: " : ""
    return .cannotListen(
      address: configuration.address, port: configuration.port,
      reason: step + String(cString: strerror(outcome.error_number)))
  }
}

/// What the callbacks need.
private final class HTTPCore: Sendable {
  let configuration: HTTPServerConfiguration
  let router: HTTPRouter
  let pending: PendingAnswers

  init(configuration: HTTPServerConfiguration, router: HTTPRouter) {
    self.configuration = configuration
    self.router = router
    pending = PendingAnswers(limit: configuration.pendingAnswerLimit)
  }
}

/// A connection that may be resumed from any thread.
///
/// Why `@unchecked Sendable` holds: only `MHD_resume_connection` is called through it, which the
/// library allows from any thread, and only once, by the first `PendingAnswer.give`, while the
/// connection is suspended and so cannot be freed.
private struct SuspendedConnection: @unchecked Sendable {
  let pointer: OpaquePointer

  func resume() { MHD_resume_connection(pointer) }
}

/// State of one request between calls of `answerRequest`; used on the server's thread only.
private final class RequestState {
  var match: HTTPRouter.Match
  var pending: PendingAnswer?

  init(match: HTTPRouter.Match) { self.match = match }
}

/// Called once when the headers have arrived, once when the request is complete, and again on
/// resuming.
///
/// A file-level function: a closure would carry the isolation of its surroundings into a C thread.
private func answerRequest(
  context: UnsafeMutableRawPointer?, connection: OpaquePointer?, url: UnsafePointer<CChar>?,
  method: UnsafePointer<CChar>?, version: UnsafePointer<CChar>?,
  upload: UnsafePointer<CChar>?, uploadSize: UnsafeMutablePointer<Int>?,
  slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  guard let context, let connection, let url, let method, let slot else { return .NO }
  let core = Unmanaged<HTTPCore>.fromOpaque(context).takeUnretainedValue()
  let tag = UInt(bitPattern: slot.pointee)
  guard tag & 1 == 1 else {
    guard let known = slot.pointee else { return .NO }
    let state = Unmanaged<RequestState>.fromOpaque(known).takeUnretainedValue()
    return answerWhole(state, core, connection)
  }
  // Past this point the slot never holds a tag, so `requestCompleted` may take it for an object.
  slot.pointee = nil
  if let refusal = refuseEarly(connection, targetLength: Int(tag >> 1), core.configuration) {
    return queue(refusal, on: connection)
  }
  let match = core.router.match(
    method: String(cString: method), path: String(cString: url))
  if case .refusal(let response) = match { return queue(response, on: connection) }
  slot.pointee = Unmanaged.passRetained(RequestState(match: match)).toOpaque()
  return .YES
}

private func requestCompleted(
  context: UnsafeMutableRawPointer?, connection: OpaquePointer?,
  slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, reason: MHD_RequestTerminationCode
) {
  guard let slot, let pointer = slot.pointee, UInt(bitPattern: pointer) & 1 == 0 else { return }
  Unmanaged<RequestState>.fromOpaque(pointer).release()
  slot.pointee = nil
}

/// A refusal that needs the headers only; the library then closes the connection after it.
private func refuseEarly(
  _ connection: OpaquePointer, targetLength: Int, _ configuration: HTTPServerConfiguration
) -> HTTPResponse? {
  guard targetLength <= configuration.targetLengthLimit else {
    let limit = configuration.targetLengthLimit
    return .text(414, "The request target is longer than \(limit) bytes.\n")
  }
  let length = header("Content-Length", of: connection)
  let hasBody = length.map { $0 != "0" } ?? (header("Transfer-Encoding", of: connection) != nil)
  return hasBody ? .text(413, "Requests with a body are not taken here.\n") : nil
}

private func header(_ name: String, of connection: OpaquePointer) -> String? {
  MHD_lookup_connection_value(connection, .HEADER_KIND, name).map { String(cString: $0) }
}

private func answerWhole(
  _ state: RequestState, _ core: HTTPCore, _ connection: OpaquePointer
) -> MHD_Result {
  if let pending = state.pending {
    // The connection is resumed after the answer is set, so a missing answer is a bug of the
    // library or of ours; closing is safe, while asking to be called again would spin.
    guard let response = pending.response else { return .NO }
    return queue(response, on: connection)
  }
  switch state.match {
  case .refusal(let response): return queue(response, on: connection)
  case .route(.immediate(let answer), let request):
    return queue(answer(request), on: connection)
  case .route(.deferred(let answer), let request):
    let suspended = SuspendedConnection(pointer: connection)
    let pending = PendingAnswer(
      resume: { suspended.resume() }, resumed: { core.pending.resumed($0) })
    let refusal = core.pending.admit(pending) { MHD_suspend_connection(connection) }
    if let refusal { return queue(refusal, on: connection) }
    state.pending = pending
    pending.start(limit: core.configuration.answerLimit) {
      defer { core.pending.workEnded() }
      return await answer(request)
    }
    return .YES
  }
}

private func queue(_ response: HTTPResponse, on connection: OpaquePointer) -> MHD_Result {
  var body = response.body
  let made = body.withUnsafeMutableBytes { bytes in
    MHD_create_response_from_buffer(bytes.count, bytes.baseAddress, .RESPMEM_MUST_COPY)
  }
  guard let made else { return .NO }
  defer { MHD_destroy_response(made) }
  var headers = [
    ("Content-Type", response.contentType), ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
  ]
  if let allowed = response.allowedMethods { headers.append(("Allow", allowed)) }
  for (name, value) in headers where MHD_add_response_header(made, name, value) != .YES {
    return .NO
  }
  return MHD_queue_response(connection, response.status, made)
}
