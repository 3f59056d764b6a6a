import Signal
import Testing

@testable import DSP

@Suite("reverb") struct ReverbTests {
  private func harness(
    _ parameters: [String: Double] = [:], size: Double = 0.5, modulation: Double = 0, lines: Int = 16, early: Double = 0.25,
    rate: Int = 48_000
  ) throws -> KernelHarness {
    try KernelHarness(
      Reverb.self, channels: [2], parameters: ["mix": 1, "damping": 0].merging(parameters) { $1 },
      structural: [
        "size": .quantity(size, .ratio), "modulation": .quantity(modulation, .ratio), "lines": .integer(lines),
        "early": .quantity(early, .ratio),
      ], sampleRate: .init(rate))
  }

  /// From each input to each output.
  private func responses(_ harness: KernelHarness, seconds: Double) -> [[Float]] {
    let count = Int(seconds * harness.context.framesPerSecond)
    let impulse = TestSignal.impulse(count), silence = [Float](repeating: 0, count: count)
    let fromLeft = harness.run([impulse, silence], cuts: .whole)
    harness.reset()
    return fromLeft + harness.run([silence, impulse], cuts: .whole)
  }

  private func meanTime(_ responses: [[Float]], _ octave: Double, _ rate: Int) -> Double {
    responses.map { reverberationTime($0, octave: octave, sampleRate: Double(rate)) }.reduce(0, +) / Double(responses.count)
  }

  @Test(arguments: [44_100, 48_000, 96_000, 192_000], [0, 0.25, 0.5, 0.75, 1.0])
  func theDecayTimeIsMetWithin5PercentFrom250HzTo2kHz(rate: Int, size: Double) throws {
    for decay in [0.5, 1.4] {
      let responses = responses(try harness(["decay": decay], size: size, rate: rate), seconds: decay * 1.1 + 0.3)
      for octave in [250.0, 500, 1_000, 2_000] {
        #expect(abs(meanTime(responses, octave, rate) / decay - 1) < 0.05, "\(decay) s, \(octave) Hz")
      }
    }
  }

  @Test func longDecaysAreMetWithin5Percent() throws {
    for size in [0.25, 0.75] {
      let responses = responses(try harness(["decay": 5], size: size), seconds: 5.8)
      for octave in [250.0, 500, 1_000, 2_000] {
        #expect(abs(meanTime(responses, octave, 48_000) / 5 - 1) < 0.05)
      }
    }
  }

  @Test(arguments: [8, 32], [0, 0.5, 1.0]) func otherNumbersOfLinesKeepTheDecayTimeWithin10Percent(lines: Int, size: Double)
    throws
  {
    for decay in [1.0, 2] {
      let responses = responses(try harness(["decay": decay], size: size, lines: lines), seconds: decay * 1.1 + 0.3)
      for octave in [250.0, 500, 1_000, 2_000] {
        #expect(abs(meanTime(responses, octave, 48_000) / decay - 1) < 0.1, "\(decay) s, \(octave) Hz")
      }
    }
  }

  @Test(arguments: [8, 16, 32], [0, 0.25, 0.8]) func theWetSoundIsAsLoudAsTheInput(lines: Int, early: Double) throws {
    let (left, right) = (TestSignal.noise(200_000, seed: 1), TestSignal.noise(200_000, seed: 2))
    let output = try harness(["decay": 1], lines: lines, early: early).run([left, right])
    func power(_ x: some Sequence<Float>) -> Double { x.reduce(0) { $0 + Double($1) * Double($1) } }
    let ratio =
      (power(output[0][100_000...]) + power(output[1][100_000...])) / (power(left[100_000...]) + power(right[100_000...]))
    #expect(abs(Math.decibels(amplitude: ratio.squareRoot())) < 1)
  }

  @Test func otherNumbersThan8And16And32LinesAreRefused() {
    #expect(throws: EffectError.self) { try harness(lines: 12) }
  }

