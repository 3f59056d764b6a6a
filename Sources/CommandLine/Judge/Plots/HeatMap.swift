import Talea

/// Levels as colours over a panel: dark is low, bright is high.
struct HeatMap {
  /// From the left, each from the bottom; 0 to 1.
  var columns: [[Double]]
  /// What the columns span on the horizontal axis, in its unit.
  var range: ClosedRange<Double>
  /// What the first and the last colour mean.
  var scale: (low: String, high: String)

  /// Colours on the way, with their brightness rising evenly, so that a print in grey says the same.
  private static let anchors: [(red: Double, green: Double, blue: Double)] = [
    (8, 8, 20), (38, 20, 84), (98, 24, 112), (168, 40, 96), (224, 82, 56), (248, 148, 32), (252, 212, 96), (255, 252, 220),
  ]
  private static let colorCount = 64

  private static func color(_ level: Double) -> (UInt8, UInt8, UInt8) {
    let place = level * Double(anchors.count - 1)
    let index = min(Int(place), anchors.count - 2), share = place - Double(index)
    let (a, b) = (anchors[index], anchors[index + 1])
    func mixed(_ a: Double, _ b: Double) -> UInt8 { UInt8((a + (b - a) * share).rounded()) }
    return (mixed(a.red, b.red), mixed(a.green, b.green), mixed(a.blue, b.blue))
  }

  private var image: IndexedPNG {
    let last = Double(Self.colorCount - 1)
    let height = columns.first?.count ?? 0
    let rows = (0..<height).reversed().flatMap { row in
      // What is no number compares as false.
      columns.map { $0[row] > 0 ? UInt8((min($0[row], 1) * last).rounded()) : 0 }
    }
    return IndexedPNG(
      width: columns.count, height: height, pixels: rows,
      palette: (0..<Self.colorCount).map { Self.color(Double($0) / last) })
  }

  /// The picture in its panel, and what its colours mean above it.
  func drawn(in place: SVGChart.Place, clip: String) -> [String] {
    let number = SVGChart.number
    let (left, right) = (place.x(range.lowerBound), place.x(range.upperBound))
    let top = place.top, height = place.panel.height
    let stops = Self.anchors.indices.map { index -> String in
      let (red, green, blue) = Self.anchors[index]
      return "<stop offset=\"\(fixed(Double(index) / Double(Self.anchors.count - 1), 3))\" "
        + "stop-color=\"rgb(\(plain(red)),\(plain(green)),\(plain(blue)))\"/>"
    }
    let bar = SVGChart.right - 210
    return [
      "<clipPath id=\"\(clip)\"><rect x=\"\(number(SVGChart.left))\" y=\"\(number(top))\" "
        + "width=\"\(number(SVGChart.right - SVGChart.left))\" height=\"\(number(height))\"/></clipPath>",
      "<linearGradient id=\"\(clip)s\">\(stops.joined())</linearGradient>",
      "<g clip-path=\"url(#\(clip))\"><image x=\"\(number(left))\" y=\"\(number(top))\" width=\"\(number(right - left))\" "
        + "height=\"\(number(height))\" preserveAspectRatio=\"none\" href=\"data:image/png;base64,\(image.data.base64)\"/></g>",
      "<rect x=\"\(number(bar))\" y=\"\(number(top - 15))\" width=\"120\" height=\"10\" fill=\"url(#\(clip)s)\"/>",
      "<text x=\"\(number(bar - 6))\" y=\"\(number(top - 6))\" text-anchor=\"end\">\(SVGChart.escaped(scale.low))</text>",
      "<text x=\"\(number(bar + 126))\" y=\"\(number(top - 6))\">\(SVGChart.escaped(scale.high))</text>",
    ]
  }
}

extension [UInt8] {
  /// RFC 4648.
  fileprivate var base64: String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((count + 2) / 3 * 4)
    for start in stride(from: 0, to: count, by: 3) {
      let bytes = (0..<3).map { start + $0 < count ? Int(self[start + $0]) : 0 }
      let bits = bytes[0] << 16 | bytes[1] << 8 | bytes[2]
      for place in 0..<4 {
        text.append(start + place > count ? UInt8(ascii: "=") : letters[bits >> (18 - 6 * place) & 63])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
