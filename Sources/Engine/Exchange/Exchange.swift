import CRealtime
import Dataflow
import Signal

/// The handing over from an executor that runs to the one that follows it, prepared so that the audio thread only moves
/// pointers: kernels, parameters and delay lines of what goes on, and the pool of waiting changes. An actor costs the same
/// whatever it holds.
///
/// Made and freed by the thread that controls; both executors must outlive it. `run` is real-time safe and is called once.
public final class Exchange {
  /// What follows.
  public let executor: Executor
  /// The same, for a thread on which nothing is counted.
  public let follower: Unmanaged<Executor>
  private let former: Executor
  private let nodes: UnsafeMutableBufferPointer<NodeMove>
  private let dropped: UnsafeMutableBufferPointer<UnsafeMutablePointer<NodeState>>
  private let fresh: UnsafeMutableBufferPointer<UnsafeMutablePointer<NodeState>>
  private let lines: UnsafeMutableBufferPointer<LineMove>
  private let tokens: UnsafeMutableBufferPointer<TokenMove>
  private let tables = Arena()
  /// For each scope its parent, and for each node its scope.
  private let parents: UnsafeMutableBufferPointer<Int>
  private let scopes: UnsafeMutableBufferPointer<Int>
  private let isAfresh: Bool

  private struct NodeMove {
    var from: UnsafeMutablePointer<NodeState>
    var to: UnsafeMutablePointer<NodeState>
  }

  private struct LineMove {
    var from: UnsafeMutablePointer<LineState>
    var to: UnsafeMutablePointer<LineState>
  }

  /// A start from nothing: what follows has the position 0 and its own pool of changes.
  public init(from former: Executor, afresh plan: Plan) {
    self.former = former
    executor = Executor(plan)
    follower = .passUnretained(executor)
    (nodes, dropped, fresh) = (tables.store([]), tables.store([]), tables.store([]))
    (lines, tokens, parents, scopes) = (tables.store([]), tables.store([]), tables.store([]), tables.store([]))
    isAfresh = true
  }

  /// - Parameter stage: made for the plan that `former` runs, or will run by then.
  public init(from former: Executor, to stage: Transition.Stage) {
    self.former = former
    isAfresh = false
    let plan = stage.plan
    var adopted = Adopted(nodes: Set(stage.nodes.map(\.to)), takesOver: true)
    var straight: [(from: Int, to: Int)] = []
    for (from, to) in stage.edges {
      guard let before = former.plan.lineOfEdge[from], let now = plan.lineOfEdge[to],
        former.plan.heldLoop(from) == nil, plan.heldLoop(to) == nil
      else { continue }
      adopted.lines.insert(now)
      straight.append((before, now))
    }
    let executor = Executor(plan, adopting: adopted)
    self.executor = executor
    follower = .passUnretained(executor)
    nodes = tables.store(
      stage.nodes.map { NodeMove(from: former.machine.pointee.nodes + $0.from, to: executor.machine.pointee.nodes + $0.to) })
    lines = tables.store(straight.map { LineMove(from: former.lines + $0.from, to: executor.lines + $0.to) })
    let leaving = Set(former.plan.network.nodes.indices).subtracting(stage.nodes.map(\.from)).sorted()
    dropped = tables.store(leaving.map { former.machine.pointee.nodes + $0 })
    let coming = plan.network.nodes.indices.filter { !adopted.nodes.contains($0) }
    fresh = tables.store(coming.map { executor.machine.pointee.nodes + $0 })
    var moves: [TokenMove] = []
    for (from, to) in stage.edges {
      guard former.plan.heldLoop(from) != nil || plan.heldLoop(to) != nil,
        let before = former.waitingTokens(from, tables), let now = executor.waitingTokens(to, tables)
      else { continue }
      moves.append(TokenMove(from: before, to: now))
    }
    tokens = tables.store(moves)
    parents = tables.store(plan.program.scopes.map { $0.parent ?? -1 })
    scopes = tables.store(plan.network.nodes.indices.map { plan.program.scope(of: $0) })
  }

