import Engine

/// Samples in memory as the source of a rendering.
public final class SampleSource: FrameSource {
  private let channels: [[Float]]
  private var position = 0

  public var channelCount: Int { channels.count }

  /// - Parameter channels: at least one, all of one length.
  public init(_ channels: [[Float]]) { self.channels = channels }

  public func read(_ target: UnsafePointer<UnsafeMutablePointer<Float>>, frameCount: Int) -> Int {
    let count = min(frameCount, channels[0].count - position)
    guard count > 0 else { return 0 }
    for (channel, samples) in channels.enumerated() {
      samples.withUnsafeBufferPointer { target[channel].update(from: $0.baseAddress! + position, count: count) }
    }
    position += count
    return count
  }
}

/// Samples in memory as the end of a rendering.
public final class SampleSink: FrameSink {
  public private(set) var channels: [[Float]]

  public init(channelCount: Int) { channels = Array(repeating: [], count: channelCount) }

  public func write(_ source: UnsafePointer<UnsafePointer<Float>>, frameCount: Int) {
    for channel in channels.indices {
      channels[channel].append(contentsOf: UnsafeBufferPointer(start: source[channel], count: frameCount))
    }
  }
}
