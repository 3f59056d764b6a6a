import Signal

/// Outputs as weighted sums of inputs, each weight on a ramp of its own. Weights of 0 and 1 that do not move cost no
/// arithmetic that could change a bit. Real-time safe but for `init`.
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

  /// Adds the inputs in order.
  @_noAllocation @_noLocks
  func process(_ block: AudioBlock) {
    for output in 0..<outputCount {
      let target = block.output(output)
      var isFirst = true
      for input in 0..<inputCount {
        let ramp = gains.base[output * inputCount + input]
        if !ramp.isMoving && ramp.target == 0 { continue }
        add(block.input(input), ramp, to: target, block.frameCount, isFirst: isFirst)
        isFirst = false
      }
      if isFirst {
        for n in 0..<block.frameCount { target[n] = 0 }
      }
    }
    for index in 0..<(inputCount * outputCount) { gains.base[index].advance(block.frameCount) }
  }

  @_noAllocation @_noLocks
  private func add(
    _ source: UnsafePointer<Float>, _ ramp: LinearRamp, to target: UnsafeMutablePointer<Float>, _ count: Int, isFirst: Bool
  ) {
    let moving = min(ramp.remaining, count)
    let settled = Float(ramp.target)
    if isFirst {
      for n in 0..<moving { target[n] = source[n] * Float(ramp.value(ahead: n)) }
      for n in moving..<count { target[n] = source[n] * settled }
    } else {
      for n in 0..<moving { target[n] = target[n].addingProduct(source[n], Float(ramp.value(ahead: n))) }
      for n in moving..<count { target[n] = target[n].addingProduct(source[n], settled) }
    }
  }

  @_noAllocation @_noLocks
  func reset() {
    for index in 0..<(inputCount * outputCount) { gains.base[index].snap() }
  }
}
