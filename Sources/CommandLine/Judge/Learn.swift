import ArgumentParser
import SoundFiles
import Talea

/// `talea learn FILE -o PROFILE [--from TIME --to TIME]`
struct Learn: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "learn",
    abstract: "Cut the noise out of a recording, for denoise to learn from.",
    discussion: """
      Writes a section of the file, in which nothing but noise should be heard, as a sound file that a patch names: `denoise \
      "noise.wav"`. Without --from and --to it takes the quietest second that is no digital silence, and says where that is.
      """)

  @ArgumentParser.Argument(help: ArgumentHelp("The recording.", valueName: "file"))
  var input: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The profile to write, a WAV file.", valueName: "profile"))
  var output: String

  @Option(help: ArgumentHelp("Where the noise begins, in seconds.", valueName: "seconds"))
  var from: Double?

  @Option(help: ArgumentHelp("Where it ends, in seconds.", valueName: "seconds"))
  var to: Double?

  @Flag(help: "Replace an existing profile.")
  var force = false

  /// The shortest section that is learned from.
  private static let leastSeconds = 0.1

  func validate() throws {
    guard (from == nil) == (to == nil) else { throw ValidationError("--from and --to go together.") }
    if let from, let to, !(from >= 0 && to - from >= Self.leastSeconds) {
      throw ValidationError("from \(plain(from)) s to \(plain(to)) s are not \(Self.leastSeconds) s of noise.")
    }
  }

  func run() throws {
    let reader = try AudioFileReader(path: input)
    let rate = reader.format.sampleRate
    let channels = try read(reader)
    let count = channels[0].count
    let section: Range<Int>
    if let from, let to {
      section = Int((from * Double(rate)).rounded())..<Int((to * Double(rate)).rounded())
      guard section.upperBound <= count else {
        throw CommandError.failed("\(input): it ends after \(fixed(Double(count) / Double(rate), 3)) s, before the section does")
      }
    } else {
      section = try quietest(channels, rate)
    }
    var format = AudioFileFormat(container: .wav, encoding: .f32, sampleRate: rate, channelCount: channels.count)
    format.metadata[.title] = "Noise"
    let writer = try AudioFileWriter(path: output, format: format, options: AudioFileWriter.Options(force: force))
    let buffer = PlanarBuffer(channels: channels.count, frames: section.count)
    var power = 0.0
    for (channel, samples) in channels.enumerated() {
      for (n, sample) in samples[section].enumerated() {
        buffer.mutable[channel][n] = sample
        power += Double(sample) * Double(sample)
      }
    }
    try writer.write(buffer.constant, frameCount: section.count)
    _ = try writer.finish()
    let level = 0.5 * Math.decibels(amplitude: max(power / Double(section.count * channels.count), 1e-20))
    Console.shared.write(
      "\(output): \(fixed(Double(section.lowerBound) / Double(rate), 3)) s to "
        + "\(fixed(Double(section.upperBound) / Double(rate), 3)) s of \(input), RMS \(fixed(level, 1)) dBFS\n")
  }

  private func read(_ reader: AudioFileReader) throws -> [[Float]] {
    var channels = [[Float]](repeating: [], count: reader.format.channelCount)
    let buffer = PlanarBuffer(channels: channels.count, frames: 4_096)
    while true {
      let count = try reader.read(into: UnsafePointer(buffer.mutable), frameCount: 4_096)
      if count == 0 { break }
      guard channels[0].count + count <= SoundSamples.longest else {
        throw CommandError.failed(
          "\(input): it is longer than \(SoundSamples.longest) frames; cut the part with the noise out first")
      }
      for channel in channels.indices {
        channels[channel].append(contentsOf: UnsafeBufferPointer(start: buffer.mutable[channel], count: count))
      }
    }
    guard channels[0].count >= Int(Self.leastSeconds * Double(reader.format.sampleRate)) else {
      throw CommandError.failed("\(input): it is shorter than \(Self.leastSeconds) s")
    }
    return channels
  }

  /// The quietest second, or half of a file that is shorter than two, on a grid of a twentieth of that.
  private func quietest(_ channels: [[Float]], _ rate: Int) throws -> Range<Int> {
    let length = min(rate, channels[0].count / 2), step = max(length / 20, 1)
    let powers = stride(from: 0, through: channels[0].count - step, by: step).map { start in
      channels.reduce(0) { sum, samples in samples[start..<start + step].reduce(sum) { $0 + Double($1) * Double($1) } }
    }
    var best: (power: Double, start: Int)?
    let steps = max(length / step, 1)
    for start in 0...max(powers.count - steps, 0) where start + steps <= powers.count {
      // Where a piece is digital silence the noise is not there.
      let pieces = powers[start..<start + steps]
      guard pieces.allSatisfy({ $0 > 0 }) else { continue }
      let power = pieces.reduce(0, +)
      if best == nil || power < best!.power { best = (power, start) }
    }
    guard let best else {
      throw CommandError.failed("\(input): every second of it has digital silence; say where the noise is with --from and --to")
    }
    return best.start * step..<best.start * step + steps * step
  }
}
