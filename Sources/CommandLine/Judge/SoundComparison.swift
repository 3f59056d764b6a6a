import PatchLanguage
import Talea

/// Two sound files, sample by sample.
struct SoundComparison {
  let names: (String, String)
  private(set) var frameCounts = (0, 0)
  private(set) var warnings: [String] = []
  /// Over the frames that both have: the first frame and channel at which they differ.
  private(set) var firstDifference: (frame: Int, channel: Int)?
  private(set) var largestDifference: (amplitude: Double, frame: Int, channel: Int) = (0, 0, 0)
  private(set) var differingSamples = 0
  private var sumOfSquares = 0.0
  private(set) var comparedFrames = 0
  /// How the second file was moved to meet the first; nil where it was not.
  let alignment: Alignment?
  let sampleRate: Int
  let channelCount: Int

  /// `b[n + lag] = gain a[n]` as well as can be.
  struct Alignment {
    var lag: Int
    var gain: Double
  }

  /// Compares.
  ///
  /// - Throws: `SoundFileError`; `CommandError` where rates or channels differ.
  init(_ a: String, _ b: String, maximumLag: TimeValue?, nullFile: String?, replaces: Bool) throws {
    let files = (try AudioFileReader(path: a), try AudioFileReader(path: b))
    let (formatA, formatB) = (files.0.format, files.1.format)
    names = (files.0.path, files.1.path)
    guard formatA.channelCount == formatB.channelCount else {
      throw CommandError.failed(
        "\(names.0) has \(count(formatA.channelCount, "channel")) and \(names.1) has \(formatB.channelCount); "
          + "they cannot be compared")
    }
    guard formatA.sampleRate == formatB.sampleRate else {
      throw CommandError.failed(
        "\(names.0) has \(formatA.sampleRate) Hz and \(names.1) has \(formatB.sampleRate) Hz; convert one first with "
          + "talea process \(names.1) OUT --chain 'in -> out' --rate \(formatA.sampleRate)")
    }
    (sampleRate, channelCount) = (formatA.sampleRate, formatA.channelCount)
    alignment = try maximumLag.map { try Alignment(a, b, maximumLag: $0.frames(at: formatA.sampleRate)) }
    let lag = alignment?.lag ?? 0
    let start = (max(0, -lag), max(0, lag))
    if start.0 > 0 { _ = try files.0.seek(toFrame: start.0) }
    if start.1 > 0 { _ = try files.1.seek(toFrame: start.1) }
    let writer = try nullFile.map { path in
      let format = try AudioFileFormat.output(
        path: path, encoding: "f32", sampleRate: sampleRate, channelCount: channelCount)
      return try AudioFileWriter(path: path, format: format, options: AudioFileWriter.Options(force: replaces))
    }
    let buffers = (PlanarBuffer(channels: channelCount, frames: 8_192), PlanarBuffer(channels: channelCount, frames: 8_192))
    var read = start
    while true {
      let counts = (
        try files.0.read(into: UnsafePointer(buffers.0.mutable), frameCount: 8_192),
        try files.1.read(into: UnsafePointer(buffers.1.mutable), frameCount: 8_192)
      )
      read = (read.0 + counts.0, read.1 + counts.1)
      if counts == (0, 0) { break }
      let common = min(counts.0, counts.1)
      compare(buffers.0, buffers.1, common, at: start.0 + comparedFrames)
      if common > 0 { try writer?.write(buffers.0.constant, frameCount: common) }
      comparedFrames += common
    }
    frameCounts = read
    warnings = (files.0.warnings + files.1.warnings).map { "warning: \($0)\n" }
    if comparedFrames > 0 { _ = try writer?.finish() }
  }

  /// Compares the frames of two buffers, and leaves their difference in the first.
  private mutating func compare(_ a: PlanarBuffer, _ b: PlanarBuffer, _ count: Int, at position: Int) {
    let gain = alignment.map { 1 / $0.gain } ?? 1
    for channel in 0..<channelCount {
      let (x, y) = (a.mutable[channel], b.mutable[channel])
      for n in 0..<count {
        if x[n] == y[n], gain == 1 {
          x[n] = 0
          continue
        }
        let difference = Double(x[n]) - Double(y[n]) * gain
        x[n] = Float(difference)
        if difference == 0 { continue }
        differingSamples += 1
        sumOfSquares += difference * difference
        if !(abs(difference) <= largestDifference.amplitude) { largestDifference = (abs(difference), position + n, channel) }
        if firstDifference.map({ position + n < $0.frame }) ?? true { firstDifference = (position + n, channel) }
      }
    }
  }

