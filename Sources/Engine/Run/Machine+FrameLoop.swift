import CRealtime
import Signal

/// Runs loops frame by frame. As long as no node has a tick, is silenced or starts afresh, a frame is nothing but its
/// firings; the frames in between are run with every check that a firing of a block makes.
extension Machine {
  mutating func runFrames(_ loop: UnsafeMutablePointer<FrameLoop>, from begin: Int, until end: Int) {
    loop.pointee.bind(at: begin)
    var position = begin
    while position < end {
      let quiet = isProfiling ? position : quietEnd(loop, position, end)
      if quiet > position {
        position = runQuietly(loop, begin, position, quiet)
      } else {
        runCarefully(loop, position - begin, position)
        position += 1
      }
    }
    for step in loop.pointee.steps {
      nodes[step.node].inputPosition = end
      nodes[step.node].position = end
    }
  }

  /// The first position at or after `position` at which some node needs more than a firing.
  private func quietEnd(_ loop: UnsafeMutablePointer<FrameLoop>, _ position: Int, _ end: Int) -> Int {
    var quiet = end
    for step in loop.pointee.steps {
      let node = nodes + step.node
      quiet = min(quiet, node.pointee.nextTickFrame)
      // A sum is never started afresh.
      if node.pointee.silentUntil > (step.type == nil ? position : 0) { return position }
      if node.pointee.stopPosition <= position { return position }
      quiet = min(quiet, node.pointee.stopPosition)
    }
    return quiet
  }

  /// Returns where it stopped: at `end`, or after the frame in which a sample was not finite.
  private mutating func runQuietly(
    _ loop: UnsafeMutablePointer<FrameLoop>, _ begin: Int, _ start: Int, _ end: Int
  ) -> Int {
    let body = loop.pointee
    var position = start
    var isSound = true
    while position < end && isSound {
      body.open(position - begin)
      for index in 0..<body.steps.count {
        let step = body.steps.baseAddress.unsafelyUnwrapped + index
        step.pointee.fire(position)
        if !step.pointee.isFinite {
          silence(step.pointee, position)
          isSound = false
        }
      }
      body.close(position - begin)
      position += 1
    }
    return position
  }

  private mutating func runCarefully(_ loop: UnsafeMutablePointer<FrameLoop>, _ offset: Int, _ position: Int) {
    loop.pointee.open(offset)
    for step in loop.pointee.steps {
      let node = nodes + step.node
      let began = isProfiling ? talea_monotonic_nanoseconds() : 0
      while node.pointee.nextTickFrame <= position { runTick(node) }
      if position >= node.pointee.stopPosition || position < node.pointee.silentUntil {
        step.clear()
      } else {
        if node.pointee.silentUntil > 0, let type = step.type {
          type.reset(step.kernel.unsafelyUnwrapped)
          node.pointee.silentUntil = 0
        }
        step.fire(position)
        if !step.isFinite { silence(step, position) }
      }
      if isProfiling {
        node.pointee.profile.count(frames: 1, since: began)
      }
    }
    loop.pointee.close(offset)
  }

  /// Zeroes a node's frame and silences the node up to the next border.
  private mutating func silence(_ step: FrameLoop.Step, _ position: Int) {
    step.clear()
    nodes[step.node].silentUntil = (position / containmentPeriod + 1) * containmentPeriod
    fault.note(node: step.node, position: position, block: block)
  }
}
