/// Parametric equalizers as AutoEQ, Equalizer APO and Room EQ Wizard write them.
///
/// Source: the configuration reference of Equalizer APO. Its filters are those of the cookbook, as ours are.
enum EqualizerText {
  static func read(_ text: String, into patch: inout ImportedPatch) {
    var isChannelKnown = true
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      let whole = words.joined(separator: " ")
      guard let colon = whole.firstIndex(of: ":") else { continue }
      let head = whole[..<colon].lowercased(), rest = whole[whole.index(after: colon)...].split(separator: " ").map(String.init)
      do throws(Refusal) {
        if head == "channel" {
          isChannelKnown = false
          patch.channels = try channels(rest)
          isChannelKnown = true
        } else if !isChannelKnown, head == "preamp" || head == "delay" || head.hasPrefix("filter") || head == "graphiceq" {
          throw Refusal(reason: "the channel before it is not known")
        } else if head == "delay" {
          patch.add(try delay(rest), words: whole)
        } else if head.hasPrefix("filter"), rest.count > 1, rest[0].uppercased() == "ON", rest[1].uppercased() == "IIR" {
          patch.add(try section(rest), words: whole)
        } else if head == "preamp" {
          patch.add("gain \(try number(after: nil, in: rest, unit: "dB"))dB", words: whole)
        } else if head == "filter" || head.hasPrefix("filter ") {
          if let band = try band(rest) { patch.addBand(band, words: whole) }
        } else if head == "graphiceq" {
          patch.add(try curve(rest), words: "GraphicEQ with \(whole.count { $0 == ";" } + 1) points")
        } else if let reason = commands[head] {
          throw Refusal(reason: reason)
        }
      } catch {
        patch.leaveOut(line: index + 1, words: whole, error.reason)
      }
    }
  }

  private struct Refusal: Error {
    var reason: String
  }

  /// Commands of Equalizer APO that change the sound and have no counterpart here. Other lines with a colon are remarks.
  private static let commands: [String: String] = [
    "copy": "channels are mixed by hand, with `matrix`",
    "convolution": "the impulse response is a file of its own",
    "include": "import the other file by itself",
    "device": "which device it is for is said to talea live", "stage": "there is one stage",
    "if": "conditions are not computed", "elseif": "conditions are not computed", "eval": "expressions are not computed",
    "loudnesscorrection": "loudness correction follows a volume control that is not here",
    "vstplugin": "plug-ins of other programs do not run here",
  ]

  /// `L R`, `1 2`, `all`: from 0, in the order of its channel names; nil for all.
  private static func channels(_ words: [String]) throws(Refusal) -> [Int]? {
    if words.contains(where: { $0.lowercased() == "all" }) { return nil }
    let names = ["l", "r", "c", "sub", "rl", "rr", "sl", "sr"]
    var channels: [Int] = []
    for word in words.map({ $0.lowercased() }) {
      guard let channel = names.firstIndex(of: word == "lfe" ? "sub" : word) ?? Int(word).map({ $0 - 1 }),
        (0..<64).contains(channel)
      else { throw Refusal(reason: "the channel \(word) is not known") }
      channels.append(channel)
    }
    guard !channels.isEmpty else { throw Refusal(reason: "it names no channel") }
    return channels
  }

  /// `0.12 ms` or `5 samples`
  private static func delay(_ words: [String]) throws(Refusal) -> String {
    guard words.count == 2, let time = decimal(words[0]), time >= 0, ["ms", "samples"].contains(words[1].lowercased()) else {
      throw Refusal(reason: "a delay is a time in ms or samples")
    }
    return "delay \(plain(time))" + (words[1].lowercased() == "ms" ? "ms" : " samples")
  }

  /// `ON IIR Order 2 Coefficients b0 b1 b2 a0 a1 a2`
  private static func section(_ words: [String]) throws(Refusal) -> String {
    let c = words.dropFirst(5).compactMap(decimal)
    guard words.count > 5, words[3] == "2" || words[3] == "1", c.count == 2 * (Int(words[3])! + 1) else {
      throw Refusal(reason: "recursions of order 1 and 2 are imported, with all their coefficients")
    }
    let half = c.count / 2, a0 = c[half]
    guard a0 != 0 else { throw Refusal(reason: "its a0 is 0") }
    let b = c[..<half].enumerated().map { "b\($0)=\($1 / a0)" }, a = c[(half + 1)...].enumerated().map { "a\($0 + 1)=\($1 / a0)" }
    return "biquad " + (b + a).joined(separator: " ")
  }

  /// `20 -1.2; 21 -1.1; …`: points of a curve, of which those that say nothing new are kept too.
  private static func curve(_ words: [String]) throws(Refusal) -> String {
    var points: [String] = []
    for point in words.joined(separator: " ").split(separator: ";") {
      let numbers = point.split(separator: " ").compactMap { decimal(String($0)) }
      if point.allSatisfy(\.isWhitespace) { continue }
      guard numbers.count == 2 else { throw Refusal(reason: "a point is a frequency and a gain, not \(point)") }
      points.append("  \(plain(numbers[0]))Hz \(plain(numbers[1]))dB")
    }
    guard !points.isEmpty else { throw Refusal(reason: "it has no points") }
    return "curve {\n" + points.joined(separator: "\n") + "\n}"
  }

  /// `ON PK Fc 105 Hz Gain -3.1 dB Q 0.70`; nil for a filter that is off or has no effect.
  private static func band(_ words: [String]) throws(Refusal) -> String? {
    guard let state = words.first?.uppercased(), state == "ON" || state == "OFF" else {
      throw Refusal(reason: "a filter is ON or OFF")
    }
    guard state == "ON", words.count > 1, words[1].uppercased() != "NONE" else { return nil }
    let kind = words[1].uppercased()
    func frequency() throws(Refusal) -> String { try number(after: "Fc", in: words, unit: "Hz") + "Hz" }
    func gain() throws(Refusal) -> String { try number(after: "Gain", in: words, unit: "dB") + "dB" }
    func q() throws(Refusal) -> String { "q=" + (try number(after: "Q", in: words, unit: "")) }
    switch kind {
    case "PK", "PEQ", "MODAL": return "peak \(try frequency()) \(try gain()) \(try q())"
    case "LS", "LSC", "LSQ", "HS", "HSC", "HSQ":
      guard words.contains(where: { $0.uppercased() == "Q" }) else {
        throw Refusal(reason: "a shelf without Q has a corner that programs place differently; give it a Q")
      }
      return "\(kind.hasPrefix("L") ? "lowshelf" : "highshelf") \(try frequency()) \(try gain()) \(try q())"
    case "LP": return "lowpass \(try frequency())"
    case "HP": return "highpass \(try frequency())"
    case "LPQ": return "lowpass \(try frequency()) \(try q())"
    case "HPQ": return "highpass \(try frequency()) \(try q())"
    case "BP": return "bandpass \(try frequency()) \(try q())"
    case "NO": return "notch \(try frequency()) \(try q())"
    case "AP": return "allpass \(try frequency()) \(try q())"
    default: throw Refusal(reason: "there is no counterpart of the filter \(words[1])")
    }
  }

  /// The number after a word, or the first one, as its digits. Its unit must follow or be left out.
  private static func number(after word: String?, in words: [String], unit: String) throws(Refusal) -> String {
    var place = 0
    if let word {
      guard let index = words.firstIndex(where: { $0.caseInsensitiveCompares(to: word) }) else {
        throw Refusal(reason: "it has no \(word)")
      }
      place = index + 1
    }
    guard place < words.count, let value = decimal(words[place]) else {
      throw Refusal(reason: "\(word ?? "the level") has no number")
    }
    var factor = 1.0
    if !unit.isEmpty, place + 1 < words.count {
      let written = words[place + 1].lowercased()
      if unit == "Hz", written == "khz" { factor = 1_000 }
    }
    return plain(value * factor)
  }

  /// Programs of some countries write a comma.
  private static func decimal(_ text: String) -> Double? {
    let value = Double(text.contains(".") ? text.filter { $0 != "," } : String(text.map { $0 == "," ? "." : $0 }))
    return value.flatMap { $0.isFinite ? $0 : nil }
  }
}

/// The shortest digits of a number, never with an exponent.
func plain(_ value: Double) -> String {
  let text = "\(value)"
  if text.contains("e") { return fixed(value, 9) }
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

extension String {
  fileprivate func caseInsensitiveCompares(to other: String) -> Bool { lowercased() == other.lowercased() }
}
