import Foundation
import Testing

@testable import DSP

/// The signals of EBU Tech 3341 and 3342. What libebur128 1.2.6 says of them was written by scripts/judge_loudness.py.
@Suite("loudness meter") struct LoudnessMeterTests {
  /// Integrated loudness, range, largest momentary and short-term loudness.
  static let judged: [String: (integrated: Double, range: Double, momentary: Double, shortTerm: Double)] = [
    "3341-1": (-22.9933, 0.0000, -22.9933, -22.9933),
    "3341-2": (-32.9933, 0.0000, -32.9933, -32.9933),
    "3341-3": (-23.0139, 13.0000, -22.9933, -22.9933),
    "3341-4": (-23.0139, 13.0000, -22.9933, -22.9933),
    "3341-5": (-22.9787, 6.0000, -19.9933, -19.9933),
    "3341-6": (-23.0163, 0.0000, -23.0163, -23.0163),
    "3342-1": (-22.5897, 10.0000, -19.9933, -19.9933),
    "3342-2": (-16.8103, 5.0000, -14.9933, -14.9933),
    "3342-3": (-20.0257, 20.0000, -19.9933, -19.9933),
    "3342-4": (-24.4919, 15.0000, -19.9933, -19.9933),
  ]

  /// Parts of each signal: dBFS and seconds, in two equal channels.
  static let parts: [String: [(level: Double, seconds: Double)]] = [
    "3341-1": [(-23, 20)],
    "3341-2": [(-33, 20)],
    "3341-3": [(-36, 10), (-23, 60), (-36, 10)],
    "3341-4": [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)],
    "3341-5": [(-26, 20), (-20, 20.1), (-26, 20)],
    "3342-1": [(-20, 20), (-30, 20)],
    "3342-2": [(-20, 20), (-15, 20)],
    "3342-3": [(-40, 20), (-20, 20)],
    "3342-4": [(-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)],
  ]

  /// What the EBU demands: within 0.1 LU, and ranges within 1 LU.
  static let demanded: [String: (integrated: Double?, range: Double?)] = [
    "3341-1": (-23, nil), "3341-2": (-33, nil), "3341-3": (-23, nil), "3341-4": (-23, nil), "3341-5": (-23, nil),
    "3341-6": (-23, nil), "3342-1": (nil, 10), "3342-2": (nil, 5), "3342-3": (nil, 20), "3342-4": (nil, 15),
  ]

  static func tone(_ parts: [(level: Double, seconds: Double)], frequency: Double = 1_000, sampleRate: Int = 48_000) -> [Float] {
    var frames: [Float] = []
    for part in parts {
      let amplitude = pow(10, part.level / 20)
      for _ in 0..<Int((part.seconds * Double(sampleRate)).rounded()) {
        frames.append(Float(amplitude * sin(2 * .pi * frequency * Double(frames.count) / Double(sampleRate))))
      }
    }
    return frames
  }

  static func signal(_ name: String) -> [[Float]] {
    if let parts = parts[name] { return Array(repeating: tone(parts), count: 2) }
    return [-28.0, -28, -24, -30, -30].map { tone([($0, 20)]) }
  }

  static func meter(_ channels: [[Float]], sampleRate: Int = 48_000, cuts: Cuts = .blocks(4_096)) -> LoudnessMeter {
    let meter = LoudnessMeter(sampleRate: sampleRate, channelCount: channels.count)
    feed(channels, cuts) { meter.add($0, frameCount: $1) }
    return meter
  }

  @Test(arguments: judged.keys.sorted()) func theSignalsOfTheEBUReadAsTheJudgeReadsThem(name: String) {
    let meter = Self.meter(Self.signal(name)), judge = Self.judged[name]!
    #expect(abs(meter.integrated - judge.integrated) < 0.01, "\(meter.integrated)")
    #expect(abs(meter.range - judge.range) < 0.01, "\(meter.range)")
    #expect(abs(meter.maximumMomentary - judge.momentary) < 0.01, "\(meter.maximumMomentary)")
    #expect(abs(meter.maximumShortTerm - judge.shortTerm) < 0.01, "\(meter.maximumShortTerm)")
    if let demanded = Self.demanded[name]!.integrated { #expect(abs(meter.integrated - demanded) < 0.1) }
    if let demanded = Self.demanded[name]!.range { #expect(abs(meter.range - demanded) < 1) }
  }

  /// The standard's own figure: a tone of 997 Hz at full scale in one channel reads -3.01 LUFS, at every rate.
  @Test(arguments: [32_000, 44_100, 48_000, 96_000, 192_000]) func aFullScaleToneReads3Below(sampleRate: Int) {
    let meter = Self.meter([Self.tone([(0, 5)], frequency: 997, sampleRate: sampleRate)], sampleRate: sampleRate)
    #expect(abs(meter.integrated + 3.01) < 0.03, "\(meter.integrated)")
  }

  @Test func everyCutReadsTheSame() {
    let sound = (0..<2).map { TestSignal.noise(200_000, seed: UInt64($0 + 1), amplitude: 0.3) }
    let whole = Self.meter(sound, cuts: .whole)
    for cuts in [Cuts.blocks(1), .blocks(7), .blocks(4_801), .random(seed: 3, longest: 9_999)] {
      let meter = Self.meter(sound, cuts: cuts)
      #expect(meter.integrated == whole.integrated && meter.range == whole.range)
      #expect(meter.maximumMomentary == whole.maximumMomentary && meter.maximumShortTerm == whole.maximumShortTerm)
    }
  }

  @Test func silenceAndShortSoundsHaveNoLoudness() {
    #expect(Self.meter([[Float](repeating: 0, count: 96_000)]).integrated == -.infinity)
    #expect(Self.meter([TestSignal.noise(19_199)]).integrated == -.infinity)
    #expect(Self.meter([TestSignal.noise(19_200)]).integrated.isFinite)
    #expect(Self.meter([TestSignal.noise(48_000)]).range == 0)
  }

  @Test func theEffectsChannelOfSixIsNotHeard() {
    let silent = [Float](repeating: 0, count: 48_000), loud = TestSignal.noise(48_000)
    #expect(Self.meter([silent, silent, silent, loud, silent, silent]).integrated == -.infinity)
    let front = Self.meter([loud, silent, silent, silent, silent, silent]).integrated
    let back = Self.meter([silent, silent, silent, silent, silent, loud]).integrated
    #expect(abs(back - front - 10 * log10(1.41)) < 1e-9)
  }
}

/// Hands planar signals over in pieces.
func feed(_ channels: [[Float]], _ cuts: Cuts, _ body: (UnsafePointer<UnsafePointer<Float>>, Int) -> Void) {
  let memory = channels.map { channel in
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: channel.count)
    memory.initialize(from: channel, count: channel.count)
    return memory
  }
  var position = 0
  for length in cuts.lengths(channels[0].count) {
    memory.map { UnsafePointer($0 + position) }.withUnsafeBufferPointer { body($0.baseAddress!, length) }
    position += length
  }
  for channel in memory { channel.deallocate() }
}
