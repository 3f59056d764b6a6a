import CRealtime

/// Levels of every channel of `in` and `out`: the peak of the last second, and the root mean square of the last 300 ms.
///
/// Written by the audio thread alone, in windows of 50 ms; read by any other, as often as it likes. Real-time safe but for
/// `init` and `read`.
final class LiveMeters: Sendable {
  private static let windows = 24
  private static let peakWindows = 20
  private static let meanWindows = 6

  private let windowFrames: Int
  /// The present window's number, then the frames of each window, then of each channel and window peak and sum of squares.
  nonisolated(unsafe) private let memory: UnsafeMutablePointer<Int64>
  private let length: Int

  init(inputs: Int, outputs: Int, sampleRate: Int) {
    windowFrames = max(1, sampleRate / 20)
    length = 1 + Self.windows * (1 + 2 * (inputs + outputs))
    memory = .allocate(capacity: length)
    memory.initialize(repeating: 0, count: length)
    (inputCount, outputCount) = (inputs, outputs)
  }

  deinit { memory.deallocate() }

  private let inputCount: Int
  private let outputCount: Int

  /// Takes note of a block.
  func note(
    _ inputs: UnsafePointer<UnsafePointer<Float>>, _ outputs: UnsafePointer<UnsafePointer<Float>>, frameCount: Int
  ) {
    var window = Int(talea_load(memory)) % Self.windows
    if Int(talea_load(memory + 1 + window)) >= windowFrames {
      window = (window + 1) % Self.windows
      for channel in 0..<inputCount + outputCount {
        talea_store(place(channel, window), 0)
        talea_store(place(channel, window) + 1, 0)
      }
      talea_store(memory + 1 + window, 0)
      talea_store(memory, talea_load(memory) &+ 1)
    }
    for channel in 0..<inputCount { add(inputs[channel], frameCount, place(channel, window)) }
    for channel in 0..<outputCount { add(outputs[channel], frameCount, place(inputCount + channel, window)) }
    talea_store(memory + 1 + window, talea_load(memory + 1 + window) &+ Int64(frameCount))
  }

  private func place(_ channel: Int, _ window: Int) -> UnsafeMutablePointer<Int64> {
    memory + 1 + Self.windows + 2 * (channel * Self.windows + window)
  }

  private func add(_ samples: UnsafePointer<Float>, _ frameCount: Int, _ place: UnsafeMutablePointer<Int64>) {
    var peaks = SIMD8<Float>(), squares = SIMD8<Float>()
    var n = 0
    while n + 8 <= frameCount {
      var block = UnsafeRawPointer(samples + n).loadUnaligned(as: SIMD8<Float>.self)
      // What is no number, or none that can be squared, is not measured.
      block.replace(with: 0, where: .!(block * block .<= .greatestFiniteMagnitude))
      peaks = peaks.replacing(with: block, where: block .> peaks).replacing(with: -block, where: -block .> peaks)
      squares += block * block
      n += 8
    }
    var peak = peaks.max(), sum = Double(squares.sum())
    while n < frameCount {
      let square = samples[n] * samples[n]
      if square <= .greatestFiniteMagnitude {
        peak = max(peak, samples[n].magnitude)
        sum += Double(square)
      }
      n += 1
    }
    talea_store(place, Int64(max(peak, Float(bitPattern: UInt32(truncatingIfNeeded: talea_load(place)))).bitPattern))
    let former = Double(bitPattern: UInt64(bitPattern: talea_load(place + 1)))
    talea_store(place + 1, Int64(bitPattern: (former + sum).bitPattern))
  }

  /// The levels of this moment, channels of `in` first.
  func read() -> (inputs: [ChannelLevel], outputs: [ChannelLevel]) {
    let present = Int(talea_load(memory))
    let levels = (0..<inputCount + outputCount).map { channel in
      var level = ChannelLevel(peak: 0, rms: 0)
      var seen = 0, frames = 0, sum = 0.0
      // Blocks that are longer than a window make longer windows.
      for age in 0..<min(Self.peakWindows, present + 1) where seen < Self.peakWindows * windowFrames {
        let window = (present - age) % Self.windows
        let place = place(channel, window)
        level.peak = max(level.peak, Float(bitPattern: UInt32(truncatingIfNeeded: talea_load(place))))
        if seen < Self.meanWindows * windowFrames {
          frames += Int(talea_load(memory + 1 + window))
          sum += Double(bitPattern: UInt64(bitPattern: talea_load(place + 1)))
        }
        seen += Int(talea_load(memory + 1 + window))
      }
      level.rms = frames == 0 ? 0 : Float((sum / Double(frames)).squareRoot())
      return level
    }
    return (Array(levels.prefix(inputCount)), Array(levels.dropFirst(inputCount)))
  }
}

/// How loud a channel is; 1 is full scale.
public struct ChannelLevel: Sendable, Hashable {
  /// The largest absolute sample of the last second.
  public var peak: Float
  /// The root mean square of the last 300 ms.
  public var rms: Float
}
