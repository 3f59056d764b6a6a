import Dataflow

/// The schedule as a linear program: instructions, and the scopes they run in. Scope 0 is the whole block, scope i + 1
/// is loop i of the nest.
struct Program: Sendable {
  var instructions: [Plan.Instruction] = []
  var scopes: [Plan.Scope]
  /// Steps and lifetimes; a node's step is its place in the order of firing.
  let linear: LinearProgram

  /// Nodes in the order of firing.
  var order: [Int] { linear.nodes }

  /// The instructions of each node outside loops, and of each outermost loop.
  var units: [Range<Int>] {
    var units: [Range<Int>] = []
    while (units.last?.upperBound ?? 0) < instructions.count {
      let first = units.last?.upperBound ?? 0
      if case .loop(_, let end) = instructions[first] { units.append(first..<end) } else { units.append(first..<first + 1) }
    }
    return units
  }

  func scope(of node: Int) -> Int { linear.loopAt[linear.stepOf[node]].map { $0 + 1 } ?? 0 }

  /// The innermost scope around all of some nodes.
  func commonScope(_ nodes: [Int]) -> Int {
    var loop = linear.loopAt[linear.stepOf[nodes[0]]]
    for node in nodes {
      while let index = loop, !linear.loops[index].steps.contains(linear.stepOf[node]) { loop = linear.loops[index].parent }
    }
    return loop.map { $0 + 1 } ?? 0
  }
}

/// The program of a nest, with the loops marked that run frame by frame.
func layOutProgram(_ nest: LoopNest, _ network: Network, _ options: CompileOptions) -> Program {
  var program = layOutProgram(nest, nodeCount: network.nodes.count, maximumFrameCount: options.maximumFrameCount)
  if options.usesFrameLoops { chooseFrameLoops(&program, network) }
  return program
}

/// Flattens a loop nest. A loop's step is cut to what its surroundings bring in one turn.
private func layOutProgram(_ nest: LoopNest, nodeCount: Int, maximumFrameCount: Int) -> Program {
  let linear = LinearProgram(nest)
  var program = Program(
    scopes: [Plan.Scope(clock: 1, step: maximumFrameCount, parent: nil, members: Array(0..<nodeCount))], linear: linear)
  for (loop, extent) in zip(nest.loops, linear.loops) {
    let parent = extent.parent.map { $0 + 1 } ?? 0
    let around = program.scopes[parent]
    let available = (Rational(around.step) * (loop.clock / around.clock)).ceiling
    program.scopes.append(
      Plan.Scope(clock: loop.clock, step: min(loop.step, available), parent: parent, members: loop.members))
  }
  var scope = 0
  append(nest)
  return program

  func append(_ nest: LoopNest) {
    for item in nest.items {
      switch item {
      case .fire(let node): program.instructions.append(.fire(node))
      case .loop(let loop):
        scope += 1
        let (own, place) = (scope, program.instructions.count)
        program.instructions.append(.loop(scope: own, end: 0))
        append(loop.body)
        program.instructions[place] = .loop(scope: own, end: program.instructions.count)
      }
    }
  }
}
