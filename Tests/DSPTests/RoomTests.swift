import Foundation
import Signal
import Testing

@testable import DSP

/// `plate`, `spring`, `early`.
@Suite("plate, spring and early reflections") struct RoomTests {
  private func plate(_ parameters: [String: Double], modulation: Double = 0) throws -> KernelHarness {
    var parameters = parameters
    parameters["mix"] = 1
    return try KernelHarness(
      Plate.self, channels: [2], parameters: parameters, structural: ["modulation": .quantity(modulation, .ratio)])
  }

  @Test(arguments: [0.8, 1.5, 2, 5]) func thePlateDecaysInItsTime(decay: Double) throws {
    let frames = Int(decay * 48_000) + 48_000
    for modulation in [0.0, 0.5] {
      let output = try plate(["decay": decay, "damping": 20_000, "bandwidth": 20_000], modulation: modulation)
        .run([TestSignal.impulse(frames), TestSignal.impulse(frames)])
      for channel in output {
        let time = reverberationTime(channel, octave: 1_000, sampleRate: 48_000)
        #expect(abs(time / decay - 1) < (decay < 1.5 ? 0.3 : 0.15), "\(time)")
      }
    }
  }

  @Test func dampingLetsHighsDieFirst() throws {
    let output = try plate(["decay": 3, "damping": 3_000]).run([TestSignal.impulse(192_000), TestSignal.impulse(192_000)])[0]
    let low = reverberationTime(output, octave: 250, sampleRate: 48_000)
    let high = reverberationTime(output, octave: 4_000, sampleRate: 48_000)
    #expect(low > 2.5 && high < 0.7 * low, "\(low) \(high)")
  }

  /// The paper's nodes: the first that either side hears is its nearest tap, after all diffusers at once.
  @Test func theFirstSoundComesFromTheNearestTapAndTheSidesDiffer() throws {
    let output = try plate(["predelay": 0, "decay": 2, "damping": 20_000, "bandwidth": 20_000])
      .run([TestSignal.impulse(48_000), TestSignal.impulse(48_000)])
    for (channel, distance) in [(0, 266.0), (1, 353)] {
      let first = output[channel].firstIndex { $0 != 0 }!
      #expect(abs(first - PlateDesign.scaled(distance, 48_000)) <= 2, "\(first)")
    }
    // Alike in level, unlike in shape.
    let tail = (0..<2).map { Array(output[$0][4_800..<38_400]) }
    let power = tail.map { Measure.rms($0) }
    let product = zip(tail[0], tail[1]).reduce(0) { $0 + Double($1.0) * Double($1.1) } / 33_600
    #expect(abs(20 * log10(power[0] / power[1])) < 1 && abs(product / (power[0] * power[1])) < 0.2)
  }

  @Test func predelayMovesThePlateAndIsReportedAsDelay() throws {
    let early = try plate(["predelay": 0]), late = try plate(["predelay": 0.05])
    let a = early.run([TestSignal.impulse(12_000), TestSignal.impulse(12_000)])[0]
    let b = late.run([TestSignal.impulse(12_000), TestSignal.impulse(12_000)])[0]
    #expect(b[..<2_400].allSatisfy { $0 == 0 } && Array(a[..<9_600]) == Array(b[2_400...]))
    #expect(Plate.delay(late.context) == 2_400)
  }

  // MARK: spring

  private func spring(decay: Double) throws -> KernelHarness {
    try KernelHarness(
      Spring.self, channels: [2], parameters: ["decay": decay, "mix": 1], structural: ["time": .quantity(0.066, .time)])
  }

  /// When the energy of a band around a frequency arrives, in frames: the centre of it, by a Gabor transform.
  private func arrival(_ signal: ArraySlice<Float>, _ frequency: Double) -> Double {
    var best = (0.0, 0)
    let width = 480
    for centre in stride(from: signal.startIndex + width, to: signal.endIndex - width, by: 12) {
      var real = 0.0, imaginary = 0.0
      for n in -width...width {
        let window = exp(-12.5 * pow(Double(n) / Double(width), 2)) * Double(signal[centre + n])
        real += window * cos(2 * Double.pi * frequency * Double(n) / 48_000)
        imaginary += window * sin(2 * Double.pi * frequency * Double(n) / 48_000)
      }
      best = max(best, (real * real + imaginary * imaginary, centre)) { $0.0 < $1.0 }
    }
    return Double(best.1)
  }

