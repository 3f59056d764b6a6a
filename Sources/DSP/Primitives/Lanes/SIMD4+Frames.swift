import CRealtime
import Signal

// Four frames at a time in double precision. What is computed frame by frame without memory gives the same bits in any
// lane, so it does not matter how a block cuts its frames into fours.

/// The first `count` of four frames; the other lanes are 0.
@inline(__always) @_noAllocation @_noLocks
func load(four frames: UnsafePointer<Float>, _ count: Int) -> SIMD4<Float> {
  if count == 4 { return UnsafeRawPointer(frames).loadUnaligned(as: SIMD4<Float>.self) }
  var vector = SIMD4<Float>()
  for n in 0..<count { vector[n] = frames[n] }
  return vector
}

/// Stores the first `count` lanes.
@inline(__always) @_noAllocation @_noLocks
func store(_ vector: SIMD4<Float>, _ frames: UnsafeMutablePointer<Float>, _ count: Int) {
  if count == 4 {
    UnsafeMutableRawPointer(frames).storeBytes(of: vector, as: SIMD4<Float>.self)
  } else {
    for n in 0..<count { frames[n] = vector[n] }
  }
}

extension LinearRamp {
  /// The values of the next four frames; moves `count` of them on.
  @inline(__always) @_noAllocation @_noLocks
  mutating func next(four count: Int) -> SIMD4<Double> {
    guard isMoving else { return SIMD4(repeating: target) }
    let values = SIMD4(value(ahead: 0), value(ahead: 1), value(ahead: 2), value(ahead: 3))
    advance(count)
    return values
  }
}

extension AudioBlock {
  /// Multiplies `count` frames from `frame` on of one channel.
  @inline(__always) @_noAllocation @_noLocks
  func scale(_ channel: Int, _ frame: Int, _ count: Int, by factor: SIMD4<Float>) {
    store(load(four: input(channel) + frame, count) * factor, output(channel) + frame, count)
  }
}

extension AudioBlock {
  /// The largest magnitude over the first `channels` inputs, in each of `count` frames from `frame` on.
  @inline(__always) @_noAllocation @_noLocks
  func loudest(_ channels: Int, _ frame: Int, _ count: Int) -> SIMD4<Double> {
    var highest = SIMD4<Double>()
    for channel in 0..<channels {
      let size = magnitude(talea_widen(load(four: input(channel) + frame, count)))
      highest = highest.replacing(with: size, where: size .> highest)
    }
    return highest
  }
}

@_transparent @_noAllocation @_noLocks
func magnitude(_ x: SIMD4<Double>) -> SIMD4<Double> {
  unsafeBitCast(unsafeBitCast(x, to: SIMD4<Int64>.self) & SIMD4(repeating: Int64.max), to: SIMD4<Double>.self)
}
