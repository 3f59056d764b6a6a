import Engine
import SoundFiles

/// A sound file, or a part of it, as the source of a rendering.
public final class SoundFileSource: FrameSource {
  public let reader: AudioFileReader
  private var remaining: Int

  public var channelCount: Int { reader.format.channelCount }

  /// - Parameter frameLimit: where to stop before the file ends; nil for all of it.
  public init(_ reader: AudioFileReader, frameLimit: Int? = nil) {
    self.reader = reader
    remaining = frameLimit ?? .max
  }

  public func read(_ channels: UnsafePointer<UnsafeMutablePointer<Float>>, frameCount: Int) throws -> Int {
    let count = try reader.read(into: channels, frameCount: min(frameCount, remaining))
    remaining -= count
    return count
  }
}

/// A sound file as the end of a rendering.
public final class SoundFileSink: FrameSink {
  public let writer: AudioFileWriter

  public init(_ writer: AudioFileWriter) { self.writer = writer }

  public func write(_ channels: UnsafePointer<UnsafePointer<Float>>, frameCount: Int) throws {
    try writer.write(channels, frameCount: frameCount)
  }
}

extension Dither {
  /// The dither of an output where nobody asks for another: triangular noise, unless every sample that is stored is one
  /// that was read and fits as it is.
  public static func fitting(_ plan: Plan, from inputs: [AudioFileFormat], to output: AudioFileFormat) -> Dither {
    guard let bits = output.encoding.integerBits, bits <= 16 else { return .none }
    let fits = inputs.allSatisfy { ($0.encoding.integerBits ?? .max) <= bits }
    return plan.isRouting && fits ? .none : .standard
  }

  /// Triangular noise with the seed that every rendering uses, so that runs repeat.
  public static let standard = Dither.tpdf(seed: 0)
}
