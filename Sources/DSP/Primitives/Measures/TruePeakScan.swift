import CRealtime
import Signal

/// The highest magnitude of a band-limited signal between its samples: eight points for each frame, and a parabola through
/// the highest and its neighbours.
///
/// A sinc of 44 frames gives the point halfway to the next frame; among frames and halves, which have no content in the
/// upper half of their band, sincs of eight give the other six. Each is under a Kaiser window and true up to 0.46 of the
/// rate. Eight points alone would read a tone there up to 0.14 dB low; with the parabola it is within 0.02 dB.
///
/// What cannot be above a ceiling is not looked at: a point is at most the sum of the magnitudes of its coefficients times
/// the largest sample, or the largest frame or half, that it is made of.
struct TruePeakScan: ~Copyable {
  /// Frames on each side of an interpolated point.
  static var reach: Int { @_transparent @_noAllocation @_noLocks get { 24 } }
  /// Frames before the newest ones that stay readable.
  private static var retained: Int { @_transparent @_noAllocation @_noLocks get { 56 } }
  private static var pairCount: Int { @_transparent @_noAllocation @_noLocks get { 22 } }

  /// Of the half: nearest pair of frames first. Of the points 1 to 3 eighths after a frame: frames and halves in turn, from the
  /// half one and a half frames before it; backwards they are those of 7 to 5 eighths.
  private let pairs: OwnedBuffer<Float>
  private let eighths: OwnedBuffer<Float>
  /// No point is higher than this many times the largest frame, or the largest of frames and halves.
  private let frameBound: Float
  private let halfBound: Float
  /// No parabola adds more than this many times the latter.
  private let summitBound: Float

  /// Of each channel: newest frames, and the halves after them where they were needed.
  private let frames: OwnedBuffer<Float>
  private let halves: OwnedBuffer<Float>
  private let capacity: Int
  /// Of each channel: the position up to whose peaks all halves are there.
  private let known: OwnedBuffer<Int>
  private let channelCount: Int
  /// Stream position of the first frame in memory, and how many there are.
  private var origin = 0
  private var count = 0

  init(channels: Int, longest: Int, memory: MemoryMeter) {
    channelCount = channels
    capacity = 2 * Self.retained + longest
    frames = OwnedBuffer(count: channels * capacity + 16, memory: memory)
    halves = OwnedBuffer(count: channels * capacity + 16, memory: memory)
    known = OwnedBuffer(count: channels, memory: memory)
    pairs = OwnedBuffer(count: Self.pairCount, memory: memory)
    eighths = OwnedBuffer(count: 24, memory: memory)
    let half = KaiserSinc(passband: 0.46, stopband: 0.54, halfWidth: Double(Self.pairCount))
    for pair in 0..<Self.pairCount { pairs[pair] = Float(half.value(at: Double(pair) + 0.5)) }
    let eighth = KaiserSinc(passband: 0.23, stopband: 0.77, halfWidth: 4)
    for point in 0..<3 {
      for tap in 0..<8 { eighths[8 * point + tap] = Float(eighth.value(at: Double(tap - 3) - Double(point + 1) / 4)) }
    }
    (frameBound, halfBound, summitBound) = Self.bounds(pairs, eighths)
  }

  /// Takes a block, whose frames `peaks` then asks for in turn. What precedes the first block after `reset` is silence.
  @_noAllocation @_noLocks
  mutating func append(_ block: AudioBlock) {
    let added = block.inputFrameCount, stride = MemoryLayout<Float>.stride
    if count == 0 {
      origin = block.inputPosition - Self.retained
      count = Self.retained
      for channel in 0..<channelCount { known[channel] = block.inputPosition }
    }
    if count + added > capacity {
      let dropped = count - Self.retained
      for channel in 0..<channelCount {
        let start = channel * capacity
        talea_move(frames.base + start, frames.base + start + dropped, Self.retained * stride)
        talea_move(halves.base + start, halves.base + start + dropped, Self.retained * stride)
      }
      origin += dropped
      count = Self.retained
    }
    for channel in 0..<channelCount {
      talea_copy(frames.base + channel * capacity + count, block.input(channel), added * stride)
    }
    count += added
  }

