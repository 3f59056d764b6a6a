import CRealtime
import Signal

/// The mean of all channels over the last frames, for measures that look at a window every so often. Real-time safe.
///
/// A window is due where the stream position is a multiple of the hop, so that no cut of the stream can move it.
struct RecentFrame: ~Copyable {
  let size: Int
  let hop: Int
  private let ring: OwnedBuffer<Float>
  private let scale: Float
  private let channelCount: Int

  /// - Parameter size: a power of two.
  init(size: Int, hop: Int, channels: Int, memory: MemoryMeter) {
    self.size = size
    self.hop = hop
    channelCount = channels
    scale = 1 / Float(channels)
    ring = OwnedBuffer(count: size, memory: memory)
  }

  /// Takes a frame; whether a window is due after it.
  @inline(__always) @_noAllocation @_noLocks
  func take(_ block: AudioBlock, _ n: Int) -> Bool {
    var sum: Float = 0
    for channel in 0..<channelCount { sum += block.input(channel)[n] }
    let position = block.position + n
    ring[position & (size - 1)] = sum * scale
    return (position + 1) % hop == 0
  }

  /// The window that ends with the frame at a position, oldest first.
  @_noAllocation @_noLocks
  func copy(to target: UnsafeMutablePointer<Float>, endingAt position: Int) {
    for n in 0..<size { target[n] = ring[(position + 1 + n) & (size - 1)] }
  }

  @_noAllocation @_noLocks
  func clear() { ring.clear() }
}
