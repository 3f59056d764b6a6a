import CRealtime
import Signal

/// Neighbours in the schedule that are fired as one: sums and gains of one rate, each heard by the next alone, or one of them
/// alone. Each frame passes through all of them in registers; what goes into delay lines is stored there at once, and what comes
/// out of them is read where it lies.
struct MixRow {
  /// One channel of a port that a stage adds.
  struct Source {
    var binding: ChannelBinding
    /// Where it comes out of a delay line: that, and the line's channel.
    var line: UnsafeMutablePointer<LineState>?
    var channel = 0
  }

  var members: UnsafeMutableBufferPointer<UnsafeMutablePointer<NodeState>>
  /// Whether the last member has readers that do not read a delay line.
  var storesOutput = true
  /// Whether some delay line behind the last member takes not all of its channels: they are then copied from the output.
  var copiesLines = false
  var channels: Int
  var stages: UnsafeMutableBufferPointer<talea_mix_stage>
  /// Of all gains in order.
  var factors: UnsafeMutablePointer<Float>
  var sources: UnsafeMutableBufferPointer<Source>
  /// Scratch for where the frames of the sources lie, and where the result goes: the output, then the lines.
  var inputs: UnsafeMutablePointer<UnsafePointer<Float>>
  var targets: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  var reads: UnsafeMutableBufferPointer<UnsafeMutablePointer<LineState>>
  var writes: UnsafeMutableBufferPointer<UnsafeMutablePointer<LineState>>

  var last: UnsafeMutablePointer<NodeState> { members[members.count - 1] }

  /// Whether nothing but arithmetic happens up to a position; then `factors` are those of all gains.
  mutating func isQuiet(from begin: Int, until end: Int) -> Bool {
    var gain = 0
    for node in members {
      guard node.pointee.operation == .effect else {
        guard node.pointee.silentUntil <= begin else { return false }
        continue
      }
      let type = node.pointee.type.unsafelyUnwrapped, kernel = node.pointee.kernel.unsafelyUnwrapped
      guard node.pointee.nextTickFrame >= end, node.pointee.silentUntil == 0, !type.isFactorMoving(kernel) else { return false }
      factors[gain] = type.nextFactor(kernel)
      gain += 1
    }
    return true
  }

  /// Finds where the frames from a position on lie; returns how many of them lie together.
  mutating func bind(at position: Int, atMost limit: Int) -> Int {
    var count = limit
    for index in sources.indices {
      let source = sources[index]
      if let line = source.line {
        inputs[index] = UnsafePointer(
          line.pointee.memory + (source.channel &* line.pointee.capacity &+ line.pointee.readIndex))
      } else {
        inputs[index] = UnsafePointer(source.binding.base + (position &- source.binding.start.pointee))
      }
    }
    var target = targets
    if storesOutput {
      let outputs = last.pointee.outputs
      for channel in 0..<channels { target[channel] = outputs[channel].base + (position &- outputs[channel].start.pointee) }
      target += channels
    }
    for line in reads { count = min(count, line.pointee.capacity &- line.pointee.readIndex) }
    for line in writes {
      count = min(count, line.pointee.capacity &- line.pointee.writeIndex)
      for channel in 0..<channels {
        target[channel] = line.pointee.memory + (channel &* line.pointee.capacity &+ line.pointee.writeIndex)
      }
      target += channels
    }
    return count
  }

  /// Computes frames that lie together; returns how many were done before one that is not finite.
  mutating func run(_ frames: Int) -> Int {
    let done = talea_mix_row(
      targets, (storesOutput ? 1 : 0) &+ writes.count, stages.baseAddress.unsafelyUnwrapped, stages.count, channels, frames)
    for line in reads {
      let next = line.pointee.readIndex &+ done
      line.pointee.readIndex = next == line.pointee.capacity ? 0 : next
    }
    for line in writes {
      let next = line.pointee.writeIndex &+ done
      line.pointee.writeIndex = next == line.pointee.capacity ? 0 : next
    }
    return done
  }
}
