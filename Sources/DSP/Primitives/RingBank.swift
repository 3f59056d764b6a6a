import CRealtime
import Signal

/// The past of some signals, written together, read eight frames at a time from any distance.
///
/// Up to eight frames are handled at a time: `feed` each line, read, then `advance`.
struct RingBank: ~Copyable {
  /// Frames handled at a time, at most.
  static var batch: Int { @_transparent @_noAllocation @_noLocks get { 8 } }
  /// Frames after a line's end that repeat its first ones, so that reading needs no wrap.
  private static var margin: Int { @_transparent @_noAllocation @_noLocks get { 16 } }

  private let memory: OwnedBuffer<Float>
  private let length: Int
  private let stride: Int
  private var writeIndex = 0

  /// - Parameter reach: how far back reading goes, in frames.
  init(lines: Int, reach: Int, memory meter: MemoryMeter) {
    length = max((reach + 2 * Self.batch) / Self.batch * Self.batch, 2 * Self.margin)
    stride = length + Self.margin + Self.batch
    memory = OwnedBuffer(count: lines * stride, memory: meter)
  }

  /// How many of `wanted` frames may be handled now.
  @_transparent @_noAllocation @_noLocks
  func batch(of wanted: Int) -> Int { min(wanted, min(Self.batch, length - writeIndex)) }

  /// The address of the frame fed `delay` frames before the first one of this batch; 16 frames are readable from there.
  @_transparent @_noAllocation @_noLocks
  func past(_ line: Int, _ delay: Int) -> UnsafePointer<Float> {
    let index = writeIndex - delay
    return UnsafePointer(memory.base + line * stride + (index < 0 ? index + length : index))
  }

  /// The eight frames fed `delay` frames before those of this batch.
  @_transparent @_noAllocation @_noLocks
  func frames(_ line: Int, _ delay: Int) -> SIMD8<Float> {
    UnsafeRawPointer(past(line, delay)).loadUnaligned(as: SIMD8<Float>.self)
  }

  /// Feeds the first `count` frames of `input` into a line.
  @_transparent @_noAllocation @_noLocks
  func feed(_ line: Int, _ input: SIMD8<Float>, _ count: Int) {
    let place = memory.base + line * stride + writeIndex
    store(input, place, count)
    if writeIndex < Self.margin { store(input, place + length, count) }
  }

  /// Goes on by `count` frames.
  @_transparent @_noAllocation @_noLocks
  mutating func advance(_ count: Int) { writeIndex = writeIndex + count == length ? 0 : writeIndex + count }

  @_noAllocation @_noLocks
  mutating func reset() {
    memory.clear()
    writeIndex = 0
  }
}
