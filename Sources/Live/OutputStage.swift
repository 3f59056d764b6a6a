import CRealtime

/// The last thing before the device: nothing louder than the limit leaves, and sound begins and ends softly.
///
/// The limiter takes its gain down at once where a frame would exceed the limit (all channels alike) and lets it up again
/// with a time constant of 100 ms. What stays below the limit leaves as it came, bit for bit. Samples that are not numbers
/// become silence. No latency. Real-time safe.
struct OutputStage {
  private let limit: Float?
  private let release: Double
  private let fadeFrames: Int
  /// Double: near 1 a step of its rise is smaller than single precision tells apart.
  private var gain = 1.0
  /// Frames of the fade done: 0 is silent, `fadeFrames` full.
  private var fade = 0
  private(set) var isEnding = false
  /// Silences the output, and lets it sound again, within 20 ms.
  var isMuted = false
  private let muteFrames: Int
  /// Frames of the mute done: 0 is full, `muteFrames` silent.
  private var mute = 0
  /// Frames in which the limiter held something back.
  private(set) var limitedFrames = 0
  /// The largest absolute sample that left since it was last taken.
  var peak: Float = 0

  init(limit: Float?, fadeSeconds: Double, sampleRate: Int) {
    self.limit = limit
    release = 1 / (0.1 * Double(sampleRate))
    fadeFrames = max(1, Int(fadeSeconds * Double(sampleRate)))
    muteFrames = max(1, sampleRate / 50)
  }

  /// From the next frame on sound fades away.
  mutating func end() { isEnding = true }
  /// Whether the last fade is done.
  var isSilent: Bool { isEnding && fade == 0 }

  mutating func process(_ channels: UnsafePointer<UnsafeMutablePointer<Float>>, channelCount: Int, frameCount: Int) {
    for n in 0..<frameCount {
      var loudest: Float = 0
      for channel in 0..<channelCount {
        let sample = channels[channel][n]
        // A comparison with what is not a number is false.
        if !(sample.magnitude <= .greatestFiniteMagnitude) { channels[channel][n] = 0 }
        loudest = max(loudest, channels[channel][n].magnitude)
      }
      if let limit { applyLimit(limit, loudest, channels, channelCount, n) }
      if isEnding || fade < fadeFrames { applyFade(channels, channelCount, n) }
      if isMuted || mute > 0 { applyMute(channels, channelCount, n) }
      for channel in 0..<channelCount { peak = max(peak, channels[channel][n].magnitude) }
    }
  }

  @inline(__always)
  private mutating func applyLimit(
    _ limit: Float, _ loudest: Float, _ channels: UnsafePointer<UnsafeMutablePointer<Float>>, _ channelCount: Int, _ n: Int
  ) {
    if gain < 1 { gain = min(1, gain + (1 - gain) * release) }
    // Close enough to full: what is left of the rise is below a step of 24 bits.
    if gain > 1 - 0x1p-24 { gain = 1 }
    if Double(loudest) * gain > Double(limit) {
      gain = Double(limit) / Double(loudest)
      limitedFrames &+= 1
    }
    guard gain < 1 else { return }
    for channel in 0..<channelCount {
      let held = Float(Double(channels[channel][n]) * gain)
      channels[channel][n] = min(max(held, -limit), limit)
    }
  }

  @inline(__always)
  private mutating func applyMute(
    _ channels: UnsafePointer<UnsafeMutablePointer<Float>>, _ channelCount: Int, _ n: Int
  ) {
    mute = isMuted ? min(muteFrames, mute + 1) : mute - 1
    let factor = Float(muteFrames - mute) / Float(muteFrames)
    for channel in 0..<channelCount { channels[channel][n] *= factor }
  }

  @inline(__always)
  private mutating func applyFade(
    _ channels: UnsafePointer<UnsafeMutablePointer<Float>>, _ channelCount: Int, _ n: Int
  ) {
    fade = isEnding ? max(0, fade - 1) : fade + 1
    let factor = Float(fade) / Float(fadeFrames)
    guard factor < 1 else { return }
    for channel in 0..<channelCount { channels[channel][n] *= factor }
  }
}
