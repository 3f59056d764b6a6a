import Foundation
import Talea
import Testing

/// GraphicEQ curves, CamillaDSP configurations, impulse responses.
@Suite("talea import of curves, configurations and responses") struct ImportFormatTests {
  let scratch = Scratch()

  /// The response of a patch in dB at frequencies, of one channel of the output for an impulse in one of a stereo input.
  func gains(of patch: String, at frequencies: [Double], input: Int = 0, output: Int = 0) throws -> [Double] {
    let wave = impulse(96_000, at: 0)[0], silence = [Float](repeating: 0, count: 96_000)
    try scratch.makeSound("impulse.wav", input == 0 ? [wave, silence] : [silence, wave])
    let run = scratch.talea("process", "impulse.wav", "response.wav", "--patch", patch, "--tail", "none", "--force")
    #expect(run.status == 0, "\(run.errors)")
    let response = try scratch.sound("response.wav").channels[output]
    return frequencies.map { frequency in
      var real = 0.0, imaginary = 0.0
      for (n, sample) in response.enumerated() {
        real += Double(sample) * cos(2 * .pi * frequency * Double(n) / 48_000)
        imaginary += Double(sample) * sin(2 * .pi * frequency * Double(n) / 48_000)
      }
      return 10 * log10(max(real * real + imaginary * imaginary, 1e-30))
    }
  }

  /// Points as AutoEQ writes them, thinned out, over the range of its curves.
  @Test func aGraphicEQCurveSoundsAsItsPointsSay() throws {
    let points: [(Double, Double)] = [
      (20, -0.3), (30, -0.5), (45, -1.1), (68, -2.3), (102, -4.0), (154, -5.2), (231, -5.6), (350, -5.5), (530, -5.7),
      (800, -6.1),
      (1_200, -6.9), (1_800, -6.0), (2_800, -6.4), (4_200, -7.2), (6_300, -6.5), (9_600, -2.9), (14_000, -5.8), (19_871, -8.0),
    ]
    scratch.write("GraphicEQ: " + points.map { "\(Int($0.0)) \($0.1)" }.joined(separator: "; ") + "\n", to: "hd GraphicEQ.txt")
    let run = scratch.talea("import", "hd GraphicEQ.txt", "-o", "curve.talea")
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    // In the middle of each stretch, on the line over the logarithm of the frequency.
    let middles = zip(points, points.dropFirst()).map { (($0.0 * $1.0).squareRoot(), ($0.1 + $1.1) / 2) }
    for ((frequency, wanted), gain) in zip(middles, try gains(of: "curve.talea", at: middles.map(\.0))) {
      #expect(abs(gain - wanted) < 0.01, "\(frequency): \(gain) for \(wanted)")
    }
  }

  private static let camilla = """
    ---
    title: "Two ways"
    devices:
      samplerate: 48000
      chunksize: 1024
      capture:
        type: Alsa
        channels: 2
        device: "hw:0"
      playback: {type: Alsa, channels: 2, device: "hw:1"}
    filters:
      trim:
        type: Gain
        parameters: { gain: -3.5, inverted: false, mute: false }
      bell:
        type: Biquad
        parameters:
          type: Peaking
          freq: 1000
          gain: -6.0   # a remark
          q: 1.5
      shelf:
        type: Biquad
        parameters:
          type: Lowshelf
          freq: 200
          gain: 4
          q: 0.7
      cross:
        type: BiquadCombo
        parameters:
          type: LinkwitzRileyHighpass
          freq: 80
          order: 4
      late:
        type: Delay
        parameters: { delay: 2.0, unit: ms }
      odd:
        type: Biquad
        parameters: { type: Free, a1: 0.1, a2: 1, b0: 1, b1: 0, b2: 0 }
      short:
        type: Conv
        parameters:
          type: Values
          values: [0.5, 0.25, 0.125]
    mixers:
      swap:
        channels:
          in: 2
          out: 2
        mapping:
        - dest: 0
          sources:
          - channel: 1
            gain: -6
            inverted: true
        - dest: 1
          sources:
          - {channel: 0, gain: 0}
    pipeline:
      - type: Filter
        channels: [0, 1]
        names: [trim, bell]
      - type: Filter
        channels: [1]
        names:
          - shelf
          - cross
          - odd
      - type: Filter
        bypassed: true
        names: [late]
      - type: Mixer
        name: swap
      - type: Processor
        name: squeeze
      - type: Filter
        names: [short]
    """

