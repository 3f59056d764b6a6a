import PatchLanguage
import Signal

/// Channels of every port of every actor.
struct Channels: Sendable {
  var inputs: [[Int]]
  var outputs: [[Int]]
}

/// Channels flow from the inputs of the patch: an effect works on as many as it is fed, mono is spread, everything
/// else that does not fit is refused with both ends named. Loops are settled by repetition: counts only grow.
func inferChannels(_ graph: Graph, _ options: CompileOptions) throws(PatchFailure) -> Channels {
  var inference = ChannelInference(graph, options)
  inference.run()
  if inference.failures.isEmpty { inference.checkEdges() }
  guard inference.failures.isEmpty else { throw PatchFailure(inference.failures, sources: graph.sources) }
  return Channels(inputs: inference.inputs, outputs: inference.outputs)
}

/// The number of input ports of an actor, list items that are ports included.
func inputPortCount(_ actor: Graph.Actor) -> Int {
  switch actor.kind {
  case .input: return 0
  case .output: return 1
  case .effect(let type):
    let spec = type.spec
    return spec.inputs.count + (spec.list?.itemsArePorts == true ? actor.configuration.items.count : 0)
  }
}

/// How many channels an input port takes, and its name.
func inputPort(_ actor: Graph.Actor, _ port: Int) -> (name: String, channels: PortChannels, isOptional: Bool) {
  guard case .effect(let type) = actor.kind else { return ("in", .any, false) }
  let spec = type.spec
  if port < spec.inputs.count {
    return (spec.inputs[port].name, spec.inputs[port].channels, spec.inputs[port].isOptional)
  }
  let item = actor.configuration.items[port - spec.inputs.count]
  return (item.label ?? "\(port - spec.inputs.count + 1)", .any, false)
}

private struct ChannelInference {
  let graph: Graph
  let options: CompileOptions
  /// 0 while unknown.
  var inputs: [[Int]]
  var outputs: [[Int]]
  var failures: [Diagnostic] = []
  private let incoming: [[Int]]
  private let outgoing: [[Int]]
  private var failed: Set<Int> = []

  init(_ graph: Graph, _ options: CompileOptions) {
    self.graph = graph
    self.options = options
    inputs = graph.actors.map { Array(repeating: 0, count: inputPortCount($0)) }
    outputs = graph.actors.map { actor in
      switch actor.kind {
      case .input:
        let name = actor.address == "in" ? "in" : String(actor.address.dropFirst("in.".count))
        return [options.inputChannels[name] ?? options.defaultInputChannels]
      case .output: return []
      case .effect(let type): return Array(repeating: 0, count: type.spec.outputs.count)
      }
    }
    var incoming = graph.actors.map { _ in [Int]() }
    var outgoing = incoming
    for (index, edge) in graph.edges.enumerated() {
      guard case .port = edge.target else { continue }
      incoming[edge.to].append(index)
      outgoing[edge.from].append(index)
    }
    self.incoming = incoming
    self.outgoing = outgoing
  }

  mutating func run() {
    var queue = Array(graph.actors.indices)
    var visits = Array(repeating: 0, count: graph.actors.count)
    var isQueued = Array(repeating: true, count: graph.actors.count)
    var next = 0
    while next < queue.count {
      let actor = queue[next]
      next += 1
      isQueued[actor] = false
      visits[actor] += 1
      guard visits[actor] < 64 else { continue }
      if update(actor) {
        for index in outgoing[actor] where !isQueued[graph.edges[index].to] {
          isQueued[graph.edges[index].to] = true
          queue.append(graph.edges[index].to)
        }
      }
    }
    // What nothing feeds (a loop of effects without a source) works on one channel.
    for actor in graph.actors.indices {
      for port in inputs[actor].indices where inputs[actor][port] == 0 && !isAbsent(actor, port) { inputs[actor][port] = 1 }
      for port in outputs[actor].indices where outputs[actor][port] == 0 { outputs[actor][port] = 1 }
    }
  }

