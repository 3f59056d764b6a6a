import CRealtime
import Signal

/// Damped lines whose ends return to their beginnings through a Hadamard matrix: every line feeds every other. Each output
/// of the matrix is a sum of all lines with signs of its own; the damping holds the factor that makes it orthogonal.
///
/// Source: J.-M. Jot and A. Chaigne, AES 90th, 1991; J. O. Smith, Physical Audio Signal Processing, "Feedback Delay
/// Networks".
struct FeedbackDelayNetwork: ~Copyable {
  private var lines: DampedLines
  private let modulation: OwnedBuffer<Modulation>
  /// One vector for each line, between the stages of the mixing; then the four forms of the input: plus or minus left plus
  /// or minus right.
  private let frames: OwnedBuffer<SIMD8<Float>>
  /// Where in `frames` each line finds its form of the input.
  private let inputForms: OwnedBuffer<Int>
  private let inputScale: Float
  /// The lines that are heard on the left and on the right.
  private let outputs: (left: Int, right: Int)
  /// In frames; 0 for lines that stand still.
  private let depth: Double
  /// Of four lines each: lengths in frames, turns per tick, 0.35 to about 1 time a second, and phases in turns.
  private let swings: OwnedBuffer<Swings>

  struct Swings: BitwiseCopyable {
    var length = SIMD4<Double>(), speed = SIMD4<Double>(), phase = SIMD4<Double>()
  }

  /// Where a moving line is read over 32 frames: `whole + start + slope n` frames back.
  struct Modulation: BitwiseCopyable {
    var whole = 0
    var start: Float = 0
    var slope: Float = 0
  }

  /// - Parameter depth: how far the lines' lengths swing to each side, in frames.
  init(_ room: ReverbRoom, damping: DampedLines.Damping, depth: Double, memory: MemoryMeter) {
    let count = room.lineCount
    lines = DampedLines(
      delays: (0..<count).map { Int(room.lengths[$0]) }, reach: Int(depth) + 8, damping: damping, memory: memory)
    modulation = OwnedBuffer(count: count, memory: memory)
    frames = OwnedBuffer(count: count + 4, memory: memory)
    inputForms = OwnedBuffer(count: count, memory: memory)
    inputScale = Float(1 / Double(count).squareRoot())
    outputs = Self.outputs(count)
    self.depth = depth
    swings = OwnedBuffer(count: count / 4, memory: memory)
    for line in 0..<count {
      swings[line / 4].length[line % 4] = Double(room.lengths[line])
      swings[line / 4].speed[line % 4] = (0.35 + 0.64 / Double(count) * Double(line)) * 32 / room.framesPerSecond
      swings[line / 4].phase[line % 4] = 0.618_033_988_75 * Double(line)
    }
    let (usesSum, isNegative) = Self.signs(count)
    for line in 0..<count {
      inputForms[line] = count + (usesSum >> line & 1 == 1 ? 0 : 2) + (isNegative >> line & 1)
    }
  }

  /// Signs with which each channel enters every line, and in which the channels are orthogonal to each other. Bit i: whether
  /// line i takes left plus right, or left minus right; and whether with a minus sign.
  static func signs(_ count: Int) -> (usesSum: Int, isNegative: Int) {
    switch count {
    case 8: (0b0110_1001, 0b0001_0111)
    case 16: (0b0100_1111_1010_1000, 0b1111_1000_1000_0100)
    default: (0b0110_1011_0010_1100_1001_0100_1101_0011, 0b1100_0110_1001_0110_0110_1010_0011_1010)
    }
  }

