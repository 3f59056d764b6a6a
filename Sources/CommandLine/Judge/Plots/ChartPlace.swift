import Talea

extension SVGChart {
  /// Where a panel's values lie in the picture.
  struct Place {
    let panel: Panel
    let horizontal: Axis
    let top: Double
    var bottom: Double { top + panel.height }

    func x(_ value: Double) -> Double { left + (right - left) * share(value, horizontal) }
    func y(_ value: Double) -> Double { bottom - panel.height * share(value, panel.axis) }

    /// Where a value lies on its axis, 0 to 1.
    private func share(_ value: Double, _ axis: Axis) -> Double {
      let (low, high) = (axis.range.lowerBound, axis.range.upperBound)
      switch axis.scale {
      case .linear: return (value - low) / (high - low)
      case .log: return Math.log2(value / low) / Math.log2(high / low)
      }
    }

    /// A curve's path, with as many points as its bends need.
    func path(_ curve: [(x: Double, y: Double)]) -> String {
      var path = ""
      var stretch: [(x: Double, y: Double)] = []
      func end() {
        for (index, point) in thinned(stretch, tolerance: 0.12).enumerated() {
          path += "\(index == 0 ? "M" : "L")\(number(point.x)) \(number(point.y))"
        }
        stretch = []
      }
      for point in curve {
        guard point.y.isFinite, horizontal.range.contains(point.x) else {
          end()
          continue
        }
        // What leaves the panel runs along its border.
        stretch.append((x(point.x), y(min(max(point.y, panel.axis.range.lowerBound), panel.axis.range.upperBound))))
      }
      end()
      return path
    }

    // MARK: Lines and labels

    func grid(isLabelled: Bool) -> [String] {
      var path = ""
      var labels: [String] = []
      // Over a picture only the lines that have labels.
      let isSparse = panel.picture != nil
      for tick in ticks(horizontal, most: 12) where !isSparse || tick.label != nil {
        path += "M\(number(x(tick.value))) \(number(top))V\(number(bottom))"
        if isLabelled, let label = tick.label {
          labels.append(
            "<text x=\"\(number(x(tick.value)))\" y=\"\(number(bottom + 16))\" text-anchor=\"middle\">\(label)</text>")
        }
      }
      // A line of text needs 20 pixels.
      for tick in ticks(panel.axis, most: min(Int(panel.height / 20), 12)) where !isSparse || tick.label != nil {
        path += "M\(number(left)) \(number(y(tick.value)))H\(number(right))"
        if let label = tick.label {
          labels.append(
            "<text x=\"\(number(left - 6))\" y=\"\(number(y(tick.value) + 4))\" text-anchor=\"end\">\(label)</text>")
        }
      }
      labels.append(
        "<text transform=\"translate(16 \(number((top + bottom) / 2))) rotate(-90)\" text-anchor=\"middle\">"
          + "\(title(panel.axis))</text>")
      if isLabelled {
        labels.append(
          "<text x=\"\(number((left + right) / 2))\" y=\"\(number(bottom + 36))\" text-anchor=\"middle\">"
            + "\(title(horizontal))</text>")
      }
      return ["<path class=\"grid\" d=\"\(path)\"/>"] + labels
    }

    private func title(_ axis: Axis) -> String { escaped(axis.unit.isEmpty ? axis.label : "\(axis.label) (\(axis.unit))") }

    private func ticks(_ axis: Axis, most: Int) -> [(value: Double, label: String?)] {
      axis.scale == .log ? logTicks(axis) : linearTicks(axis, most: most)
    }

    private func logTicks(_ axis: Axis) -> [(value: Double, label: String?)] {
      let (low, high) = (axis.range.lowerBound, axis.range.upperBound)
      var ticks: [(value: Double, label: String?)] = []
      var decade = 1.0
      while decade <= high {
        for digit in 1...9 {
          let value = decade * Double(digit)
          guard value >= low * 0.999999, value <= high * 1.000001 else { continue }
          let label = value >= 1_000 ? plain(value / 1_000) + "k" : plain(value)
          // Where a panel is low, two labels a decade are as many as fit.
          let digits = axis == horizontal || panel.height > 160 ? [1, 2, 5] : [1]
          ticks.append((value, digits.contains(digit) ? label : nil))
        }
        decade *= 10
      }
      return ticks
    }

    private func linearTicks(_ axis: Axis, most: Int) -> [(value: Double, label: String?)] {
      let (low, high) = (axis.range.lowerBound, axis.range.upperBound)
      // 1, 2 or 5 of a power of ten.
      let least = (high - low) / Double(max(most, 2))
      let power = Math.pow(10, (Math.log2(least) / Math.log2(10)).rounded(.down))
      let step = axis.step ?? [1, 2, 5].map { $0 * power }.first { $0 >= least * 0.999999 } ?? 10 * power
      var ticks: [(value: Double, label: String?)] = []
      var index = (low / step - 1e-9).rounded(.up)
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
  }
}
