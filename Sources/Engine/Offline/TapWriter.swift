import Dataflow

/// Writes what leaves a tapped port without its latency, cut to the length of `out` at the port's own rate. Frames that
/// are ahead of `out` wait, so that the end can be exact.
struct TapWriter {
  private let sink: any FrameSink
  /// Frames of the tap per frame of `out`.
  private let rate: Rational
  private var skip: Int
  private var waiting: [[Float]]
  private var written = 0

  init(sink: any FrameSink, channels: Int, skipping skip: Int, rate: Rational) {
    self.sink = sink
    self.rate = rate
    self.skip = skip
    waiting = Array(repeating: [], count: channels)
  }

  /// Whether the tap is shorter than `out`.
  func lacksFrames(outputFrames: Int) -> Bool { written < (Rational(outputFrames) * rate).ceiling }

  /// - Parameter outputFrames: how many frames of `out` have been written.
  mutating func write(_ frames: (channels: [UnsafePointer<Float>], frameCount: Int), outputFrames: Int) throws {
    let dropped = min(skip, frames.frameCount)
    skip -= dropped
    for (channel, samples) in frames.channels.enumerated() {
      waiting[channel].append(
        contentsOf: UnsafeBufferPointer(start: samples + dropped, count: frames.frameCount - dropped))
    }
    let count = min(waiting.first?.count ?? 0, (Rational(outputFrames) * rate).ceiling - written)
    guard count > 0 else { return }
    try withPointers { try sink.write($0, frameCount: count) }
    for channel in waiting.indices { waiting[channel].removeFirst(count) }
    written += count
  }

  private func withPointers(_ body: (UnsafePointer<UnsafePointer<Float>>) throws -> Void) throws {
    let pointers = UnsafeMutablePointer<UnsafePointer<Float>>.allocate(capacity: max(1, waiting.count))
    let copies = waiting.map { channel in
      let copy = UnsafeMutablePointer<Float>.allocate(capacity: channel.count)
      copy.initialize(from: channel, count: channel.count)
      return copy
    }
    defer {
      pointers.deallocate()
      for copy in copies { copy.deallocate() }
    }
    for (index, copy) in copies.enumerated() { (pointers + index).initialize(to: UnsafePointer(copy)) }
    try body(pointers)
  }
}
