/// What the operating system knows about this process.
public enum ProcessMetrics {
  /// Memory that the process has in RAM now, in bytes; nil when the system does not report it.
  public static var residentMemoryBytes: UInt64? { SystemCalls.memoryBytes()?.resident }

  /// Most memory that the process has had in RAM so far, in bytes.
  public static var peakResidentMemoryBytes: UInt64 { SystemCalls.peakResidentBytes() }

  /// Processor time so far, user and system, all threads, in seconds.
  public static var processorSeconds: Double { SystemCalls.processorSeconds() }

  /// Start of the process in seconds since 1970-01-01T00:00:00Z; nil when the system does not
  /// report it.
  public static var startSeconds: Double? { SystemCalls.startSeconds() }

  /// Declares the conventional `process_…` metrics; those that the system does not report have no
  /// value.
  /// - Throws: `MetricError.nameTaken` when they are declared already.
  public static func declare(in registry: MetricsRegistry) throws(MetricError) {
    try registry.collected(
      "process_resident_memory_bytes", kind: .gauge, help: "Resident memory size in bytes."
    ) { values(SystemCalls.memoryBytes().map { .integer($0.resident) }) }
    try registry.collected(
      "process_virtual_memory_bytes", kind: .gauge, help: "Virtual memory size in bytes."
    ) { values(SystemCalls.memoryBytes().map { .integer($0.virtual) }) }
    try registry.collected(
      "process_cpu_seconds_total", kind: .counter,
      help: "Total user and system CPU time spent in seconds."
    ) { values(.real(SystemCalls.processorSeconds())) }
    try registry.collected(
      "process_start_time_seconds", kind: .gauge,
      help: "Start time of the process since unix epoch in seconds."
    ) { values(SystemCalls.startSeconds().map { .real($0) }) }
  }

  private static func values(_ number: MetricNumber?) -> [CollectedValue] {
    number.map { [CollectedValue(value: $0)] } ?? []
  }
}