  @Test func aCamillaConfigurationSoundsAsItIsDefined() throws {
    scratch.write(Self.camilla, to: "two.yml")
    let run = scratch.talea("import", "two.yml", "-o", "two.talea")
    #expect(run.status == 0, "\(run.errors)")
    for (line, reason) in [
      (39, "with a1 0.1 and a2 1.0 it is unstable"), (75, "its processor is not there"),
    ] {
      #expect(run.errors.contains("two.yml:\(line): not imported: \(reason)"), "\(run.errors)")
    }
    let frequencies: [Double] = [30, 80, 200, 1_000, 5_000]
    func short(_ frequency: Double) -> Double {
      let w = 2 * Double.pi * frequency / 48_000
      let real = 0.5 + 0.25 * cos(w) + 0.125 * cos(2 * w), imaginary = 0.25 * sin(w) + 0.125 * sin(2 * w)
      return 10 * log10(real * real + imaginary * imaginary)
    }
    func bell(_ frequency: Double) -> Double {
      -3.5 + ImportTests.cookbook("PK", 1_000, -6, 1.5, at: frequency) + short(frequency)
    }
    // Left in, right out: trim, bell, mixer.
    for (frequency, gain) in zip(frequencies, try gains(of: "two.talea", at: frequencies, input: 0, output: 1)) {
      #expect(abs(gain - bell(frequency)) < 0.01, "\(frequency): \(gain)")
    }
    // Right in, left out: also the shelf and a Linkwitz-Riley highpass, two of Butterworth, and 6 dB less.
    for (frequency, gain) in zip(frequencies, try gains(of: "two.talea", at: frequencies, input: 1, output: 0)) {
      let wanted =
        bell(frequency) - 6 + ImportTests.cookbook("LSC", 200, 4, 0.7, at: frequency)
        + 2 * ImportTests.cookbook("HPQ", 80, 0, 0.5.squareRoot(), at: frequency)
      #expect(abs(gain - wanted) < 0.01, "\(frequency): \(gain) for \(wanted)")
    }
    let through = try gains(of: "two.talea", at: [1_000], input: 0, output: 0)
    #expect(through[0] < -200)
  }

