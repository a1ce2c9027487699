import FixedPoint
import MarginDomain

/// Charts of a row of scenarios as inline SVG; whole numbers only, so that they are the same
/// everywhere.
struct StressChart {
  /// The label of each scenario.
  let names: [String]

  // Tenths of a pixel.
  private static let width = 10_400
  private static let height = 2_600
  private static let left = 1_000
  private static let right = 150
  private static let top = 120
  private static let bottom = 300

  private var inner: Int { Self.width - Self.left - Self.right }
  private var floor: Int { Self.height - Self.bottom }
  private var rise: Int { Self.height - Self.bottom - Self.top }

  /// Bars of counts on top of each other, the first of each at the bottom.
  func stack(_ columns: [[Int]], classes: [String]) -> String {
    let largest = Int128(max(1, columns.map { $0.reduce(0, +) }.max() ?? 1))
    let step = inner / max(1, names.count)
    let gap = step > 120 ? step / 5 : 0
    var body = ""
    for (index, parts) in columns.enumerated() {
      var base: Int128 = 0
      for (part, count) in parts.enumerated() where count > 0 {
        let low = height(base, of: largest)
        base += Int128(count)
        let high = height(base, of: largest)
        guard high > low else { continue }
        let x = Self.left + index * inner / max(1, names.count) + gap / 2
        // Bars of a day touch; they are drawn slightly wider to close the seams.
        let wide = max(step - gap, 1) + (gap == 0 ? 8 : 0)
        body += "<rect class=\"\(classes[part])\" x=\"\(tenths(x))\" y=\"\(tenths(floor - high))\" "
        body += "width=\"\(tenths(wide))\" height=\"\(tenths(high - low))\">"
        body += "<title>\(names[index]): \(FigureText.count(count))</title></rect>\n"
      }
    }
    return svg(body, top: FigureText.count(Int(largest)))
  }

  /// A line with its area, for amounts of zero or above.
  func area(_ values: [Money], label: (Money) -> String) -> String {
    let peak = values.max() ?? .zero
    let largest = max(1, peak.rawValue)
    let points = values.enumerated().map { index, value in
      "\(tenths(centre(index))),\(tenths(floor - height(value.rawValue, of: largest)))"
    }.joined(separator: " ")
    let ends = (tenths(centre(0)), tenths(centre(max(0, values.count - 1))), tenths(floor))
    var body = "<polygon class=\"under\" points=\"\(ends.0),\(ends.2) \(points) "
    body += "\(ends.1),\(ends.2)\"/>\n<polyline class=\"line\" points=\"\(points)\"/>\n"
    return svg(body, top: label(peak))
  }

  private func centre(_ index: Int) -> Int {
    Self.left + (2 * index + 1) * inner / (2 * max(1, names.count))
  }

  private func height(_ value: Int128, of largest: Int128) -> Int {
    // Both are shifted down alike until their product with the height fits.
    var (value, largest) = (value, largest)
    while largest > 1_000_000_000_000_000_000 { (value, largest) = (value / 10, largest / 10) }
    return Int(value * Int128(rise) / max(1, largest))
  }

  private func svg(_ body: String, top: String) -> String {
    let size = "0 0 \(Self.width / 10) \(Self.height / 10)"
    let end = tenths(Self.width - Self.right)
    var text = "<svg viewBox=\"\(size)\" role=\"img\" preserveAspectRatio=\"xMidYMid meet\">\n"
    for (share, label) in [(0, "0"), (1, top)] {
      let y = floor - share * rise
      text += "<path class=\"axis\" d=\"M\(tenths(Self.left)) \(tenths(y))H\(end)\"/>"
      text += "<text x=\"\(tenths(Self.left - 60))\" y=\"\(tenths(y + 40))\" "
      text += "text-anchor=\"end\">\(label)</text>\n"
    }
    text += body
    let stride = max(1, (names.count + 12) / 13)
    for index in Swift.stride(from: 0, to: names.count, by: stride) {
      text += "<text x=\"\(tenths(centre(index)))\" y=\"\(tenths(floor + 160))\" "
      text += "text-anchor=\"middle\">\(StressPage.escaped(names[index]))</text>\n"
    }
    return text + "</svg>"
  }

  private func tenths(_ value: Int) -> String {
    value % 10 == 0 ? String(value / 10) : "\(value / 10).\(value % 10)"
  }
}
