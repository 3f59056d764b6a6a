import ArgumentParser
import Glibc
import Talea

/// What is drawn of a sound file, and which part of it.
struct SoundPlotOptions: ParsableArguments {
  @Flag(help: "Of a sound file: amplitude over time.")
  var waveform = false

  @Flag(help: "Of a sound file: level over time and frequency.")
  var spectrogram = false

  @Flag(help: "Of a sound file: level over frequency, on average and at the loudest moment.")
  var spectrum = false

  @Option(help: ArgumentHelp("Of a sound file: start here: 1.5s, 250ms, 1:30.", valueName: "time"), transform: TimeValue.init)
  var start: TimeValue?

  @Option(help: ArgumentHelp("Of a sound file: stop here.", valueName: "time"), transform: TimeValue.init)
  var end: TimeValue?

  @Option(help: ArgumentHelp("The sound file has no header: s16le:48000:2.", valueName: "format"))
  var raw: String?

  var parts: SoundPicture.Parts {
    let asked = [(waveform, SoundPicture.Parts.waveform), (spectrogram, .spectrogram), (spectrum, .spectrum)].filter(\.0)
    return asked.isEmpty ? .all : SoundPicture.Parts(asked.map(\.1))
  }

  /// An option of these that was given.
  var given: String? {
    [
      ("--waveform", waveform), ("--spectrogram", spectrogram), ("--spectrum", spectrum), ("--start", start != nil),
      ("--end", end != nil),
    ].first { $0.1 }?.0
  }

  func selection(_ path: String) throws -> InputSelection {
    InputSelection(path: path, raw: try raw.map { try RawFormat($0) }, start: start, end: end)
  }
}

/// Whether an argument names a sound file: one that is there and is no text, or one that should be, by its ending.
func isSoundFile(_ argument: String) -> Bool {
  if argument == "-" { return true }
  guard !argument.hasSuffix(".talea"), !argument.hasSuffix(".json") else { return false }
  do {
    _ = try AudioFileReader(path: argument)
    return true
  } catch .textFile {
    return false
  } catch .notFound {
    // A chain may name files, but has more than a name.
    guard !argument.contains(" "), let dot = argument.lastIndex(of: ".") else { return false }
    let ending = argument[argument.index(after: dot)...].lowercased()
    return AudioFileContainer.allCases.contains { $0.extensions.contains(ending) }
  } catch {
    return access(argument, F_OK) == 0
  }
}

/// Which tones `--transfer` and `--harmonics` play.
struct ToneOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("With --transfer: the tone's frequency. [default: 1kHz]", valueName: "hz"), transform: Self.frequency)
  var frequency: Double?

  @Option(
    name: .customLong("from"), parsing: .unconditional,
    help: ArgumentHelp("With --transfer: the lowest level. [default: -80dBFS]", valueName: "level"), transform: Self.level)
  var lowest: Double?

  @Option(
    name: .customLong("to"), parsing: .unconditional,
    help: ArgumentHelp("With --transfer: the highest. [default: 0dBFS]", valueName: "level"), transform: Self.level)
  var highest: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("With --harmonics: the tone's level. [default: -12dBFS]", valueName: "level"), transform: Self.level)
  var level: Double?

  @Option(
    help: ArgumentHelp("With both: how long a tone plays before it is measured. [default: 1s]", valueName: "time"),
    transform: TimeValue.init)
  var settle: TimeValue?

  /// In dBFS: a sine of full scale has 0.
  var levels: ClosedRange<Double> { (lowest ?? min(-80, (highest ?? 0) - 20))...(highest ?? max(0, (lowest ?? -80) + 20)) }

  /// - Throws: `ValidationError` where an option was given that this kind of picture has no use for.
  func check(_ kind: Plot.Kind) throws {
    for (name, isGiven, kinds) in [
      ("--frequency", frequency != nil, [Plot.Kind.transfer]), ("--from", lowest != nil, [.transfer]),
      ("--to", highest != nil, [.transfer]), ("--level", level != nil, [.harmonics]),
      ("--settle", settle != nil, [.transfer, .harmonics]),
    ] where isGiven && !kinds.contains(kind) {
      throw ValidationError("\(name) goes with \(kinds.map { "--\($0)" }.joined(separator: " and "))")
    }
    if let lowest, let highest, !(highest - lowest >= 1) {
      throw ValidationError("--from \(plain(lowest))dB is not below --to \(plain(highest))dB")
    }
    if let settle, settle.seconds(at: 48_000) > 60 {
      throw ValidationError("--settle is at most 60s: every tone plays that long")
    }
  }

  func settled(_ listener: PatchListener, _ sampleRate: Int) throws -> SettledTone {
    if let frequency, frequency >= Double(sampleRate) / 2 {
      throw CommandError.wrong("--frequency \(plain(frequency))Hz is not below half the sample rate, \(sampleRate) Hz")
    }
    return SettledTone(listener: listener, sampleRate: sampleRate, settle: settle ?? .seconds(1))
  }

  private static func frequency(_ text: String) throws -> Double {
    guard let (number, unit) = numberAndUnit(text), ["", "Hz", "kHz"].contains(unit), number > 0 else {
      throw ValidationError("a frequency is written like 1kHz")
    }
    return unit == "kHz" ? number * 1_000 : number
  }

  private static func level(_ text: String) throws -> Double {
    guard let (number, unit) = numberAndUnit(text), ["dB", "dBFS"].contains(unit), (-200...60).contains(number) else {
      throw ValidationError("a level is written like -20dBFS, between -200 and 60")
    }
    return number
  }
}
