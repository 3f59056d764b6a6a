import DSP
import Foundation
import Testing

@Suite("power spectra") struct PowerSpectraTests {
  /// Seeded noise in -0.5...0.5.
  static func noise(_ count: Int, seed: UInt64) -> [Float] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-32
    }
  }

  /// All windows of a sound that comes in pieces of these lengths, over and over.
  static func windows(_ channels: [[Float]], size: Int, hop: Int, pieces: [Int]) -> [[Float]] {
    let spectra = PowerSpectra(size: size, hop: hop, channelCount: channels.count)
    var windows: [[Float]] = [], position = 0, turn = 0
    let memory = channels.map { channel in
      let base = UnsafeMutablePointer<Float>.allocate(capacity: channel.count)
      base.initialize(from: channel, count: channel.count)
      return base
    }
    defer { for base in memory { base.deallocate() } }
    while position < channels[0].count {
      let count = min(pieces[turn % pieces.count], channels[0].count - position)
      let pointers = memory.map { UnsafePointer($0 + position) }
      pointers.withUnsafeBufferPointer { spectra.add($0.baseAddress!, frameCount: count) { windows.append(Array($0)) } }
      position += count
      turn += 1
    }
    spectra.finish { windows.append(Array($0)) }
    return windows
  }

  /// Every cut gives the same bits, with hops shorter than a window and as long as one.
  @Test(arguments: [32, 100, 128]) func everyCutIsTheSame(hop: Int) {
    let sound = [Self.noise(1_000, seed: 1), Self.noise(1_000, seed: 2), Self.noise(1_000, seed: 3)]
    let whole = Self.windows(sound, size: 128, hop: hop, pieces: [1_000])
    // The last window is centred no further than half of one behind the last frame.
    #expect(whole.count == (1_000 + 63) / hop + 1)
    for pieces in [[1], [7, 130, 3], [128], [511, 2]] {
      #expect(Self.windows(sound, size: 128, hop: hop, pieces: pieces) == whole, "\(pieces)")
    }
  }

  /// Against the transform's sum, in double: the channels' mean of 2 |X|^2 / (N sum w^2).
  @Test(arguments: [1, 2, 3]) func powersAreThoseOfTheDefinition(channels: Int) {
    let size = 64
    let sound = (0..<channels).map { Self.noise(256, seed: UInt64($0 + 1)) }
    // The third window at a hop of half of one is frames 32 to 95.
    let window = Self.windows(sound, size: size, hop: 32, pieces: [256])[2]
    let shape = (0..<size).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(size)) }
    let scale = Double(size) * shape.reduce(0) { $0 + $1 * $1 } * Double(channels)
    for k in 0...size / 2 {
      var power = 0.0
      for channel in sound {
        var real = 0.0, imaginary = 0.0
        for n in 0..<size {
          let sample = Double(channel[32 + n]) * shape[n], turn = 2 * .pi * Double(k * n) / Double(size)
          real += sample * cos(turn)
          imaginary += sample * sin(turn)
        }
        power += (real * real + imaginary * imaginary) * (k == 0 || k == size / 2 ? 1 : 2)
      }
      #expect(abs(Double(window[k]) - power / scale) < 1e-6, "\(channels) channels, number \(k)")
    }
  }

  @Test func aSineHasAThirdOfItsSquare() {
    let sine = (0..<4_096).map { Float(0.8 * sin(2 * .pi * 20 * Double($0) / 256)) }
    let window = Self.windows([sine], size: 256, hop: 128, pieces: [4_096])[8]
    #expect(abs(window[20] - 0.64 / 3) < 1e-5)
    #expect(abs(window.reduce(0, +) - 0.32) < 1e-5)
  }
}