  /// Whether no point of any channel, that belongs to `count` frames from `position` on, can be above a ceiling.
  @_noAllocation @_noLocks
  func isBelow(_ ceiling: Float, at position: Int, _ count: Int) -> Bool {
    var largest = SIMD8<Float>()
    for channel in 0..<channelCount {
      let newest = frames.base + channel * capacity + (position - origin)
      var frame = 1 - 2 * Self.reach
      while frame < count {
        largest = talea_larger_size(largest, load(newest + frame, min(8, count - frame)), .greatestFiniteMagnitude)
        frame += 8
      }
    }
    return talea_largest(largest) * frameBound <= ceiling
  }

  /// The highest points of a channel between the frames that lie `reach` before `count` frames from `position` on, at most
  /// eight, and the next ones; where no point can be above `ceiling`, 0. What is not finite is as high as a number can be.
  @inline(never) @_noAllocation @_noLocks
  func peaks(_ channel: Int, at position: Int, _ count: Int, above ceiling: Float) -> SIMD8<Float> {
    let start = channel * capacity + (position - origin - Self.reach)
    let frames = frames.base + start, halves = halves.base + start
    // The halves of two frames before to two frames after: those of the frames before may be there.
    if known[channel] != position { findHalves(frames - 2, halves - 2) }
    findHalves(frames + 2, halves + 2)
    known[channel] = position + count
    var largest = talea_larger_size(SIMD8(), load(frames - 2, 8), .greatestFiniteMagnitude)
    largest = talea_larger_size(largest, load(frames + 2, 8), .greatestFiniteMagnitude)
    largest = talea_larger_size(largest, load(halves - 2, 8), .greatestFiniteMagnitude)
    largest = talea_larger_size(largest, load(halves + 2, 8), .greatestFiniteMagnitude)
    let size = talea_largest(largest)
    return size * halfBound <= ceiling ? SIMD8() : highest(frames, halves, above: ceiling - size * summitBound)
  }

  /// The points halfway between eight frames and the next ones.
  @inline(__always) @_noAllocation @_noLocks
  private func findHalves(_ frames: UnsafePointer<Float>, _ halves: UnsafeMutablePointer<Float>) {
    var even = SIMD8<Float>(), odd = SIMD8<Float>(), pair = 0
    while pair < Self.pairCount {
      even = talea_fused8(talea_add(load(frames - pair, 8), load(frames + (pair + 1), 8)), SIMD8(repeating: pairs[pair]), even)
      odd = talea_fused8(
        talea_add(load(frames - (pair + 1), 8), load(frames + (pair + 2), 8)), SIMD8(repeating: pairs[pair + 1]), odd)
      pair += 2
    }
    store(talea_add(even, odd), halves, 8)
  }

  /// The highest of the points of eight frames and of the parabolas through them; where no point is above `bound`, 0.
  @inline(__always) @_noAllocation @_noLocks
  private func highest(_ frames: UnsafePointer<Float>, _ halves: UnsafePointer<Float>, above bound: Float) -> SIMD8<Float> {
    let p0 = load(frames, 8), p1 = early(frames, halves, 0), p2 = early(frames, halves, 1), p3 = early(frames, halves, 2)
    let p4 = load(halves, 8), p5 = late(frames, halves, 2), p6 = late(frames, halves, 1), p7 = late(frames, halves, 0)
    var largest = talea_larger_size(SIMD8(), p0, .greatestFiniteMagnitude)
    largest = talea_larger_size(largest, p1, .greatestFiniteMagnitude)
    largest = talea_larger_size(largest, p2, .greatestFiniteMagnitude)
    largest = talea_larger_size(largest, p3, .greatestFiniteMagnitude)
    largest = talea_larger_size(largest, p4, .greatestFiniteMagnitude)
    largest = talea_larger_size(largest, p5, .greatestFiniteMagnitude)
    largest = talea_larger_size(largest, p6, .greatestFiniteMagnitude)
    largest = talea_larger_size(largest, p7, .greatestFiniteMagnitude)
    if talea_largest(largest) <= bound { return SIMD8() }
    largest = talea_summit(late(frames - 1, halves - 1, 0), p0, p1, largest)
    largest = talea_summit(p0, p1, p2, largest)
    largest = talea_summit(p1, p2, p3, largest)
    largest = talea_summit(p2, p3, p4, largest)
    largest = talea_summit(p3, p4, p5, largest)
    largest = talea_summit(p4, p5, p6, largest)
    largest = talea_summit(p5, p6, p7, largest)
    return talea_summit(p6, p7, load(frames + 1, 8), largest)
  }

