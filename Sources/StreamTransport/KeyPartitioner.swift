/// Partitions a keyed record as Kafka's Java client and librdkafka's `murmur2_random` do.
///
/// Account topics rely on it: the same key goes to the same partition number in all topics with the
/// same number of partitions.
public enum KeyPartitioner {
  /// Partition of a key: `murmur2(key) & 0x7fffffff` modulo the number of partitions.
  /// - Parameters:
  ///   - key: the key's bytes, at most 2^31 - 1; an empty key counts as a key.
  ///   - partitionCount: partitions of the topic, > 0.
  /// - Returns: from 0 to `partitionCount` - 1.
  /// - Source: org.apache.kafka.common.utils.Utils.murmur2 and `BuiltInPartitioner`.
  public static func partition<Key: RandomAccessCollection<UInt8>>(
    of key: Key, partitionCount: Int32
  ) -> Int32 {
    precondition(partitionCount > 0, "a topic has at least one partition")
    return Int32(murmur2(key) & 0x7fff_ffff) % partitionCount
  }

  /// Hash of 32 bits, MurmurHash2 with the seed that Kafka's Java client uses.
  public static func murmur2<Key: RandomAccessCollection<UInt8>>(_ key: Key) -> UInt32 {
    let multiplier: UInt32 = 0x5bd1_e995
    var hash = UInt32(0x9747_b28c) ^ UInt32(truncatingIfNeeded: key.count)
    var rest = key[...]
    while rest.count >= 4 {
      var word = littleEndian(rest.prefix(4))
      word = word &* multiplier
      word ^= word >> 24
      hash = (hash &* multiplier) ^ (word &* multiplier)
      rest = rest.dropFirst(4)
    }
    if !rest.isEmpty {
      hash = (hash ^ littleEndian(rest)) &* multiplier
    }
    hash = (hash ^ (hash >> 13)) &* multiplier
    return hash ^ (hash >> 15)
  }

  private static func littleEndian(_ bytes: some RandomAccessCollection<UInt8>) -> UInt32 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
