import Signal

/// Four springs. In each a sound goes around through a chain of stretched allpasses, which delay highs more than lows, so that
/// an impulse comes back as a chirp, and each time a longer one.
///
/// The allpasses are `(a + z^-k) / (1 + a z^-k)` with a = 0.62; the group delay of each grows from `k (1 - a) / (1 + a)` at 0 Hz to
/// `k (1 + a) / (1 - a)` at `1 / 2k` of the sample rate, the highest frequency that a spring carries. The springs are lanes. A
/// stretched allpass is k plain ones in turns, so frames up to k apart go through the chain side by side.
///
/// Source: V. Välimäki, J. Parker and J. S. Abel, "Parametric spring reverberation effect", JAES 58(7/8), 2010.
struct SpringTank: ~Copyable {
  static var sectionCount: Int { @_transparent @_noAllocation @_noLocks get { 80 } }
  static var coefficient: Double { @_transparent @_noAllocation @_noLocks get { 0.62 } }

  /// Of each of the `stretch` turns the states of all sections.
  private let sections: OwnedBuffer<SIMD4<Double>>
  /// The plain delays, one after the other.
  private let lines: OwnedBuffer<Double>
  private let lengths: SIMD4<Int>
  private let starts: SIMD4<Int>
  private var places = SIMD4<Int>()
  private let stretch: Int
  /// Whether four frames never meet in a state or a delay.
  private let isWide: Bool
  private var turn = 0
  /// Two sections of a Butterworth lowpass of fourth order, at the highest frequency that a spring carries; for the first two
  /// springs and for the last two.
  private var low1: (BiquadSection, BiquadSection)
  private var low2: (BiquadSection, BiquadSection)

  /// - Parameters:
  ///   - stretch: frames k of the allpasses.
  ///   - frames: of the plain delay in each round.
  init(stretch: Int, frames: SIMD4<Int>, memory: MemoryMeter) {
    self.stretch = stretch
    let counts = frames.replacing(with: 1, where: frames .< 1)
    lengths = counts
    isWide = stretch >= 4 && counts.min() >= 4
    starts = SIMD4(0, counts[0], counts[0] + counts[1], counts[0] + counts[1] + counts[2])
    sections = OwnedBuffer(count: stretch * Self.sectionCount, memory: memory)
    lines = OwnedBuffer(count: counts[0] + counts[1] + counts[2] + counts[3], memory: memory)
    let w = CornerAngle(0.94 * 0.5 / Double(stretch), 1)
    let first = BiquadSection(.lowpass(w, q: 0.5411961001461971)), second = BiquadSection(.lowpass(w, q: 1.3065629648763866))
    low1 = (first, first)
    low2 = (second, second)
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

  /// How many of `wanted` frames may go around side by side: four or one.
  @_transparent @_noAllocation @_noLocks
  func batch(of wanted: Int) -> Int { isWide && wanted >= 4 ? 4 : 1 }

  /// What comes back `ahead` frames after the next one, below the shortest delay.
  @inline(__always) @_noAllocation @_noLocks
  func returning(_ ahead: Int) -> SIMD4<Double> {
    var sound = SIMD4<Double>()
    for spring in 0..<4 {
      let place = places[spring] + ahead
      sound[spring] = lines[starts[spring] + (place >= lengths[spring] ? place - lengths[spring] : place)]
    }
    return sound
  }

  /// One frame through the allpasses.
  @inline(__always) @_noAllocation @_noLocks
  mutating func disperse(_ x: SIMD4<Double>) -> SIMD4<Double> {
    let states = nextTurn()
    var y = x
    for section in 0..<Self.sectionCount { y = Self.allpass(y, states + section) }
    return y
  }

  /// Four frames through the allpasses.
  @inline(__always) @_noAllocation @_noLocks
  mutating func disperse(
    _ x0: SIMD4<Double>, _ x1: SIMD4<Double>, _ x2: SIMD4<Double>, _ x3: SIMD4<Double>
  ) -> (SIMD4<Double>, SIMD4<Double>, SIMD4<Double>, SIMD4<Double>) {
    let states0 = nextTurn(), states1 = nextTurn(), states2 = nextTurn(), states3 = nextTurn()
    var (y0, y1, y2, y3) = (x0, x1, x2, x3)
    for section in 0..<Self.sectionCount {
      y0 = Self.allpass(y0, states0 + section)
      y1 = Self.allpass(y1, states1 + section)
      y2 = Self.allpass(y2, states2 + section)
      y3 = Self.allpass(y3, states3 + section)
    }
    return (y0, y1, y2, y3)
  }

  /// One section, transposed: one state for each of the `stretch` turns.
  @_transparent @_noAllocation @_noLocks
  private static func allpass(_ x: SIMD4<Double>, _ state: UnsafeMutablePointer<SIMD4<Double>>) -> SIMD4<Double> {
    let past = state.pointee, v = x.addingProduct(-coefficient, past)
    state.pointee = v
    return past.addingProduct(coefficient, v)
  }

  @_transparent @_noAllocation @_noLocks
  private mutating func nextTurn() -> UnsafeMutablePointer<SIMD4<Double>> {
    let states = sections.base + turn * Self.sectionCount
    turn = turn + 1 == stretch ? 0 : turn + 1
    return states
  }

  /// Takes what has gone through the allpasses, frame by frame, and gives back what the springs put out.
  @inline(__always) @_noAllocation @_noLocks
  mutating func close(_ y: SIMD4<Double>) -> SIMD4<Double> {
    low1.0.step(y.lowHalf)
    low1.1.step(y.highHalf)
    low2.0.step(low1.0.y1)
    low2.1.step(low1.1.y1)
    let out = SIMD4(lowHalf: low2.0.y1, highHalf: low2.1.y1)
    for spring in 0..<4 {
      lines[starts[spring] + places[spring]] = out[spring]
      places[spring] = places[spring] + 1 == lengths[spring] ? 0 : places[spring] + 1
    }
    return out
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    sections.clear()
    lines.clear()
    places = SIMD4()
    turn = 0
    low1.0.clearMemory()
    low1.1.clearMemory()
    low2.0.clearMemory()
    low2.1.clearMemory()
  }
}
