import Talea

/// What came of a job.
struct JobReport {
  var plan: Plan
  var rendering: RenderReport
  var file: AudioFileReport
  var format: AudioFileFormat
  var taps: [AudioFileReport]
  var inputs: [OpenInput]
  /// What brought the output to its level.
  var gain: LevelGain?
  var options: RenderingOptions

  /// What is so by the nature of an input, and is said of one file only.
  var note: String? {
    for input in inputs {
      for case .rounded(let path, let encoding) in input.source.reader.warnings {
        return "note: \(SoundFileWarning.rounded(path: path, encoding: encoding))\n"
      }
    }
    return nil
  }

  /// What a user should know although the work is done.
  var warnings: [String] {
    var lines = inputs.flatMap(\.notes)
    for input in inputs {
      for warning in input.source.reader.warnings {
        if case .rounded = warning { continue }
        lines.append("warning: \(warning)\n")
      }
    }
    if let fault = rendering.fault {
      lines.append(
        "warning: `\(fault.address)` gave NaN or infinity, first at its frame \(fault.position); it was silenced from there to "
          + "the next multiple of \(containmentPeriod) frames and reset"
          + (fault.count > 1 ? " (\(fault.count) times in all)\n" : "\n"))
    }
    if rendering.isTailCut {
      let limit = secondsText(options.tailLimit.frames(at: plan.options.sampleRate), plan.options.sampleRate)
      lines.append(
        "warning: \(file.path): it still sounded \(limit) after the input and was faded out; --tail-limit or --tail sets where\n")
    }
    if file.clippedSampleCount > 0, let first = file.firstClippedFrame {
      let excess = fixed(Math.decibels(amplitude: Double(file.peak)), 1)
      lines.append(
        "warning: \(file.path): \(count(file.clippedSampleCount, "sample")) clipped, the first at "
          + "\(secondsText(first, format.sampleRate)) (frame \(first)); \(excess) dB less level would avoid it\n")
    }
    for (tap, facts) in zip(taps, plan.taps) where !facts.sampleRate.isInteger {
      lines.append("warning: \(tap.path): it runs at \(facts.sampleRate.doubleValue) Hz, and its header says a whole number\n")
    }
    return lines
  }

  /// `wet.wav: 3.217 s (154416 frames, 1.217 s of it tail), peak -1.2 dBFS`
  var summary: String {
    let rate = format.sampleRate
    var length = count(file.frameCount, "frame")
    if rendering.tailFrames > 0 { length += ", \(secondsText(rendering.tailFrames, rate)) of it tail" }
    let level = gain.map { ", " + $0.text } ?? ""
    return "\(file.path): \(secondsText(file.frameCount, rate)) (\(length)), peak \(levelText(file.peak))\(level)\n"
  }
}
