import Signal

/// Where the power of a sound lies on the scale of frequencies, over all of it and averaged over its channels.
///
/// Not for an audio thread.
public final class SpectrumMeter {
  /// Frames of a window: an eighth to a sixth of a second at usual rates.
  public let size: Int
  private let sampleRate: Double
  private let spectra: PowerSpectra
  private var sums: [Double]

  public init(sampleRate: Int, channelCount: Int) {
    var size = 64
    while size * 8 < sampleRate { size *= 2 }
    self.size = size
    self.sampleRate = Double(sampleRate)
    spectra = PowerSpectra(size: size, hop: size / 2, channelCount: channelCount)
    sums = Array(repeating: 0, count: size / 2 + 1)
  }

  /// Takes the next frames of all channels.
  public func add(_ channels: UnsafePointer<UnsafePointer<Float>>, frameCount: Int) {
    spectra.add(channels, frameCount: frameCount) { sum($0) }
  }

  /// Call once, after the last frames.
  public func finish() { spectra.finish { sum($0) } }

  private func sum(_ powers: UnsafeBufferPointer<Float>) {
    // A sample that is no number makes none of the whole window: it is left out.
    guard powers[1].isFinite else { return }
    sums.withUnsafeMutableBufferPointer { sums in
      for k in 0..<sums.count { sums[k] += Double(powers[k]) }
    }
  }

  /// What is no direct current: everything from 20 Hz on.
  private var audible: Range<Int> { min(Int((20 / hertzPerBin).rounded(.up)), sums.count)..<sums.count }
  private var hertzPerBin: Double { sampleRate / Double(size) }

  /// The mean frequency from 20 Hz on, weighted by power, in Hz; nil for silence.
  public var centroid: Double? {
    let power = audible.reduce(0) { $0 + sums[$1] }
    return power > 0 ? audible.reduce(0) { $0 + sums[$1] * Double($1) } * hertzPerBin / power : nil
  }

  /// The frequency in Hz, on the grid of the windows, up to which a share of the power from 20 Hz on lies; nil for silence.
  public func rollOff(_ share: Double) -> Double? {
    let power = audible.reduce(0) { $0 + sums[$1] }
    guard power > 0 else { return nil }
    var reached = 0.0
    for k in audible {
      reached += sums[k]
      if reached >= share * power { return Double(k) * hertzPerBin }
    }
    return sampleRate / 2
  }

  /// Octaves around 31.25 Hz to 16 kHz, as far as they begin below half the sample rate: middle in Hz, and mean square.
  public var octaves: [(frequency: Double, meanSquare: Double)] {
    guard spectra.frameCount > 0 else { return [] }
    return (-5...4).map { 1_000 * Math.exp2(Double($0)) }.filter { $0 / 2.0.squareRoot() < sampleRate / 2 }.map { middle in
      let low = Int((middle / 2.0.squareRoot() / hertzPerBin).rounded(.up))
      let high = min(Int((middle * 2.0.squareRoot() / hertzPerBin).rounded(.up)), sums.count)
      let power = low < high ? (low..<high).reduce(0) { $0 + sums[$1] } : 0
      return (middle, power * Double(spectra.hop) / Double(spectra.frameCount))
    }
  }
}
