import Dataflow
import Foundation
import Signal
import Testing

@testable import DSP

@Suite("convolve") struct ConvolveTests {
  private func harness(
    _ response: [[Float]], channels: Int = 1, rate: Int = 48_000, latency: Int = 0, precision: String = "single",
    trim: String = "none", normalise: String = "none"
  ) throws -> KernelHarness {
    try KernelHarness(
      Convolve.self, channels: [channels],
      structural: [
        "file": .sound(SoundSamples(path: "room.wav", sampleRate: rate, channels: response)), "latency": .integer(latency),
        "precision": .word(precision), "trim": .word(trim), "normalise": .word(normalise),
      ])
  }

  /// Noise that falls by 60 dB over its length.
  private func room(_ length: Int, seed: UInt64) -> [Float] {
    TestSignal.noise(length, seed: seed).enumerated().map { $1 * Float(exp(-6.9 * Double($0) / Double(length))) }
  }

  /// The error against a sum in double precision, at frames a step apart, relative to the output, in dB.
  private func error(_ output: [Float], _ input: [Float], _ response: [Float], latency: Int, step: Int) -> Double {
    var (difference, power) = (0.0, 0.0)
    for n in stride(from: latency, to: output.count, by: step) {
      var sum = 0.0
      for k in 0..<min(response.count, n - latency + 1) { sum += Double(response[k]) * Double(input[n - latency - k]) }
      difference += pow(Double(output[n]) - sum, 2)
      power += sum * sum
    }
    return 10 * log10(difference / power)
  }

  @Test(arguments: [
    (1, 0), (2, 0), (63, 0), (64, 0), (65, 0), (127, 0), (300, 0), (1_000, 0), (5_000, 0), (20_000, 0), (60_000, 0),
    (1, 128), (500, 128), (3_000, 256), (9_000, 1_024), (40_000, 8_192), (70_000, 16_384),
  ])
  func theErrorStaysBelowWhatIsPromised(length: Int, latency: Int) throws {
    let response = room(length, seed: 5)
    let input = TestSignal.noise(2 * length + latency + 3_000, seed: 6)
    for (precision, limit) in [("single", -125.0), ("double", -145.0)] {
      let output = try harness([response], latency: latency, precision: precision).run([input])[0]
      #expect(output[..<latency].allSatisfy { $0 == 0 })
      let error = error(output, input, response, latency: latency, step: max(1, length / 150) | 1)
      #expect(error < limit, "\(precision): \(error)")
    }
  }

