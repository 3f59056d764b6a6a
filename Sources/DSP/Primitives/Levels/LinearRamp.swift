/// A coefficient on its way to a target: each frame's value follows from the target, the step and the frames that
/// remain, so it is the same however the frames are cut, and the end is hit exactly. Real-time safe.
public struct LinearRamp: BitwiseCopyable, Sendable {
  public private(set) var target: Double
  private(set) var step = 0.0
  public private(set) var remaining = 0

  public var isMoving: Bool { @_noAllocation @_noLocks get { remaining > 0 } }

  /// The value of the next frame.
  public var value: Double { @_noAllocation @_noLocks get { target.addingProduct(-step, Double(remaining)) } }

  @_noAllocation @_noLocks
  public init(_ value: Double) { self.init(value, step: 0, remaining: 0) }

  /// Starts from the present value towards `newTarget`, reached after `frames` frames; at once when that is 0.
  @_noAllocation @_noLocks
  public mutating func retarget(_ newTarget: Double, over frames: Int) {
    let start = value
    self = LinearRamp(newTarget, step: frames > 0 ? (newTarget - start) / Double(frames) : 0, remaining: frames)
    if step == 0 { remaining = 0 }
  }

  /// The value of the frame `n` frames ahead of the next one, without moving on.
  @_noAllocation @_noLocks
  public func value(ahead n: Int) -> Double {
    n < remaining ? target.addingProduct(-step, Double(remaining - n)) : target
  }

  /// Moves `frames` frames on.
  @_noAllocation @_noLocks
  public mutating func advance(_ frames: Int) { remaining = frames < remaining ? remaining - frames : 0 }

  /// Returns the next frame's value and moves one frame on.
  @_noAllocation @_noLocks
  public mutating func next() -> Double {
    let current = value
    if remaining > 0 { remaining -= 1 }
    return current
  }

  /// Arrives at once.
  @_noAllocation @_noLocks
  public mutating func snap() { remaining = 0 }

  @_noAllocation @_noLocks
  private init(_ target: Double, step: Double, remaining: Int) {
    self.target = target
    self.step = step
    self.remaining = remaining
  }
}
