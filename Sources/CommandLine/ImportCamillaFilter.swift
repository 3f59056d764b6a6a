import Talea

/// One filter of a CamillaDSP configuration as effects, or as bands of an `eq`.
enum CamillaFilter {
  struct Result {
    enum Kind {
      case effect(String)
      case band(String)
    }
    var kind: Kind
    var words: String
  }

  typealias Refusal = CamillaConfiguration.Refusal

  static func effects(_ name: String, _ filter: YAMLNode) throws(Refusal) -> [Result] {
    let type = filter["type"]?.text ?? "?", parameters = filter["parameters"] ?? filter
    func effect(_ text: String) -> [Result] { [Result(kind: .effect(text), words: "\(name): \(type)")] }
    switch type {
    case "Gain":
      if parameters["mute"]?.isTrue == true { return effect("gain -300dB") }
      let gain = try number(parameters, "gain"), isLinear = parameters["scale"]?.text == "linear"
      guard !isLinear || gain != 0 else { throw Refusal(line: filter.line, reason: "a gain of 0 is silence") }
      let decibels = isLinear ? Math.decibels(amplitude: gain.magnitude) : gain
      let isInverted = (parameters["inverted"]?.isTrue == true) != (isLinear && gain < 0)
      return effect("gain \(plain(decibels))dB") + (isInverted ? effect("invert") : [])
    case "Delay":
      let delay = try number(parameters, "delay")
      switch parameters["unit"]?.text ?? "ms" {
      case "ms": return effect("delay \(plain(delay))ms")
      case "us": return effect("delay \(plain(delay))us")
      case "samples": return effect("delay \(plain(delay)) samples")
      case "mm": return effect("delay \(plain(delay / 343))ms")
      case let unit: throw Refusal(line: filter.line, reason: "a delay in \(unit) is not known")
      }
    case "Conv": return effect(try convolution(parameters, filter.line))
    case "Biquad":
      return try bands(parameters, filter.line).map { Result(kind: .band($0), words: "\(name): \(words(parameters))") }
    case "BiquadCombo":
      return try combination(parameters, filter.line).map { Result(kind: .band($0), words: "\(name): \(words(parameters))") }
    default: throw Refusal(line: filter.line, reason: "there is no counterpart of a filter of type \(type)")
    }
  }

  /// The source's own values.
  private static func words(_ parameters: YAMLNode) -> String {
    parameters.pairs.map { "\($0.key) \($0.value.text ?? "…")" }.joined(separator: ", ")
  }

  private static func number(_ node: YAMLNode, _ key: String) throws(Refusal) -> Double {
    guard let value = node[key]?.number else { throw Refusal(line: node.line, reason: "it has no number `\(key)`") }
    return value
  }

  private static func convolution(_ parameters: YAMLNode, _ line: Int) throws(Refusal) -> String {
    switch parameters["type"]?.text ?? "?" {
    case "Wav":
      guard let file = parameters["filename"]?.text, !file.contains("\"") else {
        throw Refusal(line: line, reason: "it names no file")
      }
      guard (parameters["channel"]?.number ?? 0) == 0 else {
        throw Refusal(line: line, reason: "one channel of a file of several is not taken; write it to a file of its own")
      }
      return "convolve \"\(file)\""
    case "Values":
      let values = parameters["values"]?.items.compactMap(\.number) ?? []
      guard (1...4_096).contains(values.count) else { throw Refusal(line: line, reason: "it has no values, or more than 4096") }
      return "fir { \(values.map { plain($0) }.joined(separator: "; ")) }"
    case "Dummy": throw Refusal(line: line, reason: "a convolution without response does nothing")
    case let kind: throw Refusal(line: line, reason: "responses of type \(kind) are not read; write a sound file")
    }
  }

  private static func bands(_ p: YAMLNode, _ line: Int) throws(Refusal) -> [String] {
    let type = p["type"]?.text ?? "?"
    func frequency() throws(Refusal) -> String { plain(try number(p, "freq")) + "Hz" }
    func gain() throws(Refusal) -> String { plain(try number(p, "gain")) + "dB" }
    func q() throws(Refusal) -> String {
      guard p["q"] != nil else { throw Refusal(line: line, reason: "a bandwidth is not taken; write its Q") }
      return "q=" + plain(try number(p, "q"))
    }
    switch type {
    case "Lowpass": return ["lowpass \(try frequency()) \(try q())"]
    case "Highpass": return ["highpass \(try frequency()) \(try q())"]
    case "LowpassFO": return ["lowpass \(try frequency()) order=1"]
    case "HighpassFO": return ["highpass \(try frequency()) order=1"]
    case "Bandpass": return ["bandpass \(try frequency()) \(try q())"]
    case "Notch": return ["notch \(try frequency()) \(try q())"]
    case "Allpass": return ["allpass \(try frequency()) \(try q())"]
    case "Peaking": return ["peak \(try frequency()) \(try gain()) \(try q())"]
    case "Lowshelf", "Highshelf":
      let bend = p["q"] != nil ? try q() : "slope=" + plain(try number(p, "slope") / 12)
      return ["\(type.lowercased()) \(try frequency()) \(try gain()) \(bend)"]
    default: throw Refusal(line: line, reason: "there is no counterpart of a biquad of type \(type)")
    }
  }

  private static func combination(_ p: YAMLNode, _ line: Int) throws(Refusal) -> [String] {
    let type = p["type"]?.text ?? "?"
    func pass(_ kind: String, halves: Int) throws(Refusal) -> [String] {
      let order = try number(p, "order") / Double(halves)
      guard let whole = Int(exactly: order), (1...16).contains(whole) else {
        throw Refusal(line: line, reason: "an order of \(plain(try number(p, "order"))) cannot be made")
      }
      return Array(repeating: "\(kind) \(plain(try number(p, "freq")))Hz order=\(whole)", count: halves)
    }
    switch type {
    case "ButterworthLowpass": return try pass("lowpass", halves: 1)
    case "ButterworthHighpass": return try pass("highpass", halves: 1)
    case "LinkwitzRileyLowpass": return try pass("lowpass", halves: 2)
    case "LinkwitzRileyHighpass": return try pass("highpass", halves: 2)
    case "FivePointPeq":
      let kinds = [("ls", "lowshelf"), ("p1", "peak"), ("p2", "peak"), ("p3", "peak"), ("hs", "highshelf")]
      var bands: [String] = []
      for (point, kind) in kinds {
        let f = try number(p, "f\(point)"), g = try number(p, "g\(point)"), q = try number(p, "q\(point)")
        bands.append("\(kind) \(plain(f))Hz \(plain(g))dB q=\(plain(q))")
      }
      return bands
    default: throw Refusal(line: line, reason: "there is no counterpart of a combination of type \(type)")
    }
  }
}

/// 10^x
func power10(_ x: Double) -> Double { Math.amplitude(decibels: 20 * x) }
