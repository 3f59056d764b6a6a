import Foundation
import Talea
import Testing

/// GraphicEQ curves, CamillaDSP configurations, impulse responses.
@Suite("talea import of curves, configurations and responses") struct ImportFormatTests {
  let scratch = Scratch()

  /// The response of a patch in dB at frequencies, of one channel of the output for an impulse in one of a stereo input.
  private func gains(of patch: String, at frequencies: [Double], input: Int = 0, output: Int = 0) throws -> [Double] {
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
        parameters: { type: Free, a1: 0.1, a2: 0, b0: 1, b1: 0, b2: 0 }
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
      (39, "there is no counterpart of a biquad of type Free"),
      (75, "there is no counterpart of a pipeline step of type Processor"),
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