  /// The points `index + 1` eighths after eight frames.
  @inline(__always) @_noAllocation @_noLocks
  private func early(_ frames: UnsafePointer<Float>, _ halves: UnsafePointer<Float>, _ index: Int) -> SIMD8<Float> {
    let taps = eighths.base + 8 * index
    var sum = talea_product8(load(halves - 2, 8), SIMD8(repeating: taps[0]))
    sum = talea_fused8(load(frames - 1, 8), SIMD8(repeating: taps[1]), sum)
    sum = talea_fused8(load(halves - 1, 8), SIMD8(repeating: taps[2]), sum)
    sum = talea_fused8(load(frames, 8), SIMD8(repeating: taps[3]), sum)
    sum = talea_fused8(load(halves, 8), SIMD8(repeating: taps[4]), sum)
    sum = talea_fused8(load(frames + 1, 8), SIMD8(repeating: taps[5]), sum)
    sum = talea_fused8(load(halves + 1, 8), SIMD8(repeating: taps[6]), sum)
    return talea_fused8(load(frames + 2, 8), SIMD8(repeating: taps[7]), sum)
  }

  /// The points `index + 1` eighths before the frames after eight frames.
  @inline(__always) @_noAllocation @_noLocks
  private func late(_ frames: UnsafePointer<Float>, _ halves: UnsafePointer<Float>, _ index: Int) -> SIMD8<Float> {
    let taps = eighths.base + 8 * index
    var sum = talea_product8(load(halves + 2, 8), SIMD8(repeating: taps[0]))
    sum = talea_fused8(load(frames + 2, 8), SIMD8(repeating: taps[1]), sum)
    sum = talea_fused8(load(halves + 1, 8), SIMD8(repeating: taps[2]), sum)
    sum = talea_fused8(load(frames + 1, 8), SIMD8(repeating: taps[3]), sum)
    sum = talea_fused8(load(halves, 8), SIMD8(repeating: taps[4]), sum)
    sum = talea_fused8(load(frames, 8), SIMD8(repeating: taps[5]), sum)
    sum = talea_fused8(load(halves - 1, 8), SIMD8(repeating: taps[6]), sum)
    return talea_fused8(load(frames - 1, 8), SIMD8(repeating: taps[7]), sum)
  }

  /// By how much a point, with what its parabola adds, can exceed the largest frame, or the largest of frames and halves,
  /// that it is made of, and how much of the latter the parabola adds; a thousandth more for rounding.
  private static func bounds(
    _ pairs: borrowing OwnedBuffer<Float>, _ eighths: borrowing OwnedBuffer<Float>
  ) -> (frames: Float, halves: Float, summit: Float) {
    // The points from 1/8 before a frame to the next one, in frames and halves in turn from two frames before it on.
    var points = [[Double]](repeating: [Double](repeating: 0, count: 10), count: 10)
    (points[1][4], points[5][5], points[9][6]) = (1, 1, 1)
    for tap in 0..<8 {
      points[0][7 - tap] = Double(eighths[tap])
      for index in 0..<3 {
        points[2 + index][1 + tap] = Double(eighths[8 * index + tap])
        points[8 - index][9 - tap] = Double(eighths[8 * index + tap])
      }
    }
    func inFrames(_ point: [Double]) -> [Double] {
      var frames = [Double](repeating: 0, count: 2 * Self.pairCount + 5)
      for (place, share) in point.enumerated() {
        let frame = Self.pairCount - 1 + place / 2
        if place % 2 == 0 { frames[frame] += share }
        for pair in 0..<Self.pairCount where place % 2 == 1 {
          frames[frame - pair] += share * Double(pairs[pair])
          frames[frame + 1 + pair] += share * Double(pairs[pair])
        }
      }
      return frames
    }
    func sizes(_ points: [[Double]]) -> (point: Double, summit: Double) {
      var largest = (point: 0.0, summit: 0.0)
      for n in 1..<9 {
        // A parabola's top lies above the middle of three points by at most an eighth of their second difference.
        let bend = points[n].indices.reduce(0) { $0 + abs(points[n - 1][$1] - 2 * points[n][$1] + points[n + 1][$1]) } / 8
        largest.point = max(largest.point, points[n].reduce(0) { $0 + abs($1) } + bend)
        largest.summit = max(largest.summit, bend)
      }
      return largest
    }
    let halves = sizes(points)
    return (Float(sizes(points.map(inFrames)).point * 1.001), Float(halves.point * 1.001), Float(halves.summit * 1.001))
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    frames.clear()
    halves.clear()
    count = 0
  }
}
