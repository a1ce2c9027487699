import Testing

/// The suites in which whole workers run: one test at a time, because each has threads of its own.
@Suite("Worker on a broker in memory", .serialized)
enum OnMemory {}