  @Test func combinationsBandwidthsTokensAndTextsSoundAsTheyAreDefined() throws {
    scratch.write("# taps\n0.5\n 0.25 \n\n-0.125\n", to: "taps_48000_2.txt")
    scratch.write(
      """
      devices:
        samplerate: 48000
        capture: { type: Stdin, channels: 2, format: S16_LE }
      filters:
        wide: { type: Biquad, parameters: { type: Peaking, freq: 6000, gain: 5, bandwidth: 1.5 } }
        lean: { type: BiquadCombo, parameters: { type: Tilt, gain: -6 } }
        sliders: { type: BiquadCombo, parameters: { type: GraphicEqualizer, freq_min: 20, freq_max: 20480, gains: [0, 3, 0, -4, 2] } }
        taps: { type: Conv, parameters: { type: Raw, filename: taps_$samplerate$_$channels$.txt, skip_bytes_lines: 1 } }
        box: { type: Biquad, parameters: { type: LinkwitzTransform, freq_act: 70, q_act: 1.1, freq_target: 35, q_target: 0.7 } }
        late48000: { type: Conv, parameters: { type: Raw, filename: nowhere.txt } }
      pipeline:
        - { type: Filter, channels: [0, 1], names: [wide, lean, sliders, taps, box, late$samplerate$] }
      """, to: "more.yml")
    let run = scratch.talea("import", "more.yml", "-o", "more.talea")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("more.yml:10: not imported: nowhere.txt cannot be read"), "\(run.errors)")
    let rate = 48_000.0
    /// A bell of a bandwidth, after the cookbook.
    func bell(_ center: Double, _ gain: Double, octaves: Double, at frequency: Double) -> Double {
      let w = 2 * Double.pi * center / rate
      return ImportTests.cookbook(
        "PK", center, gain, 1 / (2 * sinh(log(2) / 2 * octaves * w / sin(w))), at: frequency)
    }
    let octaves = log2(20_480.0 / 20) / 5
    /// By the bilinear transform, each resonance keeping its frequency near 0 Hz.
    func transform(_ frequency: Double) -> Double {
      let x = tan(.pi * frequency / rate)
      func power(_ resonance: Double, _ q: Double) -> Double {
        let k = tan(.pi * resonance / rate)
        let real = k * k - x * x, imaginary = k * x / q
        return real * real + imaginary * imaginary
      }
      return 10 * log10(power(70, 1.1) / power(35, 0.7))
    }
    let frequencies: [Double] = [25, 60, 150, 600, 2_500, 9_000]
    for (frequency, gain) in zip(frequencies, try gains(of: "more.talea", at: frequencies)) {
      let w = 2 * Double.pi * frequency / rate
      let taps = (0.5 + 0.25 * cos(w) - 0.125 * cos(2 * w), 0.25 * sin(w) - 0.125 * sin(2 * w))
      let sliders = [(1, 3.0), (3, -4), (4, 2)].map { index, gain in
        bell(20 * exp2((Double(index) + 0.5) * octaves), gain, octaves: octaves, at: frequency)
      }
      let tilt =
        ImportTests.cookbook("LSC", 110, 3, 0.35, at: frequency)
        + ImportTests.cookbook("HSC", 3_500, -3, 0.35, at: frequency)
      let wanted =
        bell(6_000, 5, octaves: 1.5, at: frequency) + tilt + sliders.reduce(0, +) + transform(frequency)
        + 10 * log10(taps.0 * taps.0 + taps.1 * taps.1)
      #expect(abs(gain - wanted) < 0.02, "\(frequency): \(gain) for \(wanted)")
    }
  }

  @Test func whatCannotBeImportedAtAllIsToldWhole() {
    scratch.write("devices:\n  samplerate: 48000\nfilters:\n  a: { type: Gain, parameters: { gain: 1 } }\n", to: "idle.yml")
    let idle = scratch.talea("import", "idle.yml")
    #expect(idle.status == 1)
    #expect(idle.errors.contains("there is no step in it, so nothing is made of the sound"), "\(idle.errors)")
    scratch.write(
      """
      devices: { samplerate: 48000, capture: { channels: 2 } }
      mixers: { odd: { channels: { in: 3, out: 2 }, mapping: [] } }
      pipeline: [{ type: Mixer, name: odd }]
      """, to: "odd.yml")
    #expect(scratch.talea("import", "odd.yml").errors.contains("the mixer takes 3 channels, and 2 come to it"))
  }

  @Test func brokenYAMLIsRefusedWithItsLine() {
    scratch.write("filters:\n  a: &anchor x\n", to: "a.yml")
    #expect(scratch.talea("import", "a.yml").errors.hasPrefix("error: a.yml:2: anchors, tags"))
    scratch.write("pipeline:\n  - [1, 2\n", to: "b.yml")
    #expect(scratch.talea("import", "b.yml").errors.hasPrefix("error: b.yml:2: a bracket is not closed"))
  }

  @Test func numbersInATextAreCoefficients() throws {
    scratch.write("# a lowpass\n0.25\n0.5\n0.25\n", to: "taps.txt")
    #expect(scratch.talea("import", "taps.txt", "-o", "taps.talea").status == 0)
    for (frequency, gain) in zip([100.0, 8_000], try gains(of: "taps.talea", at: [100, 8_000])) {
      #expect(abs(gain - 20 * log10(0.5 + 0.5 * cos(2 * Double.pi * frequency / 48_000))) < 0.01)
    }
  }

  @Test func aSoundFileIsAnImpulseResponse() throws {
    try scratch.makeSound("room.wav", impulse(64, at: 3))
    let run = scratch.talea("import", "room.wav", "-o", "room.talea")
    #expect(run.status == 0, "\(run.errors)")
    #expect(String(decoding: scratch.data("room.talea"), as: UTF8.self).contains("convolve \"room.wav\""))
    #expect(abs(try gains(of: "room.talea", at: [1_000])[0]) < 0.01)
  }
}
