import Foundation
import Synchronization
import Telemetry
import Testing

@Suite("Logger")
struct LoggerTests {
  @Test("drops lighter lines without computing their fields")
  func level() {
    let sink = MemorySink()
    let logger = Logger(minimumLevel: .warning, sink: sink)
    let computed = Mutex(0)
    func fields() -> LogFields {
      computed.withLock { $0 += 1 }
      return [:]
    }
    logger.trace("a", fields())
    logger.debug("b", fields())
    logger.info("c", fields())
    logger.warning("d", fields())
    logger.error("e", fields())
    #expect(computed.withLock { $0 } == 2)
    #expect(sink.lines.count == 2)
  }

  @Test("puts the bound fields before the line's own")
  func boundFields() {
    let sink = MemorySink()
    let logger = Logger(format: .logfmt, sink: sink, milliseconds: { 0 })
    logger.adding(["lane": 1]).adding(["task": 2]).info("m", ["n": 3])
    logger.info("m")
    #expect(
      sink.lines == [
        "time=1970-01-01T00:00:00.000Z level=info message=\"m\" lane=1 task=2 n=3\n",
        "time=1970-01-01T00:00:00.000Z level=info message=\"m\"\n",
      ])
  }

  @Test("keeps lines of many threads apart on a pipe")
  func threads() throws {
    let pipe = Pipe()
    let sink = DescriptorSink(descriptor: pipe.fileHandleForWriting.fileDescriptor)
    let logger = Logger(sink: sink)
    // Longer than what a pipe takes in one piece, so that a sink without a lock would mix them.
    let filler = String(repeating: "x", count: 4000)
    let done = DispatchGroup()
    for writer in 0..<8 {
      DispatchQueue.global().async(group: done) {
        for number in 0..<50 {
          logger.info(
            "m",
            [
              "writer": LogValue(writer), "n": LogValue(number), "a": .text(filler),
              "b": .text(filler),
            ])
        }
      }
    }
    done.notify(queue: .global()) { try? pipe.fileHandleForWriting.close() }
    let all = try #require(try pipe.fileHandleForReading.readToEnd())
    let lines = all.split(separator: 0x0A)
    #expect(lines.count == 400)
    for line in lines {
      let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
      #expect((object?["a"] as? String)?.count == 4000)
    }
    #expect(sink.lostLines == 0)
  }

  @Test("counts a line that the descriptor refuses")
  func lostLines() {
    let sink = DescriptorSink(descriptor: -1)
    Logger(sink: sink).error("m")
    #expect(sink.lostLines == 1)
  }

  @Test("knows levels by name and order")
  func levels() {
    for level in LogLevel.allCases { #expect(LogLevel(name: level.name) == level) }
    #expect(LogLevel(name: "warn") == nil)
    #expect(LogLevel.allCases == LogLevel.allCases.sorted())
  }
}
