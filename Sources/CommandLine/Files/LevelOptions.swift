import ArgumentParser
import Talea

/// To what level an output is brought: `--normalize -1dBTP`, or `--loudness -16LUFS` with a ceiling.
struct LevelOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Bring the highest peak of the output to this level, in two passes: -1dBTP (between samples) or -1dBFS.",
      valueName: "level"), transform: PeakLevel.init)
  var normalize: PeakLevel?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Bring the integrated loudness of the output to this level, in two passes: -16LUFS.", valueName: "level"),
    transform: loudnessLevel)
  var loudness: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --loudness: stay softer where the true peak would pass this level: -1dBTP.", valueName: "level"),
    transform: truePeakLevel)
  var maxTruePeak: Double?

  func validate() throws {
    if normalize != nil, loudness != nil {
      throw ValidationError("--normalize and --loudness both set the level; give one of them")
    }
    if maxTruePeak != nil, loudness == nil {
      throw ValidationError("--max-true-peak goes with --loudness; alone, a peak is set with --normalize")
    }
  }

  var target: LevelTarget? {
    if let normalize { return normalize.isTruePeak ? .truePeak(normalize.decibels) : .peak(normalize.decibels) }
    return loudness.map { .loudness($0, maximumTruePeak: maxTruePeak) }
  }
}

/// `-1dBTP`, `-1dBFS`, `-1dB`
struct PeakLevel: Sendable {
  var decibels: Double
  var isTruePeak: Bool

  init(_ text: String) throws {
    guard let (number, unit) = numberAndUnit(text), ["dBTP", "dBFS", "dB"].contains(unit), (-200...200).contains(number) else {
      throw ValidationError("a peak is written like -1dBTP (between samples) or -1dBFS (of samples)")
    }
    decibels = number
    isTruePeak = unit == "dBTP"
  }
}

/// `-16LUFS`, `-16LKFS`
private func loudnessLevel(_ text: String) throws -> Double {
  guard let (number, unit) = numberAndUnit(text), ["LUFS", "LKFS"].contains(unit), (-200...200).contains(number) else {
    throw ValidationError("a loudness is written like -16LUFS")
  }
  return number
}

private func truePeakLevel(_ text: String) throws -> Double {
  guard let (number, unit) = numberAndUnit(text), ["dBTP", "dB"].contains(unit), (-200...200).contains(number) else {
    throw ValidationError("a true peak is written like -1dBTP")
  }
  return number
}
