import CRealtime
import Signal

/// Outputs as weighted sums of inputs, each weight on a ramp of its own. A weight of 0 leaves its input
/// out, and a weight of 1 copies it, to the last bit even where denormals are flushed. Real-time safe but for `init`.
struct GainMatrix: ~Copyable {
  private let gains: OwnedBuffer<LinearRamp>
  private let inputCount: Int
  private let outputCount: Int

  init(inputs: Int, outputs: Int, memory: MemoryMeter) {
    gains = OwnedBuffer(count: inputs * outputs, memory: memory)
    inputCount = inputs
    outputCount = outputs
    for index in 0..<(inputs * outputs) { gains.base[index] = LinearRamp(0) }
  }

  @_noAllocation @_noLocks
  func retarget(output: Int, input: Int, _ gain: Double, over frames: Int) {
    gains.base[output * inputCount + input].retarget(gain, over: frames)
  }

  /// Adds the inputs in order. Frames at which a gain moves and frames at which none does are added up apart: whether an
  /// input takes part depends on the frame, never on the block that the frame came in.
  @_noAllocation @_noLocks
  func process(_ block: AudioBlock) {
    var moving = 0
    for index in 0..<(inputCount * outputCount) { moving = max(moving, gains.base[index].remaining) }
    moving = min(moving, block.frameCount)
    for output in 0..<outputCount {
      add(block, output, from: 0, to: moving)
      add(block, output, from: moving, to: block.frameCount)
    }
    for index in 0..<(inputCount * outputCount) { gains.base[index].advance(block.frameCount) }
  }

  /// The same for one frame.
  @_noAllocation @_noLocks
  func processFrame(_ frame: AudioFrame) {
    for output in 0..<outputCount {
      let ramps = gains.base + output * inputCount
      var sum: Float = 0
      var isFirst = true
      for input in 0..<inputCount {
        let isMoving = ramps[input].isMoving
        if !isMoving && ramps[input].target == 0 { continue }
        let gain = Float(ramps[input].next())
        let sample = frame.input(input)
        if isFirst {
          sum = !isMoving && gain == 1 ? sample : sample * gain
        } else {
          sum = sum.addingProduct(sample, gain)
        }
        isFirst = false
      }
      frame.output(output).pointee = sum
    }
  }

  @_noAllocation @_noLocks
  private func add(_ block: AudioBlock, _ output: Int, from start: Int, to end: Int) {
    if start == end { return }
    let target = block.output(output)
    let bytes = (end - start) * MemoryLayout<Float>.stride
    var isFirst = true
    for input in 0..<inputCount {
      let ramp = gains.base[output * inputCount + input]
      let source = block.input(input)
      let isMoving = ramp.remaining > start
      if !isMoving && ramp.target == 0 { continue }
      let settled = Float(ramp.target)
      switch (isFirst, isMoving) {
      case (true, true): for n in start..<end { target[n] = source[n] * Float(ramp.value(ahead: n)) }
      case (true, false) where settled == 1: talea_move(target + start, source + start, bytes)
      case (true, false): talea_scale(target + start, source + start, settled, end - start)
      case (false, true): for n in start..<end { target[n] = target[n].addingProduct(source[n], Float(ramp.value(ahead: n))) }
      case (false, false): talea_add_scaled(target + start, source + start, settled, end - start)
      }
      isFirst = false
    }
    if isFirst { talea_zero(target + start, bytes) }
  }

  @_noAllocation @_noLocks
  func reset() {
    for index in 0..<(inputCount * outputCount) { gains.base[index].snap() }
  }
}
