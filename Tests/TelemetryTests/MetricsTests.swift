import Dispatch
import Telemetry
import Testing

@Suite("Metrics registry")
struct MetricsTests {
  /// Every kind of metric, with values and texts that are hard to write.
  static func hardRegistry() throws -> MetricsRegistry {
    let registry = MetricsRegistry()
    let records = try registry.counters(
      "plimsoll_records_consumed_total", help: "Records.", labels: ["topic", "partition"])
    try records.labelled("trades", "10").increment(by: 7)
    try records.labelled("trades", "9").increment()
    try records.labelled("a\"b\\c\nd\r\ne{,}=é", "").increment(by: .max)
    try registry.gauge("plimsoll_age_seconds", help: "Back\\slash \"quote\"\nand line.").set(-0.125)
    let odd = try registry.gauges("plimsoll_odd", help: "Odd.", labels: ["case"])
    for (name, value) in [
      ("nan", Double.nan), ("plus", .infinity), ("minus", -.infinity),
      ("tiny", .leastNonzeroMagnitude),
      ("huge", 1.797_693_134_862_315_7e308), ("whole", 1e15), ("big", 1e22), ("third", 1.0 / 3),
    ] { try odd.labelled(name).set(value) }
    let latencies = try registry.histograms(
      "plimsoll_e2e_latency_seconds", help: "Latency.", labels: ["lane"])
    for value in [0.0005, 0.0006, 3, 11, .nan] { try latencies.labelled("0").observe(value) }
    _ = try latencies.labelled("1")
    try ProcessMetrics.declare(in: registry)
    return registry
  }

