import Talea

/// Panels of curves over horizontal axes, as SVG that reads on a light and on a dark page: it brings its own background, and
/// follows the reader's preference where the viewer knows it.
struct SVGChart {
  enum Scale {
    case linear, log
  }

  struct Axis: Equatable {
    var range: ClosedRange<Double>
    var scale = Scale.linear
    var label: String
    var unit: String
    /// From one line of the grid to the next, in the axis' unit; nil for a round number that fits. Linear axes alone have it.
    var step: Double?
  }

  struct Panel {
    var axis: Axis
    /// nil for that of the panel before, or of the chart.
    var horizontal: Axis?
    /// Points of each curve, in the axes' units. A curve breaks where a value is not finite.
    var curves: [[(x: Double, y: Double)]] = []
    /// Whether the first curve is drawn broad, because others may lie on it.
    var isFirstBroad = false
    /// Filled between two heights, in the colours of curves.
    var areas: [[(x: Double, low: Double, high: Double)]] = []
    /// What curves are held against, dashed.
    var references: [[(x: Double, y: Double)]] = []
    /// Behind everything else.
    var picture: HeatMap?
    /// What stands above the frame, for panels that need a name of their own.
    var heading: String?
    /// Names of its curves, beside the heading; where panels have the same curves, the chart names them.
    var legend: [String] = []
    var height = 220.0
  }

  /// What is drawn: a patch, a sound.
  var subject = ""
  /// What is drawn of it.
  var title: String
  var horizontal: Axis
  var panels: [Panel]
  /// Names of the curves, where there are several.
  var legend: [String] = []

  static let left = 70.0, right = 880.0, width = 900.0
  private static let gap = 22.0, axisHeight = 46.0, headingHeight = 18.0
  /// Of Okabe and Ito, which people with any colour vision tell apart, without black and yellow: on light, and on dark.
  private static let colors = [
    ("#0072B2", "#4FA8E0"), ("#D55E00", "#FF8A3D"), ("#009E73", "#2CC79B"), ("#B0528C", "#E39AC6"), ("#2A93C9", "#8FD0F5"),
    ("#B87400", "#F0B429"),
  ]

  var text: String {
    var top = legend.count > 1 ? 72.0 : 54.0
    var body: [String] = []
    var axis = horizontal
    for (index, panel) in panels.enumerated() {
      axis = panel.horizontal ?? axis
      let isLabelled = index == panels.count - 1 || panels[index + 1].horizontal.map { $0 != axis } ?? false
      if panel.heading != nil || panel.picture != nil { top += Self.headingHeight }
      body += draw(panel, over: axis, top: top, isLabelled: isLabelled, number: index)
      top += panel.height + (isLabelled ? Self.axisHeight : 0)
      if index < panels.count - 1 { top += isLabelled ? 6 : Self.gap }
    }
    return (head(height: top) + body + ["</svg>"]).map { $0 + "\n" }.joined()
  }

  /// Size, styles, background, titles, legend.
  private func head(height: Double) -> [String] {
    let size = "width=\"\(plain(Self.width))\" height=\"\(plain(height))\""
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(plain(Self.width)) \(plain(height))\" \(size) "
        + "font-family=\"sans-serif\" font-size=\"12\">",
      "<style>\(Self.styles)</style>", "<rect class=\"page\" \(size)/>",
      "<text x=\"\(plain(Self.left))\" y=\"22\" font-size=\"15\">\(Self.escaped(Self.shortened(subject, to: 90)))</text>",
      "<text x=\"\(plain(Self.left))\" y=\"41\">\(Self.escaped(Self.shortened(title, to: 120)))</text>",
    ]
    if legend.count > 1 { lines += names(legend, x: Self.left, y: 61) }
    return lines
  }

  /// Names of curves in a row, each behind a piece of its line.
  private func names(_ names: [String], x start: Double, y: Double) -> [String] {
    var x = start
    return names.enumerated().map { index, name in
      // A letter of this size is rarely wider than 7.
      defer { x += 46 + 7 * Double(name.count) }
      return "<path class=\"\(curveClass(index))\" stroke-width=\"1.8\" d=\"M\(Self.number(x)) \(Self.number(y - 4))h22\"/>"
        + "<text x=\"\(Self.number(x + 28))\" y=\"\(Self.number(y))\">\(Self.escaped(name))</text>"
    }
  }

  private static var styles: String {
    func rules(_ pick: ((String, String)) -> String) -> String {
      colors.enumerated().map { ".c\($0){stroke:\(pick($1))}.a\($0){fill:\(pick($1))}" }.joined()
    }
    return ".page{fill:#fff}text{fill:#222}.grid{stroke:#000;stroke-opacity:.13;fill:none}.frame{stroke:#888;fill:none}"
      + ".curve{fill:none;stroke-width:1.8;stroke-linejoin:round}.area{stroke-width:.7}.reference{fill:none;stroke:#888;stroke-dasharray:5 4}"
      + rules(\.0)
      + "@media (prefers-color-scheme:dark){.page{fill:#15171a}text{fill:#ddd}.grid{stroke:#fff;stroke-opacity:.16}"
      + rules(\.1) + "}"
  }

  private func curveClass(_ index: Int) -> String { "c\(index % Self.colors.count)" }

  private func draw(_ panel: Panel, over horizontal: Axis, top: Double, isLabelled: Bool, number index: Int) -> [String] {
    let place = Place(panel: panel, horizontal: horizontal, top: top)
    // What the panel shows, for programs that read the picture.
    var lines = [
      "<g data-label=\"\(panel.axis.label)\" data-low=\"\(plain(panel.axis.range.lowerBound))\" "
        + "data-high=\"\(plain(panel.axis.range.upperBound))\">"
    ]
    if let picture = panel.picture { lines += picture.drawn(in: place, clip: "clip\(index)") }
    if let heading = panel.heading {
      lines.append("<text x=\"\(plain(Self.left))\" y=\"\(Self.number(top - 6))\">\(Self.escaped(heading))</text>")
      lines += names(panel.legend, x: Self.left + 40 + 7 * Double(heading.count), y: top - 6)
    }
    lines += place.grid(isLabelled: isLabelled)
    for (index, area) in panel.areas.enumerated() {
      let area = area.filter { $0.low.isFinite && $0.high.isFinite }
      let outline = area.map { ($0.x, $0.high) } + area.reversed().map { ($0.x, $0.low) }
      let path = outline.map { "\(Self.number(place.x($0.0))) \(Self.number(place.y($0.1)))" }.joined(separator: "L")
      lines.append("<path class=\"area \(curveClass(index)) a\(index % Self.colors.count)\" d=\"M\(path)z\"/>")
    }
    lines += panel.references.map { "<path class=\"reference\" d=\"\(place.path($0))\"/>" }
    for (index, curve) in panel.curves.enumerated() {
      let style = index == 0 && panel.isFirstBroad ? " style=\"stroke-width:6;stroke-opacity:.45\"" : ""
      lines.append("<path class=\"curve \(curveClass(index))\"\(style) d=\"\(place.path(curve))\"/>")
    }
    lines.append(
      "<path class=\"frame\" d=\"M\(Self.number(Self.left)) \(Self.number(top))H\(Self.number(Self.right))"
        + "V\(Self.number(place.bottom))H\(Self.number(Self.left))z\"/></g>")
    return lines
  }

  /// A coordinate: a tenth of a pixel is finer than any screen shows.
  static func number(_ value: Double) -> String {
    let text = fixed(value, 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
  }

  private static func shortened(_ text: String, to count: Int) -> String {
    text.count <= count ? text : String(text.prefix(count - 1)) + "…"
  }
}
