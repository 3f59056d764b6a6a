import Foundation
import Testing

@testable import DSP

@Suite("tremolo") struct TremoloTests {
  /// The factor after `n` frames at 48 kHz.
  func factor(_ n: Int, rate: Double, depth: Double, behind turns: Double = 0) -> Double {
    1 - depth * (1 - cos(2 * .pi * (rate * Double(n) / 48_000 - turns))) / 2
  }

  @Test(arguments: [(5, 0.5), (0.7, 1), (100, 0.25)]) func theLevelSwingsAsACosine(rate: Double, depth: Double) throws {
    let harness = try KernelHarness(Tremolo.self, channels: [1], parameters: ["rate": rate, "depth": depth])
    let output = harness.run([[Float](repeating: 1, count: 48_000)])[0]
    for n in output.indices { #expect(abs(Double(output[n]) - factor(n, rate: rate, depth: depth)) < 1e-6) }
  }

  @Test func aFullSwingReachesSilenceAndComesBack() throws {
    let output = try KernelHarness(Tremolo.self, channels: [1], parameters: ["rate": 10, "depth": 1])
      .run([[Float](repeating: 1, count: 4_801)])[0]
    #expect(output[0] == 1 && abs(output[2_400]) < 1e-12 && abs(output[4_800] - 1) < 1e-6)
  }

  @Test func eachChannelIsTheSpreadBehindTheOneBefore() throws {
    let harness = try KernelHarness(
      Tremolo.self, channels: [3], parameters: ["rate": 4, "depth": 0.8], structural: ["spread": .quantity(90, .angle)])
    let output = harness.run([[Float]](repeating: [Float](repeating: 1, count: 12_000), count: 3))
    for channel in 0..<3 {
      for n in stride(from: 0, to: 12_000, by: 7) {
        let expected = factor(n, rate: 4, depth: 0.8, behind: 0.25 * Double(channel))
        #expect(abs(Double(output[channel][n]) - expected) < 1e-6)
      }
    }
  }

  @Test func withoutDepthNothingChanges() throws {
    let input: [Float] = [0.5, -1, 1e-20, 0.3]
    #expect(try KernelHarness(Tremolo.self, channels: [1], parameters: ["depth": 0]).run([input]) == [input])
  }
}
