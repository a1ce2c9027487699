import Foundation
import Testing

@testable import plimsoll

@Suite("Configuration")
struct ConfigurationTests {
  private func printed(
    _ flags: [String] = [], file: String? = nil, environment: [String: String] = [:]
  ) throws -> PlimsollProcess.Result {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    var flags = flags
    if let file {
      let url = try directory.write(file, to: "plimsoll.yaml")
      flags.append("--config=\(url.path)")
    }
    let result = try PlimsollProcess.run(
      ["run", "--print-config"] + flags, environment: environment)
    return PlimsollProcess.Result(
      status: result.status,
      output: result.output.replacing(directory.url.path + "/", with: ""),
      error: result.error.replacing(directory.url.path + "/", with: ""))
  }

  /// The line of a key, runs of blanks made one.
  private func line(_ key: String, in result: PlimsollProcess.Result) -> String? {
    result.output.split(separator: "\n").map(String.init)
      .first { $0.trimmingPrefix("# ").drop { $0 == " " }.hasPrefix(key + ":") }
      .map { $0.split(separator: " ").joined(separator: " ") }
  }

  @Test("weighs flags over environment over file over default, and says so")
  func weight() throws {
    let file = "lanes: 2\ngroup: filed\nhttp_port: 1\nlog_level: debug\n"
    let environment = ["PLIMSOLL_LANES": "3", "PLIMSOLL_GROUP": "named", "PLIMSOLL_LOG_FORMAT": ""]
    let result = try printed(["--lanes=4"], file: file, environment: environment)
    #expect(result.status == 0)
    #expect(result.error.isEmpty)
    #expect(line("lanes", in: result) == "lanes: 4 # flag --lanes")
    #expect(line("group", in: result) == "group: named # environment PLIMSOLL_GROUP")
    #expect(line("http_port", in: result) == "http_port: 1 # plimsoll.yaml:3")
    #expect(line("log_level", in: result) == "log_level: debug # plimsoll.yaml:4")
    #expect(line("log_format", in: result) == "log_format: logfmt # default")
    #expect(line("instance", in: result) == "# instance: not set # default")
  }

