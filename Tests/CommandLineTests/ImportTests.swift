import Foundation
import Talea
import Testing

@Suite("talea import") struct ImportTests {
  let scratch = Scratch()
  static let frequencies: [Double] = [30, 100, 300, 1_000, 2_900, 10_000, 18_000]

  /// What SoX 14.4.2 plays, in dB at `frequencies`; written by scripts/judge_sox_chain.py.
  static let soxChains: [String: [Double]] = [
    "gain -3 bass +4 100 treble -2": [0.6606, -1.0022, -2.6094, -3.1563, -3.9606, -4.8729, -4.9864],
    "highpass 80 lowpass 12k equalizer 1000 2q 5": [-17.1227, -1.4775, 0.1168, 4.9997, 0.1827, -1.2829, -15.4361],
    "bass -6 200 0.8q treble 3 5k 0.4s vol 0.5": [-12.0475, -11.9453, -6.6664, -5.8197, -5.1616, -3.6384, -3.1072],
    "bandreject 3000 5q allpass 500 0.7q equalizer 250 100h -4": [-0.0098, -0.1447, -2.1719, -0.0701, -9.6773, -0.0137, -0.0012],
    "bandpass 1k 400 vol 3dB": [-35.4216, -24.8911, -14.6854, 3.0000, -13.3271, -26.2694, -36.2778],
    "biquad 0.2 0.3 0.1 1.25 -0.9 0.3": [-0.6953, -0.6954, -0.6967, -0.7130, -0.9161, -8.5608, -25.4241],
  ]

  /// AutoEQ's correction of a Sennheiser HD 650 (oratory1990's measurement), from github.com/jaakkopasanen/AutoEq.
  static let autoEQ = """
    Preamp: -6.1 dB
    Filter 1: ON LSC Fc 105 Hz Gain 6.4 dB Q 0.70
    Filter 2: ON PK Fc 8865 Hz Gain 4.9 dB Q 1.30
    Filter 3: ON PK Fc 121 Hz Gain -3.1 dB Q 0.50
    Filter 4: ON PK Fc 37 Hz Gain 0.7 dB Q 3.76
    Filter 5: ON PK Fc 3159 Hz Gain -1.5 dB Q 3.89
    Filter 6: ON HSC Fc 10000 Hz Gain -2.1 dB Q 0.70
    Filter 7: ON PK Fc 1220 Hz Gain -1.2 dB Q 2.53
    Filter 8: ON PK Fc 2048 Hz Gain 1.1 dB Q 3.26
    Filter 9: ON PK Fc 584 Hz Gain 0.4 dB Q 1.15
    Filter 10: ON PK Fc 5316 Hz Gain -1.0 dB Q 6.00

    """

  /// The gain in dB of a filter of the cookbook (R. Bristow-Johnson), written out as it stands there.
  static func cookbook(_ kind: String, _ f0: Double, _ gain: Double, _ q: Double, at frequency: Double) -> Double {
    let w = 2 * Double.pi * f0 / 48_000, a = pow(10, gain / 40), alpha = sin(w) / (2 * q), c = cos(w),
      r = 2 * a.squareRoot() * alpha
    let (b, d): ([Double], [Double]) =
      switch kind {
      case "PK": ([1 + alpha * a, -2 * c, 1 - alpha * a], [1 + alpha / a, -2 * c, 1 - alpha / a])
      case "LSC":
        (
          [a * (a + 1 - (a - 1) * c + r), 2 * a * (a - 1 - (a + 1) * c), a * (a + 1 - (a - 1) * c - r)],
          [a + 1 + (a - 1) * c + r, -2 * (a - 1 + (a + 1) * c), a + 1 + (a - 1) * c - r]
        )
      case "HSC":
        (
          [a * (a + 1 + (a - 1) * c + r), -2 * a * (a - 1 + (a + 1) * c), a * (a + 1 + (a - 1) * c - r)],
          [a + 1 - (a - 1) * c + r, 2 * (a - 1 - (a + 1) * c), a + 1 - (a - 1) * c - r]
        )
      case "NO": ([1, -2 * c, 1], [1 + alpha, -2 * c, 1 - alpha])
      case "HPQ": ([(1 + c) / 2, -(1 + c), (1 + c) / 2], [1 + alpha, -2 * c, 1 - alpha])
      default: ([(1 - c) / 2, 1 - c, (1 - c) / 2], [1 + alpha, -2 * c, 1 - alpha])
      }
    let z = 2 * Double.pi * frequency / 48_000
    func power(_ p: [Double]) -> Double {
      let real = p[0] + p[1] * cos(z) + p[2] * cos(2 * z), imaginary = p[1] * sin(z) + p[2] * sin(2 * z)
      return real * real + imaginary * imaginary
    }
    return 10 * log10(power(b) / power(d))
  }

