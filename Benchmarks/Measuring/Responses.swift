import Talea

/// Gives every sound file that a patch names as decaying noise: `2s` is two seconds of it, stereo, down to -60 dB.
public struct Responses: SourceLoader {
  public init() {}

  public func load(_ path: String) throws(SourceFailure) -> Source { try DiskLoader().load(path) }

  public func loadSound(_ path: String) throws(SourceFailure) -> SoundSamples {
    let name = path.split(separator: "/").last ?? ""
    guard name.hasSuffix("s"), let seconds = Int(name.dropLast()), (1...60).contains(seconds) else {
      throw SourceFailure("a response is named by its seconds, as in `2s`")
    }
    var random = SeededRandom(UInt64(seconds))
    let count = 48_000 * seconds
    var channels = [[Float]](repeating: [], count: 2)
    for n in 0..<count {
      let level = Float(Math.amplitude(decibels: -60 * Double(n) / Double(count)))
      for channel in 0..<2 { channels[channel].append(random.sample() * level * 0.1) }
    }
    return SoundSamples(path: path, sampleRate: 48_000, channels: channels)
  }
}
