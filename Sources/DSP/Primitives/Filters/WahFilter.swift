import Signal

/// A bandpass of second order that moves frame by frame, as in a wah pedal: trapezoidal integrators, unity gain at the centre.
///
/// Source: V. Zavalishin, The Art of VA Filter Design, 2018, ch. 4.
struct WahFilter: ~Copyable {
  struct States: BitwiseCopyable {
    var first = 0.0
    var second = 0.0

    @_noAllocation @_noLocks
    init(_ first: Double = 0, _ second: Double = 0) {
      self.first = first
      self.second = second
    }
  }

  private let states: OwnedBuffer<States>
  private let framesPerSecond: Double
  private var g = 0.0
  private var k = 1.0
  private var a1 = 1.0

  init(channels: Int, framesPerSecond: Double, memory: MemoryMeter) {
    states = OwnedBuffer(count: channels, memory: memory)
    for channel in 0..<channels { states[channel] = States() }
    self.framesPerSecond = framesPerSecond
  }

  var channelCount: Int { @_noAllocation @_noLocks get { states.count } }

  /// What `tune` takes, for four frames.
  /// - Parameter octaves: binary logarithms of the centres in Hz; held below 0.45 of the sample rate.
  @inline(__always) @_noAllocation @_noLocks
  func tangents(octaves: SIMD4<Double>) -> SIMD4<Double> {
    let turns = Math.exp2(octaves) / framesPerSecond
    return Math.tan(Double.pi * turns.replacing(with: 0.45, where: turns .> 0.45))
  }

  /// - Parameters:
  ///   - tangent: of half the centre's angle.
  ///   - damping: 1 over Q.
  @inline(__always) @_noAllocation @_noLocks
  mutating func tune(tangent: Double, damping: Double) {
    g = tangent
    k = damping
    a1 = 1 / (1 + g * (g + k))
  }

  @inline(__always) @_noAllocation @_noLocks
  mutating func next(_ channel: Int, _ x: Double) -> Double {
    let state = states[channel]
    let rest = x - state.second
    let band = (a1 * state.first).addingProduct(g * a1, rest)
    let low = state.second.addingProduct(g, band)
    states[channel] = States(2 * band - state.first, 2 * low - state.second)
    return k * band
  }

  @_noAllocation @_noLocks
  mutating func reset() { for channel in 0..<states.count { states[channel] = States() } }

  /// How long it rings with the lowest centre that it may have.
  static func tail(lowest: Double, q: Double, framesPerSecond: Double) -> Tail {
    .rings(bound: decayFrameCount(of: [.bandpass(CornerAngle(lowest, framesPerSecond), q: q)]))
  }
}
