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

  /// What a filter may depend on beyond its own lines.
  struct Surroundings {
    var folder: String
    /// In hertz, where the configuration says it.
    var sampleRate: Int?
    var channels: Int

    /// A name with the tokens of CamillaDSP replaced.
    func filledIn(_ name: String) -> String {
      let parts = name.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
      guard parts.count > 2 else { return name }
      var text = parts[0], index = 1
      while index < parts.count {
        let value =
          parts[index] == "samplerate" ? sampleRate.map(String.init) : parts[index] == "channels" ? String(channels) : nil
        if let value, index + 1 < parts.count {
          text += value + parts[index + 1]
          index += 2
        } else {
          text += "$" + parts[index]
          index += 1
        }
      }
      return text
    }

    /// The Q of a bandwidth in octaves, which follows from the rate (R. Bristow-Johnson's cookbook).
    func q(bandwidth: Double, at frequency: Double, _ line: Int) throws(Refusal) -> Double {
      guard let sampleRate, frequency > 0, frequency < Double(sampleRate) / 2 else {
        throw Refusal(line: line, reason: "a bandwidth needs the samplerate of the devices; or write its Q")
      }
      let w = 2 * Double.pi * frequency / Double(sampleRate)
      let x = 0.5 * 0.6931471805599453 * bandwidth * w / Math.sin(w)
      return 1 / (Math.exp2(x * 1.4426950408889634) - Math.exp2(-x * 1.4426950408889634))
    }
  }

  static func effects(_ name: String, _ filter: YAMLNode, _ surroundings: Surroundings) throws(Refusal) -> [Result] {
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
    case "Conv": return effect(try convolution(parameters, filter.line, surroundings))
    case "Limiter": return try limiter(parameters).flatMap(effect)
    case "DiffEq": return effect(try differenceEquation(parameters, filter.line, surroundings))
    case "Volume":
      throw Refusal(line: filter.line, reason: "the volume is a control of the program; here it is a gain that a control turns")
    case "Loudness":
      throw Refusal(
        line: filter.line, reason: "its boost follows the volume of the program; `loudness` takes a level of its own")
    case "Dither": throw Refusal(line: filter.line, reason: "sound is dithered where it is written in fewer bits")
    case "Biquad":
      if let effects = try section(parameters, filter.line, surroundings) {
        return effects.map { Result(kind: .effect($0), words: "\(name): \(words(parameters))") }
      }
      if parameters["type"]?.text == "LinkwitzTransform" {
        let names = ["freq_act", "q_act", "freq_target", "q_target"]
        let values = try names.map { name throws(Refusal) in plain(try number(parameters, name)) }
        return [
          Result(
            kind: .effect("linkwitztransform \(values[0])Hz \(values[1]) \(values[2])Hz \(values[3])"),
            words: "\(name): \(words(parameters))")
        ]
      }
      return try bands(parameters, filter.line, surroundings).map {
        Result(kind: .band($0), words: "\(name): \(words(parameters))")
      }
    case "BiquadCombo":
      return try combination(parameters, filter.line, surroundings).map {
        Result(kind: .band($0), words: "\(name): \(words(parameters))")
      }
    default: throw Refusal(line: filter.line, reason: "there is no counterpart of a filter of type \(type)")
    }
  }

  /// The source's own values.
  private static func words(_ parameters: YAMLNode) -> String {
    parameters.pairs.map { "\($0.key) \($0.value.text ?? "…")" }.joined(separator: ", ")
  }

  static func number(_ node: YAMLNode, _ key: String) throws(Refusal) -> Double {
    guard let value = node[key]?.number else { throw Refusal(line: node.line, reason: "it has no number `\(key)`") }
    return value
  }

  private static func convolution(_ parameters: YAMLNode, _ line: Int, _ surroundings: Surroundings) throws(Refusal) -> String {
    switch parameters["type"]?.text ?? "?" {
    case "Wav":
      guard let file = parameters["filename"]?.text.map(surroundings.filledIn), !file.contains("\"") else {
        throw Refusal(line: line, reason: "it names no file")
      }
      guard (parameters["channel"]?.number ?? 0) == 0 else {
        throw Refusal(line: line, reason: "one channel of a file of several is not taken; write it to a file of its own")
      }
      return "convolve \"\(file)\""
    case "Values": return try finite(parameters["values"]?.items.compactMap(\.number) ?? [], line)
    case "Raw": return try finite(try rawCoefficients(parameters, line, surroundings), line)
    case "Dummy": throw Refusal(line: line, reason: "a convolution without response does nothing")
    case let kind: throw Refusal(line: line, reason: "responses of type \(kind) are not known")
    }
  }

  static func finite(_ values: [Double], _ line: Int) throws(Refusal) -> String {
    guard (1...4_096).contains(values.count) else {
      throw Refusal(
        line: line, reason: values.isEmpty ? "it has no values" : "it has more than 4096 values; write them to a sound file")
    }
    return "fir { \(values.map { plain($0) }.joined(separator: "; ")) }"
  }

  /// Numbers of a text, one a line, from the file beside the configuration, or from where the program runs.
  private static func rawCoefficients(_ p: YAMLNode, _ line: Int, _ surroundings: Surroundings) throws(Refusal) -> [Double] {
    guard let file = p["filename"]?.text.map(surroundings.filledIn) else { throw Refusal(line: line, reason: "it names no file") }
    let format = p["format"]?.text ?? "TEXT"
    guard format == "TEXT" else {
      throw Refusal(line: line, reason: "coefficients in raw \(format) are not read; write a sound file")
    }
    let paths = file.hasPrefix("/") ? [file] : [surroundings.folder + file, file]
    guard let source = paths.lazy.compactMap({ try? DiskLoader().load($0) }).first else {
      throw Refusal(line: line, reason: "\(file) cannot be read")
    }
    var lines = String(decoding: source.bytes, as: UTF8.self).split(whereSeparator: \.isNewline)[...]
    lines = lines.dropFirst(p["skip_bytes_lines"]?.number.flatMap { Int(exactly: $0) } ?? 0)
    if let count = p["read_bytes_lines"]?.number.flatMap({ Int(exactly: $0) }), count > 0 { lines = lines.prefix(count) }
    var values: [Double] = []
    for text in lines {
      let text = text.filter { !$0.isWhitespace }
      if text.isEmpty { continue }
      guard let value = Double(text), value.isFinite else {
        throw Refusal(line: line, reason: "\(file) holds `\(text.prefix(20))`, which is no number")
      }
      values.append(value)
    }
    return values
  }

  private static func bands(_ p: YAMLNode, _ line: Int, _ surroundings: Surroundings) throws(Refusal) -> [String] {
    let type = p["type"]?.text ?? "?"
    func frequency() throws(Refusal) -> String { plain(try number(p, "freq")) + "Hz" }
    func gain() throws(Refusal) -> String { plain(try number(p, "gain")) + "dB" }
    func q() throws(Refusal) -> String {
      guard p["q"] == nil else { return "q=" + plain(try number(p, "q")) }
      return "q=" + plain(try surroundings.q(bandwidth: try number(p, "bandwidth"), at: try number(p, "freq"), line))
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

  private static func combination(_ p: YAMLNode, _ line: Int, _ surroundings: Surroundings) throws(Refusal) -> [String] {
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
    case "Tilt":
      let half = try number(p, "gain") / 2
      return ["lowshelf 110Hz \(plain(-half))dB q=0.35", "highshelf 3500Hz \(plain(half))dB q=0.35"]
    case "GraphicEqualizer":
      let gains = p["gains"]?.items.compactMap(\.number) ?? []
      let low = p["freq_min"]?.number ?? 20, high = p["freq_max"]?.number ?? 20_000
      guard (1...64).contains(gains.count), low > 0, high > low else {
        throw Refusal(line: line, reason: "it has no gains, or more than 64")
      }
      let octaves = Math.log2(high / low) / Double(gains.count)
      var bands: [String] = []
      for (index, gain) in gains.enumerated() where gain.magnitude > 0.001 {
        let frequency = low * Math.exp2((Double(index) + 0.5) * octaves)
        let q = try surroundings.q(bandwidth: octaves, at: frequency, line)
        bands.append("peak \(plain(frequency))Hz \(plain(gain))dB q=\(plain(q))")
      }
      return bands
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
