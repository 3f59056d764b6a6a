import Signal

/// The highest magnitude of a band-limited signal between its samples: eight points for each frame, and a parabola through
/// the highest and its neighbours.
///
/// Eight points alone would read a tone at 0.46 of the rate up to 0.14 dB low; with the parabola it is below 0.01 dB. The
/// interpolation is a sinc under a Kaiser window, true up to 0.46 of the rate.
struct TruePeakScan: ~Copyable {
  /// Frames on each side of an interpolated point.
  static var reach: Int { @_transparent @_noAllocation @_noLocks get { 24 } }
  private static var tapCount: Int { @_transparent @_noAllocation @_noLocks get { 48 } }

  private let coefficients: OwnedBuffer<SIMD8<Float>>
  private var window: StreamWindow
  /// The last two points of each channel.
  private let past: OwnedBuffer<SIMD2<Float>>
  private let channelCount: Int

  init(channels: Int, longest: Int, memory: MemoryMeter) {
    channelCount = channels
    past = OwnedBuffer(count: channels, memory: memory)
    window = StreamWindow(channels: channels, retained: Self.tapCount, longest: longest, memory: memory)
    coefficients = OwnedBuffer(count: Self.tapCount, memory: memory)
    let sinc = KaiserSinc(passband: 0.46, stopband: 0.54, halfWidth: Double(Self.reach))
    for tap in 0..<Self.tapCount {
      for phase in 0..<8 {
        // Tap `reach - 1` is the frame at or before the point.
        coefficients.base[tap][phase] = Float(sinc.value(at: Double(tap - (Self.reach - 1)) - Double(phase) / 8))
      }
    }
  }

  /// Takes a block, whose frames `peak` then asks for in turn.
  @_noAllocation @_noLocks
  mutating func append(_ block: AudioBlock) { window.append(block) }

  /// The highest point of one channel between the frame `reach` before `position` and the next one.
  @_noAllocation @_noLocks
  mutating func peak(_ channel: Int, at position: Int) -> Float {
    let frames = window.frames(channel, at: position - Self.tapCount + 1)
    var sum0 = SIMD8<Float>(), sum1 = SIMD8<Float>(), sum2 = SIMD8<Float>(), sum3 = SIMD8<Float>()
    var tap = 0
    while tap < Self.tapCount {
      sum0 = sum0.addingProduct(SIMD8(repeating: frames[tap]), coefficients.base[tap])
      sum1 = sum1.addingProduct(SIMD8(repeating: frames[tap + 1]), coefficients.base[tap + 1])
      sum2 = sum2.addingProduct(SIMD8(repeating: frames[tap + 2]), coefficients.base[tap + 2])
      sum3 = sum3.addingProduct(SIMD8(repeating: frames[tap + 3]), coefficients.base[tap + 3])
      tap += 4
    }
    let points = (sum0 + sum1) + (sum2 + sum3)
    let before = past[channel]
    past[channel] = SIMD2(points[6], points[7])
    var highest = Self.summit(before[0], before[1], points[0])
    highest = max(highest, Self.summit(before[1], points[0], points[1]))
    for n in 1..<7 { highest = max(highest, Self.summit(points[n - 1], points[n], points[n + 1])) }
    return max(highest, points[7].magnitude)
  }

  /// The top of the parabola through three points, where it lies between the outer two; else the middle point.
  @_transparent @_noAllocation @_noLocks
  private static func summit(_ a: Float, _ b: Float, _ c: Float) -> Float {
    let middle = b.magnitude
    let isTop = b >= 0 ? b >= a && b >= c : b <= a && b <= c
    let bend = a - 2 * b + c
    guard isTop, bend != 0 else { return middle }
    return (b - (a - c) * (a - c) / (8 * bend)).magnitude
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    window.clear()
    past.clear()
  }
}