  /// Whether an effect may do without a port, and nothing feeds it.
  private func isAbsent(_ actor: Int, _ port: Int) -> Bool {
    let input = inputPort(graph.actors[actor], port)
    return input.isOptional && input.channels == .free && !incoming[actor].contains { graph.edges[$0].target == .port(port) }
  }

  /// Whether the outputs changed.
  private mutating func update(_ actor: Int) -> Bool {
    let description = graph.actors[actor]
    for port in inputs[actor].indices { inputs[actor][port] = width(actor, port) }
    guard case .effect(let type) = description.kind else { return false }
    let spec = type.spec
    let fed = inputs[actor].indices.filter { inputPort(description, $0).channels == .any }.map { inputs[actor][$0] }.max() ?? 0
    for port in inputs[actor].indices where inputPort(description, port).channels == .any { inputs[actor][port] = fed }
    if !inputs[actor].isEmpty, inputs[actor].allSatisfy({ $0 == 0 }) { return false }
    do throws(EffectError) {
      let channels = try type.outputChannels(inputs[actor].map { max($0, 1) }, description.configuration)
      let changed = channels != outputs[actor]
      outputs[actor] = channels
      return changed && zip(channels, spec.outputs).allSatisfy { $0.0 > 0 }
    } catch {
      if failed.insert(actor).inserted {
        failures.append(
          Diagnostic(
            .error, "`\(description.address)`: \(error.message)", at: description.span,
            notes: error.help.map { ["help: \($0)"] } ?? []))
      }
      return false
    }
  }

  private func width(_ actor: Int, _ port: Int) -> Int {
    if case .fixed(let count) = inputPort(graph.actors[actor], port).channels { return count }
    if case .output = graph.actors[actor].kind, let count = options.outputChannels { return count }
    var widest = 0
    for index in incoming[actor] where graph.edges[index].target == .port(port) {
      let edge = graph.edges[index]
      if let channel = edge.inputChannel { widest = max(widest, channel + 1) } else { widest = max(widest, carried(edge)) }
    }
    return widest
  }

  private func carried(_ edge: Graph.Edge) -> Int {
    let count = outputs[edge.from][edge.outputPort]
    return edge.outputChannel == nil ? count : min(count, 1)
  }

  mutating func checkEdges() {
    for edge in graph.edges {
      let (from, to) = (graph.actors[edge.from].address, graph.actors[edge.to].address)
      let available = outputs[edge.from][edge.outputPort]
      if let channel = edge.outputChannel, channel >= available {
        failures.append(
          Diagnostic(
            .error, "`\(from)` has no channel \(channel + 1): it carries \(count(available))", at: edge.fromSpan ?? edge.span))
        continue
      }
      let carried = edge.outputChannel == nil ? available : 1
      guard case .port(let port) = edge.target else {
        if carried != 1 {
          failures.append(
            Diagnostic(
              .error, "a parameter takes one channel, but `\(from)` carries \(count(carried))", at: edge.fromSpan ?? edge.span,
              notes: ["help: pick one, for example `\(from):1 -> …`"]))
        }
        continue
      }
      let wanted = inputs[edge.to][port]
      if let channel = edge.inputChannel {
        if channel >= wanted {
          failures.append(
            Diagnostic(
              .error, "`\(to)` has no channel \(channel + 1) here: it takes \(count(wanted))", at: edge.toSpan ?? edge.span))
        } else if carried != 1 {
          failures.append(
            Diagnostic(
              .error, "one channel of `\(to)` cannot take the \(count(carried)) of `\(from)`", at: edge.span,
              notes: ["help: pick one (`\(from):1`) or average them with `mono`"]))
        }
      } else if carried != wanted && carried != 1 {
        failures.append(
          Diagnostic(
            .error, "channels do not fit: `\(from)` carries \(count(carried)), `\(to)` takes \(count(wanted))", at: edge.span,
            notes: ["help: say how they map with `matrix`, average them with `mono`, or pick channels, for example `\(from):1`"]))
      }
    }
  }

  private func count(_ channels: Int) -> String { channels == 1 ? "1 channel" : "\(channels) channels" }
}
