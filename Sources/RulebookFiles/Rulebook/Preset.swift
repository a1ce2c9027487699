/// A rulebook that ships with the product.
public struct Preset: Sendable {
  /// Its name, by which an `id` on its own refers to it.
  public let name: String
  /// The date of its facts, `YYYY-MM-DD`; NAME-DATE refers to the same preset.
  public let date: String
  private let content: @Sendable () -> [UInt8]

  /// Every preset, in the order in which messages list them.
  public static let all: [Preset] = [
    Preset(name: "native", date: "2026-11-26") { PackageResources.native_yaml },
    Preset(name: "binance-usdm", date: "2024-10-24") { PackageResources.binance_usdm_yaml },
    Preset(name: "binance-coinm", date: "2026-11-24") { PackageResources.binance_coinm_yaml },
    Preset(name: "bybit-uta", date: "2026-11-26") { PackageResources.bybit_uta_yaml },
    Preset(name: "okx", date: "2026-11-26") { PackageResources.okx_yaml },
    Preset(name: "dydx-v4", date: "2026-03-05") { PackageResources.dydx_v4_yaml },
    Preset(name: "drift-v2", date: "2026-04-01") { PackageResources.drift_v2_yaml },
    Preset(name: "hyperliquid", date: "2026-11-24") { PackageResources.hyperliquid_yaml },
    Preset(name: "deribit-standard", date: "2026-11-26") {
      PackageResources.deribit_standard_yaml
    },
    Preset(name: "derive-srm", date: "2026-01-21") { PackageResources.derive_srm_yaml },
    Preset(name: "deri", date: "2026-11-26") { PackageResources.deri_yaml },
    Preset(name: "derive-pmrm2", date: "2026-01-21") { PackageResources.derive_pmrm2_yaml },
    Preset(name: "paradex", date: "2026-11-26") { PackageResources.paradex_yaml },
  ]

  /// The names of all presets.
  public static var names: [String] { all.map(\.name) }

  /// The preset with that name, with or without its date.
  public static func named(_ name: String) -> Preset? {
    all.first { $0.name == name || "\($0.name)-\($0.date)" == name }
  }

  /// The file's text, as a person may read it.
  public var text: String { String(decoding: content(), as: UTF8.self) }

  /// Reads and checks the preset.
  ///
  /// - Throws: Its faults; a test checks that there are none.
  public func document() throws(FaultList) -> RulebookDocument {
    let document = try YAMLDocument(bytes: content(), file: "\(name).yaml")
    // The preset's own id is a preset's name; its own file must not refer to itself.
    return try YAMLReader.read(document, as: .rulebook(RulebookContext(isPreset: true)))
  }
}
