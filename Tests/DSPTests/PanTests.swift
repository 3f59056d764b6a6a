import Signal
import Testing

@testable import DSP

@Suite("pan") struct PanTests {
  @Test(arguments: [-1, -0.6, 0, 0.25, 1]) func monoKeepsItsPowerAtEveryPosition(position: Double) throws {
    let harness = try KernelHarness(Pan.self, channels: [1], parameters: ["position": position])
    let output = harness.run([[0.5, -1, 0.25]])
    for n in 0..<3 {
      let input = [0.5, -1, 0.25][n]
      let (left, right) = (Double(output[0][n]), Double(output[1][n]))
      #expect(abs(left * left + right * right - input * input) < 1e-7)
      #expect(abs(left - input * Math.cosPi((position + 1) / 4)) < 1e-7)
    }
  }

  @Test func monoIsAloneOnOneSideAtTheEndsAnd3Point01DecibelsDownInTheMiddle() throws {
    let left = try KernelHarness(Pan.self, channels: [1], parameters: ["position": -1]).run([[0.3]])
    #expect(left == [[0.3], [0]])
    let right = try KernelHarness(Pan.self, channels: [1], parameters: ["position": 1]).run([[0.3]])
    #expect(right == [[0], [0.3]])
    let middle = try KernelHarness(Pan.self, channels: [1]).run([[1]])
    #expect(middle[0] == middle[1] && abs(Math.decibels(amplitude: Double(middle[0][0])) + 3.0103) < 1e-4)
  }

  @Test func balanceFadesOneSideAndLeavesTheOther() throws {
    let toRight = try KernelHarness(Pan.self, channels: [2], parameters: ["position": 0.25]).run([[0.8], [0.3]])
    #expect(toRight == [[0.8 * 0.75], [0.3]])
    let middle = try KernelHarness(Pan.self, channels: [2]).run([[0.8], [0.3]])
    #expect(middle == [[0.8], [0.3]])
  }

  @Test func moreThanStereoIsRefused() {
    #expect(throws: EffectError.self) { try KernelHarness(Pan.self, channels: [6]) }
  }
}
