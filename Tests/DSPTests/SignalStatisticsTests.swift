import Foundation
import Testing

@testable import DSP

@Suite("signal statistics") struct SignalStatisticsTests {
  static func statistics(_ channels: [[Float]], fullScale: Float = 1, cuts: Cuts = .blocks(4_096)) -> SignalStatistics {
    let statistics = SignalStatistics(sampleRate: 48_000, channelCount: channels.count, fullScale: fullScale)
    feed(channels, cuts) { statistics.add($0, frameCount: $1) }
    return statistics
  }

  @Test func sumsAreThoseOfTheSamples() {
    let sound = TestSignal.noise(10_001, seed: 2, amplitude: 0.7).map { $0 + 0.1 }
    let statistics = Self.statistics([sound])
    let mean = sound.reduce(0.0) { $0 + Double($1) } / 10_001
    let square = sound.reduce(0.0) { $0 + Double($1) * Double($1) } / 10_001
    #expect(abs(statistics.offset(0) - mean) < 1e-14)
    #expect(abs(statistics.rms(0) - square.squareRoot()) < 1e-14)
    #expect(statistics.channels[0].minimum == sound.min() && statistics.channels[0].maximum == sound.max())
    #expect(statistics.frameCount == 10_001)
  }

  @Test func everyCutReadsTheSame() {
    let sound = (0..<2).map { TestSignal.noise(20_000, seed: UInt64($0 + 1), amplitude: 1.2) }
    let whole = Self.statistics(sound, cuts: .whole)
    for cuts in [Cuts.blocks(1), .blocks(7), .blocks(2_401), .random(seed: 3, longest: 999)] {
      let cut = Self.statistics(sound, cuts: cuts)
      #expect(cut.channels == whole.channels && cut.correlation == whole.correlation)
    }
  }

  /// Two or more at full scale in a row are clipped; one alone is a peak.
  @Test func clippingIsFullScaleInARow() {
    let sound: [Float] = [0, 1, 0, 1, 1, 0.5, -1, -1.5, -1, 0]
    let statistics = Self.statistics([sound], cuts: .blocks(1))
    #expect(statistics.channels[0].clippedCount == 5)
    #expect(statistics.channels[0].firstClippedFrame == 3)
    #expect(Self.statistics([[0.9, 0.9, 0]], fullScale: 0.9).channels[0].clippedCount == 2)
    #expect(Self.statistics([[0.9, 0.9, 0]]).channels[0].firstClippedFrame == nil)
  }

  @Test func theNoiseFloorIsTheQuietestWindowThatIsNotSilent() {
    let silence = [Float](repeating: 0, count: 4_800), hiss = [Float](repeating: 0.001, count: 4_800)
    let loud = TestSignal.noise(9_600)
    #expect(abs(Self.statistics([loud + silence + hiss + loud]).noiseFloor(0)! - 0.001) < 1e-9)
    #expect(Self.statistics([silence]).noiseFloor(0) == nil)
  }

  @Test func correlationTellsLikeFromUnlike() {
    let a = TestSignal.noise(48_000, seed: 1), b = TestSignal.noise(48_000, seed: 2)
    #expect(abs(Self.statistics([a, a]).correlation! - 1) < 1e-12)
    #expect(abs(Self.statistics([a, a.map { -0.5 * $0 }]).correlation! + 1) < 1e-12)
    #expect(abs(Self.statistics([a, b]).correlation!) < 0.02)
    #expect(Self.statistics([a]).correlation == nil)
    #expect(Self.statistics([a, [Float](repeating: 0, count: 48_000)]).correlation == nil)
  }
}

@Suite("cross-correlation") struct CrossCorrelationTests {
  @Test(arguments: [0, 1, -1, 480, -481, 5_000]) func findsTheLag(lag: Int) {
    let sound = TestSignal.noise(20_000, seed: 4)
    let silence = [Float](repeating: 0, count: abs(lag))
    let (a, b) = lag >= 0 ? (sound, silence + sound) : (silence + sound, sound)
    #expect(CrossCorrelation.lag(of: b.map { -0.3 * $0 }, behind: a, maximumLag: 6_000) == lag)
  }

  @Test func theTransformIsTheDefinition() {
    let sound = TestSignal.noise(64, seed: 9).map(Double.init)
    var (real, imaginary) = (sound, [Double](repeating: 0, count: 64))
    DiscreteTransform.forward(&real, &imaginary)
    for k in 0..<64 {
      let angles = (0..<64).map { -2 * Double.pi * Double(k * $0) / 64 }
      #expect(abs(zip(sound, angles).reduce(0) { $0 + $1.0 * cos($1.1) } - real[k]) < 1e-12)
      #expect(abs(zip(sound, angles).reduce(0) { $0 + $1.0 * sin($1.1) } - imaginary[k]) < 1e-12)
    }
  }

  @Test func silenceLiesNowhere() {
    #expect(CrossCorrelation.lag(of: [0, 0, 0], behind: TestSignal.noise(100), maximumLag: 50) == 0)
    #expect(CrossCorrelation.lag(of: [], behind: [1], maximumLag: 50) == 0)
  }
}