  @Test("finds the file through the environment")
  func fileByEnvironment() throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let url = try directory.write("{\"lanes\": 7}", to: "c.json")
    let result = try printed(environment: ["PLIMSOLL_CONFIG": url.path])
    #expect(line("lanes", in: result)?.hasPrefix("lanes: 7 # ") == true)
  }

  @Test("prints a file that gives the same values when it is read again")
  func roundTrip() throws {
    let flags = [
      "--group=a \"b\"\\c", "--instance=nu\u{1}\u{2028}ll", "-X", "ssl.ca.location=/a=b:c",
      "--lanes=2",
      "--topic-prefix=eu.",
    ]
    let first = try printed(flags)
    let second = try printed(file: first.output)
    #expect(second.status == 0, "\(second.error)")
    func values(_ text: String) -> [String] {
      text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        .map { $0.components(separatedBy: "  # ")[0].trimmingCharacters(in: .whitespaces) }
    }
    #expect(values(second.output) == values(first.output))
    #expect(values(first.output).contains("group: \"a \\\"b\\\"\\\\c\""))
  }

  @Test("passes librdkafka properties through from all three sources, secrets redacted")
  func properties() throws {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let secret = try directory.write("hunter2\n", to: "password")
    let result = try printed(
      ["-X", "sasl.username=flag"],
      file: "kafka:\n  sasl.username: filed\n  ssl.key.password: sesame\n  debug: broker\n",
      environment: [
        "KAFKA_SASL_USERNAME": "named", "KAFKA_SASL_PASSWORD_FILE": secret.path,
        "KAFKA_SECURITY_PROTOCOL": "sasl_ssl", "KAFKA_DEBUG": "cgrp", "KAFKA_OPTS": "-Xmx1G",
        "KAFKA_PORT": "tcp://10.0.0.1:9092", "KAFKA_PORT_9092_TCP_ADDR": "10.0.0.1",
        "KAFKA_SERVICE_HOST": "10.0.0.1",
      ])
    #expect(result.status == 0, "\(result.error)")
    let start = try #require(result.output.range(of: "kafka:\n"))
    let section = result.output[start.upperBound...].split(separator: "\n")
      .prefix { $0.hasPrefix("  ") }.map { $0.split(separator: " ").joined(separator: " ") }
    #expect(
      section == [
        "debug: cgrp # environment KAFKA_DEBUG",
        "sasl.password: \"[redacted]\" # environment KAFKA_SASL_PASSWORD_FILE",
        "sasl.username: flag # flag --kafka",
        "security.protocol: sasl_ssl # environment KAFKA_SECURITY_PROTOCOL",
        "ssl.key.password: \"[redacted]\" # plimsoll.yaml:3",
      ])
    #expect(!result.output.contains("hunter2"))
    #expect(!result.output.contains("sesame"))
  }

  @Test("takes bootstrap.servers for --brokers, whose own names win at equal weight")
  func alias() throws {
    let named = ["KAFKA_BOOTSTRAP_SERVERS": "k:1", "KAFKA_GROUP_ID": "theirs"]
    let alone = try printed(environment: named)
    #expect(
      line("brokers", in: alone) == "brokers: \"k:1\" # environment KAFKA_BOOTSTRAP_SERVERS")
    #expect(line("group", in: alone) == "group: theirs # environment KAFKA_GROUP_ID")
    #expect(!alone.output.contains("bootstrap.servers"))
    let both = try printed(environment: named.merging(["PLIMSOLL_BROKERS": "p:1"]) { $1 })
    #expect(line("brokers", in: both) == "brokers: \"p:1\" # environment PLIMSOLL_BROKERS")
    let flag = try printed(
      ["-X", "metadata.broker.list=f:1"], environment: ["PLIMSOLL_BROKERS": "p:1"])
    #expect(line("brokers", in: flag) == "brokers: \"f:1\" # flag --kafka")
  }

  @Test("refuses a broker address with a password, wherever it stands, and never repeats it")
  func credentials() throws {
    let address = "app:hunter2@kafka:9092"
    let sentence =
      "a broker address holds a user name or a password, expected HOST:PORT alone; these go into "
      + "the properties sasl.username and sasl.password\n"
    let results = [
      try printed(["--brokers=kafka:1,\(address)"]),
      try printed(["-X", "bootstrap.servers=\(address)"]),
      try printed(environment: ["PLIMSOLL_BROKERS": address]),
      try printed(environment: ["KAFKA_BOOTSTRAP_SERVERS": address]),
      try printed(file: "brokers: \"\(address)\"\n"),
      try printed(file: "kafka:\n  bootstrap.servers: \"sasl://\(address)\"\n"),
    ]
    #expect(results.map(\.status) == [64, 64, 78, 78, 78, 78])
    for result in results {
      #expect(result.output.isEmpty)
      #expect(result.error.contains(sentence), "\(result.error)")
      #expect(!result.error.contains("hunter2"))
    }
  }

  @Test("refuses faults of a file with file, line and column, all at once")
  func fileFaults() throws {
    let file = """
      lanes: 0
      brokesr: x:1
      keep: true
      group: [a]
      instance:
      kafka:
        isolation.level: x
        SASL: y
      """
    let result = try printed(file: file)
    #expect(result.status == 78)
    #expect(result.output.isEmpty)
    #expect(
      result.error.split(separator: "\n") == [
        "plimsoll.yaml:1:8: lanes: is '0', expected auto, or a whole number from 1 to 64",
        "plimsoll.yaml:2:1: brokesr: is not a known key (did you mean brokers?)",
        "plimsoll.yaml:3:1: keep: is not a known key",
        "plimsoll.yaml:4:8: group: is a list, expected the name of a consumer group",
        "plimsoll.yaml:5:10: instance: is no value, "
          + "expected a name that no other worker of the group has",
        "plimsoll.yaml:7:3: kafka[\"isolation.level\"]: is set by the worker, because it reads "
          + "only what was committed",
        "plimsoll.yaml:8:3: kafka.SASL: is not the name of a librdkafka property",
      ])
    let missing = try printed(["--config=/nowhere/c.yaml"])
    #expect(missing.status == 66)
    #expect(
      missing.error == "plimsoll run: configuration file /nowhere/c.yaml cannot be read: "
        + "No such file or directory\n")
  }

  @Test("lets one file serve several commands")
  func sharedFile() throws {
    let result = try printed(file: "partitions: 8\naccounts: 5\nlanes: 1\n")
    #expect(result.status == 0)
    #expect(!result.output.contains("partitions"))
  }

  @Test("blames the environment by name, with exit code 78")
  func environmentFaults() throws {
    let result = try printed(
      environment: [
        "PLIMSOLL_LANES": "many", "KAFKA_SASL_PASSWORD_FILE": "/nowhere/secret",
        "KAFKA_SSL_KEY_PASSWORD": "a", "KAFKA_SSL_KEY_PASSWORD_FILE": "/nowhere/other",
      ])
    #expect(result.status == 78)
    let lines = result.error.split(separator: "\n")
    #expect(
      lines.contains(
        "plimsoll run: environment PLIMSOLL_LANES: 'many' is not accepted, "
          + "expected auto, or a whole number from 1 to 64"))
    #expect(
      lines.contains(
        "plimsoll run: environment KAFKA_SASL_PASSWORD_FILE: file /nowhere/secret cannot be "
          + "read, expected a text file of at most 64 KiB"))
    #expect(
      lines.contains(
        "plimsoll run: environment KAFKA_SSL_KEY_PASSWORD_FILE: ssl.key.password is also given "
          + "by environment KAFKA_SSL_KEY_PASSWORD"))
  }

  @Test("warns of unknown names in the environment and goes on")
  func warnings() throws {
    let result = try printed(
      environment: [
        "PLIMSOLL_GRUOP": "x", "PLIMSOLL_TEST_BROKER": "b:1", "PLIMSOLL_PARTITIONS": "8",
        "PLIMSOLL_PORT_9464_TCP": "x", "PLIMSOLL_SERVICE_PORT_HTTP": "1",
        "PLIMSOLL_HTTP_PORT": "tcp://10.0.0.1:9464",
      ])
    #expect(result.status == 0)
    #expect(
      result.error == "plimsoll: warning: environment PLIMSOLL_GRUOP is not an option of any "
        + "command (did you mean PLIMSOLL_GROUP?)\n")
    #expect(line("http_port", in: result) == "http_port: 9464 # default")
  }
}