  @Test func aModulatedRoomKeepsItsDecayTimeWithin5Percent() throws {
    let responses = responses(try harness(["decay": 2], modulation: 0.5), seconds: 2.4)
    for octave in [250.0, 500, 1_000, 2_000] { #expect(abs(meanTime(responses, octave, 48_000) / 2 - 1) < 0.05) }
  }

  @Test(arguments: [0.2, 0.5, 1.0], [0, 0.5, 1.0])
  func underDampingTheOctaveAround500HzKeepsItsTimeWithin10Percent(damping: Double, size: Double) throws {
    let responses = responses(try harness(["decay": 1.5, "damping": damping], size: size), seconds: 1.9)
    #expect(abs(meanTime(responses, 500, 48_000) / 1.5 - 1) < 0.1)
    #expect(meanTime(responses, 125, 48_000) / 1.5 < 4 / 3 + 0.05)
  }

  @Test(arguments: [0.3, 0.6, 0.9])
  func dampingShortensTheDecayAt5kHzToTheStatedShare(damping: Double) {
    let room = ReverbRoom(size: 0.5, early: 0.25, lines: 16, framesPerSecond: 48_000), decay = 8.0
    let filters = room.damping(decay: decay, damping: damping)
    for line in 0..<16 {
      // The lowpass of the line, and the 1/4 of the mixing.
      let pole = Double(filters.pole[line]), cosine = Math.cosPi(2 * 5_000 / 48_000)
      let gain = 4 * Double(filters.gain[line]) / (1 - 2 * pole * cosine + pole * pole).squareRoot()
      let time = -60 * Double(room.lengths[line]) / 48_000 / Math.decibels(amplitude: gain)
      #expect(abs(time / (decay * (1 - 0.9 * damping)) - 1) < 1e-4)
    }
  }

  @Test(arguments: [0.3, 1, 4, 16])
  func theWetSoundIsAsLoudAsTheInputWithin1Decibel(decay: Double) throws {
    for size in [0.0, 1] {
      let count = Int(48_000 * (1.5 * decay + 2))
      let input = [TestSignal.noise(count), TestSignal.noise(count, seed: 2)]
      for output in try harness(["decay": decay], size: size).run(input, cuts: .whole) {
        let gain = Measure.rms(output[(count - 72_000)...]) / Measure.rms(input[0])
        #expect(abs(Math.decibels(amplitude: gain)) < 1)
      }
    }
  }

  @Test func theFirstReflectionFallsAtTheEndOfThePredelayWhichIsDeclaredAsADelay() throws {
    let harness = try harness(["predelay": 0.02])
    let output = harness.run([TestSignal.impulse(4_000), TestSignal.impulse(4_000)])
    for side in output { #expect(side.firstIndex { $0 != 0 } == 960) }
    #expect(Reverb.delay(harness.context) == 960)
    #expect(Reverb.latency(harness.context) == 0)
  }

  @Test func aQuarterOfTheWetPowerIsEarlyReflections() throws {
    // A decay so long that the network is too quiet to be heard beside them.
    let output = try harness(["decay": 60]).run([TestSignal.impulse(2_000), [Float](repeating: 0, count: 2_000)])
    let power = output.map { Measure.rms($0[..<1_300]) }.reduce(0) { $0 + $1 * $1 * 1_300 }
    #expect(abs(power - 0.25) < 0.02)
  }

  @Test func widthZeroIsMonoAndFullWidthIsDecorrelated() throws {
    let input = [TestSignal.noise(96_000), TestSignal.noise(96_000, seed: 2)]
    let mono = try harness(["width": 0]).run(input), wide = try harness(["width": 1]).run(input)
    #expect(mono[0] == mono[1])
    let product = zip(wide[0], wide[1]).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(product / 96_000 / Measure.rms(wide[0]) / Measure.rms(wide[1])) < 0.1)
  }

  @Test func withoutMixTheInputPassesBitForBit() throws {
    let input = [TestSignal.noise(5_000), TestSignal.noise(5_000, seed: 2)]
    #expect(try harness(["mix": 0]).run(input) == input)
  }

  @Test(arguments: [0.0, 0.5, 1], [8_000.0, 44_100, 192_000])
  func theLinesAre16DifferentPrimesWithinTheStatedTimes(size: Double, rate: Double) {
    let room = ReverbRoom(size: size, early: 0.25, lines: 16, framesPerSecond: rate)
    let lengths = (0..<16).map { Int(room.lengths[$0]) }
    #expect(Set(lengths).count == 16)
    for length in lengths { #expect((2..<length).allSatisfy { $0 * $0 > length || length % $0 != 0 }) }
    let shortest = 0.005 * Math.pow(5.5, size)
    #expect(Double(lengths.min()!) >= (shortest * rate).rounded() && Double(lengths.max()!) < 3.2 * shortest * rate + 200)
  }

  @Test func itsNoiseStaysBelowMinus130dBAgainstTheNetworkInDoublePrecision() throws {
    let harness = try harness(["decay": 3, "damping": 0.6])
    let count = 48_000
    let input = [TestSignal.noise(count), TestSignal.noise(count, seed: 2)]
    let output = harness.run(input)

    let room = ReverbRoom(size: 0.5, early: 0.25, lines: 16, framesPerSecond: 48_000)
    let damping = room.damping(decay: 3, damping: 0.6), inputGain = Double(Float(room.inputGain(decay: 3)))
    var lines = (0..<16).map { [Double](repeating: 0, count: Int(room.lengths[$0])) }
    var states = [Double](repeating: 0, count: 16), late: [[Double]] = [[], []]
    // What the early reflections add is left out by their own impulse responses.
    let earlyImpulse = EarlyResponses(room)
    for n in 0..<count {
      for i in 0..<16 {
        states[i] = Double(damping.gain[i]) * lines[i][n % lines[i].count] + Double(damping.pole[i]) * states[i]
      }
      let mixed = (0..<16).map { row in
        (0..<16).reduce(0.0) { $0 + ((row & $1).nonzeroBitCount % 2 == 0 ? states[$1] : -states[$1]) }
      }
      late[0].append(mixed[6])
      late[1].append(mixed[9])
      let left = Double(input[0][n]) * inputGain / 4, right = Double(input[1][n]) * inputGain / 4
      for i in 0..<16 {
        let fed = (0b0100_1111_1010_1000 >> i) & 1 == 1 ? left + right : left - right
        lines[i][n % lines[i].count] = mixed[i] + ((0b1111_1000_1000_0100 >> i) & 1 == 1 ? -fed : fed)
      }
    }
    let early = earlyImpulse.run(input)
    for side in 0..<2 {
      let error = (0..<count).map { Float(Double(output[side][$0]) - late[side][$0] - Double(early[side][$0])) }
      #expect(Math.decibels(amplitude: Measure.rms(error) / Measure.rms(output[side])) < -130)
    }
  }

  /// The early reflections alone, frame by frame.
  private struct EarlyResponses {
    let room: ReverbRoom
    init(_ room: ReverbRoom) { self.room = room }

    func run(_ input: [[Float]]) -> [[Float]] {
      var reflections = EarlyReflections(
        room, power: room.earlyPower, predelay: 0, longestPredelay: 100, memory: MemoryMeter())
      var output: [[Float]] = [[], []]
      for n in input[0].indices {
        let out = reflections.run(SIMD8(repeating: input[0][n]), SIMD8(repeating: input[1][n]), 1)
        output[0].append(out.earlyLeft[0])
        output[1].append(out.earlyRight[0])
      }
      return output
    }
  }

  @Test func silenceFollowsTheDeclaredTail() throws {
    for damping in [0.0, 1] {
      let harness = try harness(["decay": 0.3, "damping": damping])
      guard case .rings(let bound) = Reverb.tail(harness.context) else { return #expect(Bool(false)) }
      let input = [Float](repeating: 1, count: 20_000) + [Float](repeating: 0, count: bound + 5_000)
      for side in harness.run([input, input]) { #expect(Measure.peak(side[(20_000 + bound)...]) < 1e-10) }
    }
  }

  @Test(arguments: [0.0, 0.7])
  func cutsDoNotChangeABitWhileEverythingMoves(modulation: Double) throws {
    let changes = (0..<5).map { ParameterChange(frame: 320 + 1_024 * $0, parameter: $0, value: [5, 0.013, 0.9, 0.2, 0.5][$0]) }
    let input = [TestSignal.noise(12_000), TestSignal.noise(12_000, seed: 2)]
    let whole = try harness(modulation: modulation).run(input, cuts: .whole, changes: changes)
    for cuts in [Cuts.blocks(1), .blocks(7), .random(seed: 9)] {
      #expect(try harness(modulation: modulation).run(input, cuts: cuts, changes: changes) == whole)
    }
  }

  @Test func aMovedKnobArrivesWhereItWouldHaveStarted() throws {
    let changes = (0..<5).map { ParameterChange(frame: 0, parameter: $0, value: [3, 0.013, 0.9, 0.2, 0.5][$0]) }
    let moved = try harness()
    let started = try harness(["decay": 3, "predelay": 0.013, "damping": 0.9, "width": 0.2, "mix": 0.5])
    let silence = [[Float](repeating: 0, count: 9_600), [Float](repeating: 0, count: 9_600)]
    _ = moved.run(silence, changes: changes)
    _ = started.run(silence)
    let input = [TestSignal.noise(20_000), TestSignal.noise(20_000, seed: 2)]
    #expect(moved.run(input) == started.run(input))
  }
}
