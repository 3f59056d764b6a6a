/// The samples of a sound file that an argument names, read before anything runs. Immutable.
public final class SoundSamples: Sendable, Hashable {
  /// As the file was opened.
  public let path: String
  public let sampleRate: Int
  /// At least one, all of one length of at least one frame, all finite.
  public let channels: [[Float]]

  /// The most frames that are read: nearly six minutes at 48 kHz.
  public static let longest = 1 << 24

  public init(path: String, sampleRate: Int, channels: [[Float]]) {
    precondition(!channels.isEmpty && channels.allSatisfy { $0.count == channels[0].count && !$0.isEmpty })
    self.path = path
    self.sampleRate = sampleRate
    self.channels = channels
  }

  /// One frame of one channel, at full scale: what stands in for a file that could not be read.
  public static let impulse = SoundSamples(path: "", sampleRate: 48_000, channels: [[1]])

  public static func == (a: SoundSamples, b: SoundSamples) -> Bool {
    a === b || a.path == b.path && a.sampleRate == b.sampleRate && a.channels == b.channels
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(path)
    hasher.combine(sampleRate)
    hasher.combine(channels[0].count)
  }
}
