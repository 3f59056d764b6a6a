import CRealtime
import Signal

/// What a firing does with the frames of one node's ports.
extension UnsafeMutablePointer<NodeState> {
  /// Finds where this firing's frames lie.
  @inline(__always)
  func bindPorts(startingAt start: Int) {
    let (inputPosition, position) = (pointee.inputPosition, pointee.position)
    for own in pointee.ownStarts { own.pointee = start }
    let (inputs, inputPointers) = (pointee.inputs, pointee.inputPointers)
    if pointee.wideInputs.count > 0 {
      for port in 0..<pointee.wideInputs.count {
        let wide = pointee.wideInputs[port], offset = inputPosition &- wide.start.pointee
        guard wide.bound != offset else { continue }
        for channel in wide.channels { inputPointers[channel] = UnsafePointer(inputs[channel].base + offset) }
        pointee.wideInputs[port].bound = offset
      }
    } else {
      for channel in 0..<pointee.inputChannelCount {
        inputPointers[channel] = UnsafePointer(inputs[channel].base + (inputPosition &- inputs[channel].start.pointee))
      }
    }
    let (outputs, outputPointers) = (pointee.outputs, pointee.outputPointers)
    if pointee.wideOutputs.count > 0 {
      for port in 0..<pointee.wideOutputs.count {
        let wide = pointee.wideOutputs[port], offset = position &- wide.start.pointee
        guard wide.bound != offset else { continue }
        for channel in wide.channels { outputPointers[channel] = outputs[channel].base + offset }
        pointee.wideOutputs[port].bound = offset
      }
    } else {
      for channel in 0..<pointee.outputChannelCount {
        outputPointers[channel] = outputs[channel].base + (position &- outputs[channel].start.pointee)
      }
    }
  }

  /// Where input and output have one rate.
  @inline(__always)
  func advance(to position: Int) {
    pointee.inputPosition = position
    pointee.position = position
  }

  func advancePointers(inputs: Int, outputs: Int) {
    if inputs != 0 { for channel in 0..<pointee.inputChannelCount { pointee.inputPointers[channel] += inputs } }
    if outputs != 0 { for channel in 0..<pointee.outputChannelCount { pointee.outputPointers[channel] += outputs } }
  }

  func clearOutputs(offset: Int, frames: Int) {
    for channel in 0..<pointee.outputChannelCount {
      talea_zero(pointee.outputPointers[channel] + offset, frames * MemoryLayout<Float>.stride)
    }
  }

  /// Whether no sample of the output channels is NaN or infinite.
  func isFinite(frames: Int) -> Bool {
    pointee.isPacked && frames == 1
      ? talea_are_finite(pointee.outputPointers, 1, pointee.outputChannelCount)
      : talea_are_finite(pointee.outputPointers, pointee.outputChannelCount, frames)
  }

  /// The first frame in which some output channel is NaN or infinite.
  func firstNonFinite(offset: Int, frames: Int) -> Int? {
    var first: Int?
    for channel in 0..<pointee.outputChannelCount {
      let samples = pointee.outputPointers[channel] + offset
      for n in 0..<(first ?? frames) where !samples[n].isFinite {
        first = n
        break
      }
    }
    return first
  }

  /// Adds the ports of a sum in order, the first one perhaps lying where the output does.
  func sum(frames: Int) {
    let width = pointee.width
    let ports = pointee.inputChannelCount / width
    for channel in 0..<width {
      let output = pointee.outputPointers[channel]
      let first = pointee.inputPointers[channel], second = pointee.inputPointers[width + channel]
      talea_sum(output, first, second, frames)
      for port in 2..<max(2, ports) {
        talea_sum(output, output, pointee.inputPointers[port * width + channel], frames)
      }
    }
  }

  /// Token k is the frame that sounds at control tick k: the last one that began at or before it, which at rates that
  /// are no multiple of the patch's may have come with the firing before.
  func sample(until end: Int, inputEnd: Int) {
    let input = pointee.inputPointers[0], output = pointee.outputPointers[0]
    for token in pointee.position..<end {
      let frame = pointee.tickRate.wholeFrames(token) - pointee.inputPosition
      output[token - pointee.position] = frame < 0 ? pointee.held : input[frame]
    }
    if inputEnd > pointee.inputPosition { pointee.held = input[inputEnd - pointee.inputPosition - 1] }
  }

  /// Frames that lie together in a line are read where they are; those that wrap are brought together, at their place behind
  /// `offset` frames of this turn.
  func readLines(until inputEnd: Int, offset: Int) {
    for index in 0..<pointee.lineReads.count {
      let read = pointee.lineReads[index]
      let count = inputEnd - pointee.inputPosition
      let line = read.line
      let first = Swift.min(count, line.pointee.capacity - line.pointee.readIndex)
      if first == count {
        for (input, channel) in read.inputs {
          pointee.inputPointers[input] = UnsafePointer(
            line.pointee.memory + channel * line.pointee.capacity + line.pointee.readIndex)
        }
      } else {
        for channel in 0..<line.pointee.channelCount {
          let memory = line.pointee.memory + channel * line.pointee.capacity
          let target = read.target + (channel * read.stride + offset)
          talea_copy(target, memory + line.pointee.readIndex, first * MemoryLayout<Float>.stride)
          talea_copy(target + first, memory, (count - first) * MemoryLayout<Float>.stride)
        }
        for (input, channel) in read.inputs {
          pointee.inputPointers[input] = UnsafePointer(read.target + (channel * read.stride + offset))
        }
      }
      let next = line.pointee.readIndex + count
      line.pointee.readIndex = next >= line.pointee.capacity ? next - line.pointee.capacity : next
    }
  }

  func writeLines(frames count: Int) {
    for index in 0..<pointee.lineWrites.count {
      let write = pointee.lineWrites[index]
      let line = write.line
      let first = Swift.min(count, line.pointee.capacity - line.pointee.writeIndex)
      for channel in 0..<line.pointee.channelCount {
        let memory = line.pointee.memory + channel * line.pointee.capacity
        let source = pointee.outputPointers[write.channels[channel]]
        copyFrames(to: memory + line.pointee.writeIndex, from: source, first)
        if first < count { talea_copy(memory, source + first, (count - first) * MemoryLayout<Float>.stride) }
      }
      let next = line.pointee.writeIndex + count
      line.pointee.writeIndex = next >= line.pointee.capacity ? next - line.pointee.capacity : next
    }
  }
}

/// Copies frames. A call of the library costs as much as some tens of them.
@inline(__always)
private func copyFrames(to target: UnsafeMutablePointer<Float>, from source: UnsafePointer<Float>, _ count: Int) {
  guard count <= 128 else { return talea_copy(target, source, count * MemoryLayout<Float>.stride) }
  var n = 0
  while n + 8 <= count {
    let frames = UnsafeRawPointer(source + n).loadUnaligned(as: SIMD8<Float>.self)
    UnsafeMutableRawPointer(target + n).storeBytes(of: frames, as: SIMD8<Float>.self)
    n += 8
  }
  while n < count {
    target[n] = source[n]
    n += 1
  }
}
