import Signal
import Testing

@testable import DSP

@Suite("noise") struct NoiseTests {
  private func run(
    _ colour: String, level: Double = 0, channels: Int = 1, seed: Int = 1, frames: Int = 400_000, sampleRate: Int = 48_000,
    cuts: Cuts = .blocks(1_024)
  ) throws -> [[Float]] {
    let harness = try KernelHarness(
      Noise.self, channels: [], parameters: ["level": level],
      structural: ["colour": .word(colour), "channels": .integer(channels), "seed": .integer(seed)], sampleRate: .init(sampleRate)
    )
    return harness.run([], frames: frames, cuts: cuts)
  }

  @Test func theLevelIsTheRMSLevel() throws {
    let white = try run("white", level: -12)[0]
    #expect(abs(Math.decibels(amplitude: Measure.rms(white)) + 12) < 0.02)
    // The slow end of pink noise wanders: 400,000 frames hold few of its periods.
    let pink = try run("pink", level: -12)[0]
    #expect(abs(Math.decibels(amplitude: Measure.rms(pink)) + 12) < 0.3)
  }

  @Test func whiteNoiseIsUniformAndItsPeakLies4Point77DecibelsAboveItsLevel() throws {
    let white = try run("white")[0]
    let peak = Double(Measure.peak(white))
    #expect(abs(Math.decibels(amplitude: peak) - 4.771) < 0.001)
    var histogram = [Int](repeating: 0, count: 20)
    for x in white { histogram[min(19, Int((Double(x) / peak + 1) * 10))] += 1 }
    #expect(histogram.allSatisfy { abs($0 - 20_000) < 700 })
    let mean = white.reduce(0) { $0 + Double($1) } / 400_000
    #expect(abs(mean) < 0.006)
  }

  @Test func whiteNoiseIsUncorrelatedInTimeAndBetweenChannelsAndSeeds() throws {
    let two = try run("white", channels: 2), other = try run("white", seed: 2)[0]
    func correlation(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
      zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } / Double(min(a.count, b.count))
    }
    for lag in 1...8 { #expect(abs(correlation(two[0][...], two[0][lag...])) < 0.008) }
    #expect(abs(correlation(two[0][...], two[1][...])) < 0.008)
    #expect(abs(correlation(two[0][...], other[...])) < 0.008)
  }

  @Test(arguments: [44_100, 48_000, 96_000, 192_000])
  func pinkNoiseFallsBy3Point01DecibelsPerOctaveWithin0Point1Decibels(sampleRate: Int) {
    let ladder = PinkLadder(isPink: true, framesPerSecond: Double(sampleRate), channelCount: 1, memory: MemoryMeter())
    let frames = 1 << 18
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: frames)
    defer { memory.deallocate() }
    memory.initialize(repeating: 0, count: frames)
    memory[0] = 1
    ladder.process(memory, frames, 0)
    let response = UnsafeBufferPointer(start: memory, count: frames)
    let energy = response.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs(energy * ladder.normalisation * ladder.normalisation - 1) < 1e-3)

    var deviations: [Double] = []
    var frequency = 20.0
    while frequency < 0.4 * Double(sampleRate) {
      // The first 2^18 frames of the response hold all but its last -90 dB.
      let gain = Measure.gain(response, at: frequency, sampleRate: Double(sampleRate))
      deviations.append(gain + 10 * Math.log2(frequency / 1_000) * 0.30103)
      frequency *= 1.2
    }
    let middle = (deviations.max()! + deviations.min()!) / 2
    #expect(deviations.allSatisfy { abs($0 - middle) < 0.1 }, "\(deviations.max()! - deviations.min()!) dB")
  }

  @Test func aSampleDependsOnSeedChannelAndPositionAlone() throws {
    let whole = try run("white", channels: 2, frames: 5_000, cuts: .whole)
    #expect(try run("white", channels: 2, frames: 5_000, cuts: .random(seed: 1)) == whole)
    #expect(try run("white", channels: 1, frames: 5_000)[0] == whole[0])
  }
}
