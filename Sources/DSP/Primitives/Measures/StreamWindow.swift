import CRealtime
import Signal

/// The newest frames of some channels, each contiguous in memory however the stream is cut.
struct StreamWindow: ~Copyable {
  private let memory: OwnedBuffer<Float>
  private let channelCount: Int
  private let capacity: Int
  private let retained: Int
  /// Stream position of the first frame in memory, and how many there are.
  private var origin = 0
  private var count = 0

  /// - Parameters:
  ///   - retained: frames before the newest block that stay readable.
  ///   - longest: frames of the longest block.
  init(channels: Int, retained: Int, longest: Int, memory: MemoryMeter) {
    // As much again as is retained, so that moving it down costs at most one copy per frame.
    capacity = 2 * retained + longest
    self.retained = retained
    channelCount = channels
    self.memory = OwnedBuffer(count: channels * capacity, memory: memory)
  }

  /// Adds a block. What precedes the first block after `clear` is silence, wherever in the stream that is.
  @_noAllocation @_noLocks
  mutating func append(_ block: AudioBlock) {
    let added = block.inputFrameCount
    if count == 0 {
      origin = block.inputPosition - retained
      count = retained
    }
    if count + added > capacity {
      let dropped = count - retained
      for channel in 0..<channelCount {
        let base = memory.base + channel * capacity
        talea_move(base, base + dropped, retained * MemoryLayout<Float>.stride)
      }
      origin += dropped
      count = retained
    }
    for channel in 0..<channelCount {
      talea_copy(memory.base + channel * capacity + count, block.input(channel), added * MemoryLayout<Float>.stride)
    }
    count += added
  }

  /// Where the frame at a stream position lies; it must be one of the newest block or of the `retained` before it.
  @_transparent @_noAllocation @_noLocks
  func frames(_ channel: Int, at position: Int) -> UnsafePointer<Float> {
    UnsafePointer(memory.base + channel * capacity + (position - origin))
  }

  /// Silence again.
  @_noAllocation @_noLocks
  mutating func clear() {
    memory.clear()
    count = 0
  }
}
