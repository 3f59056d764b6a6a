import Foundation
import Signal
import Testing

@testable import DSP

/// `meter`, `spectrum`, `correlation`, `tuner`.
@Suite("measures as signals") struct MeasureEffectTests {
  private func amplitude(_ decibels: Double) -> Double { pow(10, decibels / 20) }

  /// EBU Tech 3341, cases 1 and 2: a stereo sine of 1 kHz.
  @Test(arguments: [-23.0, -33]) func aStereoSineReadsItsLevelAsLoudness(level: Double) throws {
    let tone = TestSignal.sine(240_000, frequency: 1_000, amplitude: amplitude(level))
    let output = try KernelHarness(Meter.self, channels: [2]).run([tone, tone])
    for port in [3, 4, 5] { #expect(abs(Double(output[port].last!) - level) < 0.1, "\(port): \(output[port].last!)") }
    #expect(abs(Double(output[0].last!) - level) < 0.02 && abs(Double(output[1].last!) - level + 3.01) < 0.02)
    #expect(abs(Double(output[2].last!) - level) < 0.05 && output[6].last! < 0.01)
  }

  /// EBU Tech 3341 cases 3 to 5 and 3342 case 2, in shape: steps of level. `LoudnessMeter` is held against libebur128 elsewhere.
  @Test(arguments: [
    [(-36.0, 10), (-23, 60), (-36, 10)], [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)],
    [(-20, 20), (-40, 20), (-30, 20)],
    [(-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)],
  ])
  func itReadsWhatTheOfflineMeterReads(steps: [(Double, Int)]) throws {
    let tone = steps.flatMap { level, seconds in
      TestSignal.sine(seconds * 8_000, frequency: 1_000, sampleRate: 8_000, amplitude: amplitude(level))
    }
    let output = try KernelHarness(Meter.self, channels: [1], sampleRate: 8_000).run([tone])
    let meter = LoudnessMeter(sampleRate: 8_000, channelCount: 1)
    tone.withUnsafeBufferPointer { tone in
      withUnsafePointer(to: tone.baseAddress!) { meter.add($0, frameCount: tone.count) }
    }
    #expect(abs(Double(output[3].max()!) - meter.maximumMomentary) < 1e-3)
    #expect(abs(Double(output[4].max()!) - meter.maximumShortTerm) < 1e-3)
    #expect(abs(Double(output[5].last!) - meter.integrated) < 0.1, "\(output[5].last!) \(meter.integrated)")
    #expect(abs(Double(output[6].last!) - meter.range) < 0.2, "\(output[6].last!) \(meter.range)")
  }

  /// EBU Tech 3341, case 15: a quarter of the rate at 45 degrees, whose samples lie 3 dB below its peak.
  @Test func truePeaksLieBetweenSamples() throws {
    let tone = (0..<48_000).map { Float(0.5 * sin(Double.pi / 2 * Double($0) + Double.pi / 4)) }
    let output = try KernelHarness(Meter.self, channels: [1]).run([tone])
    #expect(abs(Double(output[0].last!) + 9.03) < 0.02 && abs(Double(output[2].last!) + 6.02) < 0.05)
  }

  @Test func peaksFallAsSaidAndSilenceReadsMinus120() throws {
    let output = try KernelHarness(Meter.self, channels: [1], parameters: ["fall": 30])
      .run([[1] + [Float](repeating: 0, count: 95_999)])
    #expect(abs(output[0][48_000] + 30) < 0.01 && abs(output[0][0]) < 0.001)
    let silent = try KernelHarness(Meter.self, channels: [1]).run([[Float](repeating: 0, count: 9_600)])
    for port in 0..<6 { #expect(abs(silent[port].last! + 120) < 1e-3) }
  }

  @Test func correlationIsThatOfTheFormula() throws {
    let a = TestSignal.noise(240_000, seed: 1), b = TestSignal.noise(240_000, seed: 2)
    func measured(_ left: [Float], _ right: [Float]) throws -> (Double, Double) {
      let output = try KernelHarness(Correlation.self, channels: [2], parameters: ["window": 1]).run([left, right])
      return (Double(output[0].last!), Double(output[1].last!))
    }
    #expect(abs(try measured(a, a.map { 0.3 * $0 }).0 - 1) < 1e-6)
    #expect(abs(try measured(a, a.map { -$0 }).0 + 1) < 1e-6)
    #expect(abs(try measured(a, b).0) < 0.03)
    // Half of the power in common: 0.5.
    let mixed = zip(a, b).map { ($0 + $1) / Float(2.0.squareRoot()) }
    #expect(abs(try measured(a, mixed).0 - 0.5.squareRoot()) < 0.03)
    #expect(abs(try measured(a, [Float](repeating: 0, count: 240_000)).1 + 1) < 1e-6)
    #expect(abs(try measured(a, a).1) < 1e-6)
  }

  @Test(arguments: [(250.0, 3), (500, 4), (1_000, 5), (4_000, 7), (16_000, 9)]) func aSineIsInItsOctaveAtItsLevel(
    frequency: Double, octave: Int
  ) throws {
    let output = try KernelHarness(Spectrum.self, channels: [1]).run([
      TestSignal.sine(24_000, frequency: frequency, amplitude: 0.5)
    ])
    #expect(abs(Double(output[octave].last!) + 9.03) < 0.1, "\(output[octave].last!)")
    for other in 0..<10 where other != octave { #expect(output[other].last! < -40) }
    #expect(abs(Double(output[10].last!) / frequency - 1) < 0.01)
  }

  @Test func whiteNoiseRisesThreeDecibelsAnOctave() throws {
    let output = try KernelHarness(Spectrum.self, channels: [1]).run([TestSignal.noise(960_000)])
    func mean(_ octave: Int) -> Double {
      let powers = stride(from: 20_000, to: 960_000, by: 1_024).map { pow(10, Double(output[octave][$0]) / 10) }
      return 10 * log10(powers.reduce(0, +) / Double(powers.count))
    }
    for octave in 3..<9 {
      // The width of the octave over the whole band of 24 kHz, of a power of 1/3.
      let width = 1_000 * (pow(2, Double(octave) - 4.5) - pow(2, Double(octave) - 5.5))
      #expect(abs(mean(octave) - 10 * log10(width / 24_000 / 3)) < 0.5, "\(octave)")
    }
  }

  @Test(arguments: [65.41, 110, 196, 440, 987.77, 2_093]) func theTunerFindsANoteWithinACent(frequency: Double) throws {
    // A tone with five harmonics.
    var tone = [Float](repeating: 0, count: 24_000)
    for harmonic in 1...5 where frequency * Double(harmonic) < 22_000 {
      let part = TestSignal.sine(24_000, frequency: frequency * Double(harmonic), amplitude: 0.3 / Double(harmonic))
      for n in tone.indices { tone[n] += part[n] }
    }
    let output = try KernelHarness(Tuner.self, channels: [1]).run([tone])
    let cents = 1_200 * log2(Double(output[0].last!) / frequency)
    #expect(abs(cents) < 1, "\(cents)")
    #expect(output[2].last! > 0.95)
    let notes = 12 * log2(frequency / 440)
    #expect(abs(Double(output[1].last!) - (notes - notes.rounded())) < 0.011)
  }

  @Test func noiseHasNoPitch() throws {
    let output = try KernelHarness(Tuner.self, channels: [1]).run([TestSignal.noise(24_000)])
    #expect(output[2].last! < 0.4 && output[0].last! == 440)
    #expect(throws: EffectError.self) { try KernelHarness(Tuner.self, channels: [1], structural: ["size": .integer(512)]) }
  }
}
