import CRealtime
import Dataflow
import PatchLanguage
import Signal

/// Runs a plan. Owns all memory; between `init` and `deinit` nothing allocates but what says so.
///
/// Not for use from several threads at once. `process` is real-time safe.
public final class Executor {
  public let plan: Plan
  let machine: UnsafeMutablePointer<Machine>
  /// One per thread of the plan, that of the caller first.
  private let machines: [UnsafeMutablePointer<Machine>]
  private var workers: WorkerThreads?
  let arena: Arena
  let memory = MemoryMeter()
  let lines: UnsafeMutablePointer<LineState>
  /// What lets removed actors ring out.
  let remainders: UnsafeMutableBufferPointer<UnsafeMutablePointer<NodeState>>
  /// Frames of the patch processed since the start.
  public internal(set) var position = 0
  /// Whether what runs ahead has its lead.
  private var isAhead = false

  public convenience init(_ plan: Plan) { self.init(plan, adopting: Adopted()) }

  /// - Parameter adopted: what an executor that runs already will hand over, and is not made here.
  init(_ plan: Plan, adopting adopted: Adopted) {
    self.plan = plan
    var builder = MachineBuilder(plan, memory, adopting: adopted)
    machines = builder.build()
    machine = machines[0]
    arena = builder.arena
    lines = builder.lines
    let nodes = builder.nodes
    remainders = builder.arena.store(plan.network.nodes.indices.filter { plan.isRemainder($0) }.map { nodes + $0 })
    if machines.count > 1 { workers = WorkerThreads(machines) }
  }

  deinit {
    // They end before what they work on.
    workers = nil
    for node in plan.network.nodes.indices {
      if let kernel = machine.pointee.nodes[node].kernel { machine.pointee.nodes[node].type!.destroy(kernel) }
    }
    for range in passedMemory { talea_free_zeroed(range.baseAddress, range.count) }
  }

  /// Bytes held: buffers, delay lines, bookkeeping and the actors' own memory.
  public var memoryBytes: Int { arena.bytes + memory.bytes + passedMemory.reduce(0) { $0 + $1.count } }

  /// Makes sure that all memory is there, so that `process` never waits for a page. Before a stream in real time.
  public func prefault() {
    arena.touch()
    memory.touch()
    for range in passedMemory { talea_touch(range.baseAddress, range.count) }
  }

  /// Processes one block.
  ///
  /// - Parameters:
  ///   - inputs: a pointer for each channel of `plan.inputs`, in order.
  ///   - outputs: a pointer for each of `plan.outputChannels`; each takes as many frames as are returned, which is
  ///     `frameCount` unless the plan converts the output's rate.
  ///   - frameCount: from 0 to `plan.options.maximumFrameCount`.
  /// - Returns: the frames written.
  @discardableResult
  public func process(
    inputs: UnsafePointer<UnsafePointer<Float>>, outputs: UnsafePointer<UnsafeMutablePointer<Float>>, frameCount: Int
  ) -> Int {
    precondition(frameCount <= plan.options.maximumFrameCount, "a block is larger than the plan was compiled for")
    guard frameCount > 0 else { return 0 }
    let former = talea_flush_denormals()
    if !isAhead {
      for (node, frames) in plan.prologue { machine.pointee.fireAhead(node, frames: frames) }
      isAhead = true
    }
    machine.pointee.externalInputs = inputs
    machine.pointee.externalOutputs = outputs
    position += frameCount
    machine.pointee.enterTurn(0)
    if let workers {
      workers.prepare(until: position)
      machine.pointee.run(until: position)
      workers.collectEvents()
    } else {
      machine.pointee.run(until: position)
    }
    machine.pointee.scopes[0].position = position
    talea_restore_denormals(former)
    return machine.pointee.outputFrameCount
  }

