import CRealtime
import Glibc
import Signal
import Testing

@testable import DSP

/// The cascade frame by frame and section by section, in the same operations.
private func plainCascade(_ sections: [BiquadCoefficients], _ input: [Float]) -> [Float] {
  var signal = input.map(Double.init)
  for c in sections {
    var rest = 0.0, x1 = 0.0, y1 = 0.0
    for n in signal.indices {
      let x = signal[n]
      let y = rest.addingProduct(c.b0, x).addingProduct(-c.a1, y1)
      rest = (c.b2 * x1).addingProduct(c.b1, x).addingProduct(-c.a2, y1)
      x1 = x
      y1 = y
      signal[n] = y
    }
  }
  return signal.map { Float($0) }
}

@Suite("Biquad cascade") struct BiquadCascadeTests {
  static func sections(_ count: Int) -> [BiquadCoefficients] {
    (0..<count).map { .peak(CornerAngle(60 * Glibc.pow(1.04, Double($0)), 48_000), decibels: $0 % 2 == 0 ? 6 : -5, q: 2) }
  }

  static func run(
    _ sections: [BiquadCoefficients], _ input: [[Float]], _ cuts: Cuts, isWide: Bool = talea_has_wide_doubles()
  ) -> [[Float]] {
    var cascade = BiquadCascade(
      stageCount: sections.count, channelCount: input.count, maximumFrameCount: 4_096, memory: MemoryMeter(), isWide: isWide)
    for (stage, section) in sections.enumerated() { cascade.set(stage, section) }
    var output = input
    var position = 0
    let guarded = DenormalGuard()
    for length in cuts.lengths(input[0].count) {
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: input.count * length)
      defer { memory.deallocate() }
      for channel in input.indices {
        (memory + channel * length).initialize(from: Array(input[channel][position..<position + length]), count: length)
      }
      let pointers = input.indices.map { memory + $0 * length }
      pointers.withUnsafeBufferPointer { outputs in
        pointers.map { UnsafePointer($0) }.withUnsafeBufferPointer { inputs in
          cascade.process(
            AudioBlock(
              inputs: inputs.baseAddress!, outputs: outputs.baseAddress!, inputFrameCount: length, frameCount: length,
              inputPosition: position, position: position))
        }
      }
      for channel in input.indices {
        for n in 0..<length { output[channel][position + n] = memory[channel * length + n] }
      }
      position += length
    }
    _ = guarded
    return output
  }

  @Test(arguments: Array(1...12) + [20, 23], 4...17) func manyChannelsHaveTheBitsOfThePlainCascade(count: Int, channels: Int) {
    let sections = Self.sections(count)
    let input = (0..<channels).map { TestSignal.noise(700, seed: UInt64($0)) }
    let wanted = input.map { plainCascade(sections, $0) }
    for cuts: Cuts in [.whole, .blocks(15), .blocks(64), .random(seed: UInt64(count))] {
      for isWide in [false, talea_has_wide_doubles()] {
        #expect(Self.run(sections, input, cuts, isWide: isWide) == wanted, "\(cuts), \(isWide)")
      }
    }
  }

  @Test(arguments: Array(1...14) + [20, 23, 64, 128]) func theSkewedPipelineHasTheBitsOfThePlainCascade(count: Int) {
    let sections = Self.sections(count)
    let input = (0..<3).map { TestSignal.noise(3_000, seed: UInt64($0)) }
    let wanted = input.map { plainCascade(sections, $0) }
    for cuts: Cuts in [.whole, .blocks(1), .blocks(23), .blocks(24), .blocks(64), .blocks(1_025), .random(seed: 4)] {
      for isWide in [false, talea_has_wide_doubles()] {
        #expect(Self.run(sections, input, cuts, isWide: isWide) == wanted, "\(cuts), \(isWide)")
      }
    }
  }

  #if arch(x86_64)
    @Test func a20HertzBandOfQ10At192KilohertzIsWithin140DecibelsOfExactArithmetic() {
      let fs: Float80 = 192_000, w = 2 * Float80.pi * 20 / fs
      let a = Glibc.pow(Float80(10), 12 / Float80(40)), alpha = Glibc.sin(w) / 20
      let a0 = 1 + alpha / a
      let b0 = (1 + alpha * a) / a0, b1 = -2 * Glibc.cos(w) / a0, b2 = (1 - alpha * a) / a0, a2 = (1 - alpha / a) / a0
      let input = TestSignal.noise(400_000, amplitude: 0.5)
      let output = Self.run([.peak(CornerAngle(20, 192_000), decibels: 12, q: 10)], [input], .blocks(1_024))[0]
      var x1: Float80 = 0, x2: Float80 = 0, y1: Float80 = 0, y2: Float80 = 0
      var error: Float80 = 0, power: Float80 = 0
      for (x, y) in zip(input, output) {
        let exact = b0 * Float80(x) + b1 * (x1 - y1) + b2 * x2 - a2 * y2
        (x2, x1, y2, y1) = (x1, Float80(x), y1, exact)
        error += (Float80(y) - exact) * (Float80(y) - exact)
        power += exact * exact
      }
      let decibels = Double(10 * Glibc.log10(error / power))
      #expect(decibels < -140, "\(decibels) dB")
    }
  #endif

  @Test func movingCoefficientsAreInterpolatedLinearlyAndArriveExactly() throws {
    let harness = try KernelHarness(Lowpass.self, channels: [1], parameters: ["cutoff": 500])
    let input = TestSignal.noise(2_000)
    let output = harness.run([input], changes: [ParameterChange(frame: 64, parameter: 0, value: 5_000)])[0]
    // 20 ms are 30 control periods; the cutoff moves evenly in its logarithm from tick to tick.
    func section(_ tick: Int) -> BiquadCoefficients {
      let share = min(max(Double(tick - 2) / 30, 0), 1)
      let cutoff =
        share == 0 ? 500 : share == 1 ? 5_000 : Math.exp(Math.log(500.0) + (Math.log(5_000.0) - Math.log(500.0)) * share)
      return .lowpass(CornerAngle(cutoff, 48_000), q: FilterKind.butterworthQ)
    }
    func mix(_ from: Double, _ to: Double, _ share: Double) -> Double { from + (to - from) * share }
    var rest = 0.0, x1 = 0.0, y1 = 0.0
    for n in input.indices {
      let from = section(n / 32), to = section(n / 32 + 1), share = Double(n % 32) / 32
      let x = Double(input[n])
      let y = rest + mix(from.b0, to.b0, share) * x - mix(from.a1, to.a1, share) * y1
      rest = mix(from.b2, to.b2, share) * x1 + mix(from.b1, to.b1, share) * x - mix(from.a2, to.a2, share) * y1
      (x1, y1) = (x, y)
      #expect(abs(Double(output[n]) - y) < 2e-7)
    }
  }

  @Test func theDeclaredTailIsLongEnoughAndNotTwiceTooLong() throws {
    let cases: [(String, [String: Double])] = [
      ("lowpass", ["cutoff": 100, "q": 5]), ("highpass", ["cutoff": 30]), ("peak", ["frequency": 50, "gain": 12, "q": 8]),
      ("dcblock", [:]), ("lowshelf", ["frequency": 80, "gain": -20]),
    ]
    for (kind, parameters) in cases {
      let type = try #require(Catalog.standard[kind])
      let harness = try KernelHarness(type, channels: [1], parameters: parameters)
      guard case .frames(let tail) = type.tail(harness.context) else { continue }
      let output = harness.run([[Float](repeating: 1, count: 48_000) + [Float](repeating: 0, count: tail + 10_000)])[0]
      let last = try #require(output.lastIndex { abs($0) > 1e-10 })
      #expect(last < 48_000 + tail && tail < 2 * (last - 48_000) + 100, "\(kind): \(tail) for \(last - 48_000)")
    }
  }
}

@Suite("dcblock") struct DCBlockTests {
  @Test func anOffsetIsGoneToAHundredthAfter147Milliseconds() throws {
    let harness = try KernelHarness(DCBlock.self, channels: [1])
    let output = harness.run([[Float](repeating: 1, count: 48_000)])[0]
    #expect(abs(output[7_056]) < 0.01 && abs(output[6_960]) > 0.01 && abs(output[47_999]) < 1e-10)
  }

  @Test func twentyHertzPassWithin0Point3Decibels() throws {
    let harness = try KernelHarness(DCBlock.self, channels: [1])
    let output = harness.run([TestSignal.sine(96_000, frequency: 20)])[0]
    let peak = output[72_000...].map(abs).max()!
    #expect(abs(20 * Glibc.log10(Double(peak))) < 0.3)
  }
}
