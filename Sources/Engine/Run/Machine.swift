import CRealtime
import Signal

/// One thread's view of the executor's state behind one pointer: what the audio thread touches, and nothing else. Where
/// several threads share a plan, each has a machine with steps of its own over the same nodes.
struct Machine {
  enum Step {
    case fire(Int)
    /// Neighbours that are fired as one. Their own steps follow, and are passed over.
    case mix(UnsafeMutablePointer<MixRow>)
    case sections(UnsafeMutablePointer<SectionRow>)
    /// A loop: its scope, and one past its last step.
    case loop(scope: Int, end: Int)
    case reach(Int)
    case await(thread: Int, milestone: Int)
  }

  struct ScopeState {
    /// Ticks of this clock per tick of the parent's.
    var clock: FrameRate
    var step: Int
    var position = 0
    /// Buffers that deeper scopes fill: at each turn they start where their writer is.
    var foreignStarts: UnsafeMutableBufferPointer<(start: UnsafeMutablePointer<Int>, node: Int)>
    /// Where the loop runs frame by frame, what it runs.
    var frameLoop: UnsafeMutablePointer<FrameLoop>?
  }

  var steps: UnsafeMutableBufferPointer<Step>
  var scopes: UnsafeMutableBufferPointer<ScopeState>
  var nodes: UnsafeMutablePointer<NodeState>
  var events: UnsafeMutablePointer<ParameterEvent>
  var eventCapacity: Int
  var freeEvent: Int

  /// Pointers of the call in progress: channels of all inputs, then of `out`.
  var externalInputs: UnsafePointer<UnsafePointer<Float>>?
  var externalOutputs: UnsafePointer<UnsafeMutablePointer<Float>>?
  var outputFrameCount = 0
  var isProfiling = false
  var fault = Fault()
  /// Where threads meet; nil where there is one.
  var crossing: Crossing?
  /// Blocks before the one that runs.
  var block = 0

  /// The first non-finite sample, and how many nodes were silenced so far.
  struct Fault {
    var node = -1
    var position = 0
    var block = 0
    var count = 0

    mutating func note(node: Int, position: Int, block: Int) {
      if count == 0 { (self.node, self.position, self.block) = (node, position, block) }
      count &+= 1
    }
  }

  /// Runs this thread's share of the block that ends at a stream position of the patch.
  mutating func run(until position: Int) {
    run(steps: 0..<steps.count, until: position)
    block &+= 1
  }

  mutating func enterTurn(_ scope: Int) {
    for entry in scopes[scope].foreignStarts { entry.start.pointee = nodes[entry.node].position }
  }

  private mutating func run(steps range: Range<Int>, until ticks: Int) {
    var index = range.lowerBound
    while index < range.upperBound {
      switch steps[index] {
      case .fire(let node):
        fire(node, until: ticks)
        index += 1
      case .mix(let row):
        mix(row, until: ticks)
        index += row.pointee.members.count
      case .sections(let row):
        runSections(row, until: ticks)
        index += row.pointee.members.count
      case .loop(let scope, let end):
        runLoop(scope, body: (index + 1)..<end, until: ticks)
        index = end
      case .reach(let milestone):
        crossing.unsafelyUnwrapped.reach(milestone, in: block)
        index += 1
      case .await(let thread, let milestone):
        crossing.unsafelyUnwrapped.await(thread, milestone, in: block)
        index += 1
      }
    }
  }

  private mutating func runLoop(_ scope: Int, body: Range<Int>, until parentTicks: Int) {
    let end = scopes[scope].clock.frames(parentTicks)
    let turn = scopes[scope].step
    var position = scopes[scope].position
    if let loop = scopes[scope].frameLoop {
      runFrames(loop, from: position, until: end)
      position = end
    }
    while position < end {
      position = min(position + turn, end)
      enterTurn(scope)
      run(steps: body, until: position)
    }
    scopes[scope].position = position
  }

  /// Fires a node that runs ahead, before the stream starts.
  mutating func fireAhead(_ index: Int, frames: Int) {
    let node = nodes + index
    let position = node.pointee.position
    fire(index, until: node.pointee.inputPosition + frames, position + frames, startingAt: position)
  }

  @inline(__always)
  mutating func fire(_ index: Int, until ticks: Int) {
    let node = nodes + index
    let lead = node.pointee.lead
    fire(
      index, until: node.pointee.inputRate.frames(ticks) &+ lead, node.pointee.rate.frames(ticks) &+ lead,
      startingAt: node.pointee.position)
  }

  /// - Parameter start: where the node's own output buffers begin, in frames of the stream: its position, or before it where it
  ///   has come some way already.
  mutating func fire(_ index: Int, until inputEnd: Int, _ end: Int, startingAt start: Int) {
    let node = nodes + index
    let began = isProfiling ? talea_monotonic_nanoseconds() : 0
    node.bindPorts(startingAt: start)
    if node.pointee.lineReads.count > 0 { node.readLines(until: inputEnd, offset: node.pointee.position &- start) }
    switch node.pointee.operation {
    case .effect: runEffect(node, index, inputEnd, end)
    case .input: runInput(node, index, end)
    case .output: runOutput(node, inputEnd)
    case .sum:
      node.sum(frames: end - node.pointee.position)
      contain(node, index, from: node.pointee.position, to: end)
    case .sampler: node.sample(until: end, inputEnd: inputEnd)
    }
    if node.pointee.lineWrites.count > 0 { node.writeLines(frames: end &- node.pointee.position) }
    if isProfiling {
      node.pointee.profile.count(frames: end - node.pointee.position, since: began)
    }
    node.pointee.inputPosition = inputEnd
    node.pointee.position = end
  }