  /// Returns to the start of the stream: empty delay lines, fresh actors; parameters keep their newest values.
  /// Changes that were scheduled and have not happened are dropped. Real-time safe.
  public func reset() {
    position = 0
    isAhead = false
    let state = machine
    for scope in state.pointee.scopes.indices {
      state.pointee.scopes[scope].position = 0
      state.pointee.scopes[scope].frameLoop?.pointee.reset()
    }
    for line in plan.lines.indices {
      lines[line].readIndex = 0
      lines[line].writeIndex = lines[line].delay
      talea_zero(lines[line].memory, lines[line].capacity * lines[line].channelCount * MemoryLayout<Float>.stride)
    }
    for index in plan.network.nodes.indices { state.pointee.resetNode(index) }
    for machine in machines { machine.pointee.fault = Machine.Fault() }
  }

  /// From this frame of the patch on generators are silent: the end of the input.
  public func stopGenerators(at frame: Int) {
    for index in plan.network.nodes.indices where machine.pointee.nodes[index].isGenerator {
      machine.pointee.nodes[index].stopPosition = (Rational(frame) * plan.network.nodes[index].rate).ceiling
    }
  }

  /// What the parameters of each node have been since the start.
  var reachedValues: ReachedValues {
    plan.network.nodes.indices.map { node in machine.pointee.nodes[node].motions.map { $0.lowest...$0.highest } }
  }

  /// A non-finite sample that was born in an actor, or came in.
  public struct Fault: Sendable, Hashable {
    /// The actor's address.
    public var address: String
    /// Its first such frame, at the actor's own rate.
    public var position: Int
    /// How often actors were silenced since the start.
    public var count: Int

    public init(address: String, position: Int, count: Int) {
      self.address = address
      self.position = position
      self.count = count
    }
  }

  /// The first non-finite sample since the start, if there was one.
  public var fault: Fault? {
    let faults = machines.map(\.pointee.fault).filter { $0.count > 0 }
    // As if one thread had run the whole schedule.
    let first = faults.min { a, b in
      (a.block, plan.program.linear.stepOf[a.node]) < (b.block, plan.program.linear.stepOf[b.node])
    }
    return first.map { first in
      Fault(
        address: plan.network.nodes[first.node].address, position: first.position, count: faults.reduce(0) { $0 + $1.count })
    }
  }

  /// The frames that left a tapped port in the last block. Valid until the next call of `process`.
  ///
  /// - Parameter tap: index into `plan.options.taps`.
  public func tapFrames(_ tap: Int) -> (channels: [UnsafePointer<Float>], frameCount: Int) {
    let source = plan.tapSources[tap]
    let buffer = plan.outputBuffers[source.node][source.port]
    let node = machine.pointee.nodes + source.node
    let first = plan.network.nodes[source.node].outputChannels[..<source.port].reduce(0, +)
    let channels = (0..<plan.buffers[buffer].channels).map { UnsafePointer(node.pointee.outputs[first + $0].base) }
    return (channels, node.pointee.position - node.pointee.outputs[first].start.pointee)
  }
}

extension Machine {
  mutating func resetNode(_ index: Int) {
    let node = nodes + index
    node.pointee.inputPosition = 0
    node.pointee.position = 0
    node.pointee.silentUntil = 0
    node.pointee.stopPosition = Int.max
    node.pointee.held = 0
    while node.pointee.firstEvent >= 0 {
      let event = node.pointee.firstEvent
      node.pointee.firstEvent = events[event].next
      events[event].next = freeEvent
      freeEvent = event
    }
    node.pointee.lastEvent = -1
    for parameter in node.pointee.motions.indices where node.pointee.motions[parameter].isMoving {
      node.pointee.motions[parameter].done = node.pointee.motions[parameter].ticks
      node.pointee.values[parameter] = node.pointee.motions[parameter].target
    }
    node.pointee.movingCount = 0
    if let kernel = node.pointee.kernel {
      node.pointee.type!.apply(kernel, ParameterValues(UnsafePointer(node.pointee.values)), over: 0)
      node.pointee.type!.reset(kernel)
    }
    setNextTick(node, after: -1)
  }
}