  @Test("renders counters, gauges and histograms in a fixed form and order")
  func text() throws {
    let registry = MetricsRegistry()
    let latency = try registry.histogram("b_seconds", help: "B.", bounds: [0.1, 1])
    for value in [0.05, 0.1, 0.5, 2] { latency.observe(value) }
    let counters = try registry.counters("c_total", help: "C.", labels: ["topic"])
    try counters.labelled("x").increment(by: 2)
    try counters.labelled("a\"\\\n").increment()
    try registry.gauge("a", help: "A\\\nx.").set(1.5)
    let expected = #"""
      # HELP a A\\\nx.
      # TYPE a gauge
      a 1.5
      # HELP b_seconds B.
      # TYPE b_seconds histogram
      b_seconds_bucket{le="0.1"} 2
      b_seconds_bucket{le="1"} 3
      b_seconds_bucket{le="+Inf"} 4
      b_seconds_sum 2.65
      b_seconds_count 4
      # HELP c_total C.
      # TYPE c_total counter
      c_total{topic="a\"\\\n"} 1
      c_total{topic="x"} 2

      """#
    #expect(registry.text() == expected)
    #expect(registry.text() == expected)
  }

  @Test("is read back by a strict reader, values and labels unchanged")
  func strictReader() throws {
    let checker = try PrometheusTextChecker(try Self.hardRegistry().text())
    func value(_ name: String, _ labels: [String: String]) -> Double? {
      checker.samples.first { $0.name == name && $0.labels == labels }?.value
    }
    let records = "plimsoll_records_consumed_total"
    #expect(value(records, ["topic": "trades", "partition": "10"]) == 7)
    #expect(
      value(records, ["topic": "a\"b\\c\nd\r\ne{,}=é", "partition": ""]) == Double(UInt64.max))
    #expect(value("plimsoll_odd", ["case": "tiny"]) == .leastNonzeroMagnitude)
    #expect(value("plimsoll_odd", ["case": "third"]) == 1.0 / 3)
    #expect(value("plimsoll_odd", ["case": "nan"])?.isNaN == true)
    #expect(value("plimsoll_e2e_latency_seconds_count", ["lane": "0"]) == 5)
    #expect(value("plimsoll_e2e_latency_seconds_count", ["lane": "1"]) == 0)
  }

  @Test("loses no increment of many threads")
  func concurrency() throws {
    let registry = MetricsRegistry()
    let counters = try registry.counters("c_total", help: "C.", labels: ["l"])
    let gauge = try registry.gauge("g", help: "G.")
    let histogram = try registry.histogram("h", help: "H.", bounds: [10, 20])
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      for number in 0..<5000 {
        (try? counters.labelled("same"))?.increment()
        gauge.add(1)
        histogram.observe(Double(number % 30))
      }
    }
    #expect(try counters.labelled("same").current == 40_000)
    #expect(gauge.current == 40_000)
    #expect(histogram.count == 40_000)
    #expect(histogram.sum == 8 * (0..<5000).reduce(0) { $0 + Double($1 % 30) })
  }

  @Test("stays readable while values change")
  func readingWhileWriting() throws {
    let registry = MetricsRegistry()
    let histogram = try registry.histogram("h", help: "H.", bounds: [1, 2, 3])
    DispatchQueue.concurrentPerform(iterations: 2) { side in
      for number in 0..<2000 {
        if side == 0 {
          histogram.observe(Double(number % 5))
        } else if number % 20 == 0 {
          #expect(throws: Never.self) { _ = try PrometheusTextChecker(registry.text()) }
        }
      }
    }
  }

  @Test(
    "refuses names outside the alphabet or the conventions",
    arguments: ["", "1a_total", "a-b_total", "a b_total", "é_total", "a", "a_total\n"])
  func names(name: String) {
    #expect(throws: MetricError.self) { try MetricsRegistry().counter(name, help: "H.") }
  }

  @Test("refuses a gauge named like a counter, and an empty help text")
  func endings() {
    let registry = MetricsRegistry()
    #expect(throws: MetricError.self) { try registry.gauge("a_total", help: "H.") }
    #expect(throws: MetricError.missingHelp(metric: "a")) { try registry.gauge("a", help: "") }
    #expect(throws: Never.self) { try registry.gauge("ns:a_1", help: "H.") }
  }

  @Test("refuses a name that is taken, also by a histogram's lines")
  func taken() throws {
    let registry = MetricsRegistry()
    _ = try registry.histogram("a", help: "H.")
    #expect(throws: MetricError.nameTaken("a")) { try registry.gauge("a", help: "H.") }
    #expect(throws: MetricError.nameTaken("a")) {
      try registry.collected("a", kind: .gauge, help: "H.") { [] }
    }
  }

  @Test(
    "refuses label names that are reserved, repeated or malformed",
    arguments: [["le"], ["__a"], ["a", "a"], ["a:b"], [""], ["1a"], ["a\""]])
  func labelNames(labels: [String]) {
    #expect(throws: MetricError.self) {
      try MetricsRegistry().counters("a_total", help: "H.", labels: labels)
    }
  }

  @Test("refuses the wrong number of label values, and more series than allowed")
  func series() throws {
    let registry = MetricsRegistry(seriesLimit: 2)
    let counters = try registry.counters("a_total", help: "H.", labels: ["x"])
    #expect(throws: MetricError.labelCount(metric: "a_total", expected: 1, given: 0)) {
      try counters.labelled()
    }
    _ = try counters.labelled("1")
    _ = try counters.labelled("2")
    #expect(throws: MetricError.tooManySeries(metric: "a_total", limit: 2)) {
      try counters.labelled("3")
    }
    #expect(try counters.labelled("2").current == 0)
    counters.remove(["1"])
    #expect(throws: Never.self) { try counters.labelled("3") }
    #expect(!registry.text().contains("x=\"1\""))
  }

  @Test(
    "refuses bounds that do not ascend", arguments: [[], [1, 1], [2, 1], [.nan], [1, .infinity]])
  func bounds(bounds: [Double]) {
    #expect(throws: MetricError.invalidBounds(metric: "h")) {
      try MetricsRegistry().histogram("h", help: "H.", bounds: bounds)
    }
  }

  @Test("leaves computed values out that would break the text")
  func collected() throws {
    let registry = MetricsRegistry()
    try registry.collected("a", kind: .gauge, help: "H.", labels: ["x"]) {
      [
        CollectedValue(labels: ["1"], value: .integer(1)),
        CollectedValue(labels: ["1"], value: .integer(2)),
        CollectedValue(labels: [], value: .integer(3)),
      ]
    }
    #expect(registry.text() == "# HELP a H.\n# TYPE a gauge\na{x=\"1\"} 1\n")
  }

  @Test("tells what the operating system knows of the process")
  func process() throws {
    let registry = MetricsRegistry()
    try ProcessMetrics.declare(in: registry)
    let checker = try PrometheusTextChecker(registry.text())
    let values = checker.samples.reduce(into: [:]) { $0[$1.name] = $1.value }
    let resident = try #require(values["process_resident_memory_bytes"])
    #expect(resident > 1_000_000)
    #expect(resident < (values["process_virtual_memory_bytes"] ?? 0))
    #expect(Double(ProcessMetrics.peakResidentMemoryBytes) > 1_000_000)
    #expect((values["process_cpu_seconds_total"] ?? 0) > 0)
    let now = Double(SystemCalls.wallClockMilliseconds()) / 1000
    let start = try #require(values["process_start_time_seconds"])
    // A boot time is told in whole seconds, so the start may lie a second ahead.
    #expect(start < now + 2)
    #expect(start > now - 86_400)
  }
}
