import StreamTransport
import Testing

@Suite("Key partitioner")
struct KeyPartitionerTests {
  // The vectors of Apache Kafka's own UtilsTest.testMurmur2 (Apache-2.0), as signed numbers.
  @Test(
    "hashes as Kafka's Java client does",
    arguments: [
      ("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
      ("a-little-bit-longer-string", -1_486_304_829),
      ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971), ("abc", 479_470_107),
    ] as [(String, Int32)])
  func javaVectors(text: String, expected: Int32) {
    #expect(Int32(bitPattern: KeyPartitioner.murmur2(Array(text.utf8))) == expected)
  }

  @Test("places a key whose hash is negative in a partition that exists")
  func negativeHash() {
    // 0x7fffffff & -973932308 = 1173551340
    let key = Array("21".utf8)
    #expect(KeyPartitioner.partition(of: key, partitionCount: 7) == Int32(1_173_551_340 % 7))
    #expect(KeyPartitioner.partition(of: key, partitionCount: 1) == 0)
  }

  @Test("hashes a slice as the same bytes alone")
  func slices() {
    let bytes = Array("xxaccount-17yy".utf8)
    #expect(KeyPartitioner.murmur2(bytes[2..<12]) == KeyPartitioner.murmur2(Array(bytes[2..<12])))
  }
}
