import CRealtime

/// Two channels of single precision to interleaved pairs of doubles and back, four frames at a time.
enum PairConversion {
  @_noAllocation @_noLocks
  static func load(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, into frames: UnsafeMutablePointer<SIMD2<Double>>,
    _ frameCount: Int
  ) {
    var n = 0
    while n + 4 <= frameCount {
      let l = UnsafeRawPointer(left + n).loadUnaligned(as: SIMD4<Float>.self)
      let r = UnsafeRawPointer(right + n).loadUnaligned(as: SIMD4<Float>.self)
      let target = UnsafeMutableRawPointer(frames + n)
      let early = SIMD4(l[0], r[0], l[1], r[1]), late = SIMD4(l[2], r[2], l[3], r[3])
      target.storeBytes(of: talea_widen(early), as: SIMD4<Double>.self)
      target.storeBytes(of: talea_widen(late), toByteOffset: 32, as: SIMD4<Double>.self)
      n += 4
    }
    while n < frameCount {
      frames[n] = SIMD2(Double(left[n]), Double(right[n]))
      n += 1
    }
  }

  @_noAllocation @_noLocks
  static func load(_ only: UnsafePointer<Float>, into frames: UnsafeMutablePointer<SIMD2<Double>>, _ frameCount: Int) {
    for n in 0..<frameCount { frames[n] = SIMD2(Double(only[n]), 0) }
  }

  @_noAllocation @_noLocks
  static func store(
    _ frames: UnsafePointer<SIMD2<Double>>, to left: UnsafeMutablePointer<Float>, _ right: UnsafeMutablePointer<Float>,
    _ frameCount: Int
  ) {
    var n = 0
    while n + 4 <= frameCount {
      let source = UnsafeRawPointer(frames + n)
      let early = talea_narrow(source.loadUnaligned(as: SIMD4<Double>.self))
      let late = talea_narrow(source.loadUnaligned(fromByteOffset: 32, as: SIMD4<Double>.self))
      UnsafeMutableRawPointer(left + n).storeBytes(of: SIMD4(early[0], early[2], late[0], late[2]), as: SIMD4<Float>.self)
      UnsafeMutableRawPointer(right + n).storeBytes(of: SIMD4(early[1], early[3], late[1], late[3]), as: SIMD4<Float>.self)
      n += 4
    }
    while n < frameCount {
      left[n] = Float(frames[n][0])
      right[n] = Float(frames[n][1])
      n += 1
    }
  }

  @_noAllocation @_noLocks
  static func store(_ frames: UnsafePointer<SIMD2<Double>>, to only: UnsafeMutablePointer<Float>, _ frameCount: Int) {
    for n in 0..<frameCount { only[n] = Float(frames[n][0]) }
  }
}
