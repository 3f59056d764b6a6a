import Dataflow
import PatchLanguage
import Signal

extension Plan {
  /// What one of the passes that led to this plan has found.
  public func result(of pass: CompilerPass) -> PassResult {
    let tables =
      switch pass {
      case .graph: [graphActors, graphEdges]
      case .rates: [rateTable]
      case .channels: [channelTable]
      case .network: [networkNodes, networkEdges]
      case .contexts: [contextTable]
      case .nest: [scheduleTable, loopTable]
      case .program: [instructionTable, scopeTable]
      case .latency: [departureTable, alignmentTable]
      case .threads: [threadTable]
      case .buffers: [bufferTable, lineTable, arenaTable]
      case .plan: [firingTable, outputTable]
      }
    return PassResult(pass: pass, tables: tables)
  }

  /// The nodes that stand for actors of the patch, in its order.
  private var actorNodes: [Network.Node] {
    network.nodes.filter { $0.actor != nil }.sorted { $0.actor! < $1.actor! }
  }

  private var graphActors: PassResult.Table {
    PassResult.Table(
      name: "actors", caption: "of the patch, flat", columns: ["actor", "effect", "arguments"],
      rows: graph.actors.map { actor in
        let node = network.nodes.first { $0.address == actor.address }
        let values = actor.configuration.structural.sorted { $0.key < $1.key }.map { name, value in
          JSONValue.Member(name, structuralValue(value))
        }
        return [.string(actor.address), .string(node?.effectName ?? ""), values.isEmpty ? .null : .object(values)]
      })
  }

  private func structuralValue(_ value: StructuralValue) -> JSONValue {
    switch value {
    case .integer(let number): .integer(number)
    case .word(let word): .string(word)
    case .quantity(let number, let quantity): .string(quantity.text(number))
    case .sound(let sound): .string(sound.path)
    }
  }

  private var graphEdges: PassResult.Table {
    PassResult.Table(
      name: "edges", caption: "as written", columns: ["from", "to", "tokens"],
      rows: graph.edges.map { edge in
        let from = graph.actors[edge.from], to = graph.actors[edge.to]
        return [
          .string(from.address + outputName(from, edge) + channelName(edge.outputChannel)),
          .string(to.address + inputName(to, edge) + channelName(edge.inputChannel)), tokenText(edge.tokens),
        ]
      })
  }

  /// `.name` where the actor has several outputs.
  private func outputName(_ actor: Graph.Actor, _ edge: Graph.Edge) -> String {
    guard case .effect(let type) = actor.kind, type.spec.outputs.count > 1 else { return "" }
    return "." + type.spec.outputs[edge.outputPort].name
  }

  private func inputName(_ actor: Graph.Actor, _ edge: Graph.Edge) -> String {
    switch edge.target {
    case .parameter(let index): "." + actor.parameters[index].name
    case .port(let port): inputPortCount(actor) > 1 ? "." + inputPort(actor, port).name : ""
    }
  }

  private func channelName(_ channel: Int?) -> String { channel.map { ":\($0 + 1)" } ?? "" }

  private func tokenText(_ tokens: Graph.Edge.Tokens?) -> JSONValue {
    switch tokens {
    case nil: .null
    case .seconds(let seconds): .string("\(seconds) s")
    case .frames(let frames): .string("\(frames) samples")
    case .both(let seconds, let frames): .string("\(seconds) s + \(frames) samples")
    }
  }

  private var rateTable: PassResult.Table {
    PassResult.Table(
      name: "rates", caption: "frames per frame of the patch", columns: ["actor", "in", "out"],
      rows: actorNodes.map { node in
        [
          .string(node.address), node.inputChannels.isEmpty ? .null : exact(node.inputRate),
          node.outputChannels.isEmpty ? .null : exact(node.rate),
        ]
      })
  }

  private var channelTable: PassResult.Table {
    PassResult.Table(
      name: "channels", caption: "of every port", columns: ["actor", "in", "out"],
      rows: actorNodes.map { [.string($0.address), counts($0.inputChannels), counts($0.outputChannels)] })
  }

  private var networkNodes: PassResult.Table {
    PassResult.Table(
      name: "nodes", caption: "actors, and what the compiler put between them", columns: ["node", "effect", "in", "out", "rate"],
      rows: network.nodes.map { node in
        [
          .string(node.address), .string(node.effectName), counts(node.inputChannels), counts(node.outputChannels),
          exact(node.rate),
        ]
      })
  }

  private var networkEdges: PassResult.Table {
    PassResult.Table(
      name: "edges", caption: "tokens in frames of the edge; for each channel that enters, the one it comes from, or 0",
      columns: ["from", "to", "port", "map", "rate", "tokens"],
      rows: network.edges.map { edge in
        [
          .string(network.nodes[edge.from].address), .string(network.nodes[edge.to].address), .integer(edge.inputPort + 1),
          .array(edge.channelMap.map { .integer($0 + 1) }), exact(edge.rate),
          edge.tokens == 0 ? .null : .integer(edge.tokens),
        ]
      })
  }

  private var contextTable: PassResult.Table {
    PassResult.Table(
      name: "contexts", caption: "frames per second, and first values of parameters in base units",
      columns: ["actor", "rate", "parameters"],
      rows: network.nodes.indices.compactMap { index in
        guard let context = contexts[index], let actor = network.nodes[index].actor else { return nil }
        let values = zip(graph.actors[actor].parameters, context.parameters).map { parameter, value in
          JSONValue.Member(parameter.name, .double(value))
        }
        return [.string(network.nodes[index].address), exact(context.sampleRate), values.isEmpty ? .null : .object(values)]
      })
  }
}

func exact(_ value: Rational) -> JSONValue { value.isInteger ? .integer(value.numerator) : .string(value.description) }

/// One number for each port; empty for none.
private func counts(_ channels: [Int]) -> JSONValue {
  channels.isEmpty ? .null : .array(channels.map { .integer($0) })
}
