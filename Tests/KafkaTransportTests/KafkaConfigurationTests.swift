import StreamTransport
import Testing

@testable import KafkaTransport

@Suite("Kafka configuration")
struct KafkaConfigurationTests {
  private func fault(_ properties: [String: String]) -> TransportError? {
    do {
      _ = try KafkaConfiguration(bootstrapServers: "localhost:9092", properties: properties)
      return nil
    } catch {
      return error
    }
  }

  @Test("refuses an unknown property by its name")
  func unknown() throws {
    let error = try #require(fault(["fetch.wiat.max.ms": "5"]))
    #expect(error.kind == .configuration)
    #expect(error.reason.contains("fetch.wiat.max.ms"))
  }

  @Test("refuses a value that the property cannot have")
  func value() throws {
    let error = try #require(fault(["session.timeout.ms": "soon"]))
    #expect(error.reason.contains("session.timeout.ms"))
    #expect(error.kind == .configuration)
  }

  @Test("hides the values of secrets, and of nothing else")
  func secrets() throws {
    let configuration = try KafkaConfiguration(
      bootstrapServers: "localhost:9092",
      properties: ["sasl.password": "hunter2", "client.id": "desk"])
    #expect(configuration.redacted == ["sasl.password": "***", "client.id": "desk"])
    for secret in [
      "ssl.key.pem", "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config",
      "sasl.jaas.config",
      "ssl.key.password", "sasl.oauthbearer.client.credentials.client.id",
    ] {
      #expect(KafkaConfiguration.isSecret(secret), "\(secret)")
    }
    for shown in ["ssl.ca.location", "sasl.username", "ssl.certificate.pem", "ssl.key.location"] {
      #expect(!KafkaConfiguration.isSecret(shown), "\(shown)")
    }
  }

  @Test(
    "refuses the properties that its guarantees rest on, saying why",
    arguments: KafkaConfiguration.reserved.keys.sorted())
  func reserved(name: String) throws {
    let error = try #require(fault([name: "true"]))
    #expect(error.kind == .configuration)
    #expect(error.reason.contains(name))
    #expect(error.reason.contains(try #require(KafkaConfiguration.reserved[name])))
  }

  @Test("refuses an empty bootstrap address")
  func emptyAddress() {
    #expect(throws: TransportError.self) { try KafkaConfiguration(bootstrapServers: "") }
  }

  @Test("accepts every default of every kind of client", arguments: ClientRole.allCases)
  func defaults(role: ClientRole) throws {
    let configuration = try KafkaConfiguration(bootstrapServers: "localhost:9092")
    for (name, value) in configuration.complete(for: role) {
      #expect(librdkafkaComplaint(name: name, value: value) == nil)
    }
  }

  @Test("lets a given property outweigh a default, and heartbeats follow a short session")
  func overrides() throws {
    let configuration = try KafkaConfiguration(
      bootstrapServers: "localhost:9092",
      properties: ["session.timeout.ms": "3000", "fetch.wait.max.ms": "7"])
    let complete = Dictionary(
      uniqueKeysWithValues: configuration.complete(for: .groupMember).map { ($0.name, $0.value) })
    #expect(complete["session.timeout.ms"] == "3000")
    #expect(complete["heartbeat.interval.ms"] == "1000")
    #expect(complete["fetch.wait.max.ms"] == "7")
    #expect(complete["isolation.level"] == "read_committed")
  }
}
