import Testing

@testable import SoundFiles

@Suite("Interleaving") struct InterleavingTests {
  @Test("Channels to frames and back is the identity", arguments: [1, 2, 3, 6, 16], [1, 3, 4, 7, 64, 1_001])
  func isIdentity(channelCount: Int, frameCount: Int) {
    let source = Planar(floatNoise(channelCount: channelCount, frameCount: frameCount + 3))
    let target = Planar(channelCount: channelCount, frameCount: frameCount + 3)
    var frames = [Float](repeating: 0, count: channelCount * frameCount)
    Interleaving.interleave(
      source.channels.map { UnsafePointer($0) }, offset: 3, frameCount: frameCount, channelCount: channelCount, into: &frames)
    for n in 0..<frameCount {
      for channel in 0..<channelCount { #expect(frames[n * channelCount + channel] == source.channels[channel][n + 3]) }
    }
    Interleaving.deinterleave(frames, frameCount: frameCount, channelCount: channelCount, into: target.channels, offset: 3)
    for channel in 0..<channelCount {
      #expect(target.samples[channel].prefix(3).allSatisfy { $0 == 0 })
      #expect(firstDifference(Array(target.samples[channel][3...]), Array(source.samples[channel][3...])) == nil)
    }
  }
}
