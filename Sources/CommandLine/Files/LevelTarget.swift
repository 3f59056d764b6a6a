import Talea

/// What level an output is to have, in dBFS, dBTP or LUFS.
enum LevelTarget: Sendable, Hashable {
  case peak(Double)
  case truePeak(Double)
  case loudness(Double, maximumTruePeak: Double?)

  /// What brings a sound of these measures there.
  ///
  /// - Throws: `CommandError` where the sound has no level.
  func gain(for measures: MeasureSet, of name: String) throws -> LevelGain {
    let truePeak = Math.decibels(amplitude: Double(measures.truePeak.peak))
    switch self {
    case .peak(let level):
      let peak = Math.decibels(amplitude: Double(measures.statistics.peak))
      guard peak.isFinite else { throw CommandError.failed("\(name): the output is silent; no gain brings it to a peak") }
      return LevelGain(decibels: level - peak)
    case .truePeak(let level):
      guard truePeak.isFinite else { throw CommandError.failed("\(name): the output is silent; no gain brings it to a peak") }
      return LevelGain(decibels: level - truePeak)
    case .loudness(let level, let ceiling):
      let loudness = measures.loudness.integrated
      guard loudness.isFinite else {
        throw CommandError.failed(
          "\(name): the output has no loudness: it is shorter than 400 ms, or never louder than -70 LUFS")
      }
      let wanted = level - loudness
      guard let ceiling, truePeak + wanted > ceiling else { return LevelGain(decibels: wanted) }
      return LevelGain(decibels: ceiling - truePeak, reached: level - (truePeak + wanted - ceiling))
    }
  }
}

/// The gain that brings an output to its level.
struct LevelGain: Sendable, Hashable {
  var decibels: Double
  /// The loudness that results where a ceiling stands in the way of the one asked for.
  var reached: Double?

  var factor: Float { Float(Math.amplitude(decibels: decibels)) }

  /// `gain +3.2 dB`
  var text: String {
    let rounded = fixed(decibels, 1)
    let gain = "gain " + (decibels > 0 && rounded != "0.0" ? "+" : "") + rounded + " dB"
    return gain + (reached.map { ", loudness \(fixed($0, 1)) LUFS at the true peak's ceiling" } ?? "")
  }
}

/// Measures what a patch puts out, and keeps nothing of it.
final class MeasuringSink: FrameSink {
  private let measures: MeasureSet

  init(_ plan: Plan) {
    measures = MeasureSet(sampleRate: plan.outputSampleRate.rounded, channelCount: plan.outputChannels)
  }

  func write(_ channels: UnsafePointer<UnsafePointer<Float>>, frameCount: Int) {
    measures.add(channels, frameCount: frameCount)
  }

  /// Call once, after the last frames.
  func finished() -> MeasureSet {
    measures.finish()
    return measures
  }
}

/// Takes what is not wanted.
final class NoSink: FrameSink {
  func write(_ channels: UnsafePointer<UnsafePointer<Float>>, frameCount: Int) {}
}

/// Multiplies every sample on its way.
final class GainSink: FrameSink {
  private let sink: any FrameSink
  private let factor: Float
  private let buffer: PlanarBuffer

  init(_ sink: any FrameSink, factor: Float, channels: Int) {
    self.sink = sink
    self.factor = factor
    buffer = PlanarBuffer(channels: channels, frames: 4_096)
  }

  func write(_ channels: UnsafePointer<UnsafePointer<Float>>, frameCount: Int) throws {
    var done = 0
    while done < frameCount {
      let count = min(buffer.frames, frameCount - done)
      for channel in 0..<buffer.channels {
        let (input, output) = (channels[channel] + done, buffer.mutable[channel])
        for n in 0..<count { output[n] = input[n] * factor }
      }
      try sink.write(buffer.constant, frameCount: count)
      done += count
    }
  }
}
