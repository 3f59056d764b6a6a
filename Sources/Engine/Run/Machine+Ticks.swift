import Signal

/// Control ticks: the only places where parameters change.
extension Machine {
  /// Brings a node's parameters to their values at its next tick.
  mutating func runTick(_ node: UnsafeMutablePointer<NodeState>) {
    let tick = node.pointee.nextTick
    var changed = takeEvents(node, tick)
    for control in node.pointee.controls {
      let token = control.binding.base[tick - control.binding.start.pointee]
      let motion = node.pointee.motions[control.parameter]
      let value = token.isFinite ? min(max(Double(token), motion.lower), motion.upper) : node.pointee.values[control.parameter]
      if value != node.pointee.values[control.parameter] || tick == 0 {
        node.pointee.values[control.parameter] = value
        // The value before the first token was none that sounded.
        if tick == 0 {
          (node.pointee.motions[control.parameter].lowest, node.pointee.motions[control.parameter].highest) = (value, value)
        }
        node.pointee.motions[control.parameter].note(value)
        changed = true
      }
    }
    if node.pointee.movingCount > 0 {
      for parameter in 0..<node.pointee.motions.count where node.pointee.motions[parameter].isMoving {
        node.pointee.values[parameter] = node.pointee.motions[parameter].step()
        node.pointee.motions[parameter].note(node.pointee.values[parameter])
        if !node.pointee.motions[parameter].isMoving { node.pointee.movingCount -= 1 }
        changed = true
      }
    }
    if changed {
      // Signals hold from the first frame on; everything else is on its way until the next tick.
      let isStart = tick == 0 && node.pointee.controls.count > 0
      let frames = isStart ? 0 : node.pointee.tickRate.frames(tick + 1) - node.pointee.tickRate.frames(tick)
      node.pointee.type.unsafelyUnwrapped.apply(
        node.pointee.kernel.unsafelyUnwrapped, ParameterValues(UnsafePointer(node.pointee.values)), over: frames)
    }
    setNextTick(node, after: tick)
  }

  /// Starts the moves of all events up to a tick. Returns whether there were any.
  private mutating func takeEvents(_ node: UnsafeMutablePointer<NodeState>, _ tick: Int) -> Bool {
    var any = false
    while node.pointee.firstEvent >= 0, events[node.pointee.firstEvent].tick <= tick {
      let index = node.pointee.firstEvent
      let event = events[index]
      if !node.pointee.motions[event.parameter].isMoving { node.pointee.movingCount += 1 }
      node.pointee.motions[event.parameter].begin(
        from: node.pointee.values[event.parameter], to: event.value, ticks: event.ticks)
      node.pointee.firstEvent = event.next
      if event.next < 0 { node.pointee.lastEvent = -1 }
      events[index].next = freeEvent
      freeEvent = index
      any = true
    }
    return any
  }

  /// Appends a change to a node's list. Returns false when the pool is exhausted. Real-time safe.
  mutating func schedule(_ event: ParameterEvent, node index: Int) -> Bool {
    guard freeEvent >= 0 else { return false }
    let place = freeEvent
    freeEvent = events[place].next
    events[place] = event
    events[place].next = -1
    let node = nodes + index
    if node.pointee.lastEvent >= 0 { events[node.pointee.lastEvent].next = place } else { node.pointee.firstEvent = place }
    node.pointee.lastEvent = place
    if node.pointee.nextTick == Int.max { setNextTick(node, after: event.tick - 1) }
    return true
  }

  func setNextTick(_ node: UnsafeMutablePointer<NodeState>, after tick: Int) {
    var next = Int.max
    if node.pointee.movingCount > 0 || node.pointee.controls.count > 0 {
      next = tick + 1
    } else if node.pointee.firstEvent >= 0 {
      next = max(tick + 1, events[node.pointee.firstEvent].tick)
    }
    node.pointee.nextTick = next
    node.pointee.nextTickFrame = next == Int.max ? Int.max : node.pointee.tickRate.frames(next)
  }
}
