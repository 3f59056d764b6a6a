import Signal

/// A spring: a round trip through a chain of stretched allpasses, which delay highs more than lows, so that an impulse comes
/// back as a chirp, and each time a longer one.
///
/// The allpasses are `(a + z^-k) / (1 + a z^-k)` with a = 0.62; the group delay of each grows from `k (1 - a) / (1 + a)` at 0 Hz to
/// `k (1 + a) / (1 - a)` at `1 / 2k` of the sample rate, the highest frequency that a spring carries.
///
/// Source: V. Välimäki, J. Parker and J. S. Abel, "Parametric spring reverberation effect", JAES 58(7/8), 2010.
struct SpringLine: ~Copyable {
  static var sectionCount: Int { @_transparent @_noAllocation @_noLocks get { 80 } }
  static var coefficient: Double { @_transparent @_noAllocation @_noLocks get { 0.62 } }

  /// Of each section its last `stretch` values.
  private let sections: OwnedBuffer<Double>
  private let line: OwnedBuffer<Double>
  private let stretch: Int
  private var phase = 0
  private var index = 0
  /// Two sections of a Butterworth lowpass of fourth order, at the highest frequency that a spring carries.
  private var low1: BiquadSection
  private var low2: BiquadSection

  /// - Parameters:
  ///   - stretch: frames k of the allpasses.
  ///   - frames: of the plain delay in the round.
  init(stretch: Int, frames: Int, memory: MemoryMeter) {
    self.stretch = stretch
    sections = OwnedBuffer(count: stretch * Self.sectionCount, memory: memory)
    line = OwnedBuffer(count: max(frames, 1), memory: memory)
    let w = CornerAngle(0.94 * 0.5 / Double(stretch), 1)
    low1 = BiquadSection(.lowpass(w, q: 0.5411961001461971))
    low2 = BiquadSection(.lowpass(w, q: 1.3065629648763766))
  }

  /// Frames of k for a highest frequency.
  static func stretch(highest: Double, _ framesPerSecond: Double) -> Int {
    max(1, Int((framesPerSecond / (2 * highest)).rounded()))
  }

  /// Group delay of the whole chain in frames at a share of the sample rate.
  static func groupDelay(_ turns: Double, stretch: Int) -> Double {
    let a = coefficient
    return Double(sectionCount * stretch) * (1 - a * a) / (1 + a * a + 2 * a * Math.cosPi(2 * turns * Double(stretch)))
  }

  /// One frame in and out: what comes back is fed again, times `gain`.
  @inline(__always) @_noAllocation @_noLocks
  mutating func next(_ x: Double, _ gain: Double) -> Double {
    let a = Self.coefficient
    var y = x.addingProduct(-gain, line[index])
    let states = sections.base + phase * Self.sectionCount
    for section in 0..<Self.sectionCount {
      // Transposed: one state for each of the `stretch` interleaved chains.
      let v = y.addingProduct(-a, states[section])
      y = states[section].addingProduct(a, v)
      states[section] = v
    }
    phase = phase + 1 == stretch ? 0 : phase + 1
    low1.step(SIMD2(y, 0))
    low2.step(low1.y1)
    y = low2.y1[0]
    line[index] = y
    index = index + 1 == line.count ? 0 : index + 1
    return y
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    sections.clear()
    line.clear()
    phase = 0
    index = 0
    low1.clearMemory()
    low2.clearMemory()
  }
}