  /// Hands over at the border of a block. Real-time safe.
  public func run() {
    if isAfresh { return }
    let (from, to) = (former.machine, executor.machine)
    for index in 0..<dropped.count { from.pointee.dropEvents(dropped[index]) }
    to.pointee.events = from.pointee.events
    to.pointee.eventCapacity = from.pointee.eventCapacity
    to.pointee.freeEvent = from.pointee.freeEvent
    from.pointee.eventCapacity = 0
    for index in 0..<nodes.count { nodes[index].to.take(nodes[index].from) }
    for index in 0..<lines.count {
      lines[index].to.pointee = lines[index].from.pointee
      lines[index].from.pointee.capacity = 0
    }
    place(to, at: former.position)
    for index in 0..<tokens.count { tokens[index].run() }
    executor.position = former.position
  }

  /// Brings every clock to a position of the stream, and the kernels into the loops that run frame by frame.
  private func place(_ machine: UnsafeMutablePointer<Machine>, at position: Int) {
    for scope in 0..<parents.count {
      let parent = parents[scope]
      let around = parent < 0 ? position : machine.pointee.scopes[parent].position
      machine.pointee.scopes[scope].position = parent < 0 ? position : machine.pointee.scopes[scope].clock.frames(around)
      guard let loop = machine.pointee.scopes[scope].frameLoop else { continue }
      for step in 0..<loop.pointee.steps.count {
        loop.pointee.steps[step].kernel = machine.pointee.nodes[loop.pointee.steps[step].node].kernel
      }
    }
    for node in 0..<scopes.count {
      let ticks = machine.pointee.scopes[scopes[node]].position
      machine.pointee.nodes[node].inputPosition = machine.pointee.nodes[node].inputRate.frames(ticks)
      machine.pointee.nodes[node].position = machine.pointee.nodes[node].rate.frames(ticks)
    }
    let tick = (position + controlPeriod - 1) / controlPeriod
    for index in 0..<fresh.count { machine.pointee.setNextTick(fresh[index], after: tick - 1) }
  }
}

extension Executor {
  /// Lets what rings out fade within 20 ms. Real-time safe.
  public func endRemainders() {
    for index in 0..<remainders.count {
      if let kernel = remainders[index].pointee.kernel { Fade.end(kernel) }
    }
  }

  /// Whether everything that rings out has rung out. For the thread that controls, once it runs.
  public var isRungOut: Bool { remainders.allSatisfy { $0.pointee.kernel.map { Fade.isOver($0) } ?? true } }
}

extension Machine {
  /// Returns the changes that wait for a node to the pool.
  mutating func dropEvents(_ node: UnsafeMutablePointer<NodeState>) {
    guard node.pointee.firstEvent >= 0 else { return }
    events[node.pointee.lastEvent].next = freeEvent
    freeEvent = node.pointee.firstEvent
    (node.pointee.firstEvent, node.pointee.lastEvent) = (-1, -1)
  }
}

extension UnsafeMutablePointer<NodeState> {
  /// Takes over what another one is: kernel, parameters and what waits for it.
  func take(_ other: UnsafeMutablePointer<NodeState>) {
    if let kernel = other.pointee.kernel {
      pointee.kernel = kernel
      pointee.values = other.pointee.values
      pointee.motions = other.pointee.motions
    }
    pointee.movingCount = other.pointee.movingCount
    pointee.firstEvent = other.pointee.firstEvent
    pointee.lastEvent = other.pointee.lastEvent
    pointee.nextTick = other.pointee.nextTick
    pointee.nextTickFrame = other.pointee.nextTickFrame
    pointee.held = other.pointee.held
    pointee.silentUntil = other.pointee.silentUntil
    pointee.stopPosition = other.pointee.stopPosition
    other.pointee.kernel = nil
    (other.pointee.firstEvent, other.pointee.lastEvent) = (-1, -1)
  }
}
