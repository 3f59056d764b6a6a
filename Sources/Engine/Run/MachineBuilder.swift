import CRealtime
import Dataflow
import Signal

/// Builds the run-time state of a plan.
struct MachineBuilder {
  let plan: Plan
  let memory: MemoryMeter
  let arena = Arena()
  let lines: UnsafeMutablePointer<LineState>
  /// How many scheduled changes may wait at once, unless the executor is told to make room for more.
  static let eventCapacity = 4_096
  let audio: UnsafeMutablePointer<Float>
  let starts: UnsafeMutablePointer<Int>
  let nodes: UnsafeMutablePointer<NodeState>
  let adopted: Adopted

  init(_ plan: Plan, _ memory: MemoryMeter, adopting adopted: Adopted) {
    self.plan = plan
    self.memory = memory
    self.adopted = adopted
    audio = arena.allocate(Float.self, count: plan.arenaFloats)
    starts = arena.allocate(Int.self, count: plan.buffers.count)
    nodes = arena.allocate(NodeState.self, count: plan.network.nodes.count)
    lines = arena.allocate(LineState.self, count: plan.lines.count)
    for (index, line) in plan.lines.enumerated() {
      if adopted.lines.contains(index) {
        lines[index] = LineState(memory: audio, capacity: 0, channelCount: line.channels, delay: line.delay)
        continue
      }
      let ring = PassedMemory.allocate(Float.self, count: line.capacity * line.channels)
      lines[index] = LineState(
        memory: ring, capacity: line.capacity, channelCount: line.channels, writeIndex: line.delay % line.capacity,
        delay: line.delay)
    }
  }

  /// One machine per thread, the caller's first.
  mutating func build() -> [UnsafeMutablePointer<Machine>] {
    for node in plan.network.nodes.indices { (nodes + node).initialize(to: state(of: node)) }
    let eventCapacity = adopted.takesOver ? 0 : Self.eventCapacity
    let events =
      adopted.takesOver
      ? UnsafeMutableRawPointer(audio).assumingMemoryBound(to: ParameterEvent.self)
      : PassedMemory.allocate(ParameterEvent.self, count: eventCapacity)
    for index in 0..<eventCapacity {
      events[index] = ParameterEvent(next: index + 1 < eventCapacity ? index + 1 : -1)
    }
    let scopes = arena.store(scopes()), crossings = crossings()
    let machines = plan.threads.schedules.indices.map { thread in
      let machine = arena.allocate(Machine.self, count: 1)
      machine.initialize(
        to: Machine(
          steps: arena.store(joined(steps(of: thread))), scopes: scopes, nodes: nodes, events: events,
          eventCapacity: eventCapacity, freeEvent: thread == 0 && eventCapacity > 0 ? 0 : -1))
      machine.pointee.crossing = crossings[thread]
      return machine
    }
    for node in plan.network.nodes.indices { machines[0].pointee.setNextTick(nodes + node, after: -1) }
    return machines
  }

  private func crossings() -> [Crossing?] {
    let threads = plan.threads.schedules.indices
    guard threads.count > 1 else { return [nil] }
    let milestones = arena.allocate(talea_milestone.self, count: threads.count)
    let perBlock = UnsafePointer(arena.store(plan.threads.milestones).baseAddress!)
    return threads.map { Crossing(milestones: milestones, perBlock: perBlock, thread: $0) }
  }

  private func steps(of thread: Int) -> [Machine.Step] {
    let units = plan.program.units
    var steps: [Machine.Step] = []
    for step in plan.threads.schedules[thread] {
      switch step {
      case .run(let unit):
        // Places within a loop are counted from the thread's own first step.
        let offset = steps.count - units[unit].lowerBound
        steps += plan.program.instructions[units[unit]].map {
          switch $0 {
          case .fire(let node): .fire(node)
          case .loop(let scope, let end): .loop(scope: scope, end: end + offset)
          }
        }
      case .reach(let milestone): steps.append(.reach(milestone))
      case .await(let thread, let milestone): steps.append(.await(thread: thread, milestone: milestone))
      }
    }
    return steps
  }

