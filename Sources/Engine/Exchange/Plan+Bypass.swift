import Dataflow
import PatchLanguage
import Signal

/// Why an actor cannot be bypassed.
public enum BypassError: Error, Sendable, Hashable, CustomStringConvertible {
  case unknown(String)
  /// It has no input, or none of it leaves at the same rate and in as many channels.
  case noWayThrough(String)

  public var description: String {
    switch self {
    case .unknown(let name): "the patch has no effect of the name `\(name)`"
    case .noWayThrough(let name):
      "`\(name)` cannot be bypassed: nothing goes through it at one rate and in the same channels; mute it by a gain"
    }
  }
}

extension Plan {
  /// The same plan with some actors replaced by their first input, as late as they would make it.
  ///
  /// - Throws: `BypassError`; `PatchFailure` never for a plan that compiled.
  public func bypassing(_ addresses: [String]) throws -> Plan {
    guard !addresses.isEmpty else { return self }
    var network = network
    var contexts = contexts
    for address in addresses {
      guard let index = graph.actors.firstIndex(where: { $0.address == address }),
        case .effect(let type) = network.nodes[index].operation
      else { throw BypassError.unknown(address) }
      let node = network.nodes[index]
      guard let input = node.inputChannels.first, input > 0, let output = node.outputChannels.first,
        input == output || input == 1, node.inputRate == node.rate, !type.spec.isGenerator
      else { throw BypassError.noWayThrough(address) }
      network.nodes[index].operation = .effect(Through.self)
      network.nodes[index].drivenParameters = []
      network.edges.removeAll { $0.to == index && $0.inputPort >= node.inputChannels.count }
      contexts[index]!.configuration = EffectConfiguration(structural: [
        "latency": .integer((node.latency * node.rate).rounded)
      ])
    }
    return try relaid(network, contexts, departures, graph)
  }

  /// The same plan with as many channels at `out` as a stream has already: one goes to all, others are followed by silence.
  ///
  /// - Returns: nil where it has more.
  public func withOutputChannels(_ count: Int) throws(PatchFailure) -> Plan? {
    guard outputChannels != count else { return self }
    guard outputChannels < count,
      let output = network.nodes.firstIndex(where: { if case .output = $0.operation { true } else { false } })
    else { return nil }
    var network = network
    let terms = terms(output, 0)
    let narrow = outputChannels
    func widened(_ map: [Int]) -> [Int] {
      narrow == 1 ? Array(repeating: map[0], count: count) : map + Array(repeating: -1, count: count - narrow)
    }
    for edge in terms.terms { network.edges[edge].channelMap = widened(network.edges[edge].channelMap) }
    if let main = terms.main, let sum = terms.sum {
      network.edges[main].channelMap = Array(0..<count)
      network.nodes[sum].inputChannels = network.nodes[sum].inputChannels.map { _ in count }
      network.nodes[sum].outputChannels = [count]
    }
    network.nodes[output].inputChannels = [count]
    return try relaid(network, contexts, departures, graph)
  }

  /// The values with which an actor of the graph starts, in the order of its parameters.
  public func initialParameters(_ actor: Int) -> [Double] { contexts[actor]?.parameters ?? [] }
}
