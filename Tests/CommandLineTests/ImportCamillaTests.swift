import Foundation
import Testing

/// Sections and processors of CamillaDSP, against what it does: its sections by their coefficients, its processors where they
/// have settled.
extension ImportFormatTests {
  /// H at a frequency of the section that `b` and `a` are.
  private static func response(_ b: [Double], _ a: [Double], at frequency: Double) -> (real: Double, imaginary: Double) {
    func polynomial(_ c: [Double]) -> (Double, Double) {
      c.enumerated().reduce((0, 0)) { sum, term in
        let angle = -2 * Double.pi * frequency / 48_000 * Double(term.offset)
        return (sum.0 + term.element * cos(angle), sum.1 + term.element * sin(angle))
      }
    }
    let (n, d) = (polynomial(b), polynomial(a)), power = d.0 * d.0 + d.1 * d.1
    return ((n.0 * d.0 + n.1 * d.1) / power, (n.1 * d.0 - n.0 * d.1) / power)
  }

  struct Section: Sendable {
    var parameters: String
    var b: [Double]
    var a: [Double]
  }

  /// As CamillaDSP defines them at 48 kHz.
  static let sections: [Section] = {
    let t = tan(Double.pi * 700 / 48_000), low = pow(10, -9.0 / 40), high = pow(10, 12.0 / 40)
    let z = tan(Double.pi * 2_000 / 48_000), p = tan(Double.pi * 1_000 / 48_000), g = p * p / (z * z)
    return [
      Section(
        parameters: "type: Biquad, parameters: { type: LowshelfFO, freq: 700, gain: -9 }",
        b: [low * low * t + low, low * low * t - low], a: [t + low, t - low]),
      Section(
        parameters: "type: Biquad, parameters: { type: HighshelfFO, freq: 700, gain: 12 }",
        b: [high * t + high * high, high * t - high * high], a: [high * t + 1, high * t - 1]),
      Section(parameters: "type: Biquad, parameters: { type: LowpassFO, freq: 700 }", b: [t, t], a: [1 + t, t - 1]),
      Section(parameters: "type: Biquad, parameters: { type: HighpassFO, freq: 700 }", b: [1, -1], a: [1 + t, t - 1]),
      Section(
        parameters: "type: Biquad, parameters: { type: AllpassFO, freq: 700 }", b: [t - 1, t + 1], a: [t + 1, t - 1]),
      Section(
        parameters: "type: Biquad, parameters: { type: Free, a1: -1.9114181152906082, a2: 0.9155193893411311, "
          + "b0: 1.0051540967655406, b1: -1.9114181152906082, b2: 0.9103652925755905 }",
        b: [1.0051540967655406, -1.9114181152906082, 0.9103652925755905], a: [1, -1.9114181152906082, 0.9155193893411311]),
      Section(
        parameters: "type: Biquad, parameters: { type: GeneralNotch, freq_p: 1000, freq_z: 2000, q_p: 2, normalize_at_dc: true }",
        b: [g * (1 + z * z), -2 * g * (1 - z * z), g * (1 + z * z)],
        a: [1 + p / 2 + p * p, -2 + 2 * p * p, 1 - p / 2 + p * p]),
      Section(
        parameters: "type: DiffEq, parameters: { a: [1, -0.4, 0.2], b: [0.5, 0.1] }", b: [0.5, 0.1], a: [1, -0.4, 0.2]),
      Section(parameters: "type: DiffEq, parameters: { b: [0.5, 0.1, 0.2, -0.3] }", b: [0.5, 0.1, 0.2, -0.3], a: [1]),
    ]
  }()

  /// The section's sum with the sound shows its phase as well.
  @Test(arguments: sections, [false, true])
  func aSectionSoundsAsCamillaDSPDefinesIt(section: Section, isSummed: Bool) throws {
    scratch.write(
      """
      devices: { samplerate: 48000, capture: { channels: 2 } }
      filters: { it: { \(section.parameters) } }
      mixers:
        both:
          channels: { in: 2, out: 2 }
          mapping: [{ dest: 0, sources: [{ channel: 0 }] }, { dest: 1, sources: [{ channel: 0 }] }]
        sum:
          channels: { in: 2, out: 2 }
          mapping: [{ dest: 0, sources: [{ channel: 0 }, { channel: 1 }] }]
      pipeline:
        - { type: Mixer, name: both }
        - { type: Filter, channels: [0], names: [it] }
      \(isSummed ? "  - { type: Mixer, name: sum }" : "")
      """, to: "section.yml")
    let run = scratch.talea("import", "section.yml", "-o", "section.talea")
    #expect(run.status == 0 && !run.errors.contains("filter"), "\(run.errors)")
    let frequencies: [Double] = [40, 300, 700, 1_500, 6_000, 15_000]
    for (frequency, gain) in zip(frequencies, try gains(of: "section.talea", at: frequencies)) {
      var wanted = Self.response(section.b, section.a, at: frequency)
      if isSummed { wanted.real += 1 }
      let level = 10 * log10(wanted.real * wanted.real + wanted.imaginary * wanted.imaginary)
      #expect(abs(gain - level) < 0.01, "\(frequency) Hz: \(gain) for \(level)")
    }
  }

