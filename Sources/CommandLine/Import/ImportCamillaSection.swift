import Talea

/// Filters of CamillaDSP that are no band of an `eq`: sections of first order, coefficients, clipping.
extension CamillaFilter {
  static let firstOrderAllpass = "allpass_first"
  static let firstOrderAllpassDefinition = [
    "# An allpass of first order: twice a lowpass, less the sound.", "def \(firstOrderAllpass)(frequency=1kHz) {",
    "  in -> lowpass frequency order=1 -> gain 200% -> out", "  in -> invert -> out", "}", "",
  ]

  /// nil where a biquad is another one.
  static func section(_ p: YAMLNode, _ line: Int, _ surroundings: Surroundings) throws(Refusal) -> [String]? {
    switch p["type"]?.text {
    case "Free":
      let names = ["b0", "b1", "b2", "a1", "a2"]
      return [try biquad(try names.map { name throws(Refusal) in try number(p, name) }, line, surroundings)]
    case "LowshelfFO", "HighshelfFO":
      // A shelf of first order is one that turns around its corner, and half its gain.
      let half = try number(p, "gain") / 2, turn = p["type"]?.text == "LowshelfFO" ? -half : half
      guard half.magnitude <= 24 else { throw Refusal(line: line, reason: "a shelf of more than 48 dB cannot be made") }
      return ["gain \(plain(half))dB", "tilt \(plain(turn))dB pivot=\(plain(try number(p, "freq")))Hz"]
    case "AllpassFO": return ["\(firstOrderAllpass) \(plain(try number(p, "freq")))Hz"]
    case "GeneralNotch":
      guard let rate = surroundings.sampleRate.map(Double.init) else {
        throw Refusal(line: line, reason: "it needs the samplerate of the devices")
      }
      let zero = try warped(p, "freq_z", rate), pole = try warped(p, "freq_p", rate), q = try number(p, "q_p")
      let a0 = 1 + pole / q + pole * pole
      let scale = (p["normalize_at_dc"]?.isTrue == true ? pole * pole / (zero * zero) : 1) / a0
      let b = [scale * (1 + zero * zero), 2 * scale * (zero * zero - 1), scale * (1 + zero * zero)]
      return [try biquad(b + [2 * (pole * pole - 1) / a0, (1 - pole / q + pole * pole) / a0], line, surroundings)]
    default: return nil
    }
  }

  /// The analogue frequency that the bilinear transform puts at a frequency, over twice the rate.
  private static func warped(_ p: YAMLNode, _ key: String, _ rate: Double) throws(Refusal) -> Double {
    let frequency = try number(p, key)
    guard frequency > 0, frequency < rate / 2 else {
      throw Refusal(line: p.line, reason: "\(key) is not between 0 Hz and half the samplerate")
    }
    return Math.sinPi(frequency / rate) / Math.cosPi(frequency / rate)
  }

  private static func biquad(_ c: [Double], _ line: Int, _ surroundings: Surroundings) throws(Refusal) -> String {
    guard c[4].magnitude < 1, c[3].magnitude < 1 + c[4] else {
      throw Refusal(line: line, reason: "with a1 \(c[3]) and a2 \(c[4]) it is unstable")
    }
    let names = ["b0", "b1", "b2", "a1", "a2"]
    let rate = surroundings.sampleRate.map { " rate=\($0)Hz" } ?? ""
    return "biquad " + zip(names, c).map { "\($0)=\($1)" }.joined(separator: " ") + rate
  }

  /// y[n] = b[0] x[n] + b[1] x[n-1] + … - a[1] y[n-1] - …; a[0] is not read, as there.
  static func differenceEquation(_ p: YAMLNode, _ line: Int, _ surroundings: Surroundings) throws(Refusal) -> String {
    func values(_ key: String) -> [Double] { p[key]?.items.compactMap(\.number) ?? [] }
    let b = values("b").isEmpty ? [1] : values("b"), a = Array(values("a").dropFirst())
    if a.allSatisfy({ $0 == 0 }) { return try finite(b, line) }
    guard b.count <= 3, a.count <= 2 else {
      throw Refusal(line: line, reason: "a recursion of an order above 2 has no counterpart; write it as sections")
    }
    func padded(_ values: [Double], to count: Int) -> [Double] { values + Array(repeating: 0, count: count - values.count) }
    return try biquad(padded(b, to: 3) + padded(a, to: 2), line, surroundings)
  }

  /// The curves of its limiter are those of `clip` and `softclip`, sample by sample.
  static func limiter(_ p: YAMLNode) throws(Refusal) -> [String] {
    let limit = p["clip_limit"]?.number ?? 0, curve = p["soft_clip"]?.isTrue == true ? "softclip" : "clip"
    return ["\(curve) \(plain(-limit))dB antialias=none"] + (limit == 0 ? [] : ["gain \(plain(limit))dB"])
  }
}
