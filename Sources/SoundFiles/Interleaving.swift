import Glibc

/// Moving samples between frames (interleaved, as files store them) and channels (planar, as effects work).
/// Mono and stereo have loops of their own: they are nearly all files. Of more channels, four at a time are turned in squares of
/// four frames: one sample after the other, across frames that lie apart, takes several times as long.
enum Interleaving {
  /// Spreads `frameCount` frames over the channels, each from its frame `offset` on.
  static func deinterleave(
    _ frames: UnsafePointer<Float>, frameCount: Int, channelCount: Int,
    into channels: UnsafePointer<UnsafeMutablePointer<Float>>, offset: Int
  ) {
    switch channelCount {
    case 1: memcpy(channels[0] + offset, frames, frameCount * MemoryLayout<Float>.size)
    case 2:
      let left = channels[0] + offset, right = channels[1] + offset
      let wide = frameCount & ~3
      var n = 0
      while n < wide {
        let a = load(frames + 2 * n), b = load(frames + 2 * n + 4)
        store(SIMD4(a[0], a[2], b[0], b[2]), left + n)
        store(SIMD4(a[1], a[3], b[1], b[3]), right + n)
        n += 4
      }
      while n < frameCount {
        left[n] = frames[2 * n]
        right[n] = frames[2 * n + 1]
        n += 1
      }
    default:
      let squared = channelCount & ~3, wide = frameCount & ~3
      for channel in stride(from: 0, to: squared, by: 4) {
        for n in stride(from: 0, to: wide, by: 4) {
          let source = frames + n * channelCount + channel
          let square = turned(
            load(source), load(source + channelCount), load(source + 2 * channelCount), load(source + 3 * channelCount))
          store(square.0, channels[channel] + offset + n)
          store(square.1, channels[channel + 1] + offset + n)
          store(square.2, channels[channel + 2] + offset + n)
          store(square.3, channels[channel + 3] + offset + n)
        }
      }
      for channel in 0..<channelCount {
        let output = channels[channel] + offset
        for n in (channel < squared ? wide : 0)..<frameCount { output[n] = frames[n * channelCount + channel] }
      }
    }
  }

  /// Gathers `frameCount` frames from the channels, each from its frame `offset` on.
  static func interleave(
    _ channels: UnsafePointer<UnsafePointer<Float>>, offset: Int, frameCount: Int, channelCount: Int,
    into frames: UnsafeMutablePointer<Float>
  ) {
    switch channelCount {
    case 1: memcpy(frames, channels[0] + offset, frameCount * MemoryLayout<Float>.size)
    case 2:
      let left = channels[0] + offset, right = channels[1] + offset
      let wide = frameCount & ~3
      var n = 0
      while n < wide {
        let l = load(left + n), r = load(right + n)
        store(SIMD4(l[0], r[0], l[1], r[1]), frames + 2 * n)
        store(SIMD4(l[2], r[2], l[3], r[3]), frames + 2 * n + 4)
        n += 4
      }
      while n < frameCount {
        frames[2 * n] = left[n]
        frames[2 * n + 1] = right[n]
        n += 1
      }
    default:
      let squared = channelCount & ~3, wide = frameCount & ~3
      for channel in stride(from: 0, to: squared, by: 4) {
        for n in stride(from: 0, to: wide, by: 4) {
          let square = turned(
            load(channels[channel] + offset + n), load(channels[channel + 1] + offset + n),
            load(channels[channel + 2] + offset + n), load(channels[channel + 3] + offset + n))
          let target = frames + n * channelCount + channel
          store(square.0, target)
          store(square.1, target + channelCount)
          store(square.2, target + 2 * channelCount)
          store(square.3, target + 3 * channelCount)
        }
      }
      for channel in 0..<channelCount {
        let input = channels[channel] + offset
        for n in (channel < squared ? wide : 0)..<frameCount { frames[n * channelCount + channel] = input[n] }
      }
    }
  }

  /// Rows of a square as its columns.
  @inline(__always)
  private static func turned(
    _ a: SIMD4<Float>, _ b: SIMD4<Float>, _ c: SIMD4<Float>, _ d: SIMD4<Float>
  ) -> (SIMD4<Float>, SIMD4<Float>, SIMD4<Float>, SIMD4<Float>) {
    (
      SIMD4(a[0], b[0], c[0], d[0]), SIMD4(a[1], b[1], c[1], d[1]), SIMD4(a[2], b[2], c[2], d[2]),
      SIMD4(a[3], b[3], c[3], d[3])
    )
  }

  @inline(__always)
  private static func load(_ pointer: UnsafePointer<Float>) -> SIMD4<Float> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD4<Float>.self)
  }

  @inline(__always)
  private static func store(_ value: SIMD4<Float>, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: SIMD4<Float>.self)
  }
}

/// The extremes of a run of samples.
struct SampleExtremes {
  /// The largest magnitude, infinity included, NaN left out.
  var peak: Float = 0
  var hasNaN = false

  var isFinite: Bool { !hasNaN && peak.isFinite }

  init(_ samples: UnsafePointer<Float>, count: Int) {
    let raw = UnsafeRawPointer(samples)
    // Without the sign, the bits of floats are in the order of their magnitudes, infinity and then NaN above all others.
    var a = SIMD8<UInt32>.zero, b = a, c = a, d = a
    let wide = count & ~31
    var n = 0
    while n < wide {
      Self.raise(&a, raw, n)
      Self.raise(&b, raw, n + 8)
      Self.raise(&c, raw, n + 16)
      Self.raise(&d, raw, n + 24)
      n += 32
    }
    a.replace(with: b, where: b .> a)
    c.replace(with: d, where: d .> c)
    a.replace(with: c, where: c .> a)
    var largest: UInt32 = 0
    for lane in 0..<8 { largest = max(largest, a[lane]) }
    while n < count {
      largest = max(largest, samples[n].bitPattern & 0x7FFF_FFFF)
      n += 1
    }
    if largest <= Float.infinity.bitPattern {
      peak = Float(bitPattern: largest)
    } else {
      hasNaN = true
      for n in 0..<count where samples[n].magnitude > peak { peak = samples[n].magnitude }
    }
  }

  @inline(__always)
  private static func raise(_ largest: inout SIMD8<UInt32>, _ raw: UnsafeRawPointer, _ n: Int) {
    let x = raw.loadUnaligned(fromByteOffset: 4 * n, as: SIMD8<UInt32>.self) & 0x7FFF_FFFF
    largest.replace(with: x, where: x .> largest)
  }
}