  private func scopes() -> [Machine.ScopeState] {
    plan.program.scopes.enumerated().map { index, scope in
      let foreign = plan.buffers.indices.filter {
        let buffer = plan.buffers[$0]
        return !buffer.isLine && buffer.scope == index && plan.program.scope(of: buffer.node) != index
      }
      let clock = scope.parent.map { scope.clock / plan.program.scopes[$0].clock } ?? scope.clock
      return Machine.ScopeState(
        clock: FrameRate(clock), step: scope.step,
        foreignStarts: arena.store(foreign.map { (start: starts + $0, node: plan.buffers[$0].node) }),
        frameLoop: frameLoop(index))
    }
  }

  private func state(of index: Int) -> NodeState {
    let node = plan.network.nodes[index]
    let clock = plan.program.scopes[plan.program.scope(of: index)].clock
    let inputPorts = inputBindings(index), outputPorts = outputBindings(index)
    let inputs = inputPorts.flatMap(\.self), outputs = outputPorts.flatMap(\.self)
    let own = plan.outputBuffers[index].filter { plan.buffers[$0].scope == plan.program.scope(of: index) }
    var state = NodeState(
      operation: .sum, inputRate: FrameRate(node.inputRate / clock), rate: FrameRate(node.rate / clock),
      tickRate: FrameRate(node.rate * Rational(controlPeriod)), inputPerOutput: FrameRate(node.inputRate / node.rate),
      inputChannelCount: inputs.count, outputChannelCount: outputs.count, inputs: arena.store(inputs).baseAddress!,
      outputs: arena.store(outputs).baseAddress!, wideInputs: arena.store(widePorts(inputPorts, fed: plan.inputBuffers[index])),
      wideOutputs: arena.store(widePorts(outputPorts, fed: [])),
      isPacked: outputs.indices.allSatisfy { outputs[$0].base == outputs[0].base + $0 },
      inputPointers: arena.allocate(UnsafePointer<Float>.self, count: inputs.count),
      outputPointers: arena.allocate(UnsafeMutablePointer<Float>.self, count: outputs.count),
      lineReads: arena.store(lineReads(index)), lineWrites: arena.store(lineWrites(index)),
      ownStarts: arena.store(own.map { starts + $0 }),
      values: UnsafeMutableRawPointer(audio).assumingMemoryBound(to: Double.self),
      motions: arena.store([]), controls: arena.store(controls(index)))
    state.lead = node.lead
    switch node.operation {
    case .effect(let type):
      state.operation = .effect
      var context = plan.contexts[index]!
      context.memory = memory
      state.type = type
      if !adopted.nodes.contains(index) {
        state.kernel = type.make(context)
        state.makeParameters(context.parameters, motions(index, context))
      }
      state.isChecked = true
      state.isGenerator = type.spec.isGenerator && node.rate != Rational(1, controlPeriod)
    case .input(let number):
      state.operation = .input
      state.width = plan.inputs[..<number].map(\.channels).reduce(0, +)
    case .output: state.operation = .output
    case .sum: state.width = node.outputChannels[0]
    case .sampler:
      state.operation = .sampler
      state.tickRate = FrameRate(node.inputRate * Rational(controlPeriod))
    }
    return state
  }

  private func motions(_ index: Int, _ context: RenderContext) -> [ParameterMotion] {
    let node = plan.network.nodes[index]
    let ticksPerSecond = Double(plan.options.sampleRate) / Double(controlPeriod)
    return zip(plan.graph.actors[node.actor!].parameters, context.parameters).map { parameter, value in
      let spec = parameter.spec
      let nyquist = 0.49 * context.framesPerSecond
      let shape: ParameterMotion.Shape =
        switch spec.scale {
        case .linear: .linear
        case .log: .log
        case .amplitude: .amplitude
        }
      return ParameterMotion(
        lower: spec.range.lowerBound,
        upper: spec.isBelowNyquist ? min(spec.range.upperBound, nyquist) : spec.range.upperBound, scaleShape: shape,
        smoothingTicks: max(1, Int((spec.smoothingSeconds * ticksPerSecond).rounded(.up))), lowest: value, highest: value)
    }
  }

