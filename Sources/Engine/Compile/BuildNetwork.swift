import Dataflow
import PatchLanguage
import Signal

/// Makes everything implicit explicit, before:
///
///     a -> m          b -> m.in          lfo -> m.level (lfo also heard)
///
/// and after:
///
///     a, b -> m.in sum -> m              lfo -> m.level sampler -> m
///
/// Initial tokens become whole frames of their edge.
func buildNetwork(_ graph: Graph, _ rates: Rates, _ channels: Channels, _ options: CompileOptions) throws(PatchFailure)
  -> Network
{
  var builder = NetworkBuilder(graph, rates, channels, options)
  builder.addActors()
  builder.addEdges()
  guard builder.failures.isEmpty else { throw PatchFailure(builder.failures, sources: graph.sources) }
  return builder.network
}

/// The largest number of initial tokens on one edge: ten minutes at 192 kHz and more.
let maximumInitialTokens = 1 << 27

private struct NetworkBuilder {
  let graph: Graph
  let rates: Rates
  let channels: Channels
  let options: CompileOptions
  var network = Network()
  var failures: [Diagnostic] = []
  private let inputNames: [Int: Int]

  init(_ graph: Graph, _ rates: Rates, _ channels: Channels, _ options: CompileOptions) {
    self.graph = graph
    self.rates = rates
    self.channels = channels
    self.options = options
    var names: [Int: Int] = [:]
    for (index, actor) in graph.actors.enumerated() {
      if case .input = actor.kind { names[index] = names.count }
    }
    inputNames = names
  }

  mutating func addActors() {
    for (index, actor) in graph.actors.enumerated() {
      let operation: Network.Operation =
        switch actor.kind {
        case .effect(let type): .effect(type)
        case .input: .input(inputNames[index]!)
        case .output: .output
        }
      network.nodes.append(
        Network.Node(
          operation: operation, address: actor.address, actor: index, inputRate: rates.input[index], rate: rates.output[index],
          inputChannels: channels.inputs[index], outputChannels: channels.outputs[index]))
    }
  }

  mutating func addEdges() {
    var toPort: [[Int]: [Int]] = [:]
    var order: [[Int]] = []
    for (index, edge) in graph.edges.enumerated() {
      switch edge.target {
      case .port(let port):
        let key = [edge.to, port]
        if toPort[key] == nil { order.append(key) }
        toPort[key, default: []].append(index)
      case .parameter(let parameter): addControlEdge(index, parameter)
      }
    }
    for key in order { addAudioEdges(toPort[key]!, node: key[0], port: key[1]) }
  }

  private mutating func addAudioEdges(_ edges: [Int], node: Int, port: Int) {
    guard edges.count > 1 else {
      network.edges.append(audioEdge(edges[0], to: node, port: port, width: channels.inputs[node][port]))
      return
    }
    let width = channels.inputs[node][port]
    let actor = graph.actors[node]
    let name = inputPort(actor, port).name
    let rate = rates.input[node]
    let sum = network.nodes.count
    network.nodes.append(
      Network.Node(
        operation: .sum, address: name == "in" ? "\(actor.address) sum" : "\(actor.address).\(name) sum", actor: nil,
        inputRate: rate, rate: rate, inputChannels: Array(repeating: width, count: edges.count), outputChannels: [width]))
    for (position, edge) in edges.enumerated() {
      network.edges.append(audioEdge(edge, to: sum, port: position, width: width))
    }
    network.edges.append(
      Network.Edge(
        from: sum, outputPort: 0, to: node, inputPort: port, channelMap: Array(0..<width), rate: rate))
  }

  private mutating func audioEdge(_ index: Int, to node: Int, port: Int, width: Int) -> Network.Edge {
    let edge = graph.edges[index]
    let available = channels.outputs[edge.from][edge.outputPort]
    var map: [Int]
    if let channel = edge.inputChannel {
      map = Array(repeating: -1, count: width)
      map[channel] = edge.outputChannel ?? 0
    } else if let channel = edge.outputChannel {
      map = Array(repeating: channel, count: width)
    } else {
      map = available == 1 ? Array(repeating: 0, count: width) : Array(0..<width)
    }
    let rate = rates.output[edge.from]
    return Network.Edge(
      from: edge.from, outputPort: edge.outputPort, to: node, inputPort: port, channelMap: map, rate: rate,
      tokens: tokens(edge, rate: rate), isUnaligned: edge.isUnaligned || graph.isUnaligned, graphEdge: index)
  }

  private mutating func addControlEdge(_ index: Int, _ parameter: Int) {
    let edge = graph.edges[index]
    let tickRate = Rational(1, controlPeriod)
    var source = edge.from
    var channel = edge.outputChannel ?? 0
    var port = edge.outputPort
    if rates.output[edge.from] != tickRate {
      let target = graph.actors[edge.to]
      source = network.nodes.count
      network.nodes.append(
        Network.Node(
          operation: .sampler, address: "\(target.address).\(target.parameters[parameter].name) sampler", actor: nil,
          inputRate: rates.output[edge.from], rate: tickRate, inputChannels: [1], outputChannels: [1]))
      network.edges.append(
        Network.Edge(
          from: edge.from, outputPort: port, to: source, inputPort: 0, channelMap: [channel], rate: rates.output[edge.from],
          isUnaligned: true, graphEdge: index))
      (port, channel) = (0, 0)
    }
    let controlPort = network.nodes[edge.to].inputChannels.count + network.nodes[edge.to].drivenParameters.count
    network.nodes[edge.to].drivenParameters.append(parameter)
    network.edges.append(
      Network.Edge(
        from: source, outputPort: port, to: edge.to, inputPort: controlPort, channelMap: [channel], rate: tickRate,
        isUnaligned: true, graphEdge: index))
  }

  private mutating func tokens(_ edge: Graph.Edge, rate: Rational) -> Int {
    let seconds: Double
    var count = 0
    switch edge.tokens {
    case nil: return 0
    case .frames(let frames): (seconds, count) = (0, frames)
    case .seconds(let time): seconds = time
    case .both(let time, let frames): (seconds, count) = (time, frames)
    }
    let exact = seconds * rate.doubleValue * Double(options.sampleRate)
    let timed = exact > Double(maximumInitialTokens) ? maximumInitialTokens + 1 : Int(exact.rounded())
    if timed == 0 && seconds != 0 {
      failures.append(
        Diagnostic(
          .error, "this delay is shorter than half a sample at \(hertz(rate * Rational(options.sampleRate)))",
          at: edge.tokenSpan, notes: ["help: write `[1 sample]`, or leave the brackets out"]))
    }
    count += timed
    if count > maximumInitialTokens {
      failures.append(
        Diagnostic(
          .error, "too many initial tokens: an edge holds at most \(maximumInitialTokens) frames", at: edge.tokenSpan))
      return 0
    }
    return count
  }
}
