import Dataflow
import Signal

/// Which nodes are heard by one other alone, so that both can be fired as one.
struct Joints {
  let plan: Plan
  /// The edges that leave each node.
  let outgoing: [[Int]]
  /// Nodes whose frames are looked at from outside.
  let taps: Set<Int>

  init(_ plan: Plan) {
    self.plan = plan
    outgoing = plan.network.adjacency().outgoing
    taps = Set(plan.tapSources.map(\.node))
  }

  /// Whether all that leaves one node goes to another's first port at once, with the same clock, channel by channel; or to the
  /// second of two.
  func hears(_ node: Int, alone former: Int, orSecondOfTwo: Bool = false) -> Bool {
    guard !taps.contains(former), outgoing[former].count == 1, plan.lineOfEdge[outgoing[former][0]] == nil else { return false }
    let edge = plan.network.edges[outgoing[former][0]]
    let (from, to) = (plan.network.nodes[former], plan.network.nodes[node])
    guard edge.to == node, edge.inputPort == 0 || orSecondOfTwo && edge.inputPort == 1 && to.inputChannels.count == 2 else {
      return false
    }
    return edge.channelMap == Array(0..<from.outputChannels[0]) && from.outputChannels[0] == to.outputChannels[0]
      && from.lead == to.lead && from.rate == to.rate && plan.program.scope(of: former) == plan.program.scope(of: node)
  }
}
