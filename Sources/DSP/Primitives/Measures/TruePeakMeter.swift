import CRealtime
import Signal

/// The largest value of each channel between its samples, as a converter would make it.
///
/// Interpolates four times below 96 kHz and twice below 192 kHz, by a windowed sinc of 32 frames. Where it looks four times
/// a sample, a tone of f is seen at least cos(pi f / 4 rate) of its height: 0.55 dB low at 0.45 of the rate, 0.01 dB at 0.06.
/// Frames may come in pieces of any length. Not for an audio thread.
///
/// Source: ITU-R BS.1770-5, annex 2.
public final class TruePeakMeter {
  /// Of each channel, as an amplitude.
  public private(set) var peaks: [Float]
  public var peak: Float { peaks.max() ?? 0 }

  private static let tapCount = 32
  private static let chunkFrames = 512
  private static let stretchFrames = 64
  private let phaseCount: Int
  /// For each frame, earliest first, its share in the values a quarter, a half and three quarters of a frame after the sample
  /// in the middle. Where only one value lies between samples, the other two have no share.
  private let taps: [Float]
  /// No interpolated value is larger than this times the largest sample it is made of.
  private let bound: Float
  /// Of each channel: the frames before the next one, then room for a chunk.
  private let windows: [UnsafeMutablePointer<Float>]

  public init(sampleRate: Int, channelCount: Int) {
    peaks = Array(repeating: 0, count: channelCount)
    phaseCount = sampleRate < 96_000 ? 4 : sampleRate < 192_000 ? 2 : 1
    let sinc = KaiserSinc(passband: 0.45, stopband: 0.55, halfWidth: Double(Self.tapCount / 2))
    var taps = [Float](repeating: 0, count: 3 * Self.tapCount)
    var bound: Float = 1
    for phase in 1..<4 where phase * phaseCount % 4 == 0 {
      let values = (0..<Self.tapCount).map { sinc.value(at: Double(Self.tapCount / 2 - 1 - $0) + Double(phase) / 4) }
      let sum = values.reduce(0, +)
      for tap in values.indices { taps[3 * tap + phase - 1] = Float(values[tap] / sum) }
      bound = max(bound, Float(values.reduce(0) { $0 + abs($1) } / sum))
    }
    self.taps = taps
    self.bound = bound * 1.0001
    windows = (0..<channelCount).map { _ in
      let window = UnsafeMutablePointer<Float>.allocate(capacity: Self.tapCount + Self.chunkFrames + 8)
      window.initialize(repeating: 0, count: Self.tapCount + Self.chunkFrames + 8)
      return window
    }
  }

  deinit { for window in windows { window.deallocate() } }

  /// Takes the next frames of all channels.
  public func add(_ channels: UnsafePointer<UnsafePointer<Float>>, frameCount: Int) {
    var done = 0
    while done < frameCount {
      let count = min(Self.chunkFrames, frameCount - done)
      for channel in windows.indices { add(channels[channel] + done, count, channel) }
      done += count
    }
  }

  /// What lies between the last samples and the silence after them.
  public func finish() {
    let silence = [Float](repeating: 0, count: Self.tapCount)
    silence.withUnsafeBufferPointer { frames in
      for channel in windows.indices { add(frames.baseAddress!, frames.count, channel) }
    }
  }

  private func add(_ frames: UnsafePointer<Float>, _ count: Int, _ channel: Int) {
    let window = windows[channel], past = Self.tapCount - 1
    (window + past).update(from: frames, count: count)
    let new = largest(window + past, count)
    peaks[channel] = max(peaks[channel], new)
    if phaseCount > 1 {
      // Most stretches are too quiet to reach the peak, wherever between their samples.
      var first = 0
      while first < count {
        let length = min(Self.stretchFrames, count - first)
        if largest(window + first, length + past) * bound > peaks[channel] {
          peaks[channel] = max(peaks[channel], interpolated(window + first, length))
        }
        first += length
      }
    }
    window.update(from: window + count, count: past)
  }

  /// The largest value between the samples of the frames that end `tapCount - 1` later in the window.
  private func interpolated(_ window: UnsafePointer<Float>, _ count: Int) -> Float {
    var largest = SIMD8<Float>()
    taps.withUnsafeBufferPointer { taps in
      var n = 0
      while n < count {
        var (first, middle, last) = (SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>())
        for tap in 0..<Self.tapCount {
          let frames = UnsafeRawPointer(window + n + tap).loadUnaligned(as: SIMD8<Float>.self)
          first = first.addingProduct(frames, SIMD8(repeating: taps[3 * tap]))
          middle = middle.addingProduct(frames, SIMD8(repeating: taps[3 * tap + 1]))
          last = last.addingProduct(frames, SIMD8(repeating: taps[3 * tap + 2]))
        }
        var heights = larger(larger(magnitude(first), magnitude(middle)), magnitude(last))
        if count - n < 8 { for lane in (count - n)..<8 { heights[lane] = 0 } }
        largest = larger(largest, heights)
        n += 8
      }
    }
    return talea_largest(largest)
  }
}
