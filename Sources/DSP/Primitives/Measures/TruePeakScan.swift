import CRealtime
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
  /// Of each channel: the last two points, and room for those of four frames after them.
  private let points: OwnedBuffer<Float>
  private static var stride: Int { @_transparent @_noAllocation @_noLocks get { 40 } }
  private let channelCount: Int

  init(channels: Int, longest: Int, memory: MemoryMeter) {
    channelCount = channels
    points = OwnedBuffer(count: channels * Self.stride, memory: memory)
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

  /// Takes a block, whose frames `peaks` then asks for in turn.
  @_noAllocation @_noLocks
  mutating func append(_ block: AudioBlock) { window.append(block) }

  /// The highest point of one channel between the frame `reach` before `position` and the next one, and of the frames that
  /// follow: `count` in all, at most four. What is not finite is as high as a number can be.
  @_noAllocation @_noLocks
  func peaks(_ channel: Int, at position: Int, _ count: Int) -> SIMD4<Float> {
    let frames = window.frames(channel, at: position - Self.tapCount + 1)
    let points = points.base + channel * Self.stride
    if count == 4 {
      fourPoints(frames, points + 2)
    } else {
      for n in 0..<count { onePoints(frames + n, points + 2 + 8 * n) }
    }
    var peaks = SIMD4<Float>()
    for n in 0..<count { peaks[n] = Self.highest(points + 8 * n) }
    points[0] = points[8 * count]
    points[1] = points[8 * count + 1]
    return peaks
  }

  /// The eight points of a frame. Even and odd taps are added up apart.
  @inline(__always) @_noAllocation @_noLocks
  private func onePoints(_ frames: UnsafePointer<Float>, _ points: UnsafeMutablePointer<Float>) {
    var even = SIMD8<Float>(), odd = SIMD8<Float>(), tap = 0
    while tap < Self.tapCount {
      even = even.addingProduct(SIMD8(repeating: frames[tap]), coefficients.base[tap])
      odd = odd.addingProduct(SIMD8(repeating: frames[tap + 1]), coefficients.base[tap + 1])
      tap += 2
    }
    store(even + odd, points, 8)
  }

  /// The points of four frames, in the same order of sums: each coefficient is loaded once for all.
  @inline(__always) @_noAllocation @_noLocks
  private func fourPoints(_ frames: UnsafePointer<Float>, _ points: UnsafeMutablePointer<Float>) {
    var even0 = SIMD8<Float>(), even1 = SIMD8<Float>(), even2 = SIMD8<Float>(), even3 = SIMD8<Float>()
    var odd0 = SIMD8<Float>(), odd1 = SIMD8<Float>(), odd2 = SIMD8<Float>(), odd3 = SIMD8<Float>()
    var tap = 0
    while tap < Self.tapCount {
      let even = coefficients.base[tap], odd = coefficients.base[tap + 1]
      even0 = even0.addingProduct(SIMD8(repeating: frames[tap]), even)
      even1 = even1.addingProduct(SIMD8(repeating: frames[tap + 1]), even)
      even2 = even2.addingProduct(SIMD8(repeating: frames[tap + 2]), even)
      even3 = even3.addingProduct(SIMD8(repeating: frames[tap + 3]), even)
      odd0 = odd0.addingProduct(SIMD8(repeating: frames[tap + 1]), odd)
      odd1 = odd1.addingProduct(SIMD8(repeating: frames[tap + 2]), odd)
      odd2 = odd2.addingProduct(SIMD8(repeating: frames[tap + 3]), odd)
      odd3 = odd3.addingProduct(SIMD8(repeating: frames[tap + 4]), odd)
      tap += 2
    }
    store(even0 + odd0, points, 8)
    store(even1 + odd1, points + 8, 8)
    store(even2 + odd2, points + 16, 8)
    store(even3 + odd3, points + 24, 8)
  }

  /// The highest of eight points and of the parabolas through them; the two points before come first.
  @inline(__always) @_noAllocation @_noLocks
  private static func highest(_ points: UnsafePointer<Float>) -> Float {
    // Neighbours are loaded, not shuffled: lanes taken apart made the compiler keep the sums above in pieces.
    let left = load(points, 8), middle = load(points + 1, 8), right = load(points + 2, 8)
    let highest = larger(summits(left, middle, right), magnitude(right))
    return talea_largest(highest.replacing(with: .greatestFiniteMagnitude, where: .!(highest .< .infinity)))
  }

  /// The tops of the parabolas through three points each, where they lie between the outer two; else the middle points.
  @_transparent @_noAllocation @_noLocks
  private static func summits(_ a: SIMD8<Float>, _ b: SIMD8<Float>, _ c: SIMD8<Float>) -> SIMD8<Float> {
    let isTop = ((b .>= 0) .& (b .>= a) .& (b .>= c)) .| ((b .< 0) .& (b .<= a) .& (b .<= c))
    let bend = a - 2 * b + c, slope = a - c
    let top = b - slope * slope / (8 * bend)
    return magnitude(b.replacing(with: top, where: isTop .& (bend .!= 0)))
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    window.clear()
    points.clear()
  }
}
