import Talea

/// Panels of curves over one horizontal axis, as SVG that reads on a light and on a dark page.
struct SVGChart {
  enum Scale {
    case linear, log
  }

  struct Axis {
    var range: ClosedRange<Double>
    var scale = Scale.linear
    var label: String
    var unit: String
  }

  struct Panel {
    var axis: Axis
    /// Points of each curve, in the axes' units. A curve breaks where a value is not finite.
    var curves: [[(x: Double, y: Double)]]
  }

  var title: String
  var horizontal: Axis
  var panels: [Panel]
  /// Names of the curves, where there are several.
  var legend: [String] = []

  private static let left = 70.0, right = 20.0, top = 44.0, width = 900.0, panelHeight = 220.0, gap = 22.0, bottom = 46.0
  /// Of Okabe and Ito, which people with any colour vision tell apart, without black and yellow.
  private static let colors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"]

  var text: String {
    let height = Self.top + Double(panels.count) * (Self.panelHeight + Self.gap) - Self.gap + Self.bottom
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(plain(Self.width)) \(plain(height))\" "
        + "width=\"\(plain(Self.width))\" height=\"\(plain(height))\" font-family=\"sans-serif\" font-size=\"12\">",
      "<style>text{fill:#222}.grid{stroke:#8884;fill:none}.frame{stroke:#888;fill:none}.curve{fill:none;stroke-width:1.8;"
        + "stroke-linejoin:round}@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>",
      "<text x=\"\(plain(Self.left))\" y=\"22\" font-size=\"15\">\(escaped(title))</text>",
    ]
    for (index, name) in legend.enumerated() where legend.count > 1 {
      let x = Self.width - Self.right - Double(legend.count - index) * 90
      lines.append(
        "<path class=\"curve\" stroke=\"\(color(index))\" d=\"M\(number(x)) 18h22\"/>"
          + "<text x=\"\(number(x + 28))\" y=\"22\">\(escaped(name))</text>")
    }
    for (index, panel) in panels.enumerated() {
      lines += draw(panel, top: Self.top + Double(index) * (Self.panelHeight + Self.gap), isLast: index == panels.count - 1)
    }
    lines.append("</svg>")
    return lines.map { $0 + "\n" }.joined()
  }

  private func draw(_ panel: Panel, top: Double, isLast: Bool) -> [String] {
    let bottom = top + Self.panelHeight, right = Self.width - Self.right
    func x(_ value: Double) -> Double { Self.left + (right - Self.left) * share(value, horizontal) }
    func y(_ value: Double) -> Double { bottom - Self.panelHeight * share(value, panel.axis) }
    // What the panel shows, for programs that read the picture.
    var lines = [
      "<g data-label=\"\(panel.axis.label)\" data-low=\"\(plain(panel.axis.range.lowerBound))\" "
        + "data-high=\"\(plain(panel.axis.range.upperBound))\">"
    ]
    for tick in ticks(horizontal) {
      lines.append("<path class=\"grid\" d=\"M\(number(x(tick.value))) \(number(top))V\(number(bottom))\"/>")
      if isLast, let label = tick.label {
        lines.append("<text x=\"\(number(x(tick.value)))\" y=\"\(number(bottom + 16))\" text-anchor=\"middle\">\(label)</text>")
      }
    }
    for tick in ticks(panel.axis) {
      lines.append("<path class=\"grid\" d=\"M\(number(Self.left)) \(number(y(tick.value)))H\(number(right))\"/>")
      if let label = tick.label {
        lines.append(
          "<text x=\"\(number(Self.left - 6))\" y=\"\(number(y(tick.value) + 4))\" text-anchor=\"end\">\(label)</text>")
      }
    }
    let middle = (top + bottom) / 2
    lines.append(
      "<text transform=\"translate(16 \(number(middle))) rotate(-90)\" text-anchor=\"middle\">"
        + "\(panel.axis.label) (\(panel.axis.unit))</text>")
    if isLast {
      lines.append(
        "<text x=\"\(number((Self.left + right) / 2))\" y=\"\(number(bottom + 36))\" text-anchor=\"middle\">"
          + "\(horizontal.label) (\(horizontal.unit))</text>")
    }
    for (index, curve) in panel.curves.enumerated() {
      var path = ""
      var isDown = false
      for point in curve {
        guard point.y.isFinite, horizontal.range.contains(point.x) else {
          isDown = false
          continue
        }
        // What leaves the panel runs along its border.
        let height = min(max(point.y, panel.axis.range.lowerBound), panel.axis.range.upperBound)
        path += "\(isDown ? "L" : "M")\(number(x(point.x))) \(number(y(height)))"
        isDown = true
      }
      lines.append("<path class=\"curve\" stroke=\"\(color(index))\" d=\"\(path)\"/>")
    }
    lines.append(
      "<path class=\"frame\" d=\"M\(number(Self.left)) \(number(top))H\(number(right))V\(number(bottom))H\(number(Self.left))z\"/></g>"
    )
    return lines
  }

  private func color(_ index: Int) -> String { Self.colors[index % Self.colors.count] }

  /// Where a value lies on its axis, 0 to 1.
  private func share(_ value: Double, _ axis: Axis) -> Double {
    let (low, high) = (axis.range.lowerBound, axis.range.upperBound)
    switch axis.scale {
    case .linear: return (value - low) / (high - low)
    case .log: return Math.log2(value / low) / Math.log2(high / low)
    }
  }

  private func ticks(_ axis: Axis) -> [(value: Double, label: String?)] {
    let (low, high) = (axis.range.lowerBound, axis.range.upperBound)
    if axis.scale == .log {
      var ticks: [(value: Double, label: String?)] = []
      var decade = 1.0
      while decade <= high {
        for digit in 1...9 {
          let value = decade * Double(digit)
          guard value >= low, value <= high else { continue }
          let label = value >= 1_000 ? plain(value / 1_000) + "k" : plain(value)
          ticks.append((value, [1, 2, 5].contains(digit) ? label : nil))
        }
        decade *= 10
      }
      return ticks
    }
    // At most ten lines, at 1, 2 or 5 of a power of ten.
    let least = (high - low) / 10
    let power = Math.pow(10, (Math.log2(least) / Math.log2(10)).rounded(.down))
    let step = [1, 2, 5].map { $0 * power }.first { $0 >= least * 0.999999 } ?? 10 * power
    var ticks: [(value: Double, label: String?)] = []
    var index = (low / step).rounded(.up)
    while index * step <= high + step * 1e-9 {
      ticks.append((index * step, label(index * step, step)))
      index += 1
    }
    return ticks
  }

  private func label(_ value: Double, _ step: Double) -> String {
    var decimals = 0
    var scaled = step
    while decimals < 9, abs(scaled - scaled.rounded()) > 1e-6 {
      scaled *= 10
      decimals += 1
    }
    return fixed(value, decimals)
  }

  private func number(_ value: Double) -> String { fixed(value, 1) }

  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
  }
}
