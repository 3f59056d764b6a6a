import Signal
import Testing

@testable import DSP

@Suite("freeverb") struct FreeverbTests {
  private let parameters = ["roomsize": 0.8, "damping": 0.3, "width": 0.7, "wet": 0.5, "dry": 0.25]

  /// Freeverb written down frame by frame in double precision, as its original reads.
  private func plainFreeverb(_ left: [Float], _ right: [Float], rate: Double, _ p: [String: Double]) -> [[Double]] {
    struct Line {
      var buffer: [Double]
      var index = 0
      var store = 0.0
      init(_ length: Int) { buffer = Array(repeating: 0, count: length) }
      mutating func put(_ x: Double) {
        buffer[index] = x
        index = (index + 1) % buffer.count
      }
    }
    func line(_ tuning: Int) -> Line { Line(Int((Double(tuning) * rate / 44_100).rounded())) }
    let (damp, feedback) = (0.4 * p["damping"]!, 0.28 * p["roomsize"]! + 0.7)
    var combs = [0, 23].map { spread in [1116, 1188, 1277, 1356, 1422, 1491, 1557, 1617].map { line($0 + spread) } }
    var allpasses = [0, 23].map { spread in [556, 441, 341, 225].map { line($0 + spread) } }
    var output: [[Double]] = [[], []]
    for n in left.indices {
      let input = (Double(left[n]) + Double(right[n])) * 0.015
      let sides = [0, 1].map { side in
        var sum = 0.0
        for comb in combs[side].indices {
          let past = combs[side][comb].buffer[combs[side][comb].index]
          let store = past * (1 - damp) + combs[side][comb].store * damp
          combs[side][comb].store = store
          combs[side][comb].put(input + store * feedback)
          sum += past
        }
        for allpass in allpasses[side].indices {
          let past = allpasses[side][allpass].buffer[allpasses[side][allpass].index]
          allpasses[side][allpass].put(sum + past * 0.5)
          sum = past - sum
        }
        return sum
      }
      let wet = 3 * p["wet"]!, own = wet * (p["width"]! / 2 + 0.5), other = wet * (1 - p["width"]!) / 2
      output[0].append(sides[0] * own + sides[1] * other + 2 * p["dry"]! * Double(left[n]))
      output[1].append(sides[1] * own + sides[0] * other + 2 * p["dry"]! * Double(right[n]))
    }
    return output
  }

  @Test(arguments: [22_050, 44_100, 48_000, 192_000])
  func itEqualsTheOriginalWithin135dB(rate: Int) throws {
    let harness = try KernelHarness(Freeverb.self, channels: [2], parameters: parameters, sampleRate: .init(rate))
    let left = TestSignal.noise(rate), right = TestSignal.noise(rate, seed: 2)
    let output = harness.run([left, right], cuts: .random(seed: 8))
    let expected = plainFreeverb(left, right, rate: Double(rate), parameters)
    for side in 0..<2 {
      let error = zip(output[side], expected[side]).map { Float(Double($0) - $1) }
      #expect(Math.decibels(amplitude: Measure.rms(error) / Measure.rms(output[side])) < -135)
    }
  }

  @Test func theFirstEchoesOfAnImpulseFallWhereTheTuningsSay() throws {
    let harness = try KernelHarness(
      Freeverb.self, channels: [2], parameters: ["damping": 0, "wet": 1.0 / 3], sampleRate: 44_100)
    let output = harness.run([TestSignal.impulse(1_400), TestSignal.impulse(1_400)])
    // Combs, and on the way through four allpasses the sign changes four times.
    #expect(output[0].firstIndex { $0 != 0 } == 1_116)
    #expect(output[1].firstIndex { $0 != 0 } == 1_139)
    for comb in [1_116, 1_188, 1_277] { #expect(abs(output[0][comb] - 0.03) < 1e-6) }
  }

  @Test func aMovedKnobArrivesWhereItWouldHaveStarted() throws {
    let changes = [0, 1, 2, 3, 4].map { ParameterChange(frame: 0, parameter: $0, value: 0.6) }
    let moved = try KernelHarness(Freeverb.self, channels: [2], parameters: parameters)
    let started = try KernelHarness(
      Freeverb.self, channels: [2], parameters: ["roomsize": 0.6, "damping": 0.6, "width": 0.6, "wet": 0.6, "dry": 0.6])
    let silence = [[Float](repeating: 0, count: 2_000), [Float](repeating: 0, count: 2_000)]
    _ = moved.run(silence, changes: changes)
    _ = started.run(silence)
    let input = [TestSignal.noise(20_000), TestSignal.noise(20_000, seed: 2)]
    #expect(moved.run(input) == started.run(input))
  }

  @Test func silenceFollowsTheDeclaredTail() throws {
    let harness = try KernelHarness(Freeverb.self, channels: [2], parameters: ["roomsize": 0.1, "damping": 0.5])
    guard case .rings(let bound) = Freeverb.tail(harness.context) else { return #expect(Bool(false)) }
    let input = TestSignal.noise(10_000) + [Float](repeating: 0, count: bound + 1_000)
    let output = harness.run([input, input])
    for side in output { #expect(Measure.peak(side[(10_000 + bound)...]) < 1e-10) }
  }
}