  /// The gains of a patch in dB, from its response to an impulse.
  func gains(of patch: String) throws -> [Double] {
    try scratch.makeSound("impulse.wav", impulse(48_000, at: 100))
    let run = scratch.talea("process", "impulse.wav", "response.wav", "--patch", patch, "--tail", "none", "--force")
    #expect(run.status == 0, "\(run.errors)")
    let response = try scratch.sound("response.wav").channels[0]
    return Self.frequencies.map { frequency in
      var real = 0.0, imaginary = 0.0
      for (n, sample) in response.enumerated() {
        real += Double(sample) * cos(2 * .pi * frequency * Double(n) / 48_000)
        imaginary += Double(sample) * sin(2 * .pi * frequency * Double(n) / 48_000)
      }
      return 10 * log10(real * real + imaginary * imaginary)
    }
  }

  @Test func anAutoEQCorrectionSoundsAsItIsDefined() throws {
    scratch.write(Self.autoEQ, to: "HD 650 ParametricEQ.txt")
    let run = scratch.talea("import", "HD 650 ParametricEQ.txt", "-o", "eq.talea")
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    let filters = Self.autoEQ.split(separator: "\n").dropFirst().map { $0.split(separator: " ") }
    for (frequency, gain) in zip(Self.frequencies, try gains(of: "eq.talea")) {
      let defined = filters.reduce(-6.1) { sum, words in
        sum + Self.cookbook(String(words[3]), Double(words[5])!, Double(words[8])!, Double(words[11])!, at: frequency)
      }
      #expect(abs(gain - defined) < 0.01, "\(frequency) Hz: \(gain), not \(defined)")
    }
    let text = String(decoding: scratch.data("eq.talea"), as: UTF8.self)
    #expect(text.contains("patch \"HD 650 ParametricEQ\"\n"))
    #expect(
      text.contains("  peak 121Hz -3.1dB q=0.5               # Filter 3: ON PK Fc 121 Hz Gain -3.1 dB Q 0.50\n"), "\(text)")
    #expect(text.hasSuffix("in -> step_1 -> step_2 -> out\n"))
  }

  /// The layout of Room EQ Wizard's export of filter settings, with its decimal commas.
  @Test func aRoomCorrectionSoundsAsItIsDefined() throws {
    scratch.write(
      """
      Filter Settings file

      Room EQ V5.31.3
      Dated: 4 Oct 2026 13:30:00

      Notes:Left speaker

      Equaliser: Generic
      Average 1
      Filter  1: ON  PK       Fc   46,50 Hz  Gain  -9,40 dB  Q  4,470
      Filter  2: ON  None
      Filter  3: OFF PK       Fc   80.0 Hz  Gain  -2.00 dB  Q  2.000
      Filter  4: ON  NO       Fc   3.0 kHz  Q  10.000
      Filter  5: ON  HPQ      Fc   20 Hz  Q  0.707
      """, to: "room.txt")
    #expect(scratch.talea("import", "room.txt", "-o", "room.talea").errors.isEmpty)
    for (frequency, gain) in zip(Self.frequencies, try gains(of: "room.talea")) {
      let defined =
        Self.cookbook("PK", 46.5, -9.4, 4.47, at: frequency) + Self.cookbook("NO", 3_000, 0, 10, at: frequency)
        + Self.cookbook("HPQ", 20, 0, 0.707, at: frequency)
      #expect(abs(gain - defined) < 0.01, "\(frequency) Hz: \(gain), not \(defined)")
    }
  }

  @Test func whatHasNoCounterpartIsNamed() {
    scratch.write(
      "Preamp: -3 dB\nFilter: ON LS Fc 100 Hz Gain 3 dB\nInclude: more.txt\nFilter: ON PK Fc 50 Hz Gain 2 dB BW Oct 1\n"
        + "Filter 4: ON LP1 Fc 100 Hz\n", to: "apo.txt")
    let run = scratch.talea("import", "apo.txt")
    #expect(run.status == 0)
    for (line, reason) in [
      (2, "a shelf without Q"), (3, "import the other file"), (4, "it has no Q"),
      (5, "there is no counterpart of the filter LP1"),
    ] {
      #expect(
        run.errors.contains("warning: apo.txt:\(line): not imported: \(reason)"),
        "\(run.errors)")
      #expect(run.outputText.contains("# Not imported (line \(line)): "))
    }
    #expect(run.outputText.contains("step_1 = gain -3dB"))
  }

  @Test(arguments: soxChains.keys.sorted()) func aChainOfSoXSoundsAsSoXPlaysIt(chain: String) throws {
    scratch.write(chain, to: "chain.sox")
    let run = scratch.talea("import", "chain.sox", "-o", "chain.talea")
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    for (index, gain) in try gains(of: "chain.talea").enumerated() {
      let judged = Self.soxChains[chain]![index]
      #expect(abs(gain - judged) < 0.01, "\(Self.frequencies[index]) Hz: \(gain), not \(judged)")
    }
  }

  @Test func effectsOfSoXWithoutCounterpartAreNamed() {
    scratch.write("gain -3 reverb 50\nnorm -1 tremolo 5 60 swap\n", to: "chain.txt")
    let run = scratch.talea("import", "chain.txt", "--from", "sox")
    #expect(run.status == 0)
    #expect(run.errors.contains("warning: chain.txt:1: not imported: there is no counterpart of the effect reverb\n"))
    #expect(run.errors.contains("warning: chain.txt:2: not imported: there is no counterpart of the effect norm\n"))
    #expect(run.outputText.contains("step_2 = tremolo 5Hz depth=60%") && run.outputText.contains("step_3 = matrix { 0 1; 1 0 }"))
  }

  @Test func aFileThatHoldsNothingIsAnError() {
    scratch.write("Dear diary: nothing.\n", to: "diary.txt")
    let run = scratch.talea("import", "diary.txt", "-o", "out.talea")
    #expect(run.status == 1 && run.errors.hasPrefix("error: diary.txt: nothing in it could be imported"), "\(run.errors)")
    #expect(!scratch.names.contains("out.talea"))
    scratch.write("Filter 1: ON PK Fc 105 Hz Gain 600 dB Q 0.70\n", to: "loud.txt")
    #expect(scratch.talea("import", "loud.txt").status == 2)
    #expect(scratch.talea("import", "no.txt").errors == "error: no.txt: there is no such file\n")
  }
}

