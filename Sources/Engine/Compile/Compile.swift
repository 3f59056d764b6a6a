import Dataflow
import PatchLanguage
import Signal

/// Compiles a graph: the list of passes, in order. Each is a pure function in a file of its own.
///
/// - Throws: everything that can be said about the graph at this rate and with these channels, with spans.
public func compile(_ graph: Graph, catalog: Catalog, options: CompileOptions = CompileOptions()) throws(PatchFailure) -> Plan {
  let graph = try convertOutput(graph, catalog: catalog, options)
  let rates = try inferRates(graph, options)
  let channels = try inferChannels(graph, options)
  // Every port now has its rate and channels.
  var network = try buildNetwork(graph, rates, channels, options)
  let contexts = try buildContexts(&network, graph, options)
  // Every effect has accepted its arguments at its rate.
  var nest = try nestNetwork(network, graph)
  var program = layOutProgram(nest, network, options)
  // Every loop has its block.
  let loops = LoopMembership(network, program)
  let departures = alignLatency(
    &network, component: loops.component, order: program.order, feedback: loops.edgesWithTokens)
  let taps = try findTaps(options.taps, network, graph)
  // The order in which the patch is written decides on latencies and tails, whatever runs ahead.
  let order = program.order
  if options.retimesLoops,
    let retimed = try? retimeLoops(network, program, longest: options.maximumFrameCount, taps: taps)
  {
    (network, nest) = retimed
    program = layOutProgram(nest, network, options)
  }
  let threads = partitionThreads(network, program, options)
  let buffers = placeBuffers(network, program, threads, kept: taps, wholeLines: options.isExchangeable)
  return lower(
    graph: graph, options: options, network: network, nest: nest, program: program, contexts: contexts,
    order: order, departures: departures, loops: loops, taps: taps, threads: threads, buffers: buffers)
}

/// The address of the conversion of `out`: two words, which no patch can write.
let outputRateAddress = "output rate"

/// Appends the conversion of `out` to another rate, where one is asked for.
private func convertOutput(_ graph: Graph, catalog: Catalog, _ options: CompileOptions) throws(PatchFailure) -> Graph {
  guard let rate = options.outputSampleRate, rate != options.sampleRate, let type = catalog["resample"] else { return graph }
  guard let output = graph.actors.firstIndex(where: { if case .output = $0.kind { true } else { false } }) else { return graph }
  var graph = graph
  var structural: [String: StructuralValue] = [:]
  for case .structural(let spec) in type.spec.arguments {
    if case .quantity(let quantity, _) = spec.kind {
      structural[spec.name] = .quantity(Double(rate), quantity)
    } else {
      structural[spec.name] = spec.defaultValue
    }
  }
  let actor = graph.actors.count
  graph.actors.append(
    Graph.Actor(
      address: outputRateAddress, kind: .effect(type), configuration: EffectConfiguration(structural: structural),
      span: graph.actors[output].span))
  for index in graph.edges.indices where graph.edges[index].to == output { graph.edges[index].to = actor }
  graph.edges.append(Graph.Edge(from: actor, to: output))
  return graph
}

/// Which strongly connected component each node is in, and the edges inside loops that carry initial tokens.
struct LoopMembership: Sendable {
  var component: [Int]
  var edgesWithTokens: Set<Int>
  /// Nodes of each component that is a loop.
  var loops: [[Int]]

  init(_ network: Network, _ program: Program) {
    var component = Array(0..<network.nodes.count)
    var loops: [[Int]] = []
    for scope in program.scopes where scope.parent == 0 {
      for node in scope.members { component[node] = network.nodes.count + loops.count }
      loops.append(scope.members)
    }
    self.component = component
    self.loops = loops
    edgesWithTokens = Set(
      network.edges.indices.filter {
        network.edges[$0].tokens > 0 && component[network.edges[$0].from] == component[network.edges[$0].to]
      })
  }
}

/// The node and port behind each tap.
private func findTaps(_ taps: [CompileOptions.Tap], _ network: Network, _ graph: Graph) throws(PatchFailure)
  -> [(node: Int, port: Int)]
{
  var found: [(node: Int, port: Int)] = []
  for tap in taps {
    guard let node = network.nodes.firstIndex(where: { $0.actor != nil && $0.address == tap.address }) else {
      let names = graph.actors.map(\.address)
      throw PatchFailure(
        [Diagnostic(.error, "no node is named `\(tap.address)`", at: nil, notes: didYouMean(tap.address, names))],
        sources: graph.sources)
    }
    guard case .effect(let type) = network.nodes[node].operation else {
      guard !network.nodes[node].outputChannels.isEmpty else {
        throw PatchFailure(
          [Diagnostic(.error, "`\(tap.address)` is the end of the patch; nothing leaves it", at: nil)], sources: graph.sources)
      }
      found.append((node, 0))
      continue
    }
    let names = type.spec.outputs.map(\.name)
    guard let port = tap.port.map({ names.firstIndex(of: $0) }) ?? 0 else {
      throw PatchFailure(
        [
          Diagnostic(
            .error, "`\(tap.address)` has no output named `\(tap.port!)`", at: nil, notes: didYouMean(tap.port!, names))
        ], sources: graph.sources)
    }
    found.append((node, port))
  }
  return found
}

private func didYouMean(_ word: String, _ names: [String]) -> [String] {
  suggestion(for: word, among: names).map { ["help: did you mean `\($0)`?"] } ?? []
}
