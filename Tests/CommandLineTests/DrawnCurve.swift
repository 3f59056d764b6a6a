import Foundation
import Testing

/// A curve of a picture, in the units of its panel's axis, over its place on the horizontal axis from 0 to 1.
struct DrawnCurve {
  var points: [(place: Double, value: Double)] = []

  /// On the line between the points on both sides.
  func value(at place: Double) -> Double {
    guard let after = points.firstIndex(where: { $0.place >= place }), after > 0 else { return points.first?.value ?? .nan }
    let (a, b) = (points[after - 1], points[after])
    return a.value + (b.value - a.value) * (place - a.place) / (b.place - a.place)
  }
}

/// Reads a picture as a program would: the curves of each panel by the panel's label.
func drawnPanels(_ picture: String) throws -> [String: [DrawnCurve]] {
  var panels: [String: [DrawnCurve]] = [:]
  for panel in panelTexts(picture) {
    panels[String(panel.prefix { $0 != "\"" })] = try shapes("curve", in: panel)
  }
  return panels
}

/// The corners of the filled shapes of all panels, from the top.
func drawnAreas(_ picture: String) throws -> [DrawnCurve] { try panelTexts(picture).flatMap { try shapes("area", in: $0) } }

/// What follows the opening quote of each panel's label.
private func panelTexts(_ picture: String) -> [String] {
  Array(picture.components(separatedBy: "<g data-label=\"").dropFirst())
}

private func shapes(_ kind: String, in panel: String) throws -> [DrawnCurve] {
  /// What stands in quotes after a text.
  func quoted(_ start: String, in text: String) throws -> String {
    let parts = text.components(separatedBy: start + "\"")
    return String(try #require(parts.dropFirst().first).prefix { $0 != "\"" })
  }
  func numbers(_ path: String) -> [Double] { path.split { "MLHVz ".contains($0) }.map { Double($0)! } }
  let low = try #require(Double(try quoted("data-low=", in: panel)))
  let high = try #require(Double(try quoted("data-high=", in: panel)))
  // M left top H right V bottom H left z
  let frame = numbers(try quoted("class=\"frame\" d=", in: panel))
  let (left, top, right, bottom) = (frame[0], frame[1], frame[2], frame[3])
  return try panel.components(separatedBy: "class=\"\(kind) ").dropFirst().map {
    let numbers = numbers(try quoted(" d=", in: $0))
    return DrawnCurve(
      points: stride(from: 0, to: numbers.count, by: 2).map {
        ((numbers[$0] - left) / (right - left), low + (high - low) * (bottom - numbers[$0 + 1]) / (bottom - top))
      })
  }
}