  private mutating func runInput(_ node: UnsafeMutablePointer<NodeState>, _ index: Int, _ end: Int) {
    let count = end - node.pointee.position
    guard let external = externalInputs else { return }
    for channel in 0..<node.pointee.outputChannelCount {
      talea_copy(
        node.pointee.outputPointers[channel], external[node.pointee.width + channel], count * MemoryLayout<Float>.stride)
    }
    contain(node, index, from: node.pointee.position, to: end)
  }

  private mutating func runOutput(_ node: UnsafeMutablePointer<NodeState>, _ end: Int) {
    let count = end - node.pointee.inputPosition
    outputFrameCount = count
    guard let external = externalOutputs else { return }
    for channel in 0..<node.pointee.inputChannelCount {
      talea_copy(external[channel], node.pointee.inputPointers[channel], count * MemoryLayout<Float>.stride)
    }
  }

  private mutating func runEffect(_ node: UnsafeMutablePointer<NodeState>, _ index: Int, _ inputEnd: Int, _ end: Int) {
    let (inputBegin, begin) = (node.pointee.inputPosition, node.pointee.position)
    if node.pointee.nextTickFrame >= end, node.pointee.silentUntil == 0, node.pointee.stopPosition >= end,
      begin < end, begin / containmentPeriod == (end - 1) / containmentPeriod
    {
      // Nothing happens on the way: one call.
      let block = AudioBlock(
        inputs: UnsafePointer(node.pointee.inputPointers), outputs: UnsafePointer(node.pointee.outputPointers),
        inputFrameCount: inputEnd - inputBegin, frameCount: end - begin, inputPosition: inputBegin, position: begin)
      node.pointee.type.unsafelyUnwrapped.fire(node.pointee.kernel.unsafelyUnwrapped, block)
      if node.pointee.isChecked { contain(node, index, from: begin, to: end) }
      return
    }
    var (input, output) = (inputBegin, begin), advanced = (inputs: 0, outputs: 0)
    while output < end || input < inputEnd {
      if node.pointee.nextTickFrame <= output && output < end {
        runTick(node)
        continue
      }
      var stop = min(end, (output / containmentPeriod + 1) * containmentPeriod, max(output, node.pointee.nextTickFrame))
      if output < node.pointee.stopPosition { stop = min(stop, node.pointee.stopPosition) }
      let inputStop = stop == end ? inputEnd : min(inputEnd, node.pointee.inputPerOutput.frames(stop))
      let count = stop - output
      let mutes = output >= node.pointee.stopPosition || output < node.pointee.silentUntil
      if mutes {
        node.clearOutputs(offset: 0, frames: count)
      } else {
        if node.pointee.silentUntil > 0 {
          node.pointee.type.unsafelyUnwrapped.reset(node.pointee.kernel.unsafelyUnwrapped)
          node.pointee.silentUntil = 0
        }
        let block = AudioBlock(
          inputs: UnsafePointer(node.pointee.inputPointers), outputs: UnsafePointer(node.pointee.outputPointers),
          inputFrameCount: inputStop - input, frameCount: count, inputPosition: input, position: output)
        node.pointee.type.unsafelyUnwrapped.fire(node.pointee.kernel.unsafelyUnwrapped, block)
        if node.pointee.isChecked { contain(node, index, from: output, to: stop) }
      }
      if stop < end || inputStop < inputEnd {
        node.advancePointers(inputs: inputStop - input, outputs: count)
        advanced = (advanced.inputs + inputStop - input, advanced.outputs + count)
      }
      (input, output) = (inputStop, stop)
    }
    node.advancePointers(inputs: -advanced.inputs, outputs: -advanced.outputs)
  }

  /// Zeroes the outputs from the first non-finite frame on, and silences the node up to the next border.
  @inline(__always)
  private mutating func contain(_ node: UnsafeMutablePointer<NodeState>, _ index: Int, from: Int, to: Int) {
    if from >= node.pointee.silentUntil && node.isFinite(frames: to - from) { return }
    silence(node, index, from: from, to: to)
  }

  @inline(never)
  private mutating func silence(_ node: UnsafeMutablePointer<NodeState>, _ index: Int, from: Int, to: Int) {
    var begin = from
    while begin < to {
      let border = (begin / containmentPeriod + 1) * containmentPeriod
      let end = min(border, to)
      if begin < node.pointee.silentUntil {
        node.clearOutputs(offset: begin - from, frames: end - begin)
      } else if let bad = node.firstNonFinite(offset: begin - from, frames: end - begin) {
        node.clearOutputs(offset: begin - from + bad, frames: end - begin - bad)
        node.pointee.silentUntil = border
        fault.note(node: index, position: begin + bad, block: block)
      }
      begin = end
    }
  }
}
