import Signal
import Testing

@testable import DSP

@Suite("adaptive resampler") struct AdaptiveResamplerTests {
  /// Half a second of output at a constant ratio, behind the resampler's settling.
  private func resampled(_ input: [Float], from: Int, to: Int, step: Double) -> [Float] {
    let resampler = AdaptiveResampler(inputRate: from, outputRate: to)
    var place = AdaptiveResampler.Place(frame: 0, fraction: 0)
    var output = [Float](repeating: 0, count: to / 2)
    input.withUnsafeBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        var (from, into) = (source.baseAddress!, target.baseAddress!)
        withUnsafePointer(to: &from) { from in
          withUnsafePointer(to: &into) { into in
            resampler.process(from, from: &place, step: step, into: into, channelCount: 1, frameCount: target.count)
          }
        }
      }
    }
    #expect(place.frame + resampler.tapCount <= resampler.framesNeeded(output.count, step: step))
    return output
  }

  /// Rates, and how far the clocks are apart.
  @Test(
    arguments: [
      (48_000, 48_000, 0.0), (48_000, 48_000, 3e-4), (48_000, 48_000, -1.37e-4), (44_100, 48_000, 5e-5), (96_000, 96_000, 1e-4),
      (96_000, 48_000, 2e-4), (48_000, 44_100, -3e-4),
    ], [20.0, 997, 5_003, 10_007, 19_999])
  func sinesComeThroughWithLessThanMinus120dBOfEverythingElse(_ clocks: (Int, Int, Double), frequency: Double) {
    let (from, to, drift) = clocks
    let step = Double(from) / Double(to) * (1 + drift)
    let input = TestSignal.sine(from, frequency: frequency, sampleRate: Double(from), amplitude: 0.9)
    let output = resampled(input, from: from, to: to, step: step)
    let fit = SineFit(output[...], frequency: frequency * step, sampleRate: Double(from))
    #expect(abs(Math.decibels(amplitude: fit.amplitude / 0.9)) < 0.01)
    #expect(fit.residualDecibels < -120)
    // Its middle lies where `delay` says.
    let middle = Double(AdaptiveResampler(inputRate: from, outputRate: to).tapCount / 2 - 1)
    let turns = fit.phase / (2 * .pi) - frequency * middle / Double(from)
    #expect(abs(turns - turns.rounded()) < 1e-5)
  }

  @Test(arguments: [25_500.0, 30_000, 47_000]) func whatTheLowerRateCannotHoldIs120dBDown(frequency: Double) {
    let input = TestSignal.sine(96_000, frequency: frequency, sampleRate: 96_000)
    let output = resampled(input, from: 96_000, to: 48_000, step: 2.0002)
    #expect(Math.decibels(amplitude: Measure.rms(output[...]) * 2.0.squareRoot()) < (frequency < 26_300 ? -20 : -120))
  }
}
