/// Everything that is measured of one sound in one pass.
public final class MeasureSet {
  public let statistics: SignalStatistics
  public let truePeak: TruePeakMeter
  public let loudness: LoudnessMeter

  /// - Parameter fullScale: see `SignalStatistics`.
  public init(sampleRate: Int, channelCount: Int, fullScale: Float = 1) {
    statistics = SignalStatistics(sampleRate: sampleRate, channelCount: channelCount, fullScale: fullScale)
    truePeak = TruePeakMeter(sampleRate: sampleRate, channelCount: channelCount)
    loudness = LoudnessMeter(sampleRate: sampleRate, channelCount: channelCount)
  }

  /// Takes the next frames of all channels.
  public func add(_ channels: UnsafePointer<UnsafePointer<Float>>, frameCount: Int) {
    statistics.add(channels, frameCount: frameCount)
    truePeak.add(channels, frameCount: frameCount)
    loudness.add(channels, frameCount: frameCount)
  }

  /// Call once, after the last frames.
  public func finish() { truePeak.finish() }
}
