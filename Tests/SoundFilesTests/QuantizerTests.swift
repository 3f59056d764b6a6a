import Testing

@testable import SoundFiles

@Suite("Rounding, clipping and dither") struct QuantizerTests {
  private func quantize(_ samples: [Float], bits: Int, dither: Dither = .none, cuts: [Int] = []) -> [Int32] {
    var quantizer = SampleQuantizer(bits: bits, dither: dither)
    var output = [Int32](repeating: 0, count: samples.count)
    var start = 0
    for end in cuts + [samples.count] {
      samples.withUnsafeBufferPointer { input in
        output.withUnsafeMutableBufferPointer { result in
          quantizer.quantize(input.baseAddress! + start, count: end - start, into: result.baseAddress! + start)
        }
      }
      start = end
    }
    return output
  }

  @Test("Halves round to the even neighbour") func tiesToEven() {
    let halves: [Float] = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.499_999, 0.500_001]
    #expect(quantize(halves.map { $0 / 32_768 }, bits: 16) == [0, 2, 2, 0, -2, -2, 0, 1])
    #expect(quantize(halves.map { $0 / 8_388_608 }, bits: 24) == [0, 2, 2, 0, -2, -2, 0, 1])
  }

  @Test("Samples beyond full scale stay at its ends", arguments: [8, 12, 16, 20, 24, 32])
  func clips(bits: Int) {
    let highest = Int32((Int64(1) << (bits - 1)) - 1), lowest = Int32(-(Int64(1) << (bits - 1)))
    let samples: [Float] = [1, 2, .infinity, 3e38, -1, -2, -.infinity, .nan, 0, -0.0]
    #expect(quantize(samples, bits: bits) == [highest, highest, highest, highest, lowest, lowest, lowest, 0, 0, 0])
  }

  @Test("Every 16-bit value comes back, and every 257th 24-bit value", arguments: [16, 24])
  func isExact(bits: Int) {
    let scale = Int32(1) << (bits - 1)
    let values = Array(stride(from: -scale, to: scale, by: bits == 16 ? 1 : 257))
    #expect(quantize(values.map { Float($0) / Float(scale) }, bits: bits) == values)
  }

  @Test("Random floats round as exact arithmetic does", arguments: [8, 16, 24, 32]) func matchesDouble(bits: Int) {
    var random = Random(3)
    let samples = (0..<10_000).map { _ in Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random)) }
    let scale = Double(Int64(1) << (bits - 1))
    let wanted = samples.map { x in
      x.isNaN ? 0 : Int32(min(max((Double(x) * scale).rounded(.toNearestOrEven), -scale), scale - 1))
    }
    #expect(quantize(samples, bits: bits) == wanted)
  }

  @Test("TPDF dither leaves an error of mean 0 and variance 1/4 LSB² at every level", arguments: [0, 0.1, 0.25, 0.5, 0.77])
  func tpdfStatistics(level: Double) {
    let count = 400_000
    let rounded = quantize([Float](repeating: Float((100 + level) / 32_768), count: count), bits: 16, dither: .tpdf(seed: 7))
    let errors = rounded.map { Double($0) - 100 - level }
    let mean = errors.reduce(0, +) / Double(count)
    let variance = errors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    // The mean's own standard error is 0.5 / sqrt(count) = 0.0008; that of the variance is smaller than 0.0012.
    #expect(abs(mean) < 0.004)
    #expect(abs(variance - 0.25) < 0.005)
  }

  @Test("TPDF dither is triangular, and equal neighbours are not correlated") func tpdfShape() {
    let count = 400_000
    let noise = (0..<count).map { SampleQuantizer.triangular(seed: 1, index: UInt64($0)) }
    let power = noise.reduce(0) { $0 + $1 * $1 } / Double(count)
    let inner = Double(noise.count { abs($0) < 0.5 }) / Double(count)
    let neighbours = zip(noise, noise.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / Double(count)
    #expect(noise.allSatisfy { $0 > -1.0000001 && $0 < 1 })
    #expect(abs(power - 1.0 / 6) < 0.002)
    #expect(abs(inner - 0.75) < 0.004)
    #expect(abs(neighbours) < 0.002)
  }

  @Test("Dither depends on seed and position, not on how the stream is cut") func ditherIgnoresCuts() {
    let samples = floatNoise(channelCount: 1, frameCount: 5_000)[0]
    let whole = quantize(samples, bits: 16, dither: .tpdf(seed: 5))
    #expect(quantize(samples, bits: 16, dither: .tpdf(seed: 5), cuts: [1, 8, 72, 552, 4_648]) == whole)
    #expect(quantize(samples, bits: 16, dither: .tpdf(seed: 6)) != whole)
  }

  @Test("More than 16 bits get no dither") func noDitherBeyond16Bits() {
    let samples = floatNoise(channelCount: 1, frameCount: 500)[0]
    #expect(quantize(samples, bits: 24, dither: .tpdf(seed: 5)) == quantize(samples, bits: 24))
    #expect(quantize(samples, bits: 16, dither: .tpdf(seed: 5)) != quantize(samples, bits: 16))
  }

  @Test("The report counts samples beyond full scale in integer files only, and states the first and the peak")
  func countsClips() throws {
    let scratch = Scratch()
    var samples = [[Float]](repeating: [Float](repeating: 0.25, count: 20_000), count: 2)
    samples[0][7] = 1
    samples[1][12_345] = 1.5
    samples[0][12_346] = -.infinity
    samples[0][19_999] = -1.25
    let integers = AudioFileFormat(container: .wav, encoding: .s16, sampleRate: 48_000, channelCount: 2)
    let report = try writeFile(scratch["a.wav"], samples, integers, block: 333)
    #expect(report.clippedSampleCount == 3)
    #expect(report.firstClippedFrame == 12_345)
    #expect(report.peak == 1.5)
    #expect(report.nonFiniteSampleCount == 1)
    #expect(report.frameCount == 20_000)
    let floats = AudioFileFormat(container: .wav, encoding: .f32, sampleRate: 48_000, channelCount: 2)
    let unclipped = try writeFile(scratch["b.wav"], samples, floats)
    #expect(unclipped.clippedSampleCount == 0)
    #expect(unclipped.peak == 1.5)
    let read = try readFile(scratch["b.wav"]).samples
    #expect(firstDifference(read[0], samples[0]) == nil)
    #expect(firstDifference(read[1], samples[1]) == nil)
  }

  @Test("Extremes of a run: peak without NaN, and whether all is finite", arguments: [0, 1, 7, 8, 9, 16, 31])
  func extremes(position: Int) {
    var samples = [Float](repeating: 0.5, count: 32)
    samples[position] = -2
    #expect(SampleExtremes(samples, count: 32).peak == 2)
    #expect(SampleExtremes(samples, count: 32).isFinite)
    samples[position] = .nan
    #expect(SampleExtremes(samples, count: 32).peak == 0.5)
    #expect(!SampleExtremes(samples, count: 32).isFinite)
    samples[position] = -.infinity
    #expect(!SampleExtremes(samples, count: 32).isFinite)
    #expect(SampleExtremes(samples, count: position).isFinite)
  }
}
