import Talea

/// The part of an input that a rendering reads.
struct InputSelection: Sendable {
  var path: String
  /// The format of samples without a header; nil where the file says it.
  var raw: RawFormat?
  var start: TimeValue?
  var end: TimeValue?

  /// Opens the file at the start of the part.
  ///
  /// - Throws: `SoundFileError`; `CommandError` where the part is empty.
  func open() throws -> OpenInput {
    let reader = try AudioFileReader(path: path, raw: raw)
    let rate = reader.format.sampleRate
    let first = start?.frames(at: rate) ?? 0
    let last = end?.frames(at: rate)
    if let last, last <= first {
      throw CommandError.wrong("--end \(secondsText(last, rate)) is not after --start \(secondsText(first, rate))")
    }
    let reached = first > 0 ? try reader.seek(toFrame: first) : 0
    if reached < first || reader.format.frameCount.map({ $0 <= first }) == true {
      throw CommandError.failed(
        "\(reader.path): nothing is left to read: it ends at \(secondsText(reached, rate)), "
          + "and --start is \(secondsText(first, rate))")
    }
    var notes: [String] = []
    if let last, let frames = reader.format.frameCount, last > frames {
      notes.append(
        "warning: \(reader.path): it ends at \(secondsText(frames, rate)), before --end \(secondsText(last, rate))\n")
    }
    let available = reader.format.frameCount.map { $0 - first }
    let limit = last.map { $0 - first }
    return OpenInput(
      source: SoundFileSource(reader, frameLimit: limit), frameCount: available.map { min($0, limit ?? $0) }, notes: notes)
  }
}

/// An input at the start of the part that is read.
struct OpenInput {
  var source: SoundFileSource
  /// nil for a pipe, whose end nobody knows.
  var frameCount: Int?
  /// What was noticed, as lines.
  var notes: [String]

  var format: AudioFileFormat { source.reader.format }
  var path: String { source.reader.path }
}

/// `1.5 s`, with as many decimals as tell frames apart.
func secondsText(_ frames: Int, _ sampleRate: Int) -> String {
  let seconds = Double(frames) / Double(sampleRate)
  return (seconds == seconds.rounded() ? fixed(seconds, 0) : fixed(seconds, 3)) + " s"
}
