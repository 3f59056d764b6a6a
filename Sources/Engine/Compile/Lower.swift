import Dataflow
import PatchLanguage
import Signal

/// Gathers the results of the passes into the plan.
func lower(
  graph: Graph, options: CompileOptions, network: Network, nest: LoopNest, program: Program, contexts: [RenderContext?],
  departures: [Rational], loops: LoopMembership, taps: [(node: Int, port: Int)], buffers: BufferPlan
) -> Plan {
  let output = network.nodes.firstIndex { if case .output = $0.operation { true } else { false } }
  let outputRate = output.map { network.nodes[$0].inputRate } ?? 1
  let inputs = network.nodes.filter { if case .input = $0.operation { true } else { false } }
  var contexts = contexts
  for node in network.nodes.indices where contexts[node] != nil {
    // Inside a loop a firing never carries more than the loop's block.
    let scope = program.scopes[program.scope(of: node)]
    contexts[node]!.maximumFrameCount = (Rational(scope.step) * network.nodes[node].rate / scope.clock).ceiling
    contexts[node]!.maximumInputFrameCount = (Rational(scope.step) * network.nodes[node].inputRate / scope.clock).ceiling
  }
  return Plan(
    graph: graph, options: options, network: network, nest: nest, program: program, buffers: buffers.buffers,
    outputBuffers: buffers.outputBuffers,
    inputEdges: buffers.inputEdges, inputBuffers: buffers.inputBuffers, lines: buffers.lines, lineOfEdge: buffers.lineOfEdge,
    arenaFloats: buffers.arenaFloats, privateFloats: buffers.privateFloats, contexts: contexts, tapSources: taps,
    departures: departures, loops: loops.loops,
    inputs: inputs.map { ($0.address, $0.outputChannels[0]) },
    outputChannels: output.map { network.nodes[$0].inputChannels[0] } ?? 0,
    outputSampleRate: outputRate * Rational(options.sampleRate),
    outputLatency: output.map { (departures[$0] * outputRate).rounded } ?? 0,
    tail: planTail(network, program, contexts, loops, patchRate: Rational(options.sampleRate)))
}

/// How long the patch sounds after its inputs have ended: along straight paths the sum of tails and delays; in loops
/// and ringing effects as long as it takes.
private func planTail(
  _ network: Network, _ program: Program, _ contexts: [RenderContext?], _ loops: LoopMembership, patchRate: Rational
) -> PlanTail {
  let (incoming, _) = network.adjacency()
  var reach = network.nodes.map { _ in Rational(0) }
  var rings = !loops.loops.isEmpty
  var longestDelay = Rational(0)
  for node in program.order {
    var arrival = Rational(0)
    for index in incoming[node] where !loops.edgesWithTokens.contains(index) {
      let edge = network.edges[index]
      arrival = max(arrival, reach[edge.from] + Rational(edge.tokens) / edge.rate)
      longestDelay = max(longestDelay, Rational(edge.tokens) / edge.rate)
    }
    guard case .effect(let type) = network.nodes[node].operation, let context = contexts[node] else {
      reach[node] = arrival
      continue
    }
    let rate = network.nodes[node].rate
    longestDelay = max(longestDelay, type.delay(context) / rate)
    // A converted output is as long as what is converted, to the frame.
    if network.nodes[node].address == outputRateAddress {
      reach[node] = arrival
      continue
    }
    switch type.tail(context) {
    case .frames(let count): reach[node] = arrival + Rational(count) / rate
    case .rings:
      rings = true
      reach[node] = arrival + type.delay(context) / rate
    }
  }
  var longestLoop = Rational(0)
  for members in loops.loops {
    let inside = Set(members)
    var period = Rational(0)
    for edge in network.edges where inside.contains(edge.from) && inside.contains(edge.to) {
      period += Rational(edge.tokens) / edge.rate
    }
    for node in members {
      guard case .effect(let type) = network.nodes[node].operation, let context = contexts[node] else { continue }
      period += type.delay(context) / network.nodes[node].rate + network.nodes[node].latency
    }
    longestLoop = max(longestLoop, period)
  }
  return PlanTail(
    frames: (reach.max() ?? 0).ceiling, rings: rings, longestEcho: (longestLoop + longestDelay).ceiling)
}
