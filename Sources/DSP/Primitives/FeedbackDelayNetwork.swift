import CRealtime
import Signal

/// Sixteen damped lines whose ends return to their beginnings through a Hadamard matrix: every line feeds every other.
///
/// Source: J.-M. Jot and A. Chaigne, AES 90th, 1991; J. O. Smith, Physical Audio Signal Processing, "Feedback Delay
/// Networks".
struct FeedbackDelayNetwork: ~Copyable {
  private var lines: DampedLines
  private let modulation: OwnedBuffer<Modulation>
  /// In frames; 0 for lines that stand still.
  private let depth: Double
  private let framesPerSecond: Double

  /// Where a moving line is read over 32 frames: `whole + start + slope n` frames back.
  struct Modulation: BitwiseCopyable {
    var whole = 0
    var start: Float = 0
    var slope: Float = 0
  }

  /// - Parameter depth: how far the lines' lengths swing to each side, in frames.
  init(_ room: ReverbRoom, damping: DampedLines.Damping, depth: Double, memory: MemoryMeter) {
    lines = DampedLines(
      delays: (0..<DampedLines.count).map { Int(room.lengths[$0]) }, reach: Int(depth) + 8, damping: damping, memory: memory)
    modulation = OwnedBuffer(count: DampedLines.count, memory: memory)
    self.depth = depth
    framesPerSecond = room.framesPerSecond
  }

  /// How many of `wanted` frames from a stream position on may be handled now.
  @inline(__always) @_noAllocation @_noLocks
  func batch(of wanted: Int, at position: Int) -> Int {
    let count = lines.rings.batch(of: wanted)
    return depth == 0 ? count : min(count, 32 - position & 31)
  }

  /// Prepares for blocks that go on at a stream position.
  @_noAllocation @_noLocks
  mutating func resume(at position: Int) {
    if depth > 0, position & 31 != 0 { modulate(position) }
  }

  /// Feeds `count` frames and returns those that come out.
  @inline(__always) @_noAllocation @_noLocks
  mutating func run(_ left: SIMD8<Float>, _ right: SIMD8<Float>, _ count: Int, at position: Int) -> (SIMD8<Float>, SIMD8<Float>) {
    if depth == 0 {
      lines.fetch()
    } else {
      if position & 31 == 0 { modulate(position) }
      fetchModulated(position)
    }
    lines.damp(count)
    mixHadamard(lines.frames.base)
    let sum = (left + right) * 0.25, difference = (left - right) * 0.25
    for line in 0..<DampedLines.count {
      // Each channel enters every line, with signs in which the channels are orthogonal to each other.
      let input = Self.usesSum & (1 << line) != 0 ? sum : difference
      let isNegative = Self.isNegative & (1 << line) != 0
      lines.rings.feed(line, isNegative ? lines.frames[line] - input : lines.frames[line] + input, count)
    }
    lines.rings.advance(count)
    return (lines.frames[6], lines.frames[9])
  }

  /// Bit i: whether line i takes left plus right, or left minus right; and whether with a minus sign.
  private static var usesSum: Int { @_transparent @_noAllocation @_noLocks get { 0b0100_1111_1010_1000 } }
  private static var isNegative: Int { @_transparent @_noAllocation @_noLocks get { 0b1111_1000_1000_0100 } }

  // MARK: modulation

  /// Sets the course of each line for the 32 frames around a stream position. It follows from the position alone.
  @_noAllocation @_noLocks
  private mutating func modulate(_ position: Int) {
    let tick = position >> 5
    for line in 0..<DampedLines.count {
      let begin = Double(lines.delay(line)) + depth * swing(line, tick)
      let end = Double(lines.delay(line)) + depth * swing(line, tick + 1)
      let whole = talea_floor(min(begin, end))
      modulation[line] = Modulation(whole: Int(whole), start: Float(begin - whole), slope: Float((end - begin) / 32))
    }
  }

  /// From -1 to 1 and back, 0.35 to 0.95 times a second, each line at a speed and phase of its own.
  @_noAllocation @_noLocks
  private func swing(_ line: Int, _ tick: Int) -> Double {
    let turnsPerTick = (0.35 + 0.04 * Double(line)) * 32 / framesPerSecond
    let turns = Double(tick) * turnsPerTick + 0.618_033_988_75 * Double(line)
    let triangle = 4 * abs(turns - talea_floor(turns) - 0.5) - 1
    // A cubic through the corners: within 2 % of a sine.
    return triangle * (1.5 - 0.5 * triangle * triangle)
  }

  /// As `DampedLines.fetch`, between frames, by cubic Lagrange interpolation.
  @inline(__always) @_noAllocation @_noLocks
  private func fetchModulated(_ position: Int) {
    let times = SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7) + Float(position & 31)
    for line in 0..<DampedLines.count {
      let course = modulation[line]
      var f = SIMD8(repeating: course.start).addingProduct(times, course.slope)
      let oldest = UnsafeRawPointer(lines.rings.past(line, course.whole + 3))
      let older = oldest.loadUnaligned(as: SIMD8<Float>.self)
      let p2 = (oldest + 4).loadUnaligned(as: SIMD8<Float>.self), p1 = (oldest + 8).loadUnaligned(as: SIMD8<Float>.self)
      let p0 = (oldest + 12).loadUnaligned(as: SIMD8<Float>.self), newer = (oldest + 16).loadUnaligned(as: SIMD8<Float>.self)
      // Within 32 frames a line may grow past the next whole frame, once.
      let isPast = f .>= 1
      f = f.replacing(with: f - 1, where: isPast)
      let x3 = p2.replacing(with: older, where: isPast), x2 = p1.replacing(with: p2, where: isPast)
      let x1 = p0.replacing(with: p1, where: isPast), x0 = newer.replacing(with: p0, where: isPast)
      let a = f + 1, b = f - 1, c = f - 2
      let outer = (x3 * a - x0 * c) * (f * b) * (1.0 / 6)
      let inner = (x1 * b - x2 * f) * (a * c) * 0.5
      lines.frames[line] = outer + inner
    }
  }

  @_noAllocation @_noLocks
  mutating func retarget(_ damping: DampedLines.Damping, over frames: Int) { lines.retarget(damping, over: frames) }

  @_noAllocation @_noLocks
  mutating func reset() { lines.reset() }
}
