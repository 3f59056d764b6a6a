import Engine
import PatchLanguage
import Signal
import SoundFiles

/// Reads patches and the sound files that they name from disk.
public struct FileLoader: SourceLoader {
  public init() {}

  public func load(_ path: String) throws(SourceFailure) -> Source { try DiskLoader().load(path) }

  public func loadSound(_ path: String) throws(SourceFailure) -> SoundSamples {
    // A patch names files; only the command line means standard input by `-`.
    let file = path == "-" ? "./-" : path
    let sampleRate: Int
    let channels: [[Float]]
    do throws(SoundFileError) {
      let reader = try AudioFileReader(path: file)
      sampleRate = reader.format.sampleRate
      channels = try Self.samples(of: reader)
    } catch {
      // The message of the patch names the file already.
      let sentence = error.description
      throw SourceFailure(sentence.hasPrefix(file + ": ") ? String(sentence.dropFirst(file.count + 2)) : sentence)
    }
    guard !channels[0].isEmpty else { throw SourceFailure("it holds no audio") }
    guard channels[0].count <= Self.mostFrames(channels: channels.count) else {
      throw SourceFailure("it is longer than \(Self.mostFrames(channels: channels.count)) frames")
    }
    for (channel, samples) in channels.enumerated() {
      if let frame = samples.firstIndex(where: { !$0.isFinite }) {
        throw SourceFailure("frame \(frame) of channel \(channel + 1) is not a finite number")
      }
    }
    return SoundSamples(path: path, sampleRate: sampleRate, channels: channels)
  }

  /// What is read of a sound with so many channels: 256 MB in all, so that files of many channels stay bounded too.
  static func mostFrames(channels: Int) -> Int { min(SoundSamples.longest, (1 << 26) / channels) }

  /// All samples, or of a file that is too long a little more than may be.
  private static func samples(of reader: AudioFileReader) throws(SoundFileError) -> [[Float]] {
    let count = reader.format.channelCount
    var channels = [[Float]](repeating: [], count: count)
    let piece = PlanarBuffer(channels: count, frames: max(1, (1 << 18) / count))
    while channels[0].count <= mostFrames(channels: count) {
      let frames = try reader.read(into: UnsafePointer(piece.mutable), frameCount: piece.frames)
      if frames == 0 { break }
      for channel in 0..<count {
        channels[channel].append(contentsOf: UnsafeBufferPointer(start: piece.mutable[channel], count: frames))
      }
    }
    return channels
  }
}