  /// The ports of a node of many channels, where all channels of each move together: not where a line is read, which may
  /// lie elsewhere at each firing.
  private func widePorts(_ ports: [[ChannelBinding]], fed buffers: [Int?]) -> [WidePort] {
    let isWide = ports.contains { $0.count >= 64 } && !buffers.contains { $0.map { plan.buffers[$0].isLine } ?? false }
    guard isWide, ports.allSatisfy({ port in port.allSatisfy { $0.start == port[0].start } }) else { return [] }
    var first = 0
    return ports.compactMap { port in
      defer { first += port.count }
      return port.isEmpty ? nil : WidePort(channels: first..<first + port.count, start: port[0].start)
    }
  }

  /// Of each port.
  private func inputBindings(_ index: Int) -> [[ChannelBinding]] {
    let node = plan.network.nodes[index]
    return node.inputChannels.enumerated().map { port, channels in
      (0..<channels).map { binding(index, port: port, channel: $0) }
    }
  }

  func binding(_ index: Int, port: Int, channel: Int) -> ChannelBinding {
    // What nothing feeds reads the zeros at the arena's start, from wherever the node is.
    let silence = ChannelBinding(base: audio, start: startOfInput(index))
    guard let edgeIndex = plan.inputEdges[index][port], let bufferIndex = plan.inputBuffers[index][port] else { return silence }
    let edge = plan.network.edges[edgeIndex]
    let buffer = plan.buffers[bufferIndex]
    let source = edge.channelMap[channel]
    guard source >= 0 else { return silence }
    if buffer.isLine {
      let place = lineChannels(edge).firstIndex(of: source)!
      return ChannelBinding(base: audio + buffer.offset + place * buffer.stride, start: startOfInput(index))
    }
    return ChannelBinding(base: audio + buffer.offset + source * buffer.stride, start: starts + bufferIndex)
  }

  private func startOfInput(_ index: Int) -> UnsafeMutablePointer<Int> {
    let offset = MemoryLayout<NodeState>.offset(of: \NodeState.inputPosition)!
    return (UnsafeMutableRawPointer(nodes + index) + offset).assumingMemoryBound(to: Int.self)
  }

  private func outputBindings(_ index: Int) -> [[ChannelBinding]] {
    plan.outputBuffers[index].map { bufferIndex in
      let buffer = plan.buffers[bufferIndex]
      return (0..<buffer.channels).map {
        ChannelBinding(base: audio + buffer.offset + $0 * buffer.stride, start: starts + bufferIndex)
      }
    }
  }

  private func controls(_ index: Int) -> [ControlInput] {
    let node = plan.network.nodes[index]
    return node.drivenParameters.enumerated().map { place, parameter in
      ControlInput(parameter: parameter, binding: binding(index, port: node.inputChannels.count + place, channel: 0))
    }
  }

  /// The output channels that an edge's line keeps.
  func lineChannels(_ edge: Network.Edge) -> [Int] { Set(edge.channelMap.filter { $0 >= 0 }).sorted() }

  private func lineReads(_ index: Int) -> [LineRead] {
    plan.inputBuffers[index].compactMap { bufferIndex in
      guard let bufferIndex, plan.buffers[bufferIndex].isLine else { return nil }
      let buffer = plan.buffers[bufferIndex]
      let edge = plan.inputEdges[index][buffer.port]!
      let channels = lineChannels(plan.network.edges[edge])
      let first = plan.network.nodes[index].inputChannels[..<buffer.port].reduce(0, +)
      let inputs = plan.network.edges[edge].channelMap.enumerated().compactMap { channel, source in
        channels.firstIndex(of: source).map { (input: first + channel, channel: $0) }
      }
      return LineRead(
        line: lines + plan.lineOfEdge[edge]!, target: audio + buffer.offset, stride: buffer.stride, inputs: arena.store(inputs))
    }
  }

  private func lineWrites(_ index: Int) -> [LineWrite] {
    let node = plan.network.nodes[index]
    return plan.lines.indices.compactMap { line in
      let edge = plan.network.edges[plan.lines[line].edge]
      guard edge.from == index else { return nil }
      let first = node.outputChannels[..<edge.outputPort].reduce(0, +)
      return LineWrite(
        line: lines + line, channels: arena.store(lineChannels(edge).map { first + $0 }).baseAddress!)
    }
  }
}

extension FrameRate {
  init(_ rate: Rational) { self.init(numerator: rate.numerator, denominator: rate.denominator) }
}
