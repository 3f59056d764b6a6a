import Testing

@testable import SoundFiles

@Suite("Round trips of every container and encoding") struct RoundTripTests {
  struct Combination: CustomTestStringConvertible, Sendable {
    let container: AudioFileContainer
    let encoding: SampleEncoding
    var testDescription: String { "\(container.rawValue) \(encoding.rawValue)" }
    var sampleRate: Int { container.rates(for: encoding)?.last ?? 8_000 }
    var channelCount: Int { container.sndFileTakes(encoding, sampleRate: sampleRate, channelCount: 2) ? 2 : 1 }
    func format(_ frameCount: Int) -> AudioFileFormat {
      AudioFileFormat(container: container, encoding: encoding, sampleRate: sampleRate, channelCount: channelCount)
    }
    /// What a reader says of such a file: RF64 and WAV are told apart, ALAC's width is the file's.
    var raw: RawFormat? {
      container == .raw ? RawFormat(encoding: encoding, sampleRate: sampleRate, channelCount: channelCount) : nil
    }
  }

  static let combinations = AudioFileContainer.writable.flatMap { container in
    container.encodings.map { Combination(container: container, encoding: $0) }
  }
  static let exact = combinations.filter { !$0.encoding.isLossy }
  static let lossy = combinations.filter { $0.encoding.isLossy }

  @Test("Integers of up to 24 bits and floats come back bit for bit", arguments: exact)
  func isExact(_ combination: Combination) throws {
    let scratch = Scratch()
    let path = scratch["file"]
    let format = combination.format(5_000)
    let bits = combination.encoding.integerBits
    let samples =
      bits.map { integerNoise(bits: $0, channelCount: format.channelCount, frameCount: 5_000) }
      ?? floatNoise(channelCount: format.channelCount, frameCount: 5_000)
    try writeFile(path, samples, format)
    let (read, readFormat) = try readFile(path, raw: combination.raw)
    #expect(readFormat.container == combination.container)
    #expect(readFormat.encoding == combination.encoding)
    #expect(readFormat.sampleRate == combination.sampleRate)
    #expect(read.count == samples.count)
    // Some containers fill their last block; what was written comes first.
    for (got, wanted) in zip(read, samples) { #expect(firstDifference(Array(got.prefix(5_000)), wanted) == nil) }
    #expect(read[0].dropFirst(5_000).allSatisfy { $0 == 0 })
  }

  @Test("Lossy encodings give back the format, and the sound within their error", arguments: lossy)
  func isClose(_ combination: Combination) throws {
    let scratch = Scratch()
    let path = scratch["file"]
    let format = combination.format(20_000)
    // A tone of rate / 40: every codec carries it.
    let tone = (0..<20_000).map { n in 0.5 * sine(Float(n % 40) / 40) }
    let samples = [[Float]](repeating: tone, count: format.channelCount)
    try writeFile(path, samples, format)
    let (read, readFormat) = try readFile(path, raw: combination.raw)
    #expect(readFormat.container == combination.container)
    #expect(readFormat.encoding == combination.encoding)
    #expect(readFormat.sampleRate == combination.sampleRate)
    #expect(read.count == samples.count)
    #expect(read[0].count >= 20_000 - 20 && read[0].count < 20_000 + 3_000)
    let power = read[0].reduce(0) { $0 + $1 * $1 } / Float(read[0].count)
    #expect(abs(power / 0.125 - 1) < 0.25)
  }

  private func sine(_ turns: Float) -> Float {
    // Bhaskara's formula is within 0.2 %; a test tone needs no more.
    let half = turns < 0.5 ? turns : turns - 0.5
    let x = half * 2 * (1 - half * 2)
    return (turns < 0.5 ? 1 : -1) * 16 * x / (5 - 4 * x)
  }
}
