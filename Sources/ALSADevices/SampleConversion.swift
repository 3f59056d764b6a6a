/// Between a device's samples and single precision, one channel at a time. Real-time safe.
///
/// An integer of b bits is the sample times 2^(b-1), rounded to nearest with ties to even and held within its range; back, it
/// is divided by the same. So integers of up to 24 bits come through both ways unchanged, and full scale is 1.
/// Without the annotations of real-time code: debug builds refuse unaligned loads in it, which are generic.
struct SampleConversion: Sendable {
  let format: DeviceFormat

  /// Reads frames.
  ///
  /// - Parameters:
  ///   - source: the first sample; the next one is `stride` bytes on.
  func read(_ source: UnsafeRawPointer, stride: Int, into target: UnsafeMutablePointer<Float>, frameCount: Int) {
    switch format {
    case .floatLittle, .floatBig:
      for n in 0..<frameCount {
        let bits = source.loadUnaligned(fromByteOffset: n &* stride, as: UInt32.self)
        target[n] = Float(bitPattern: format.isBigEndian ? bits.byteSwapped : bits)
      }
    case .s16Little, .s16Big:
      for n in 0..<frameCount {
        let bits = source.loadUnaligned(fromByteOffset: n &* stride, as: Int16.self)
        target[n] = Float(format.isBigEndian ? bits.byteSwapped : bits) * 0x1p-15
      }
    case .s32Little, .s32Big:
      for n in 0..<frameCount {
        let bits = source.loadUnaligned(fromByteOffset: n &* stride, as: Int32.self)
        target[n] = Float(format.isBigEndian ? bits.byteSwapped : bits) * 0x1p-31
      }
    case .s24Little, .s24Big:
      for n in 0..<frameCount {
        let bits = source.loadUnaligned(fromByteOffset: n &* stride, as: Int32.self)
        // What the upper byte holds is not said: the sign comes from bit 23.
        target[n] = Float(((format.isBigEndian ? bits.byteSwapped : bits) &<< 8) &>> 8) * 0x1p-23
      }
    case .s24PackedLittle, .s24PackedBig:
      let (low, high) = format.isBigEndian ? (2, 0) : (0, 2)
      for n in 0..<frameCount {
        let sample = source + n &* stride
        let middle = Int32(sample.load(fromByteOffset: 1, as: UInt8.self)) &<< 8
        let bits =
          Int32(sample.load(fromByteOffset: low, as: UInt8.self)) | middle
          | Int32(sample.load(fromByteOffset: high, as: Int8.self)) &<< 16
        target[n] = Float(bits) * 0x1p-23
      }
    }
  }

  /// Writes frames.
  ///
  /// - Parameters:
  ///   - target: where the first sample goes; the next one is `stride` bytes on.
  func write(_ source: UnsafePointer<Float>, into target: UnsafeMutableRawPointer, stride: Int, frameCount: Int) {
    switch format {
    case .floatLittle, .floatBig:
      for n in 0..<frameCount {
        let bits = source[n].bitPattern
        target.storeBytes(of: format.isBigEndian ? bits.byteSwapped : bits, toByteOffset: n &* stride, as: UInt32.self)
      }
    case .s16Little, .s16Big:
      for n in 0..<frameCount {
        let bits = Int16(truncatingIfNeeded: Self.integer(source[n], scale: 0x1p15))
        target.storeBytes(of: format.isBigEndian ? bits.byteSwapped : bits, toByteOffset: n &* stride, as: Int16.self)
      }
    case .s32Little, .s32Big:
      for n in 0..<frameCount {
        let bits = Int32(truncatingIfNeeded: Self.integer(source[n], scale: 0x1p31))
        target.storeBytes(of: format.isBigEndian ? bits.byteSwapped : bits, toByteOffset: n &* stride, as: Int32.self)
      }
    case .s24Little, .s24Big:
      for n in 0..<frameCount {
        let bits = Int32(truncatingIfNeeded: Self.integer(source[n], scale: 0x1p23))
        target.storeBytes(of: format.isBigEndian ? bits.byteSwapped : bits, toByteOffset: n &* stride, as: Int32.self)
      }
    case .s24PackedLittle, .s24PackedBig:
      let (low, high) = format.isBigEndian ? (2, 0) : (0, 2)
      for n in 0..<frameCount {
        let bits = Self.integer(source[n], scale: 0x1p23)
        let sample = target + n &* stride
        sample.storeBytes(of: UInt8(truncatingIfNeeded: bits), toByteOffset: low, as: UInt8.self)
        sample.storeBytes(of: UInt8(truncatingIfNeeded: bits &>> 8), toByteOffset: 1, as: UInt8.self)
        sample.storeBytes(of: UInt8(truncatingIfNeeded: bits &>> 16), toByteOffset: high, as: UInt8.self)
      }
    }
  }

  /// The nearest integer of the sample times the scale, from -scale to scale - 1; 0 for what is not a number.
  @inline(__always)
  private static func integer(_ sample: Float, scale: Double) -> Int64 {
    let scaled = Double(sample) * scale
    guard scaled == scaled else { return 0 }
    let held = scaled < -scale ? -scale : scaled > scale - 1 ? scale - 1 : scaled
    // Adding 1.5 * 2^52 leaves the integer in the low bits, rounded to nearest with ties to even.
    return Int64(bitPattern: (held + 0x1.8p52).bitPattern &- 0x1.8p52.bitPattern)
  }
}
