/// Chains of SoX effects, as its command line or an effects file names them: `bass +3 100 equalizer 1k 0.7q -2 gain -1`.
///
/// Source: the manual page sox(1). Its filters are those of the cookbook, as ours are.
enum SoxChain {
  static func read(_ text: String, into patch: inout ImportedPatch) {
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
      for call in calls(words) { add(call, line: index + 1, to: &patch) }
    }
  }

  /// What starts an effect; the words up to the next one are its arguments.
  private static let names: Set<String> = [
    "allpass", "band", "bandpass", "bandreject", "bass", "bend", "biquad", "channels", "chorus", "compand", "contrast", "dcshift",
    "deemph", "delay", "dither", "divide", "downsample", "earwax", "echo", "echos", "equalizer", "fade", "fir", "flanger", "gain",
    "highpass", "hilbert", "ladspa", "loudness", "lowpass", "mcompand", "noiseprof", "noisered", "norm", "oops", "overdrive",
    "pad",
    "phaser", "pitch", "rate", "remix", "repeat", "reverb", "reverse", "riaa", "silence", "sinc", "speed", "spectrogram",
    "splice",
    "stat", "stats", "stretch", "swap", "synth", "tempo", "treble", "tremolo", "trim", "upsample", "vad", "vol",
  ]

  private static func calls(_ words: [String]) -> [[String]] {
    var calls: [[String]] = []
    for word in words {
      if names.contains(word) {
        calls.append([word])
      } else if !calls.isEmpty {
        calls[calls.count - 1].append(word)
      }
    }
    return calls
  }

  private struct Refusal: Error {
    var reason: String
  }

  private static func add(_ call: [String], line: Int, to patch: inout ImportedPatch) {
    let words = call.joined(separator: " ")
    do throws(Refusal) {
      let arguments = Array(call.dropFirst())
      switch call[0] {
      case "gain":
        guard !arguments.contains(where: { $0.hasPrefix("-") && Double($0) == nil }) else {
          throw Refusal(reason: "gain with options measures the sound; see --normalize of talea process")
        }
        patch.add("gain \(plain(try number(arguments, 0)))dB", words: words)
      case "vol": patch.add(try volume(arguments), words: words)
      case "highpass", "lowpass": patch.addBand(try pass(call[0], arguments), words: words)
      case "equalizer":
        let frequency = try frequency(arguments, 0)
        patch.addBand(
          "peak \(plain(frequency))Hz \(plain(try number(arguments, 2)))dB \(try q(arguments, 1, frequency))", words: words)
      case "bass", "treble": patch.addBand(try shelf(call[0], arguments), words: words)
      case "bandpass", "bandreject", "allpass":
        guard arguments.first != "-c" else { throw Refusal(reason: "there is no band pass of constant skirt gain") }
        let frequency = try frequency(arguments, 0)
        let kind = ["bandpass": "bandpass", "bandreject": "notch", "allpass": "allpass"][call[0]]!
        patch.addBand("\(kind) \(plain(frequency))Hz \(try q(arguments, 1, frequency))", words: words)
      case "tremolo":
        let depth = arguments.count > 1 ? try number(arguments, 1) : 40
        patch.add("tremolo \(plain(try number(arguments, 0)))Hz depth=\(plain(depth))%", words: words)
      case "biquad":
        let c = try (0..<6).map { index throws(Refusal) in try number(arguments, index) }
        guard c[3] != 0 else { throw Refusal(reason: "its a0 is 0") }
        let values = [0, 1, 2, 4, 5].map { "\(c[$0] / c[3])" }
        let names = ["b0", "b1", "b2", "a1", "a2"]
        patch.add("biquad " + zip(names, values).map { "\($0)=\($1)" }.joined(separator: " "), words: words)
      case "swap": patch.add("matrix { 0 1; 1 0 }", words: words)
      case "dither", "stat", "stats", "spectrogram": return
      default: throw Refusal(reason: "there is no counterpart of the effect \(call[0])")
      }
    } catch {
      patch.leaveOut(line: line, words: words, error.reason)
    }
  }

  /// `vol 0.5`, `vol -6dB`, `vol 2 amplitude`
  private static func volume(_ arguments: [String]) throws(Refusal) -> String {
    guard let first = arguments.first else { throw Refusal(reason: "it has no gain") }
    let isDecibels = first.lowercased().hasSuffix("db") || (arguments.count > 1 && arguments[1].lowercased() == "db")
    let digits = first.lowercased().hasSuffix("db") ? String(first.dropLast(2)) : first
    guard let value = Double(digits), value.isFinite else { throw Refusal(reason: "\(first) is not a gain") }
    if isDecibels { return "gain \(plain(value))dB" }
    guard arguments.count < 2 || arguments[1] == "amplitude" else { throw Refusal(reason: "only amplitudes and dB are imported") }
    guard value >= 0 else { throw Refusal(reason: "a gain that turns the sound over is a `matrix`") }
    return "gain \(plain(value * 100))%"
  }

  /// `highpass [-1|-2] f [width]`
  private static func pass(_ kind: String, _ arguments: [String]) throws(Refusal) -> String {
    var arguments = arguments
    var isFirstOrder = false
    if let option = arguments.first, option == "-1" || option == "-2" {
      isFirstOrder = option == "-1"
      arguments.removeFirst()
    }
    let frequency = try frequency(arguments, 0)
    guard !isFirstOrder else { throw Refusal(reason: "SoX's filters of first order are made in another way than ours") }
    return "\(kind) \(plain(frequency))Hz" + (arguments.count > 1 ? " " + (try q(arguments, 1, frequency)) : "")
  }

  /// `bass gain [f [width]]`
  private static func shelf(_ name: String, _ arguments: [String]) throws(Refusal) -> String {
    let gain = try number(arguments, 0)
    let frequency = arguments.count > 1 ? try frequency(arguments, 1) : name == "bass" ? 100 : 3_000
    let width = arguments.count > 2 ? arguments[2] : "0.5s"
    let kind = name == "bass" ? "lowshelf" : "highshelf"
    let start = "\(kind) \(plain(frequency))Hz \(plain(gain))dB "
    if let last = width.last, last == "s" || last.isNumber {
      guard let slope = Double(last == "s" ? String(width.dropLast()) : width) else {
        throw Refusal(reason: "\(width) is not a slope")
      }
      return start + "slope=\(plain(slope))"
    }
    return start + (try q(arguments, 2, frequency))
  }

  private static func number(_ arguments: [String], _ index: Int) throws(Refusal) -> Double {
    guard index < arguments.count, let value = Double(arguments[index]), value.isFinite else {
      throw Refusal(reason: index < arguments.count ? "\(arguments[index]) is not a number" : "a number is missing")
    }
    return value
  }

  /// `1000`, `1k`
  private static func frequency(_ arguments: [String], _ index: Int) throws(Refusal) -> Double {
    guard index < arguments.count else { throw Refusal(reason: "it has no frequency") }
    let text = arguments[index]
    let isKilo = text.hasSuffix("k")
    guard let value = Double(isKilo ? String(text.dropLast()) : text), value > 0, value.isFinite else {
      throw Refusal(reason: "\(text) is not a frequency")
    }
    return isKilo ? value * 1_000 : value
  }

  /// `0.7q`, or a bandwidth in hertz: `100h`, `100`, `0.1k`.
  private static func q(_ arguments: [String], _ index: Int, _ frequency: Double) throws(Refusal) -> String {
    guard index < arguments.count, let last = arguments[index].last else { throw Refusal(reason: "it has no width") }
    let digits = last.isNumber || last == "." ? arguments[index] : String(arguments[index].dropLast())
    guard let value = Double(digits), value > 0, value.isFinite else {
      throw Refusal(reason: "\(arguments[index]) is not a width")
    }
    switch last {
    case "q": return "q=\(plain(value))"
    case "h": return "q=\(plain(frequency / value))"
    case "k": return "q=\(plain(frequency / (1_000 * value)))"
    case "o": throw Refusal(reason: "a width in octaves means another Q at every sample rate; write it as a Q")
    case "s": throw Refusal(reason: "a slope is for shelves")
    default: return "q=\(plain(frequency / value))"
    }
  }
}
