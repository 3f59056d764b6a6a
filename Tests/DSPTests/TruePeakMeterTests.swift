import Foundation
import Testing

@testable import DSP

@Suite("true peak meter") struct TruePeakMeterTests {
  static func peak(_ channel: [Float], sampleRate: Int = 48_000, cuts: Cuts = .blocks(4_096)) -> Float {
    let meter = TruePeakMeter(sampleRate: sampleRate, channelCount: 1)
    feed([channel], cuts) { meter.add($0, frameCount: $1) }
    meter.finish()
    return meter.peak
  }

  /// A tone that fades in and out over 100 ms, so that its ends are not peaks of their own.
  static func tone(_ amplitude: Double, perSample turns: Double, phase degrees: Double) -> [Float] {
    (0..<48_000).map { n in
      let fade = min(1, Double(min(n, 47_999 - n)) / 4_800)
      return Float(fade * amplitude * sin(2 * .pi * (turns * Double(n) + degrees / 360)))
    }
  }

  /// Signals 15 to 19 of EBU Tech 3341, and the tolerances that it allows.
  @Test(
    arguments: [
      (0.5, 0.25, 0, -6.02), (0.5, 0.25, 45, -6.02), (0.5, 1 / 6, 60, -6.02), (0.5, 0.125, 67.5, -6.02), (1.41, 0.25, 45, 2.98),
    ] as [(Double, Double, Double, Double)]) func theTonesOfTheEBUReadAsTheyAre(
      amplitude: Double, turns: Double, phase: Double, level: Double
    )
  {
    let read = 20 * log10(Double(Self.peak(Self.tone(amplitude, perSample: turns, phase: phase))))
    #expect(read < level + 0.2 && read > level - 0.4, "\(read)")
  }

  /// Where the meter looks right at the crest, it must read it right: a tone of 0.45 of the rate whose samples miss its crests.
  @Test func theInterpolationIsRightToATenthOfADecibel() {
    for turns in [0.01, 0.1, 0.2, 0.3, 0.4, 0.44] {
      let read = 20 * log10(Double(Self.peak(Self.tone(1, perSample: turns, phase: 11))))
      #expect(abs(read - 20 * log10(1)) < 0.1 - 20 * log10(cos(.pi * turns / 4)), "\(turns): \(read)")
      #expect(read < 0.1)
    }
  }

  @Test func everyCutReadsTheSame() {
    let sound = TestSignal.noise(30_000, seed: 5)
    let whole = Self.peak(sound, cuts: .whole)
    for cuts in [Cuts.blocks(1), .blocks(7), .blocks(513), .random(seed: 3, longest: 999)] {
      #expect(Self.peak(sound, cuts: cuts) == whole)
    }
    #expect(whole > sound.map(\.magnitude).max()!)
  }

  /// The last samples are followed by silence, in which the wave still swings.
  @Test func theEndOfTheSoundIsLookedAt() {
    var sound = [Float](repeating: 0, count: 1_000)
    sound[998] = 1
    sound[999] = 1
    #expect(Self.peak(sound) > 1.2)
  }

  @Test func aSampleIsNeverMissed() {
    for rate in [48_000, 96_000, 192_000] { #expect(Self.peak(TestSignal.impulse(100, at: 63), sampleRate: rate) >= 1) }
  }
}
