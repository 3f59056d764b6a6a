/// Planar frames in one piece of memory, with pointers to each channel.
public final class PlanarBuffer {
  public let channels: Int
  public let frames: Int
  public let mutable: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let memory: UnsafeMutablePointer<Float>

  public init(channels: Int, frames: Int) {
    self.channels = channels
    self.frames = frames
    memory = .allocate(capacity: max(1, channels * frames))
    memory.initialize(repeating: 0, count: max(1, channels * frames))
    mutable = .allocate(capacity: max(1, channels))
    for channel in 0..<channels { (mutable + channel).initialize(to: memory + channel * frames) }
  }

  deinit {
    memory.deallocate()
    mutable.deallocate()
  }

  /// The same channels, to read.
  public var constant: UnsafePointer<UnsafePointer<Float>> {
    UnsafeRawPointer(mutable).assumingMemoryBound(to: UnsafePointer<Float>.self)
  }

  /// Silences some channels from a frame on.
  func clear(_ channels: Range<Int>, from frame: Int) {
    for channel in channels { (mutable[channel] + frame).update(repeating: 0, count: frames - frame) }
  }

  public func clear() { memory.update(repeating: 0, count: max(1, channels * frames)) }
}
