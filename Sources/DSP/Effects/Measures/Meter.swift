import CRealtime
import Signal

/// Levels and loudness as signals.
public struct Meter: Effect, ~Copyable {
  public static let spec = EffectSpec(
    name: "meter", category: "Measures",
    summary: "Peak, RMS, true peak and loudness of a sound as signals, in dB.",
    discussion: """
      Each output is a value for every frame, for taps that are looked at, or to drive levels. `peak` and `truepeak` rise at once and fall by \
      `fall` dB a second, of the loudest channel; `truepeak` sees tones up to 0.46 of the sample rate within 0.05 dB, 24 frames late. \
      `rms` is the root of the mean square of all channels over `window` (63% of a step). `momentary` (400 ms), `shortterm` (3 s), \
      `integrated` (since the start, gated) and `range` are those of EBU R 128, new every 100 ms, within 0.1 LU; channels are weighted as in \
      `talea analyze`. Silence reads -120.
      Sources: ITU-R BS.1770-5; EBU Tech 3341 and 3342.
      """,
    example: """
      loud = meter
      quiet = gain
      in -> loud
      loud.momentary -> quiet.level
      noise pink -> quiet -> out
      """,
    arguments: [
      .parameter(ParameterSpec("fall", .level, default: 20, in: 1...200, scale: .linear, "How fast peaks fall, in dB a second.")),
      .parameter(ParameterSpec("window", .time, default: 0.3, in: 0.001...10, "Of `rms`.")),
    ],
    outputs: [
      PortSpec("peak", .fixed(1), carries: .level, "dBFS."),
      PortSpec("rms", .fixed(1), carries: .level, "dBFS; a sine at full scale has -3."),
      PortSpec("truepeak", .fixed(1), carries: .level, "dBTP."), PortSpec("momentary", .fixed(1), carries: .level, "LUFS."),
      PortSpec("shortterm", .fixed(1), carries: .level, "LUFS."), PortSpec("integrated", .fixed(1), carries: .level, "LUFS."),
      PortSpec("range", .fixed(1), carries: .level, "LU."),
    ])

  private var scan: TruePeakScan
  private var loudness: RunningLoudness
  private var peak = Meter.least
  private var truePeak = Meter.least
  private var square = 0.0
  /// Of a frame: the factor of peaks, and what stays of the mean square.
  private var fall: Double
  private var share: Double
  private let channelCount: Int
  private let framesPerSecond: Double

  /// -120 dB.
  private static var least: Double { @_transparent @_noAllocation @_noLocks get { 1e-6 } }

  public init(_ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    channelCount = context.inputChannels[0]
    scan = TruePeakScan(channels: channelCount, longest: context.maximumFrameCount, memory: context.memory)
    loudness = RunningLoudness(channels: channelCount, framesPerSecond: framesPerSecond, memory: context.memory)
    fall = Math.amplitude(decibels: -context.parameters[0] / context.framesPerSecond)
    share = smoothingFactor(context.parameters[1], context.framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func apply(_ values: ParameterValues, over frames: Int) {
    fall = Math.amplitude(decibels: -values[0] / framesPerSecond)
    share = smoothingFactor(values[1], framesPerSecond)
  }

  @_noAllocation @_noLocks
  public mutating func process(_ block: AudioBlock) {
    scan.append(block)
    var frame = 0
    while frame < block.frameCount {
      let count = min(4, block.frameCount - frame)
      let largest = block.loudest(channelCount, frame, count)
      var between = SIMD4<Float>(), squares = SIMD4<Double>()
      for channel in 0..<channelCount {
        let x = talea_widen(load(four: block.input(channel) + frame, count))
        squares = squares.addingProduct(x, x)
        let own = scan.peaks(channel, at: block.inputPosition + frame, count, above: 0).lowHalf
        between = between.replacing(with: own, where: own .> between)
      }
      var peaks = SIMD4<Double>(), truePeaks = SIMD4<Double>(), means = SIMD4<Double>()
      for n in 0..<count {
        peak = Self.held(largest[n], peak * fall)
        truePeak = Self.held(Double(between[n]), truePeak * fall)
        let mean = min(squares[n] / Double(channelCount), 1e12)
        square = mean.addingProduct(share, square - mean)
        peaks[n] = peak
        truePeaks[n] = truePeak
        means[n] = max(square, Self.least * Self.least)
        loudness.take(block, frame + n)
        block.output(3)[frame + n] = Float(loudness.momentary)
        block.output(4)[frame + n] = Float(loudness.shortTerm)
        block.output(5)[frame + n] = Float(loudness.integrated)
        block.output(6)[frame + n] = Float(loudness.range)
      }
      store(talea_narrow(Math.decibels(amplitude: peaks)), block.output(0) + frame, count)
      store(talea_narrow(0.5 * Math.decibels(amplitude: means)), block.output(1) + frame, count)
      store(talea_narrow(Math.decibels(amplitude: truePeaks)), block.output(2) + frame, count)
      frame += count
    }
  }

  @inline(__always) @_noAllocation @_noLocks
  private static func held(_ new: Double, _ fallen: Double) -> Double {
    let value = new > fallen ? new : fallen
    return value < least ? least : value < 1e12 ? value : 1e12
  }

  @_noAllocation @_noLocks
  public mutating func reset() {
    scan.reset()
    loudness.reset()
    peak = Self.least
    truePeak = Self.least
    square = 0
  }
}
