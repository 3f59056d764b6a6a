import Dataflow
import PatchLanguage
import Signal

/// Gathers the results of the passes into the plan.
func lower(
  graph: Graph, options: CompileOptions, network: Network, nest: LoopNest, program: Program, contexts: [RenderContext?],
  order: [Int], departures: [Rational], loops: LoopMembership, taps: [(node: Int, port: Int)], threads: ThreadPlan,
  buffers: BufferPlan
) -> Plan {
  let output = network.nodes.firstIndex { if case .output = $0.operation { true } else { false } }
  let outputRate = output.map { network.nodes[$0].inputRate } ?? 1
  let inputs = network.nodes.filter { if case .input = $0.operation { true } else { false } }
  var contexts = contexts
  for node in network.nodes.indices where contexts[node] != nil && !options.isExchangeable {
    // Inside a loop a firing never carries more than the loop's block.
    let scope = program.scopes[program.scope(of: node)]
    contexts[node]!.maximumFrameCount = (Rational(scope.step) * network.nodes[node].rate / scope.clock).ceiling
    contexts[node]!.maximumInputFrameCount = (Rational(scope.step) * network.nodes[node].inputRate / scope.clock).ceiling
  }
  return Plan(
    graph: graph, options: options, network: network, nest: nest, program: program, threads: threads, buffers: buffers.buffers,
    outputBuffers: buffers.outputBuffers,
    inputEdges: buffers.inputEdges, inputBuffers: buffers.inputBuffers, lines: buffers.lines, lineOfEdge: buffers.lineOfEdge,
    arenaFloats: buffers.arenaFloats, privateFloats: buffers.privateFloats, contexts: contexts, tapSources: taps,
    departures: departures, loops: loops.loops, order: order, prologue: prologue(network, program),
    longestLead: network.nodes.map { (Rational($0.lead) / $0.rate).ceiling }.max() ?? 0,
    inputs: inputs.map { ($0.address, $0.outputChannels[0]) },
    outputChannels: output.map { network.nodes[$0].inputChannels[0] } ?? 0,
    outputSampleRate: outputRate * Rational(options.sampleRate),
    outputLatency: output.map { (departures[$0] * outputRate).rounded } ?? 0,
    tail: planTail(
      network, order: order, contexts, loops: loops.loops, patchRate: Rational(options.sampleRate)))
}
