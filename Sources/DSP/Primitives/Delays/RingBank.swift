import CRealtime
import Signal

/// The past of some signals, written together, read eight frames at a time from any distance.
///
/// Up to eight frames are handled at a time: `feed` each line, read, then `advance`. Always eight are written: those that
/// are too many lie where the oldest frames were, and the next ones replace them.
struct RingBank: ~Copyable {
  /// Frames handled at a time, at most.
  static var batch: Int { @_transparent @_noAllocation @_noLocks get { 8 } }
  /// Frames after a line's end that repeat its first ones, so that reading needs no wrap.
  private static var margin: Int { @_transparent @_noAllocation @_noLocks get { 16 } }

  private let memory: OwnedBuffer<Float>
  private let length: Int
  /// The distance of two lines: a batch before the line, for frames that wrap, its frames, the margin and a batch more.
  private let stride: Int
  private var writeIndex = 0

  /// - Parameter reach: how far back reading goes, in frames.
  init(lines: Int, reach: Int, memory meter: MemoryMeter) {
    length = max(reach + 2 * Self.batch, 2 * Self.margin)
    // A whole number of vectors, but no multiple of the distance at which addresses share a set of the cache.
    let vectors = (length + Self.margin + 3 * Self.batch - 1) / Self.batch
    stride = Self.batch * (vectors % 16 == 0 ? vectors + 1 : vectors)
    memory = OwnedBuffer(count: lines * stride, memory: meter)
  }

  @_transparent @_noAllocation @_noLocks
  private func line(_ index: Int) -> UnsafeMutablePointer<Float> { memory.base + (index &* stride &+ Self.batch) }

  /// How many of `wanted` frames may be handled now.
  @_transparent @_noAllocation @_noLocks
  func batch(of wanted: Int) -> Int { min(wanted, Self.batch) }

  /// The address of the frame fed `delay` frames before the first one of this batch; 16 frames are readable from there.
  @_transparent @_noAllocation @_noLocks
  func past(_ line: Int, _ delay: Int) -> UnsafePointer<Float> {
    let index = writeIndex &- delay
    return UnsafePointer(self.line(line) + (index < 0 ? index &+ length : index))
  }

  /// The eight frames fed `delay` frames before those of this batch.
  @_transparent @_noAllocation @_noLocks
  func frames(_ line: Int, _ delay: Int) -> SIMD8<Float> {
    UnsafeRawPointer(past(line, delay)).loadUnaligned(as: SIMD8<Float>.self)
  }

  /// Whether frames that are fed now lie in one place only: not where the margin repeats them, nor over the end.
  var isPlain: Bool {
    @_transparent @_noAllocation @_noLocks get { writeIndex >= Self.margin && writeIndex &+ Self.batch <= length }
  }

  /// Feeds a line while `isPlain`.
  @_transparent @_noAllocation @_noLocks
  func feedPlain(_ line: Int, _ input: SIMD8<Float>) {
    UnsafeMutableRawPointer(self.line(line) + writeIndex).storeBytes(of: input, as: SIMD8<Float>.self)
  }

  /// Feeds a line; `advance` says how many of the frames count.
  @inline(__always) @_noAllocation @_noLocks
  func feed(_ line: Int, _ input: SIMD8<Float>) {
    let place = UnsafeMutableRawPointer(self.line(line) + writeIndex)
    let bytes = length &* MemoryLayout<Float>.stride
    place.storeBytes(of: input, as: SIMD8<Float>.self)
    if writeIndex < Self.margin { place.storeBytes(of: input, toByteOffset: bytes, as: SIMD8<Float>.self) }
    if writeIndex &+ Self.batch > length { place.storeBytes(of: input, toByteOffset: 0 &- bytes, as: SIMD8<Float>.self) }
  }

  /// Goes on by `count` frames.
  @_transparent @_noAllocation @_noLocks
  mutating func advance(_ count: Int) {
    writeIndex &+= count
    if writeIndex >= length { writeIndex &-= length }
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    memory.clear()
    writeIndex = 0
  }
}
