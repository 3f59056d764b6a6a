import Dataflow

/// Lists the paths from the inputs to `out`, loops left out, with what each costs and what each delays.
struct PathFinder {
  private let plan: Plan
  private let outgoing: [[Int]]
  private let backward: Set<Int>
  private var found: [Explanation.Path] = []
  private var reachesOutput: [Bool]
  /// More are counted but not listed.
  private static let limit = 32

  init(_ plan: Plan) {
    self.plan = plan
    (_, outgoing) = plan.network.adjacency()
    backward = LoopMembership(plan.network, plan.program).edgesWithTokens
    reachesOutput = Array(repeating: false, count: plan.network.nodes.count)
    for node in plan.order.reversed() {
      if case .output = plan.network.nodes[node].operation { reachesOutput[node] = true }
      for edge in outgoing[node] where !isSkipped(edge) && reachesOutput[plan.network.edges[edge].to] {
        reachesOutput[node] = true
      }
    }
  }

  private func isSkipped(_ edge: Int) -> Bool {
    let description = plan.network.edges[edge]
    return backward.contains(edge) || description.inputPort >= plan.network.nodes[description.to].inputChannels.count
  }

  /// The paths, and whether there are more than are listed.
  func find() -> ([Explanation.Path], Bool) {
    var finder = self
    let inputs = plan.network.nodes.indices.filter {
      if case .input = plan.network.nodes[$0].operation { true } else { false }
    }
    let sources = inputs.isEmpty ? plan.network.nodes.indices.filter { plan.network.nodes[$0].inputChannels.isEmpty } : inputs
    for source in sources { finder.walk(source, [], 0, 0) }
    return (Array(finder.found.prefix(Self.limit)), finder.found.count > Self.limit)
  }

  private mutating func walk(_ node: Int, _ names: [String], _ latency: Rational, _ delay: Rational) {
    guard reachesOutput[node], found.count <= Self.limit else { return }
    let description = plan.network.nodes[node]
    let names = description.actor == nil ? names : names + [description.address]
    let latency = latency + description.latency
    var delay = delay
    if case .effect(let type) = description.operation, let context = plan.contexts[node] {
      delay += type.delay(context) / description.rate
    }
    if case .output = description.operation {
      found.append(Explanation.Path(actors: names, latency: latency, delay: delay))
      return
    }
    for index in outgoing[node] where !isSkipped(index) {
      let edge = plan.network.edges[index]
      walk(
        edge.to, names, latency + Rational(edge.compensation) / edge.rate, delay + Rational(edge.tokens) / edge.rate)
    }
  }
}