  /// The lines that are heard on each side.
  static func outputs(_ count: Int) -> (left: Int, right: Int) { count == 8 ? (3, 4) : count == 16 ? (6, 9) : (6, 25) }

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
      for group in 0..<lines.count / 8 { mixFirst(group, lines.damp(group, lines.ends(group), count)) }
    } else {
      if position & 31 == 0 { modulate(position) }
      for group in 0..<lines.count / 8 { mixFirst(group, lines.damp(group, modulatedEnds(group, position), count)) }
    }
    let scale = SIMD8(repeating: inputScale)
    let sum = talea_multiply(talea_add(left, right), scale), difference = talea_multiply(talea_subtract(left, right), scale)
    let forms = frames.base + lines.count
    forms[0] = sum
    forms[1] = -sum
    forms[2] = difference
    forms[3] = -difference
    let outputs =
      switch lines.count {
      case 8: mixLast8()
      case 16: mixLast16()
      default: mixLast32()
      }
    lines.advance(count)
    return outputs
  }

  /// The first stages of the mixing, within lines that stand together.
  @inline(__always) @_noAllocation @_noLocks
  private func mixFirst(_ group: Int, _ damped: EightVectors) {
    var x = damped
    mixHadamard(&x.v0, &x.v1, &x.v2, &x.v3)
    mixHadamard(&x.v4, &x.v5, &x.v6, &x.v7)
    x.store(to: frames.base + 8 &* group)
  }

  /// The last stages of the mixing, lines that lie `4 step` apart; the input joins, and all enter the lines.
  @inline(__always) @_noAllocation @_noLocks
  private func mixLast8() -> (SIMD8<Float>, SIMD8<Float>) {
    let frames = self.frames.base
    for first in 0..<4 {
      let a = frames[first], b = frames[first &+ 4]
      frames[first] = a + b
      frames[first &+ 4] = a - b
    }
    return feedAll()
  }

  @inline(__always) @_noAllocation @_noLocks
  private func mixLast16() -> (SIMD8<Float>, SIMD8<Float>) {
    let frames = self.frames.base
    guard lines.rings.isPlain else {
      for first in 0..<4 { mixHadamard(&frames[first], &frames[first + 4], &frames[first + 8], &frames[first + 12]) }
      return feedAll()
    }
    for first in 0..<4 {
      var a = frames[first], b = frames[first &+ 4], c = frames[first &+ 8], d = frames[first &+ 12]
      mixHadamard(&a, &b, &c, &d)
      // Only these two are read again.
      if first == 2 { frames[6] = b }
      if first == 1 { frames[9] = c }
      feedPlain(first, a)
      feedPlain(first &+ 4, b)
      feedPlain(first &+ 8, c)
      feedPlain(first &+ 12, d)
    }
    return (frames[6], frames[9])
  }

  @inline(__always) @_noAllocation @_noLocks
  private func mixLast32() -> (SIMD8<Float>, SIMD8<Float>) {
    let frames = self.frames.base
    for half in 0..<2 {
      let base = frames + 16 &* half
      for first in 0..<4 {
        var a = base[first], b = base[first &+ 4], c = base[first &+ 8], d = base[first &+ 12]
        mixHadamard(&a, &b, &c, &d)
        base[first] = a
        base[first &+ 4] = b
        base[first &+ 8] = c
        base[first &+ 12] = d
      }
    }
    for first in 0..<16 {
      let a = frames[first], b = frames[first &+ 16]
      frames[first] = a + b
      frames[first &+ 16] = a - b
    }
    return feedAll()
  }

  @inline(__always) @_noAllocation @_noLocks
  private func feedAll() -> (SIMD8<Float>, SIMD8<Float>) {
    if lines.rings.isPlain {
      for line in 0..<lines.count { feedPlain(line, frames[line]) }
    } else {
      for line in 0..<lines.count { lines.rings.feed(line, frames[line] + input(line)) }
    }
    return (frames[outputs.left], frames[outputs.right])
  }

  @_transparent @_noAllocation @_noLocks
  private func feedPlain(_ line: Int, _ mixed: SIMD8<Float>) {
    lines.rings.feedPlain(line, talea_add(mixed, input(line)))
  }

  @_transparent @_noAllocation @_noLocks
  private func input(_ line: Int) -> SIMD8<Float> { frames.base[inputForms[line]] }

  // MARK: modulation

  /// Sets the course of each line for the 32 frames around a stream position. It follows from the position alone.
  @_noAllocation @_noLocks
  private mutating func modulate(_ position: Int) {
    let tick = Double(position >> 5)
    for group in 0..<swings.count {
      let swing = swings[group]
      var wholes = SIMD4<Int32>(), starts = SIMD4<Float>(), slopes = SIMD4<Float>()
      talea_courses(swing.length, depth, swing.speed, swing.phase, tick, &wholes, &starts, &slopes)
      for lane in 0..<4 {
        modulation[4 &* group &+ lane] = Modulation(whole: Int(wholes[lane]), start: starts[lane], slope: slopes[lane])
      }
    }
  }

  /// As `DampedLines.ends`, between frames.
  @inline(__always) @_noAllocation @_noLocks
  private func modulatedEnds(_ group: Int, _ position: Int) -> EightVectors {
    let times = SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7) + Float(position & 31)
    let line = 8 &* group
    return EightVectors(
      modulatedEnd(line, times), modulatedEnd(line &+ 1, times), modulatedEnd(line &+ 2, times),
      modulatedEnd(line &+ 3, times), modulatedEnd(line &+ 4, times), modulatedEnd(line &+ 5, times),
      modulatedEnd(line &+ 6, times), modulatedEnd(line &+ 7, times))
  }

  /// By cubic Lagrange interpolation.
  @inline(__always) @_noAllocation @_noLocks
  private func modulatedEnd(_ line: Int, _ times: SIMD8<Float>) -> SIMD8<Float> {
    let course = modulation[line]
    // Within 32 frames a line may grow past the next whole frame, once.
    return talea_cubic(
      lines.rings.past(line, course.whole + 3), SIMD8(repeating: course.start).addingProduct(times, course.slope))
  }

  @_noAllocation @_noLocks
  mutating func retarget(_ damping: DampedLines.Damping, over frames: Int) { lines.retarget(damping, over: frames) }

  @_noAllocation @_noLocks
  mutating func reset() { lines.reset() }
}