/// Single channels, as Equalizer APO selects them.
extension ImportTests {
  @Test func filtersOfOneChannelStayInIt() throws {
    scratch.write(
      """
      Preamp: -3 dB
      Channel: L
      Filter 1: ON PK Fc 1000 Hz Gain -6 dB Q 1.5
      Delay: 5 samples
      Channel: R
      Filter 2: ON IIR Order 2 Coefficients 1.00515 -1.91142 0.910365 1.0 -1.91142 0.915519
      Preamp: -2 dB
      Channel: all
      Filter 3: ON PK Fc 2900 Hz Gain 4 dB Q 2
      Channel: Q
      Filter 4: ON PK Fc 50 Hz Gain 4 dB Q 2
      """, to: "two.txt")
    let run = scratch.talea("import", "two.txt", "-o", "two.talea")
    #expect(run.errors.contains("two.txt:10: not imported: the channel q is not known"), "\(run.errors)")
    #expect(run.errors.contains("two.txt:11: not imported: the channel before it is not known"), "\(run.errors)")
    let wave = impulse(48_000, at: 100)[0]
    try scratch.makeSound("in.wav", [wave, wave])
    let played = scratch.talea("process", "in.wav", "out.wav", "--patch", "two.talea", "--tail", "none")
    #expect(played.status == 0, "\(played.errors)")
    let out = try scratch.sound("out.wav").channels
    #expect(out[0].firstIndex { $0 != 0 } == 105 && out[1].firstIndex { $0 != 0 } == 100)
    func gain(_ samples: [Float], _ frequency: Double) -> Double {
      let sums = samples.enumerated().reduce(into: (0.0, 0.0)) { sum, sample in
        let angle = 2 * Double.pi * frequency * Double(sample.offset) / 48_000
        sum = (sum.0 + Double(sample.element) * cos(angle), sum.1 + Double(sample.element) * sin(angle))
      }
      return 10 * log10(sums.0 * sums.0 + sums.1 * sums.1)
    }
    func section(_ frequency: Double) -> Double {
      func power(_ c: [Double]) -> Double {
        let w = 2 * Double.pi * frequency / 48_000
        let real = c[0] + c[1] * cos(w) + c[2] * cos(2 * w), imaginary = c[1] * sin(w) + c[2] * sin(2 * w)
        return real * real + imaginary * imaginary
      }
      return 10 * log10(power([1.00515, -1.91142, 0.910365]) / power([1, -1.91142, 0.915519]))
    }
    for frequency in Self.frequencies {
      let both = -3 + Self.cookbook("PK", 2_900, 4, 2, at: frequency)
      #expect(abs(gain(out[0], frequency) - both - Self.cookbook("PK", 1_000, -6, 1.5, at: frequency)) < 0.01)
      #expect(abs(gain(out[1], frequency) - both + 2 - section(frequency)) < 0.01)
    }
  }
}
