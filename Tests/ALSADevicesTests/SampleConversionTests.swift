import Testing

@testable import ALSADevices

@Suite("sample conversion") struct SampleConversionTests {
  private func roundTrip(_ samples: [Float], _ format: DeviceFormat, stride: Int) -> (bytes: [UInt8], back: [Float]) {
    let conversion = SampleConversion(format: format)
    var bytes = [UInt8](repeating: 0xAA, count: samples.count * stride)
    var back = [Float](repeating: 0, count: samples.count)
    bytes.withUnsafeMutableBytes {
      conversion.write(samples, into: $0.baseAddress!, stride: stride, frameCount: samples.count)
      conversion.read($0.baseAddress!, stride: stride, into: &back, frameCount: samples.count)
    }
    return (bytes, back)
  }

  @Test(arguments: DeviceFormat.allCases) func samplesOfAsManyBitsComeBackUnchanged(format: DeviceFormat) {
    let bits = min(24, format.integerBits ?? 24)
    let scale = Float(1 << (bits - 1))
    let samples = (0..<4_001).map { (Float($0 - 2_000) / 2_000 * (scale - 1)).rounded() / scale } + [-1]
    for stride in [format.byteCount, format.byteCount * 3] {
      let (bytes, back) = roundTrip(samples, format, stride: stride)
      #expect(back == samples)
      // What lies between, another channel's samples, stays.
      if stride > format.byteCount { #expect(bytes[format.byteCount] == 0xAA) }
    }
  }

  @Test(arguments: DeviceFormat.allCases.filter { $0.integerBits != nil })
  func whatDoesNotFitIsHeldAtTheEndsOfTheRange(format: DeviceFormat) {
    let scale = Float(sign: .plus, exponent: format.integerBits! - 1, significand: 1)
    let back = roundTrip([2, -2, .infinity, -.infinity, .nan, 1e-12], format, stride: 4).back
    let largest = Float((Double(scale) - 1) / Double(scale))
    #expect(back == [largest, -1, largest, -1, 0, 0])
  }

  @Test func bytesStandInTheOrderThatTheFormatSays() {
    let half: [Float] = [0.5]
    #expect(roundTrip(half, .s16Little, stride: 2).bytes == [0x00, 0x40])
    #expect(roundTrip(half, .s16Big, stride: 2).bytes == [0x40, 0x00])
    #expect(roundTrip(half, .s24PackedLittle, stride: 3).bytes == [0x00, 0x00, 0x40])
    #expect(roundTrip(half, .s24PackedBig, stride: 3).bytes == [0x40, 0x00, 0x00])
    #expect(roundTrip([-0.5], .s24Little, stride: 4).bytes == [0x00, 0x00, 0xC0, 0xFF])
    #expect(roundTrip(half, .s32Big, stride: 4).bytes == [0x40, 0x00, 0x00, 0x00])
    #expect(roundTrip(half, .floatBig, stride: 4).bytes == [0x3F, 0x00, 0x00, 0x00])
  }

  @Test func theUpperByteOf24BitsInFourIsIgnored() {
    var bytes: [UInt8] = [0x00, 0x00, 0x40, 0x5A]
    var sample: Float = 0
    bytes.withUnsafeMutableBytes {
      SampleConversion(format: .s24Little).read($0.baseAddress!, stride: 4, into: &sample, frameCount: 1)
    }
    #expect(sample == 0.5)
  }
}
