import Foundation
import Talea

/// Sound files made and read for tests.
extension Scratch {
  func makeSound(
    _ name: String, _ channels: [[Float]], rate: Int = 48_000, encoding: SampleEncoding = .f32,
    container: AudioFileContainer = .wav,
    title: String? = nil
  ) throws {
    var format = AudioFileFormat(
      container: container, encoding: encoding, sampleRate: rate, channelCount: channels.count)
    format.metadata[.title] = title
    let writer = try AudioFileWriter(path: self[name], format: format, options: AudioFileWriter.Options(force: true))
    let buffer = PlanarBuffer(channels: channels.count, frames: channels[0].count)
    for (channel, samples) in channels.enumerated() {
      for (n, sample) in samples.enumerated() { buffer.mutable[channel][n] = sample }
    }
    try writer.write(buffer.constant, frameCount: channels[0].count)
    _ = try writer.finish()
  }

  func sound(_ name: String, raw: RawFormat? = nil) throws -> Sound { try Sound(path: self[name], raw: raw) }
}

struct Sound {
  var format: AudioFileFormat
  var channels: [[Float]]

  init(path: String, raw: RawFormat? = nil) throws {
    let reader = try AudioFileReader(path: path, raw: raw)
    format = reader.format
    channels = Array(repeating: [], count: format.channelCount)
    let buffer = PlanarBuffer(channels: format.channelCount, frames: 4_096)
    while true {
      let count = try reader.read(into: UnsafePointer(buffer.mutable), frameCount: 4_096)
      if count == 0 { return }
      for channel in channels.indices {
        channels[channel].append(contentsOf: UnsafeBufferPointer(start: buffer.mutable[channel], count: count))
      }
    }
  }

  var frameCount: Int { channels[0].count }
}

/// Seeded noise in -amplitude...amplitude, rounded to `bits` so that integers hold it exactly.
func noise(_ frames: Int, channels: Int = 1, amplitude: Float = 0.5, bits: Int = 16, seed: UInt64 = 1) -> [[Float]] {
  var state = seed
  let scale = Float(1 << (bits - 1))
  return (0..<channels).map { _ in
    (0..<frames).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let uniform = Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31
      return (uniform * amplitude * scale).rounded() / scale
    }
  }
}

/// 1 at one frame, silence around it.
func impulse(_ frames: Int, at position: Int = 0) -> [[Float]] { [(0..<frames).map { $0 == position ? 1 : 0 }] }

func constant(_ value: Float, _ frames: Int) -> [[Float]] { [Array(repeating: value, count: frames)] }