  private func max(_ a: (Double, Int), _ b: (Double, Int), by less: ((Double, Int), (Double, Int)) -> Bool) -> (Double, Int) {
    less(a, b) ? b : a
  }

  @Test func theFirstEchoIsAChirpAsTheAllpassesSay() throws {
    let stretch = SpringTank.stretch(highest: 4_300, 48_000)
    var tank = SpringTank(stretch: stretch, frames: SIMD4(repeating: 3_000), memory: MemoryMeter())
    // One spring alone, once around.
    let response = (0..<12_000).map { frame in
      let passed = tank.disperse(SIMD4(0, frame == 2_000 ? 1 : 0, 0, 0))
      return Float(tank.close(passed)[1])
    }
    for frequency in [500.0, 1_500, 2_500, 3_200] {
      let wanted = 2_000 + SpringTank.groupDelay(frequency / 48_000, stretch: stretch)
      // The lowpass adds about half a millisecond.
      #expect(
        abs(arrival(response[...], frequency) - wanted) < 40, "\(frequency): \(arrival(response[...], frequency)) for \(wanted)")
    }
  }

  @Test(arguments: [1.0, 3]) func lowsDecayInTheirTime(decay: Double) throws {
    let frames = Int(decay * 48_000) + 48_000
    let output = try spring(decay: decay).run([TestSignal.impulse(frames), TestSignal.impulse(frames)])
    let time = reverberationTime(output[0], octave: 500, sampleRate: 48_000)
    #expect(abs(time / decay - 1) < 0.15, "\(time)")
  }

  @Test func nothingAboveTheHighestFrequencyComesThrough() throws {
    let output = try spring(decay: 0.5).run([TestSignal.impulse(96_000), TestSignal.impulse(96_000)])[0]
    let low = Measure.magnitude(output, at: 1_003, sampleRate: 48_000),
      high = Measure.magnitude(output, at: 11_003, sampleRate: 48_000)
    #expect(20 * log10(high / low) < -25)
  }

  // MARK: early

  @Test(arguments: [(1, 6), (2, 24), (3, 62), (4, 128), (5, 230)]) func theImagesAreCounted(order: Int, count: Int) {
    let sources = ImageSources(room: (6, 8, 3), source: (0.3, 0.4, 0.5), listener: (0.5, 0.6, 0.5), order: order)
    #expect(sources.images.count == count)
  }

  /// First order by hand: a mirror at each wall, and Pythagoras.
  @Test func theFirstEchoesAreWherePythagorasPutsThem() {
    let (sx, sy, sz) = (2.0, 5.0, 1.0), (lx, ly, lz) = (3.0, 2.0, 1.5)
    let sources = ImageSources(
      room: (6, 8, 3), source: (sx / 6, sy / 8, sz / 3), listener: (lx / 6, ly / 8, lz / 3), order: 1)
    let mirrored = [(-sx, sy, sz), (12 - sx, sy, sz), (sx, -sy, sz), (sx, 16 - sy, sz), (sx, sy, -sz), (sx, sy, 6 - sz)]
    let wanted = mirrored.map { x, y, z in (pow(x - lx, 2) + pow(y - ly, 2) + pow(z - lz, 2)).squareRoot() }.sorted()
    for (a, b) in zip(sources.images.map(\.distance).sorted(), wanted) { #expect(abs(a - b) < 1e-9) }
    #expect(abs(sources.direct - (1 + 9 + 0.25).squareRoot()) < 1e-9)
  }

  @Test func echoesLieAtTheirPlacesWithTheirLevels() throws {
    let harness = try KernelHarness(
      Early.self, channels: [2], parameters: ["level": 0, "absorption": 0.36], structural: ["order": .integer(2)])
    let output = harness.run([TestSignal.impulse(4_000), TestSignal.impulse(4_000)])
    #expect(output[0][0] == 1 && output[1][0] == 1)
    let sources = Early.images(harness.context)
    var wanted = [[Double]](repeating: [Double](repeating: 0, count: 4_000), count: 2)
    for image in sources.images {
      let delay = Int(((image.distance - sources.direct) / 343.2 * 48_000).rounded())
      let gain = sources.direct / image.distance * pow(0.8, Double(image.order)), turn = (image.side + 1) * Double.pi / 4
      wanted[0][delay] += gain * cos(turn)
      wanted[1][delay] += gain * sin(turn)
    }
    for channel in 0..<2 { for n in 1..<4_000 { #expect(abs(Double(output[channel][n]) - wanted[channel][n]) < 1e-6) } }
  }
}
