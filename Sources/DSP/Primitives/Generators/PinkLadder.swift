import CRealtime
import Signal

/// Turns white noise pink: first-order sections whose poles lie a factor of 3 apart, each with a zero half way (in its
/// logarithm) to the next, fall by 3.01 dB per octave on average; ripple 0.05 dB. Matched z-transform, with one more zero
/// that makes up for the folding at the upper end. Double state. Real-time safe but for `init`.
struct PinkLadder: ~Copyable {
  struct Section: BitwiseCopyable {
    var pole: Double
    var zero: Double
  }

  /// The zero at `-tilt`, and the highest pole in turns per frame: fitted for the least deviation up to 0.4.
  private static let tilt = 0.15
  private static let highestPole = 0.13

  private let sections: OwnedBuffer<Section>
  /// Last input and output of each section, channel by channel.
  private let state: OwnedBuffer<Double>
  private let channelCount: Int
  /// Makes the mean square of the output that of the input.
  private(set) var normalisation = 1.0

  init(isPink: Bool, framesPerSecond: Double, channelCount: Int, memory: MemoryMeter) {
    var designed: [Section] = []
    if isPink {
      var turns = Self.highestPole
      while turns * framesPerSecond > 1 {
        designed.append(Section(pole: Math.exp(-2 * .pi * turns), zero: Math.exp(-2 * .pi * turns * talea_sqrt(3))))
        turns /= 3
      }
    }
    self.channelCount = channelCount
    sections = OwnedBuffer(count: designed.count, memory: memory)
    state = OwnedBuffer(count: designed.count * channelCount * 2, memory: memory)
    for (index, section) in designed.enumerated() { sections.base[index] = section }
    if isPink { normalisation = 1 / talea_sqrt(Self.meanSquare(designed)) }
  }

  /// The mean of the squared response over all frequencies: in partial fractions h[n] = d delta[n] + sum of r p^n, and the
  /// squares of such a sum add up in closed form.
  private static func meanSquare(_ sections: [Section]) -> Double {
    let residues = sections.indices.map { i -> Double in
      var residue = 1.0
      for k in sections.indices {
        residue *= 1 - sections[k].zero / sections[i].pole
        if k != i { residue /= 1 - sections[k].pole / sections[i].pole }
      }
      return residue
    }
    let direct = sections.reduce(1) { $0 * $1.zero / $1.pole }
    // Sums of h[n] h[n] and of h[n] h[n + 1].
    var power = direct * direct, neighbours = 0.0
    for i in sections.indices {
      power += 2 * direct * residues[i]
      neighbours += direct * residues[i] * sections[i].pole
      for k in sections.indices {
        let product = residues[i] * residues[k] / (1 - sections[i].pole * sections[k].pole)
        power += product
        neighbours += product * sections[k].pole
      }
    }
    return (1 + tilt * tilt) * power + 2 * tilt * neighbours
  }

  @_noAllocation @_noLocks
  func process(_ samples: UnsafeMutablePointer<Float>, _ count: Int, _ channel: Int) {
    guard sections.count > 0 else { return }
    let memory = state.base + channel * sections.count * 2
    for n in 0..<count {
      var x = Double(samples[n])
      let former = memory[2 * sections.count - 1]
      for index in 0..<sections.count {
        let section = sections.base[index]
        let y = x.addingProduct(-section.zero, memory[2 * index]).addingProduct(section.pole, memory[2 * index + 1])
        memory[2 * index] = x
        memory[2 * index + 1] = y
        x = y
      }
      samples[n] = Float(x.addingProduct(Self.tilt, former))
    }
  }

  @_noAllocation @_noLocks
  func reset() {
    for index in 0..<state.count { state.base[index] = 0 }
  }
}
