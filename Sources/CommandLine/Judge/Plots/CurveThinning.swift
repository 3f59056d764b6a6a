/// The points of a line without which it would run further than `tolerance` from where it ran.
///
/// Source: D. Douglas and T. Peucker, "Algorithms for the reduction of the number of points required to represent a digitized
/// line or its caricature", Cartographica 10(2), 1973.
///
/// - Parameters:
///   - points: of which x rises.
///   - tolerance: vertical, in the points' unit.
func thinned(_ points: [(x: Double, y: Double)], tolerance: Double) -> [(x: Double, y: Double)] {
  guard points.count > 2 else { return points }
  var isKept = [Bool](repeating: false, count: points.count)
  isKept[0] = true
  isKept[points.count - 1] = true
  var stretches = [(0, points.count - 1)]
  while let (first, last) = stretches.popLast() {
    let (a, b) = (points[first], points[last])
    let slope = b.x > a.x ? (b.y - a.y) / (b.x - a.x) : 0
    var farthest = first, distance = tolerance
    for n in first + 1..<max(last, first + 1) {
      let away = abs(points[n].y - a.y - slope * (points[n].x - a.x))
      if away > distance { (farthest, distance) = (n, away) }
    }
    guard farthest > first else { continue }
    isKept[farthest] = true
    stretches.append((first, farthest))
    stretches.append((farthest, last))
  }
  return points.indices.filter { isKept[$0] }.map { points[$0] }
}
