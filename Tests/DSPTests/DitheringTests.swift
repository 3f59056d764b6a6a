import Foundation
import Signal
import Testing

@testable import DSP

@Suite("dither") struct DitheringTests {
  private func harness(_ bits: Int, shape: String = "flat", type: String = "triangular", seed: Int = 1) throws -> KernelHarness {
    try KernelHarness(
      Dithering.self, channels: [1],
      structural: ["bits": .integer(bits), "shape": .word(shape), "type": .word(type), "seed": .integer(seed)])
  }

  private func error(_ input: [Float], _ output: [Float], _ bits: Int) -> [Float] {
    let steps = Float(1 << (bits - 1))
    return zip(input, output).map { ($1 - $0) * steps }
  }

  @Test(arguments: [8, 12, 16]) func whatComesOutAreWholeSteps(bits: Int) throws {
    let output = try harness(bits).run([TestSignal.noise(4_000)])[0]
    let steps = Float(1 << (bits - 1))
    #expect(output.allSatisfy { ($0 * steps).rounded() == $0 * steps && $0 >= -1 && $0 <= 1 - 1 / steps })
  }

  /// Mean 0 and a quarter of a step squared, for every input between two steps: Lipshitz, Wannamaker and Vanderkooy 1992.
  @Test(arguments: [0.0, 0.25, 0.5, 0.77]) func theErrorHasTheSameMeanAndPowerForEveryInput(offset: Float) throws {
    let input = [Float](repeating: (40 + offset) / 128, count: 200_000)
    let error = try error(input, harness(8).run([input])[0], 8)
    let mean = error.reduce(0) { $0 + Double($1) } / 200_000
    #expect(abs(mean) < 0.006)
    #expect(abs(Measure.rms(error) - 0.5) < 0.004)
  }

  @Test func aToneBelowOneStepSurvives() throws {
    let amplitude = 0.4 / 128
    let input = TestSignal.sine(480_000, frequency: 1_000, amplitude: amplitude)
    let dithered = try harness(8).run([input])[0]
    #expect(abs(SineFit(dithered, frequency: 1_000, sampleRate: 48_000).amplitude / amplitude - 1) < 0.02)
    // Without noise it is lost.
    #expect(try harness(8, type: "none").run([input])[0].allSatisfy { $0 == 0 })
  }

  @Test(arguments: [("first", [1.0]), ("second", [2, -1]), ("fweighted", [2.033, -2.165, 1.959, -1.590, 0.6149])])
  func theErrorHasTheSpectrumOfItsFilter(shape: String, taps: [Double]) throws {
    let input = TestSignal.sine(960_000, frequency: 997, amplitude: 0.3)
    let error = try error(input, harness(12, shape: shape).run([input])[0], 12)
    // Power in eight bands of 3 kHz against the filter's over white noise of a quarter step squared.
    let size = 4_096
    var power = [Double](repeating: 0, count: size / 2)
    for start in stride(from: 0, to: error.count - size, by: size) {
      var real = (0..<size).map { Double(error[start + $0]) * (0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(size))) }
      var imaginary = [Double](repeating: 0, count: size)
      DiscreteTransform.forward(&real, &imaginary)
      for k in 0..<size / 2 { power[k] += real[k] * real[k] + imaginary[k] * imaginary[k] }
    }
    let blocks = Double((error.count - 1) / size), window = 0.375 * Double(size)
    for band in 0..<8 {
      let bins = max(band * 256, 4)..<(band + 1) * 256
      let measured = bins.reduce(0) { $0 + power[$1] } / blocks / window
      let expected = bins.reduce(0.0) { sum, k in
        var (real, imaginary) = (1.0, 0.0)
        for (tap, value) in taps.enumerated() {
          let angle = 2 * Double.pi * Double(k * (tap + 1)) / Double(size)
          real -= value * cos(angle)
          imaginary += value * sin(angle)
        }
        return sum + 0.25 * (real * real + imaginary * imaginary)
      }
      #expect(abs(10 * log10(measured / expected)) < 0.4, "band \(band)")
    }
  }

  @Test func seedsGiveDifferentNoisesAndSilenceStaysSilent() throws {
    let input = TestSignal.noise(4_000, amplitude: 0.1)
    #expect(try harness(8, seed: 1).run([input]) != harness(8, seed: 2).run([input]))
    let quiet = try harness(8).run([[Float](repeating: 0, count: 48_000)])[0]
    #expect(quiet[..<24_000].contains { $0 != 0 } && quiet[24_001...].allSatisfy { $0 == 0 })
  }

  @Test func whatIsTooLoudIsHeldAtFullScale() throws {
    for shape in ["flat", "second", "fweighted"] {
      let output = try harness(16, shape: shape).run([
        [Float](repeating: 3, count: 2_000) + [Float](repeating: 0.25, count: 2_000)
      ])[0]
      #expect(output[..<2_000].allSatisfy { $0 == 32_767.0 / 32_768 })
      #expect(output[2_010...].allSatisfy { abs($0 - 0.25) < 30.0 / 32_768 })
    }
  }
}