  @Test func coefficientsStayAtTheirSampleRate() throws {
    scratch.write(
      """
      devices: { samplerate: 44100, capture: { channels: 1 } }
      filters: { it: { type: Biquad, parameters: { type: Free, a1: 0.1, a2: 0, b0: 1, b1: 0, b2: 0 } } }
      pipeline: [{ type: Filter, names: [it] }]
      """, to: "rate.yml")
    #expect(scratch.talea("import", "rate.yml", "-o", "rate.talea").status == 0)
    try scratch.makeSound("in.wav", constant(0.5, 100))
    let run = scratch.talea("process", "in.wav", "out.wav", "--patch", "rate.talea")
    #expect(run.errors.contains("these coefficients are for 44100.0 Hz, and it runs at 48000.0 Hz"), "\(run.errors)")
  }

  /// Runs constant levels through processors of four channels, and gives what comes out at the end.
  private func settled(_ processor: String, _ levels: [Float]) throws -> [Double] {
    scratch.write(
      """
      devices: { samplerate: 48000, capture: { channels: \(levels.count) } }
      processors:
        it:
      \(processor)
      pipeline: [{ type: Processor, name: it }]
      """, to: "processor.yml")
    let run = scratch.talea("import", "processor.yml", "-o", "processor.talea", "--force")
    #expect(run.status == 0 && !run.errors.contains("processor it"), "\(run.errors)")
    try scratch.makeSound("levels.wav", levels.map { constant($0, 96_000)[0] })
    let played = scratch.talea("process", "levels.wav", "settled.wav", "--patch", "processor.talea", "--tail", "none", "--force")
    #expect(played.status == 0, "\(played.errors)")
    return try scratch.sound("settled.wav").channels.map { Double($0[95_999]) }
  }

  /// The processor of CamillaDSP's example of a compressor for the bass, and one that listens elsewhere.
  @Test func aCompressorSettlesWhereCamillaDSPHasIt() throws {
    let bass = """
          type: Compressor
          parameters:
            channels: 4
            attack: 0.01
            release: 0.1
            threshold: -20
            factor: 4.0
            makeup_gain: 3
            soft_clip: true
            clip_limit: -6
            monitor_channels: [2, 3]
            process_channels: [2, 3]
      """
    let levels: [Float] = [0.5, -0.25, 0.25, 0.15]
    let out = try settled(bass, levels)
    // It hears the sum.
    let gain = pow(10, (-(20 * log10(0.4) + 20) * 0.75 + 3) / 20), limit = pow(10, -6.0 / 20)
    func clipped(_ x: Double) -> Double { limit * (x / limit - 4.0 / 27 * pow(x / limit, 3)) }
    let wanted = [0.5, -0.25, clipped(0.25 * gain), clipped(0.15 * gain)]
    for (value, wanted) in zip(out, wanted) { #expect(abs(20 * log10(abs(value / wanted))) < 0.01, "\(value) for \(wanted)") }
    let hard = try settled(
      """
          type: Compressor
          parameters: { channels: 2, attack: 0.01, release: 0.1, threshold: -30, factor: 2, monitor_channels: [1], clip_limit: -12 }
      """, [0.9, 0.25])
    let reduced = pow(10, -(20 * log10(0.25) + 30) * 0.5 / 20)
    for (value, wanted) in zip(hard, [min(0.9 * reduced, pow(10, -12.0 / 20)), 0.25 * reduced]) {
      #expect(abs(20 * log10(abs(value / wanted))) < 0.01, "\(value) for \(wanted)")
    }
  }

  @Test(arguments: [Float(0.02), 0.2]) func aNoiseGateIsOpenAndClosedWhereCamillaDSPHasIt(level: Float) throws {
    let out = try settled(
      """
          type: NoiseGate
          parameters: { channels: 2, attack: 0.001, release: 0.05, threshold: -25, attenuation: 18, process_channels: [1] }
      """, [level, level / 2])
    let gain = 20 * log10(1.5 * Double(level)) < -25 ? pow(10, -18.0 / 20) : 1
    #expect(abs(out[0] - Double(level)) < 1e-6)
    #expect(abs(20 * log10(out[1] / (Double(level) / 2 * gain))) < 0.01)
  }

  /// Its own recursion, frame by frame.
  @Test(arguments: ["delay: 80, delay_unit: us", "delay: 0.2", "delay: 7, delay_unit: samples", "delay: 1, delay_unit: us"])
  func theCrosstalkEliminatorFollowsItsRecursion(delay: String) throws {
    let frames = ["delay: 80, delay_unit: us": 4, "delay: 0.2": 10, "delay: 7, delay_unit: samples": 7][delay] ?? 1
    scratch.write(
      """
      devices: { samplerate: 48000, capture: { channels: 2 } }
      processors: { it: { type: RACE, parameters: { channels: 2, channel_a: 0, channel_b: 1, \(delay), attenuation: 2.5 } } }
      pipeline: [{ type: Processor, name: it }]
      """, to: "race.yml")
    let run = scratch.talea("import", "race.yml", "-o", "race.talea")
    #expect(run.status == 0, "\(run.errors)")
    let input = noise(2_000, channels: 2)
    try scratch.makeSound("in.wav", input)
    let played = scratch.talea("process", "in.wav", "out.wav", "--patch", "race.talea", "--tail", "none", "--force")
    #expect(played.status == 0, "\(played.errors)")
    let out = try scratch.sound("out.wav").channels, factor = pow(10, -2.5 / 20)
    var wanted = [[Double]](repeating: [], count: 2)
    for n in 0..<2_000 {
      for channel in 0..<2 {
        wanted[channel].append(Double(input[channel][n]) - (n >= frames ? factor * wanted[1 - channel][n - frames] : 0))
      }
    }
    for channel in 0..<2 {
      let error = zip(out[channel], wanted[channel]).map { abs(Double($0) - $1) }.max()!
      #expect(error < 1e-5, "channel \(channel): \(error)")
    }
  }
}
