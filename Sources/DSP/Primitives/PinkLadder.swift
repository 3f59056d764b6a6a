import CRealtime
import Signal

/// Turns white noise pink: first-order sections whose poles lie two octaves apart, each with a zero one octave above its
/// pole, fall by 3.01 dB per octave on average. Matched z-transform; double state. Real-time safe but for `init`.
struct PinkLadder: ~Copyable {
  private struct Section: BitwiseCopyable {
    var pole: Double
    var zero: Double
  }

  private let sections: OwnedBuffer<Section>
  /// Last input and output of each section, channel by channel.
  private let state: OwnedBuffer<Double>
  private let channelCount: Int
  /// Makes the mean square of the output that of the input.
  private(set) var normalisation = 1.0

  init(isPink: Bool, framesPerSecond: Double, channelCount: Int, memory: MemoryMeter) {
    var designed: [Section] = []
    if isPink {
      var frequency = 2.5
      while frequency < 0.45 * framesPerSecond {
        designed.append(
          Section(
            pole: Math.exp(-2 * .pi * frequency / framesPerSecond), zero: Math.exp(-4 * .pi * frequency / framesPerSecond)))
        frequency *= 4
      }
    }
    self.channelCount = channelCount
    sections = OwnedBuffer(count: designed.count, memory: memory)
    state = OwnedBuffer(count: designed.count * channelCount * 2, memory: memory)
    for (index, section) in designed.enumerated() { sections.base[index] = section }
    if isPink { normalisation = 1 / talea_sqrt(Self.meanSquare(designed)) }
  }

  /// The mean of the squared response over all frequencies, by its impulse response.
  private static func meanSquare(_ sections: [Section]) -> Double {
    var memory = [(input: Double, output: Double)](repeating: (0, 0), count: sections.count)
    var sum = 0.0
    // The slowest pole has decayed by more than 200 dB after 2^18 frames at 192 kHz.
    for n in 0..<(1 << 18) {
      var x = n == 0 ? 1.0 : 0
      for (index, section) in sections.enumerated() {
        let y = x - section.zero * memory[index].input + section.pole * memory[index].output
        memory[index] = (x, y)
        x = y
      }
      sum += x * x
    }
    return sum
  }

  @_noAllocation @_noLocks
  func process(_ samples: UnsafeMutablePointer<Float>, _ count: Int, _ channel: Int) {
    guard sections.count > 0 else { return }
    let memory = state.base + channel * sections.count * 2
    for n in 0..<count {
      var x = Double(samples[n])
      for index in 0..<sections.count {
        let section = sections.base[index]
        let y = x.addingProduct(-section.zero, memory[2 * index]).addingProduct(section.pole, memory[2 * index + 1])
        memory[2 * index] = x
        memory[2 * index + 1] = y
        x = y
      }
      samples[n] = Float(x)
    }
  }

  @_noAllocation @_noLocks
  func reset() {
    for index in 0..<state.count { state.base[index] = 0 }
  }
}
