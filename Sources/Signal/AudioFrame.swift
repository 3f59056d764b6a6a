/// One frame of all channels of an actor, channels of the first port first, for loops that run frame by frame.
///
/// Borrowed for the length of one call. Real-time safe.
public struct AudioFrame: BitwiseCopyable {
  public let inputs: UnsafePointer<UnsafePointer<Float>>
  public let outputs: UnsafePointer<UnsafeMutablePointer<Float>>
  /// Stream position of the frame, the same at inputs and outputs.
  public let position: Int

  @inlinable @_noAllocation @_noLocks
  public init(
    inputs: UnsafePointer<UnsafePointer<Float>>, outputs: UnsafePointer<UnsafeMutablePointer<Float>>, position: Int
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.position = position
  }

  /// The sample of one input channel, or the place of one output channel.
  @inlinable @_noAllocation @_noLocks
  public func input(_ channel: Int) -> Float { inputs[channel].pointee }

  @inlinable @_noAllocation @_noLocks
  public func output(_ channel: Int) -> UnsafeMutablePointer<Float> { outputs[channel] }

  /// The frame as a block of one.
  @inlinable
  public var block: AudioBlock {
    @_noAllocation @_noLocks get {
      AudioBlock(
        inputs: inputs, outputs: outputs, inputFrameCount: 1, frameCount: 1, inputPosition: position, position: position)
    }
  }
}
