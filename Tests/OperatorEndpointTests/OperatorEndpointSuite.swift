import Testing

/// All suites of this target, one test after the other.
///
/// A port that one test has freed may be given to the next server that asks for a free one, so
/// tests that look at a stopped server must not run beside tests that start one.
@Suite("Operator endpoint", .serialized)
enum OperatorEndpointSuite {}
