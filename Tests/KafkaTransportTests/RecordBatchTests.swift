import StreamTransport
import Testing

@Suite("Record batch")
struct RecordBatchTests {
  private let position = RecordPosition(
    topicIndex: 0, partition: 3, offset: 9, timestampMilliseconds: 5)

  @Test("tells absent, empty and filled keys and values apart")
  func absence() {
    var batch = RecordBatch()
    batch.reset(topics: ["trades"])
    let contents: [[UInt8]?] = [nil, [], [1, 2]]
    for key in contents {
      for value in contents { batch.append(position, key: key, value: value) }
    }
    for (index, record) in batch.records.enumerated() {
      #expect(batch.key(of: record).map { Array($0) } == contents[index / 3])
      #expect(batch.value(of: record).map { Array($0) } == contents[index % 3])
      #expect(record.isTombstone == (index % 3 == 0))
    }
    #expect(batch.topicPartition(of: batch.records[0]).description == "trades-3")
  }

  @Test("keeps each record's headers beside it")
  func headers() {
    var batch = RecordBatch()
    batch.reset(topics: ["trades"])
    batch.append(position, key: [1], value: [2, 3])
    batch.appendHeader(name: "a".utf8, value: [UInt8]?.none)
    batch.appendHeader(name: "a".utf8, value: [UInt8]())
    batch.append(position, key: [4], value: [5])
    batch.append(position, key: [UInt8]?.none, value: [6])
    batch.appendHeader(name: "b".utf8, value: [7, 8])
    let headers = batch.records.map { batch.headers(of: $0) }
    #expect(
      headers == [
        [RecordHeader(name: "a", value: nil), RecordHeader(name: "a", value: [])], [],
        [RecordHeader(name: "b", value: [7, 8])],
      ])
    #expect(batch.value(of: batch.records[0]) == [2, 3])
    #expect(batch.value(of: batch.records[2]) == [6])
  }

  @Test("holds nothing of the batch before after a reset")
  func reset() {
    var batch = RecordBatch()
    batch.reset(topics: ["old"])
    batch.append(position, key: [1], value: [2])
    batch.appendHeader(name: "a".utf8, value: [3])
    batch.reset(topics: ["new", "newer"])
    #expect(batch.isEmpty && batch.bytes.isEmpty && batch.headerRanges.isEmpty)
    #expect(batch.topics == ["new", "newer"])
    batch.append(position, key: [UInt8]?.none, value: [4])
    #expect(batch.headers(of: batch.records[0]).isEmpty)
    #expect(batch.value(of: batch.records[0]) == [4])
  }

  @Test("needs a record before a header")
  func headerWithoutRecord() async {
    await #expect(processExitsWith: .failure) {
      var batch = RecordBatch()
      batch.appendHeader(name: "a".utf8, value: [1] as [UInt8])
    }
  }
}
