/// Turns stored samples into floats: integers by their full scale (2^7, 2^15, 2^23, 2^31), so that up to 24 bits are exact.
struct PCMDecoder {
  let encoding: SampleEncoding
  let isBigEndian: Bool

  /// Decodes `count` samples; `output` has room for them, `input` holds them whole and need not be aligned.
  func decode(_ input: UnsafeRawPointer, count: Int, into output: UnsafeMutablePointer<Float>) {
    switch encoding {
    case .s8: for n in 0..<count { output[n] = Float(input.load(fromByteOffset: n, as: Int8.self)) * 0x1p-7 }
    case .u8: for n in 0..<count { output[n] = Float(Int32(input.load(fromByteOffset: n, as: UInt8.self)) - 128) * 0x1p-7 }
    case .s16:
      for n in 0..<count { output[n] = Float(Int16(bitPattern: word(input, n, UInt16.self))) * 0x1p-15 }
    case .s24: decode24(input, count: count, into: output)
    case .s32:
      for n in 0..<count { output[n] = Float(Int32(bitPattern: word(input, n, UInt32.self))) * 0x1p-31 }
    case .f32:
      for n in 0..<count { output[n] = Float(bitPattern: word(input, n, UInt32.self)) }
    case .f64:
      for n in 0..<count { output[n] = Float(Double(bitPattern: word(input, n, UInt64.self))) }
    case .ulaw: for n in 0..<count { output[n] = Float(G711.decodeULaw(input.load(fromByteOffset: n, as: UInt8.self))) * 0x1p-15 }
    case .alaw: for n in 0..<count { output[n] = Float(G711.decodeALaw(input.load(fromByteOffset: n, as: UInt8.self))) * 0x1p-15 }
    default: preconditionFailure("\(encoding.rawValue) has no samples of one size")
    }
  }

  @inline(__always)
  private func word<Word: FixedWidthInteger & BitwiseCopyable>(_ input: UnsafeRawPointer, _ n: Int, _: Word.Type) -> Word {
    let value = input.loadUnaligned(fromByteOffset: n * MemoryLayout<Word>.size, as: Word.self)
    return isBigEndian ? Word(bigEndian: value) : Word(littleEndian: value)
  }

  private func decode24(_ input: UnsafeRawPointer, count: Int, into output: UnsafeMutablePointer<Float>) {
    let bytes = input.assumingMemoryBound(to: UInt8.self)
    let high = isBigEndian ? 0 : 2, low = isBigEndian ? 2 : 0
    for n in 0..<count {
      let p = bytes + 3 * n
      let value = UInt32(p[high]) << 24 | UInt32(p[1]) << 16 | UInt32(p[low]) << 8
      output[n] = Float(Int32(bitPattern: value)) * 0x1p-31
    }
  }
}

/// ITU-T G.711, decoding only: 14-bit mu-law and 13-bit A-law, left-justified in 16 bits.
enum G711 {
  static func decodeULaw(_ code: UInt8) -> Int16 {
    let bits = ~code
    let magnitude = ((Int32(bits & 0x0F) << 3) + 0x84) << Int32(bits >> 4 & 7) - 0x84
    return Int16(bits & 0x80 != 0 ? -magnitude : magnitude)
  }

  static func decodeALaw(_ code: UInt8) -> Int16 {
    let bits = code ^ 0x55
    let mantissa = Int32(bits & 0x0F) << 4 + 8
    let exponent = Int32(bits >> 4 & 7)
    let magnitude = exponent == 0 ? mantissa : (mantissa + 0x100) << (exponent - 1)
    return Int16(bits & 0x80 != 0 ? magnitude : -magnitude)
  }
}