  @Test func anImpulseDelaysByItsPlace() throws {
    let input = TestSignal.noise(12_000)
    for place in [0, 1, 63, 64, 65, 1_023, 1_024, 5_000] {
      let output = try harness([TestSignal.impulse(place + 1).reversed()]).run([input])[0]
      for n in place..<12_000 { #expect(abs(output[n] - input[n - place]) < 1e-6) }
    }
  }

  /// A decaying exponential is a recursion of one pole.
  @Test func anExponentialIsAOnePole() throws {
    let factor = 0.999
    let response = (0..<30_000).map { Float(pow(factor, Double($0))) }
    let input = TestSignal.noise(20_000)
    let output = try harness([response]).run([input])[0]
    var state = 0.0
    for n in 0..<20_000 {
      state = state * factor + Double(input[n])
      #expect(abs(Double(output[n]) - state) < 1e-4)
    }
  }

  @Test func channelsAreMappedByRule() throws {
    let responses = (0..<4).map { index in (0..<200).map { $0 == 10 * (index + 1) ? Float(1) : 0 } }
    func places(_ output: [Float]) -> [Int] { output.indices.filter { output[$0].magnitude > 0.5 } }
    let impulse = TestSignal.impulse(400), silence = [Float](repeating: 0, count: 400)
    let late = silence.indices.map { $0 == 200 ? Float(1) : 0 }
    #expect(try harness([responses[0]], channels: 2).run([impulse, late]).map(places) == [[10], [210]])
    #expect(try harness(Array(responses[..<2]), channels: 2).run([impulse, late]).map(places) == [[10], [220]])
    #expect(try harness(Array(responses[..<3])).run([impulse]).map(places) == [[10], [20], [30]])
    #expect(try harness(responses, channels: 2).run([impulse, late]).map(places) == [[10, 230], [20, 240]])
    let failure = #expect(throws: EffectError.self) { try harness(Array(responses[..<3]), channels: 2) }
    #expect(failure?.message == "a response of 3 channels does not fit a sound of 2")
  }

  @Test func aLatencyThatIsNoPowerOfTwoIsRefused() throws {
    for latency in [1, 64, 100, 127, 129, 8_191, 65_535] {
      #expect(throws: EffectError.self) { try harness([[1]], latency: latency) }
    }
    for latency in [128, 4_096, 65_536] {
      #expect(Convolve.latency(try harness([[1]], latency: latency).context) == Rational(latency))
    }
  }

  @Test(arguments: [0, 128, 2_048]) func theBytesAreThoseOfEveryCut(latency: Int) throws {
    let response = [room(20_000, seed: 1), room(20_000, seed: 2)]
    let input = [TestSignal.noise(30_000, seed: 3), TestSignal.noise(30_000, seed: 4)]
    let wanted = try harness(response, channels: 2, latency: latency).run(input, cuts: .blocks(4_096))
    for cuts: Cuts in [.blocks(1), .blocks(7), .blocks(64), .blocks(480), .random(seed: 1)] {
      let output = try harness(response, channels: 2, latency: latency).run(input, cuts: cuts)
      #expect(SharedEffectChecks.bits(output) == SharedEffectChecks.bits(wanted), "\(cuts)")
    }
  }

  @Test func aResponseOfAnotherRateKeepsItsFrequencyResponse() throws {
    // A one-pole low pass sampled at 96 kHz, heard at 48 kHz.
    let response = (0..<20_000).map { Float(0.01 * pow(0.99, Double($0))) }
    for frequency in [100.0, 1_000, 5_000] {
      let output = try harness([response], rate: 96_000).run([TestSignal.sine(40_000, frequency: frequency)])[0]
      let fit = SineFit(output[20_000...], frequency: frequency, sampleRate: 48_000, offset: 20_000)
      let angle = 2 * Double.pi * frequency / 96_000
      let wanted = 0.01 / sqrt(1 - 2 * 0.99 * cos(angle) + 0.99 * 0.99)
      // It begins at full height: what the conversion rings before it, which has no place, is left out.
      #expect(abs(20 * log10(fit.amplitude / wanted)) < 0.1)
    }
  }

  @Test func trimmingAndNormalisingDoWhatTheySay() throws {
    var response = [Float](repeating: 1e-7, count: 500)
    response[100] = 3
    response[200] = 4
    let whole = try harness([response]).run([TestSignal.impulse(600)])[0]
    let end = try harness([response], trim: "end").run([TestSignal.impulse(600)])[0]
    let both = try harness([response], trim: "both", normalise: "energy").run([TestSignal.impulse(600)])[0]
    #expect(whole[499] > 0 && end[201...].allSatisfy { $0 == 0 } && abs(end[200] - 4) < 1e-6)
    #expect(abs(both[0] - 0.6) < 1e-6 && abs(both[100] - 0.8) < 1e-6 && both[101...].allSatisfy { $0 == 0 })
  }

  @Test func silenceIsExactOnceTheResponseHasPassed() throws {
    let input = TestSignal.noise(1_000) + [Float](repeating: 0, count: 9_000)
    for latency in [0, 512] {
      let output = try harness([room(3_000, seed: 8)], latency: latency).run([input])[0]
      #expect(output[3_900 + latency..<3_999 + latency].contains { $0 != 0 })
      #expect(output[(3_999 + latency)...].allSatisfy { $0 == 0 })
    }
  }
}

@Suite("partitions of a convolution") struct ConvolutionLayoutTests {
  @Test(arguments: [1, 64, 65, 100, 1_000, 4_800, 48_000, 96_000, 288_000, 1_000_000])
  func theyCoverTheResponseAndAreReadyInTime(length: Int) {
    for latency in [0] + (7...16).map({ 1 << $0 }) {
      let layout = ConvolutionLayout(length: length, latency: latency)
      var end = layout.directCount
      for (index, level) in layout.levels.enumerated() {
        #expect(level.start == end)
        // The smallest block without latency is done when it is complete; every other has a block's time.
        let isImmediate = index == 0 && latency == 0
        #expect(level.start + latency >= (isImmediate ? 1 : 2) * level.block)
        end += level.partitions * level.block
      }
      #expect(end >= length)
    }
  }

  /// Counted operations, not time: what a block of 64 frames costs at most and on average.
  @Test(arguments: [100, 1_000, 10_000, 96_000, 288_000]) func noBlockCostsThriceTheMean(length: Int) {
    let response = [[Double](repeating: 0.001, count: length), [Double](repeating: 0.001, count: length)]
    let paths = [ConvolutionPath(input: 0, output: 0, response: 0), ConvolutionPath(input: 1, output: 1, response: 1)]
    for latency in [0, 128, 8_192] {
      let convolution = PartitionedConvolution<SIMD8<Float>>(
        response, layout: ConvolutionLayout(length: length, latency: latency), inputs: 2, outputs: 2, paths: paths,
        memory: MemoryMeter())
      let costs = convolution.tickCosts
      let mean = Double(costs.reduce(0, +)) / Double(costs.count)
      #expect(Double(costs.max()!) <= 3 * mean, "latency \(latency)")
    }
  }
}
