import Talea

/// Where sound comes from or goes to: a device, a file that stands in for one, or nowhere.
enum LiveEnd: Equatable {
  case nowhere
  case device(String)
  case file(String)

  /// A file is told by its ending, or by a slash in its name; every other name is libasound's.
  init(_ name: String) {
    let ending = name.contains(".") ? name.split(separator: ".").last.map { $0.lowercased() } : nil
    let isSound = ending.map { ending in AudioFileContainer.allCases.contains { $0.extensions.contains(ending) } } ?? false
    self = name == "none" ? .nowhere : isSound || name.contains("/") ? .file(name) : .device(name)
  }

  var device: String? { if case .device(let name) = self { name } else { nil } }
  var file: String? { if case .file(let path) = self { path } else { nil } }
}

/// The files of a live session, opened before it starts and finished behind it.
final class LiveFiles {
  private var writers: [AudioFileWriter] = []
  private let force: Bool

  init(force: Bool) { self.force = force }

  /// - Throws: `SoundFileError`, `CommandError` where the rate is not the one asked for.
  func source(_ path: String, rate: inout Int?) throws -> any FrameSource {
    let reader = try AudioFileReader(path: path)
    if let rate, rate != reader.format.sampleRate {
      throw CommandError.wrong(
        "\(path) has \(reader.format.sampleRate) Hz, and --rate says \(rate); leave --rate out, or convert the file with talea process"
      )
    }
    rate = reader.format.sampleRate
    return SoundFileSource(reader)
  }

  func sink(_ path: String, encoding: String? = nil) -> LiveEnds.SinkMaker {
    return { [unowned self] channels, rate in
      let format = try AudioFileFormat.output(path: path, encoding: encoding, sampleRate: rate, channelCount: channels)
      let writer = try AudioFileWriter(path: path, format: format, options: AudioFileWriter.Options(force: self.force))
      self.writers.append(writer)
      return SoundFileSink(writer)
    }
  }

  /// Makes the files whole.
  ///
  /// - Throws: `SoundFileError`.
  func finish() throws -> [AudioFileReport] { try writers.map { try $0.finish() } }

  /// Leaves nothing behind.
  func abort() { for writer in writers { writer.abort() } }
}
