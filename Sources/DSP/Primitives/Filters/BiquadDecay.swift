import CRealtime
import Signal

/// Frames after which a cascade of sections, fed with anything up to full scale and then with silence, stays below
/// -200 dBFS; an upper bound.
///
/// A section with poles of radius r at the angle t has |h[n]| <= B min(n + 1, 1 / sin t) r^(n-2), with B the sum of its
/// numerator's magnitudes. Convolving r1^n with r2^n, r2 <= r1, gives at most r1^n min(n + 1, 1 / (1 - r2 / r1)). What is
/// left of an input up to 1 after it ended is at most the sum of |h| from there on, 1 / (1 - r) times the bound.
func decayFrameCount(of sections: [BiquadCoefficients]) -> Int {
  struct Decay {
    var radius: Double
    var logAmplitude: Double
    /// The bound on the polynomial growth, 1 / sin t or 1 / (1 - r2 / r1).
    var growth: Double
  }
  let decays = sections.map { section -> Decay in
    let numerator = section.b0.magnitude + section.b1.magnitude + section.b2.magnitude
    let discriminant = section.a1 * section.a1 - 4 * section.a2
    if discriminant < 0 {
      let radius = talea_sqrt(section.a2)
      let sine = talea_sqrt(max(0, -discriminant)) / (2 * radius)
      return Decay(radius: radius, logAmplitude: Math.log(max(numerator, 1e-30) / section.a2), growth: 1 / sine)
    }
    let root = talea_sqrt(discriminant)
    let radius = (section.a1.magnitude + root) / 2
    let smaller = (section.a1.magnitude - root).magnitude / 2
    let scale = radius > 1e-9 ? radius * radius : 1
    return Decay(
      radius: radius, logAmplitude: Math.log(max(numerator, 1e-30) / scale),
      growth: radius > smaller ? radius / (radius - smaller) : .infinity)
  }
  guard let slowest = decays.max(by: { $0.radius < $1.radius }) else { return 0 }
  // A feed-forward section forgets after two frames.
  if slowest.radius < 1e-9 { return 2 * sections.count }
  let logRadius = Math.log(slowest.radius)
  if logRadius >= 0 { return Int(Int32.max) }
  let amplitude = decays.reduce(0) { $0 + max($1.logAmplitude, 0) } - Math.log(1 - slowest.radius)
  var isSlowestCounted = false
  let others = decays.compactMap { decay -> Double? in
    if decay.radius == slowest.radius && !isSlowestCounted {
      isSlowestCounted = true
      return nil
    }
    return decay.radius < slowest.radius ? 1 / (1 - decay.radius / slowest.radius) : .infinity
  }
  // The growth terms depend on n only weakly: a few rounds settle.
  var frames = 1.0
  for _ in 0..<20 {
    let growth = (decays.map(\.growth) + others).reduce(0) { $0 + Math.log(min(frames + 1, max($1, 1))) }
    frames = (Math.log(1e10) + amplitude + growth) / -logRadius
  }
  return Int(min(frames.rounded(.up), 1e12)) + 2 * sections.count
}
