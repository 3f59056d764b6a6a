import CRealtime
import Synchronization

/// A queue of frames from one thread to another. Neither side ever waits.
final class FrameRing: Sendable {
  let channels: Int
  let capacity: Int
  nonisolated(unsafe) private let memory: UnsafeMutablePointer<Float>
  private let written = Atomic<Int>(0)
  private let read = Atomic<Int>(0)

  init(channels: Int, capacity: Int) {
    self.channels = channels
    self.capacity = capacity
    memory = .allocate(capacity: max(1, channels * capacity))
    // Touched here, so that no page of it is first touched by the audio thread.
    memory.initialize(repeating: 0, count: max(1, channels * capacity))
  }

  deinit { memory.deallocate() }

  /// Frames that wait; on the reading thread no more than there are, on the writing thread no fewer.
  var count: Int { written.load(ordering: .acquiring) - read.load(ordering: .acquiring) }

  /// Appends frames, all of them or none.
  ///
  /// - Returns: whether they found room.
  func write(_ source: UnsafePointer<UnsafePointer<Float>>, frameCount: Int) -> Bool {
    let place = written.load(ordering: .relaxed)
    guard place + frameCount - read.load(ordering: .acquiring) <= capacity else { return false }
    for channel in 0..<channels {
      pieces(place, frameCount) { offset, done, count in
        talea_copy(memory + channel * capacity + offset, source[channel] + done, count * MemoryLayout<Float>.stride)
      }
    }
    written.store(place + frameCount, ordering: .releasing)
    return true
  }

  /// Takes up to `frameCount` frames.
  ///
  /// - Returns: the frames taken.
  func read(into target: UnsafePointer<UnsafeMutablePointer<Float>>, frameCount: Int) -> Int {
    let place = read.load(ordering: .relaxed)
    let taken = min(frameCount, written.load(ordering: .acquiring) - place)
    for channel in 0..<channels {
      pieces(place, taken) { offset, done, count in
        talea_copy(target[channel] + done, memory + channel * capacity + offset, count * MemoryLayout<Float>.stride)
      }
    }
    read.store(place + taken, ordering: .releasing)
    return taken
  }

  /// The one or two stretches of the ring that hold frames.
  @inline(__always)
  private func pieces(_ place: Int, _ frameCount: Int, _ body: (_ offset: Int, _ done: Int, _ count: Int) -> Void) {
    let offset = place % capacity
    let first = min(frameCount, capacity - offset)
    if first > 0 { body(offset, 0, first) }
    if first < frameCount { body(0, first, frameCount - first) }
  }
}
