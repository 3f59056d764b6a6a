import Dataflow
import Signal

/// Lets nodes of loops run ahead of the stream where that makes the turns longer: the tokens of several edges then count
/// together. No byte changes: a node's own frames stay what they are, it fires for them earlier, in a prologue.
///
/// For rendering alone: what runs ahead cannot follow a change that comes in while it plays. Left as they are: loops of several
/// rates, with control signals or generators inside, those that have long enough turns, and those that would run frame by
/// frame. Nodes that hear something from outside the loop keep to the stream, and so do tapped ones.
/// - Returns: the nest of the network with its leads; nil where nothing runs ahead.
func retimeLoops(
  _ network: inout Network, _ program: Program, longest: Int, taps: [(node: Int, port: Int)]
) throws(LoopNestError) -> LoopNest? {
  let graph = streamGraph(network)
  let held = Set(taps.map(\.node))
  var retimed: [[Int]] = []
  for (index, loop) in program.scopes.enumerated() where loop.parent == 0 {
    guard !loop.runsByFrame, loop.step < longest, loop.members.count <= largestLoop,
      loop.members.allSatisfy({ canLead($0, loop.clock, network) }),
      let leads = leadsThatGatherTokens(graph, members: loop.members, held: held)
    else { continue }
    for (node, lead) in zip(loop.members, leads) { network.nodes[node].lead = lead }
    guard let after = try nestLoops(streamGraph(network, only: Set(loop.members))).loops.first,
      after.cost(longest) < program.cost(index, longest), after.shortestTurn > longestFrameTurn
    else {
      for node in loop.members { network.nodes[node].lead = 0 }
      continue
    }
    retimed.append(loop.members)
  }
  return retimed.isEmpty ? nil : try nestLoops(streamGraph(network))
}

/// Shortest paths take the square of it at worst.
private let largestLoop = 2_000

private func canLead(_ index: Int, _ clock: Rational, _ network: Network) -> Bool {
  let node = network.nodes[index]
  guard node.rate == clock, node.inputRate == clock, node.drivenParameters.isEmpty else { return false }
  switch node.operation {
  case .effect(let type): return !type.spec.isGenerator
  case .sum: return true
  case .input, .output, .sampler: return false
  }
}

extension LoopNode {
  /// Firings per frame, where turns end with the block at the latest.
  fileprivate func cost(_ longest: Int) -> Double {
    let turn = min(step, longest)
    return body.items.reduce(0) { sum, item in
      switch item {
      case .fire: sum + 1 / Double(turn)
      case .loop(let loop): sum + loop.cost(turn)
      }
    }
  }

  fileprivate var shortestTurn: Int { body.loops.reduce(step) { min($0, $1.step) } }
}

extension Program {
  fileprivate func cost(_ scope: Int, _ longest: Int) -> Double {
    scopes[scope].members.reduce(0) { $0 + 1 / Double(min(longest, scopes[self.scope(of: $1)].step)) }
  }
}

/// What the nodes that run ahead fire before the stream starts, a turn at most at a time: node and frames.
func prologue(_ network: Network, _ program: Program) -> [(node: Int, frames: Int)] {
  let ahead = program.order.filter { network.nodes[$0].lead > 0 }
  let (incoming, _) = network.adjacency()
  var done = network.nodes.map { _ in 0 }
  var firings: [(node: Int, frames: Int)] = []
  var isMoving = true
  while isMoving {
    isMoving = false
    for node in ahead where done[node] < network.nodes[node].lead {
      let there = incoming[node].map { network.edges[$0].tokens + done[network.edges[$0].from] - done[node] }.min() ?? 0
      let turn = program.scopes[program.scope(of: node)].step
      let frames = min(network.nodes[node].lead - done[node], there, turn)
      guard frames > 0 else { continue }
      firings.append((node, frames))
      done[node] += frames
      isMoving = true
    }
  }
  return firings
}
