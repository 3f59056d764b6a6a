import Foundation
import Signal
import Testing

@testable import DSP

/// `graphiceq` and `loudness`.
@Suite("graphic bands") struct GraphicEqualizerTests {
  private func harness(_ levels: [Double], rate: Int = 48_000) throws -> KernelHarness {
    try KernelHarness(
      GraphicEqualizer.self, channels: [1], items: levels.map { ItemArguments("", ["level": $0]) }, sampleRate: .init(rate))
  }

  /// The response at each centre by a transform of the impulse response.
  private func check(_ levels: [Double], rate: Int = 48_000, _ tolerance: Double = 0.01) throws {
    let response = try harness(levels, rate: rate).run([TestSignal.impulse(rate * 2)])[0]
    for (centre, level) in zip(GraphicEqualizer.centres(levels.count).hertz, levels) where centre < 0.48 * Double(rate) {
      let gain = Measure.gain(response, at: centre, sampleRate: Double(rate))
      #expect(abs(gain - level) < tolerance, "\(centre) Hz: \(gain) for \(level)")
    }
  }

  @Test(arguments: [10, 15, 31]) func theResponseGoesThroughTheSliders(count: Int) throws {
    try check((0..<count).map { $0 % 2 == 0 ? 12 : -12 })
    try check([Double](repeating: 12, count: count))
    try check([Double](repeating: -12, count: count))
    var random = SeededRandom(seed: 4)
    try check((0..<count).map { _ in Double.random(in: -12...12, using: &random) })
    try check((0..<count).map { $0 == count / 2 ? 12 : 0 })
    try check((0..<count).map { _ in Double.random(in: -12...12, using: &random) }, rate: 96_000)
    try check((0..<count).map { _ in Double.random(in: -12...12, using: &random) }, rate: 44_100)
  }

  @Test func levelsOfZeroPassTheSoundAndBetweenEqualSlidersItIsNearlyFlat() throws {
    let input = TestSignal.noise(5_000)
    let output = try harness([Double](repeating: 0, count: 31)).run([input])[0]
    for (a, b) in zip(input, output) { #expect(abs(a - b) < 1e-6) }
    let response = try harness([Double](repeating: 6, count: 31)).run([TestSignal.impulse(96_000)])[0]
    for frequency in stride(from: 40.0, to: 16_000, by: 371) {
      #expect(abs(Measure.gain(response, at: frequency, sampleRate: 48_000) - 6) < 0.7, "\(frequency)")
    }
  }

  @Test func aMovedSliderArrivesAtItsGain() throws {
    let harness = try harness([Double](repeating: 0, count: 10))
    _ = harness.run(
      [[Float](repeating: 0, count: 4_800)], changes: [ParameterChange(frame: 0, parameter: 5, value: 9)])
    let response = harness.run([TestSignal.impulse(48_000)])[0]
    let centres = GraphicEqualizer.centres(10).hertz
    for (index, centre) in centres.enumerated() {
      #expect(abs(Measure.gain(response, at: centre, sampleRate: 48_000) - (index == 5 ? 9 : 0)) < 0.01)
    }
  }

  @Test func otherNumbersOfBandsAreRefusedAndSoAreLevelsNearNyquist() throws {
    #expect(throws: EffectError.self) { try harness([Double](repeating: 0, count: 12)) }
    var levels = [Double](repeating: 0, count: 10)
    levels[9] = 3
    #expect(throws: EffectError.self) { try harness(levels, rate: 32_000) }
    levels[9] = 0
    levels[0] = 3
    try check(levels, rate: 32_000)
  }

  /// The 40-phon contour of ISO 226:2003 as published, in dB.
  @Test func theContourOf40PhonIsTheStandards() {
    let contour = [
      99.8539, 93.9444, 88.1659, 82.6287, 77.7849, 73.0825, 68.4779, 64.3711, 60.5855, 56.7022, 53.4087, 50.3992, 47.5775,
      44.9766,
      43.0507, 41.3392, 40.0618, 40.0100, 41.8195, 42.5076, 39.2296, 36.5090, 35.6089, 36.6492, 40.0077, 45.8283, 51.7968,
      54.2841,
      51.4859,
    ]
    for (row, level) in zip(EqualLoudness.rows, contour) {
      #expect(abs(EqualLoudness.level(40, row) - level) < 0.001, "\(EqualLoudness.level(40, row)) for \(level)")
    }
  }

  @Test(arguments: [(40.0, 80.0), (60, 80), (85, 75)]) func quietListeningGetsWhatTheContoursSay(level: Double, reference: Double)
    throws
  {
    let harness = try KernelHarness(Loudness.self, channels: [1], parameters: ["level": level, "reference": reference])
    let response = harness.run([TestSignal.impulse(96_000)])[0]
    let rows = EqualLoudness.rows
    func change(_ k: Int) -> Double { EqualLoudness.level(level, rows[k]) - EqualLoudness.level(reference, rows[k]) }
    for (k, frequency) in EqualLoudness.frequencies.enumerated() {
      let gain = Measure.gain(response, at: frequency, sampleRate: 48_000)
      #expect(abs(gain - (change(k) - change(17))) < 0.01, "\(frequency): \(gain)")
    }
    if level == 60 { #expect(abs(change(2) - change(17) - 9.4) < 0.05, "\(change(2) - change(17))") }
  }
}
