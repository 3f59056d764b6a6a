import Dataflow
import Signal

/// Lets nodes of loops run ahead of the stream where that makes the turns longer: the tokens of several edges then count
/// together. No byte changes: a node's own frames stay what they are, it fires for them earlier, in a prologue.
///
/// For rendering alone: what runs ahead cannot follow a change that comes in while it plays. Left as they are: loops of several
/// rates, with control signals or generators inside, those that have long enough turns, and those that would run frame by
/// frame. Nodes that hear something from outside the loop keep to the stream, and so do tapped ones.
/// - Returns: the network with its leads, and its nest; nil where nothing runs ahead.
func retimeLoops(
  _ network: Network, _ program: Program, longest: Int, taps: [(node: Int, port: Int)]
) throws(LoopNestError) -> (network: Network, nest: LoopNest)? {
  var network = network
  let (incoming, _) = network.adjacency()
  let tapped = Set(taps.map(\.node))
  var isRetimed = false
  for (index, loop) in program.scopes.enumerated() where loop.parent == 0 {
    guard !loop.runsByFrame, loop.step < longest, loop.members.count <= largestLoop,
      loop.members.allSatisfy({ canLead($0, loop.clock, network) })
    else { continue }
    let part = LoopPart(network, loop.members, incoming)
    let held = Set(loop.members.indices.filter { tapped.contains(loop.members[$0]) })
    guard let leads = leadsThatGatherTokens(part.graph(), members: Array(loop.members.indices), held: held),
      let after = try nestLoops(part.graph(leads: leads + [0])).loops.first,
      after.cost(longest) < program.cost(index, longest), after.shortestTurn > longestFrameTurn
    else { continue }
    for (node, lead) in zip(loop.members, leads) { network.nodes[node].lead = lead }
    isRetimed = true
  }
  return isRetimed ? (network, try nestLoops(streamGraph(network))) : nil
}

/// A loop by itself, its nodes numbered in their order, and one more node in place of everything outside.
private struct LoopPart {
  private let nodeCount: Int
  private var edges: [StreamGraph.Edge] = []

  init(_ network: Network, _ members: [Int], _ incoming: [[Int]]) {
    nodeCount = members.count + 1
    let place = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1, $0) })
    for (number, node) in members.enumerated() {
      for index in incoming[node] {
        let edge = network.edges[index]
        edges.append(.init(from: place[edge.from] ?? members.count, to: number, initialTokens: edge.tokens, rate: edge.rate))
      }
    }
  }

  /// - Parameter leads: of every node, that outside included.
  func graph(leads: [Int]? = nil) -> StreamGraph {
    StreamGraph(
      nodeCount: nodeCount,
      edges: edges.map { edge in
        var edge = edge
        if let leads { edge.initialTokens += leads[edge.from] - leads[edge.to] }
        return edge
      })
  }
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
  if ahead.isEmpty { return [] }
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
