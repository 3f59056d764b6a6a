/// Stores samples as bytes: the counterpart of `PCMDecoder` for the encodings that are written without libsndfile.
struct PCMEncoder {
  let encoding: SampleEncoding
  let isBigEndian: Bool

  static func writes(_ encoding: SampleEncoding) -> Bool {
    switch encoding {
    case .s8, .u8, .s16, .s24, .s32, .f32, .f64: true
    default: false
    }
  }

  /// Stores integers that fit the encoding's width.
  func encode(_ input: UnsafePointer<Int32>, count: Int, into output: UnsafeMutableRawPointer) {
    switch encoding {
    case .s8: for n in 0..<count { output.storeBytes(of: Int8(truncatingIfNeeded: input[n]), toByteOffset: n, as: Int8.self) }
    case .u8:
      for n in 0..<count { output.storeBytes(of: UInt8(truncatingIfNeeded: input[n] &+ 128), toByteOffset: n, as: UInt8.self) }
    case .s16:
      for n in 0..<count { put(UInt16(truncatingIfNeeded: input[n]), output, n) }
    case .s24:
      let bytes = output.assumingMemoryBound(to: UInt8.self)
      let high = isBigEndian ? 0 : 2, low = isBigEndian ? 2 : 0
      for n in 0..<count {
        let value = UInt32(bitPattern: input[n])
        bytes[3 * n + high] = UInt8(truncatingIfNeeded: value >> 16)
        bytes[3 * n + 1] = UInt8(truncatingIfNeeded: value >> 8)
        bytes[3 * n + low] = UInt8(truncatingIfNeeded: value)
      }
    case .s32:
      for n in 0..<count { put(UInt32(bitPattern: input[n]), output, n) }
    default: preconditionFailure("\(encoding.rawValue) does not store integers")
    }
  }

  /// Stores float samples.
  func encode(_ input: UnsafePointer<Float>, count: Int, into output: UnsafeMutableRawPointer) {
    switch encoding {
    case .f32: for n in 0..<count { put(input[n].bitPattern, output, n) }
    case .f64: for n in 0..<count { put(Double(input[n]).bitPattern, output, n) }
    default: preconditionFailure("\(encoding.rawValue) does not store floats")
    }
  }

  @inline(__always)
  private func put<Word: FixedWidthInteger & BitwiseCopyable>(_ value: Word, _ output: UnsafeMutableRawPointer, _ n: Int) {
    output.storeBytes(
      of: isBigEndian ? value.bigEndian : value.littleEndian, toByteOffset: n * MemoryLayout<Word>.size, as: Word.self)
  }
}
