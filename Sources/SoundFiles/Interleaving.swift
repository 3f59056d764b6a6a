import Glibc

/// Moving samples between frames (interleaved, as files store them) and channels (planar, as effects work).
/// Mono and stereo have loops of their own: they are nearly all files, and shuffles beat strided stores there.
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
      for channel in 0..<channelCount {
        let output = channels[channel] + offset
        for n in 0..<frameCount { output[n] = frames[n * channelCount + channel] }
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
      for channel in 0..<channelCount {
        let input = channels[channel] + offset
        for n in 0..<frameCount { frames[n * channelCount + channel] = input[n] }
      }
    }
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
    var a = SIMD4<Float>.zero, b = SIMD4<Float>.zero
    var nanA = SIMDMask<SIMD4<Int32>>(repeating: false), nanB = nanA
    let wide = count & ~7
    var n = 0
    while n < wide {
      let x = Self.magnitude(raw.loadUnaligned(fromByteOffset: 4 * n, as: SIMD4<UInt32>.self))
      let y = Self.magnitude(raw.loadUnaligned(fromByteOffset: 4 * n + 16, as: SIMD4<UInt32>.self))
      // A comparison with NaN is false, so that the maxima never take one.
      a.replace(with: x, where: x .> a)
      b.replace(with: y, where: y .> b)
      nanA .|= x .!= x
      nanB .|= y .!= y
      n += 8
    }
    a.replace(with: b, where: b .> a)
    peak = max(max(a[0], a[1]), max(a[2], a[3]))
    nanA .|= nanB
    hasNaN = nanA[0] || nanA[1] || nanA[2] || nanA[3]
    while n < count {
      let x = samples[n].magnitude
      if x > peak { peak = x }
      if x.isNaN { hasNaN = true }
      n += 1
    }
  }

  @inline(__always)
  private static func magnitude(_ bits: SIMD4<UInt32>) -> SIMD4<Float> {
    unsafeBitCast(bits & SIMD4(repeating: 0x7FFF_FFFF), to: SIMD4<Float>.self)
  }
}
