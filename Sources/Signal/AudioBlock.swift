/// The frames of one firing: one pointer per channel, channels of the first port first.
///
/// Input and output pointers of one channel may be equal where the effect declares `canRunInPlace`. Pointers are aligned
/// to 4 bytes only. Borrowed for the length of one call.
public struct AudioBlock: BitwiseCopyable {
  public let inputs: UnsafePointer<UnsafePointer<Float>>
  public let outputs: UnsafePointer<UnsafeMutablePointer<Float>>
  /// Frames to read; differs from `frameCount` only in actors that change the rate.
  public let inputFrameCount: Int
  /// Frames to write.
  public let frameCount: Int
  /// Stream position of the first frame to read, in frames since `reset`, at the input's rate.
  public let inputPosition: Int
  /// Stream position of the first frame to write, at the output's rate.
  public let position: Int

  @inlinable @_noAllocation @_noLocks
  public init(
    inputs: UnsafePointer<UnsafePointer<Float>>, outputs: UnsafePointer<UnsafeMutablePointer<Float>>, inputFrameCount: Int,
    frameCount: Int, inputPosition: Int, position: Int
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.inputFrameCount = inputFrameCount
    self.frameCount = frameCount
    self.inputPosition = inputPosition
    self.position = position
  }

  @inlinable @_noAllocation @_noLocks
  public func input(_ channel: Int) -> UnsafePointer<Float> { inputs[channel] }

  @inlinable @_noAllocation @_noLocks
  public func output(_ channel: Int) -> UnsafeMutablePointer<Float> { outputs[channel] }
}