  var rms: Double {
    let samples = comparedFrames * channelCount
    return samples > 0 ? (sumOfSquares / Double(samples)).squareRoot() : 0
  }

  /// Whether the files are alike: of one length unless they were aligned, and no sample further apart than the tolerance in dB.
  func isEqual(within tolerance: Double?) -> Bool {
    guard alignment != nil || frameCounts.0 == frameCounts.1, comparedFrames > 0 else { return false }
    return largestDifference.amplitude <= (tolerance.map { Math.amplitude(decibels: $0) } ?? 0)
  }

  func text(_ isEqual: Bool) -> String {
    var lines: [String] = []
    if let alignment {
      lines.append(
        "aligned: \(names.1) lies \(count(abs(alignment.lag), "frame")) \(alignment.lag < 0 ? "ahead" : "behind") at "
          + "\(fixed(level(abs(alignment.gain)), 3)) dB" + (alignment.gain < 0 ? ", turned over" : ""))
    } else if frameCounts.0 != frameCounts.1 {
      lines.append("length: \(names.0) has \(count(frameCounts.0, "frame")), \(names.1) has \(frameCounts.1)")
    }
    if let firstDifference {
      lines.append(
        "first difference: frame \(firstDifference.frame) (\(secondsText(firstDifference.frame, sampleRate))), "
          + "channel \(firstDifference.channel + 1)")
      lines.append(
        "largest difference: \(fixed(level(largestDifference.amplitude), 1)) dBFS at frame \(largestDifference.frame), "
          + "channel \(largestDifference.channel + 1)")
      lines.append(
        "RMS of the difference: \(fixed(level(rms), 1)) dBFS; \(count(differingSamples, "sample")) of "
          + "\(comparedFrames * channelCount) differ")
    }
    lines.append(isEqual ? (firstDifference == nil ? "equal" : "equal within the tolerance") : "not equal")
    return lines.map { $0 + "\n" }.joined()
  }

  func json(_ isEqual: Bool) -> JSONValue {
    .object([
      "equal": .bool(isEqual), "frames": .array([.integer(frameCounts.0), .integer(frameCounts.1)]),
      "comparedFrames": .integer(comparedFrames), "differingSamples": .integer(differingSamples),
      "firstDifference": firstDifference.map {
        .object(["frame": .integer($0.frame), "channel": .integer($0.channel + 1)])
      },
      "largestDifference": firstDifference == nil
        ? nil
        : .object([
          "level": .double(level(largestDifference.amplitude)), "frame": .integer(largestDifference.frame),
          "channel": .integer(largestDifference.channel + 1),
        ]),
      "rms": .double(level(rms)),
      "alignment": alignment.map {
        .object([
          "lag": .integer($0.lag), "gain": .double(level(abs($0.gain))), "turnedOver": .bool($0.gain < 0),
        ])
      },
    ])
  }

  private func level(_ amplitude: Double) -> Double { Math.decibels(amplitude: amplitude) }
}

extension SoundComparison.Alignment {
  /// What is looked at for the lag: 2^20 frames are 22 s at 48 kHz.
  private static let window = 1 << 20

  /// Finds lag and gain from the start of two files.
  fileprivate init(_ a: String, _ b: String, maximumLag: Int) throws {
    let sounds = (try Self.start(a, maximumLag), try Self.start(b, maximumLag))
    let lag = CrossCorrelation.lag(of: sounds.1, behind: sounds.0, maximumLag: maximumLag)
    var product = 0.0, energy = 0.0
    for n in max(0, -lag)..<max(max(0, -lag), min(sounds.0.count, sounds.1.count - lag)) {
      product += Double(sounds.0[n]) * Double(sounds.1[n + lag])
      energy += Double(sounds.0[n]) * Double(sounds.0[n])
    }
    self.init(lag: lag, gain: energy > 0 && product != 0 ? product / energy : 1)
  }

  /// The first channel at the start of a file.
  private static func start(_ path: String, _ maximumLag: Int) throws -> [Float] {
    let reader = try AudioFileReader(path: path)
    let frames = window + maximumLag
    let buffer = PlanarBuffer(channels: reader.format.channelCount, frames: 8_192)
    var sound: [Float] = []
    while sound.count < frames {
      let count = try reader.read(into: UnsafePointer(buffer.mutable), frameCount: min(8_192, frames - sound.count))
      if count == 0 { break }
      sound.append(contentsOf: UnsafeBufferPointer(start: buffer.mutable[0], count: count))
    }
    return sound
  }
}
