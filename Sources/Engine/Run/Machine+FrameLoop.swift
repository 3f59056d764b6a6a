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
    loop.pointee.unbind()
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
    loop.pointee.setFactors()
    let end = start + loop.pointee.loadSections(frames: end - start)
    let body = loop.pointee
    let cells = body.cells.baseAddress.unsafelyUnwrapped
    var position = start
    var isSound = true
    while position < end && isSound {
      body.open(position - begin)
      body.moveFactors()
      for index in 0..<body.items.count {
        switch body.items[index] {
        case .fire(let place):
          let step = body.steps.baseAddress.unsafelyUnwrapped + place
          step.pointee.fire(position)
          if !step.pointee.isFinite {
            silence(step.pointee, position)
            isSound = false
          }
        case .mix(let place):
          let mix = body.mixes.baseAddress.unsafelyUnwrapped + place
          if !mix.pointee.run(cells) {
            mixCarefully(body, mix.pointee, position)
            isSound = false
          }
        case .sections(let place):
          let sections = body.sections.baseAddress.unsafelyUnwrapped + place
          var isFinite = sections.pointee.run(cells)
          for index in 0..<sections.pointee.firedCount {
            let step = body.steps.baseAddress.unsafelyUnwrapped + sections.pointee.fired[index]
            step.pointee.fire(position)
            isFinite = step.pointee.isFinite && isFinite
          }
          if !isFinite {
            for node in sections.pointee.nodes where !body.steps[node.step].isFinite { silence(body.steps[node.step], position) }
            isSound = false
          }
        }
      }
      body.close(position - begin)
      position += 1
    }
    body.storeSections()
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

  /// The frame of a mix in which a sample was not finite, node by node. Nothing in it wrote what another one read.
  @inline(never)
  private mutating func mixCarefully(_ loop: FrameLoop, _ mix: FrameLoop.Mix, _ position: Int) {
    for node in mix.nodes {
      if node.sum >= 0 {
        let step = loop.steps[node.sum]
        step.sum()
        if !step.isFinite { silence(step, position) }
      }
      guard node.gain >= 0 else { continue }
      let step = loop.steps[node.gain]
      for channel in 0..<step.outputCount { step.cells[channel] = step.inputs[channel].pointee * node.factors.pointee }
      if !step.isFinite { silence(step, position) }
    }
  }

  /// Zeroes a node's frame and silences the node up to the next border.
  private mutating func silence(_ step: FrameLoop.Step, _ position: Int) {
    step.clear()
    nodes[step.node].silentUntil = (position / containmentPeriod + 1) * containmentPeriod
    fault.note(node: step.node, position: position, block: block)
  }
}
