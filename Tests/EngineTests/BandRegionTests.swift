import Foundation
import Talea
import TestSupport
import Testing

/// `multiband` regions: their sum, their bytes against the same wiring spelt out, and where they may stand.
@Suite("bands of a region") struct BandRegionTests {
  private func plan(_ text: String, channels: Int = 1, rate: Int = 48_000, block: Int = 512) throws -> Plan {
    try compile(
      try graph(text), catalog: .standard,
      options: CompileOptions(sampleRate: rate, defaultInputChannels: channels, maximumFrameCount: block))
  }

  /// Renders both, the region in several cuts.
  private func expectSame(_ region: String, as spelt: String, frames: Int = 6_000) throws {
    let input = noise(channels: 2, frames: frames, level: 0.5)
    let reference = run(Executor(try plan(spelt, channels: 2)), input, cuts: [512])
    #expect(reference.allSatisfy { $0.contains { $0 != 0 } })
    for cuts in [[512], [1], [7], randomCuts(5, largest: 300)] {
      #expect(sameBytes(run(Executor(try plan(region, channels: 2)), input, cuts: cuts), reference), "cuts \(cuts.prefix(3))")
    }
  }

  @Test(
    arguments: [("1kHz", 2), ("120Hz 2kHz", 3), ("90Hz 700Hz 6kHz", 4)], [44_100, 96_000])
  func untouchedBandsSumFlat(bands: (edges: String, count: Int), rate: Int) throws {
    let chains = Array(repeating: "in -> out", count: bands.count).joined(separator: "; ")
    let frames = rate
    let output = run(
      Executor(try plan("in -> multiband \(bands.edges) { \(chains) } -> out", rate: rate)),
      impulse(channels: 1, frames: frames), cuts: [512])[0]
    var frequency = 20.0
    while frequency < 20_000 {
      let level = 10 * log10(power(output, at: frequency / Double(rate)))
      #expect(abs(level) < 0.01, "\(level) dB at \(frequency) Hz")
      frequency *= 1.19
    }
  }

  @Test func compressorsInBandsGiveTheBytesOfACrossoverSpeltOut() throws {
    try expectSame(
      """
      in -> multiband 120Hz 2kHz {
        compressor -40dB 4:1 attack=20ms
        in -> out
        drive 6dB -> compressor -44dB 2:1
      } -> out
      """,
      as: """
        x = crossover3 120Hz 2kHz
        in -> x
        x.low -> compressor -40dB 4:1 attack=20ms -> out
        x.mid -> out
        x.high -> drive 6dB -> compressor -44dB 2:1 -> out
        """)
  }

  @Test func bandsOfUnlikeLatencyMeetAligned() throws {
    let text = "in -> multiband 1kHz { oversample 2x { gain 0dB }; in -> out } -> out"
    let aligned = try plan(text)
    #expect(aligned.outputLatency > 0)
    // The band that is early waits: what comes out is flat but for the filters of the resampling far above.
    let output = run(Executor(aligned), impulse(channels: 1, frames: 48_000), cuts: [512])[0]
    for frequency in [50.0, 400, 1_000, 2_500, 8_000] {
      let level = 10 * log10(power(output, at: frequency / 48_000))
      #expect(abs(level) < 0.01, "\(level) dB at \(frequency) Hz")
    }
  }

  private func power(_ samples: [Float], at cyclesPerFrame: Double) -> Double {
    var (real, imaginary) = (0.0, 0.0)
    for (frame, sample) in samples.enumerated() {
      real += Double(sample) * cos(2 * Double.pi * cyclesPerFrame * Double(frame))
      imaginary -= Double(sample) * sin(2 * Double.pi * cyclesPerFrame * Double(frame))
    }
    return real * real + imaginary * imaginary
  }

  @Test func standInDefinitionsLoopsAndOtherRegions() throws {
    try expectSame(
      """
      def glue(edge=900Hz, amount=-30dB) {
        in -> multiband edge { compressor amount 3:1; oversample 2x { drive 6dB } } -> out
      }
      a = glue edge=500Hz
      m = mix { dry: -3dB; back: -9dB }
      tone = oversample 2x { multiband 300Hz 3kHz { gain -1dB; in -> out; multiband 9kHz { gain -2dB; gain -3dB } } }
      in -> m.dry
      m -> a -> [96 samples] -> multiband 2kHz { gain -1dB; gain -6dB } -> m.back
      a -> tone -> out
      """,
      as: """
        y = crossover 2kHz
        m = mix { dry: -3dB; back: -9dB }
        def split() {
          b = crossover3 300Hz 3kHz
          c = crossover 9kHz
          in -> b
          b.low -> gain -1dB -> out
          b.mid -> out
          b.high -> c
          c.low -> gain -2dB -> out
          c.high -> gain -3dB -> out
        }
        def glue() {
          x = crossover 500Hz
          in -> x
          x.low -> compressor -30dB 3:1 -> out
          x.high -> oversample 2x { drive 6dB } -> out
        }
        a = glue
        tone = oversample 2x { split }
        in -> m.dry
        m -> a -> [96 samples] -> y
        y.low -> gain -1dB -> m.back
        y.high -> gain -6dB -> m.back
        a -> tone -> out
        """)
  }

  @Test func anEdgeThatIsNoFrequencyInTheRightOrderIsRefused() {
    #expect {
      _ = try plan("in -> multiband 2kHz 120Hz { gain 1dB; gain 2dB; gain 3dB } -> out")
    } throws: { "\($0)".contains("`multiband`: the edges of a crossover must rise") }
  }
}
