/// The version of the executable.
enum Version {
  /// Semantic version of the release, or of the one being worked on.
  static let text = "0.1.0"
}
