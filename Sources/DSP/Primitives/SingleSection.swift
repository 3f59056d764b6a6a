import Signal

/// The kernel of an effect that is one second-order section, whose coefficients follow from its parameters.
struct SingleSection: ~Copyable {
  private var cascade: BiquadCascade

  init(_ coefficients: BiquadCoefficients, _ context: RenderContext) {
    cascade = BiquadCascade(
      stageCount: 1, channelCount: context.inputChannels[0], maximumFrameCount: context.maximumFrameCount,
      memory: context.memory)
    cascade.set(0, coefficients)
  }

  @_noAllocation @_noLocks
  mutating func retarget(_ coefficients: BiquadCoefficients, over frames: Int) {
    cascade.retarget(0, coefficients, over: frames)
  }

  @_noAllocation @_noLocks
  mutating func process(_ block: AudioBlock) { cascade.process(block) }

  @inline(__always) @_noAllocation @_noLocks
  mutating func processFrame(_ frame: AudioFrame) { cascade.processFrame(frame) }

  @_noAllocation @_noLocks
  mutating func reset() { cascade.reset() }
}
