import CRealtime
import Dataflow
import Signal

extension MachineBuilder {
  /// The sums and gains from a step on that can be fired as one; none where there is no such node.
  func mixRow(at index: Int, of steps: [Machine.Step], _ joints: Joints) -> [Int] {
    var members: [Int] = []
    while index + members.count < steps.count, case .fire(let node) = steps[index + members.count], mixes(node) {
      if let former = members.last {
        guard joints.hears(node, alone: former, orSecondOfTwo: isSum(node)), keepsInputs(members, node) else { break }
      }
      members.append(node)
    }
    return members
  }

  private func mixes(_ node: Int) -> Bool {
    guard (1...talea_mix_channels).contains(plan.network.nodes[node].outputChannels.first ?? 0) else { return false }
    switch plan.network.nodes[node].operation {
    case .sum: return true
    case .effect(let type): return type.isGain && plan.network.nodes[node].drivenParameters.isEmpty
    default: return false
    }
  }

  private func isSum(_ node: Int) -> Bool { if case .sum = plan.network.nodes[node].operation { true } else { false } }

  /// Whether what a node writes lies apart from all that it and the members before it read or write, or frame by frame where
  /// that does.
  private func keepsInputs(_ members: [Int], _ node: Int) -> Bool {
    let target = plan.buffers[plan.outputBuffers[node][0]]
    func isApart(_ index: Int, inOrder: Bool) -> Bool {
      let other = plan.buffers[index]
      let ends = (other.offset + other.stride * other.channels, target.offset + target.stride * target.channels)
      return ends.0 <= target.offset || ends.1 <= other.offset
        || inOrder && (other.offset, other.stride, other.scope) == (target.offset, target.stride, target.scope)
    }
    return members.allSatisfy { isApart(plan.outputBuffers[$0][0], inOrder: true) }
      && (members + [node]).allSatisfy { member in
        plan.network.nodes[member].inputChannels.indices.allSatisfy { port in
          guard let edge = plan.inputEdges[member][port], let index = plan.inputBuffers[member][port] else { return true }
          return isApart(index, inOrder: plan.network.edges[edge].channelMap == Array(0..<target.channels))
        }
      }
  }

  func makeMixRow(_ members: [Int], _ joints: Joints) -> UnsafeMutablePointer<MixRow> {
    let outgoing = joints.outgoing, last = members.last!, channels = plan.network.nodes[last].outputChannels[0]
    var parts: [(ports: Int, factors: Int)] = [], sources: [MixRow.Source] = []
    for (place, node) in members.enumerated() {
      let heard = place == 0 ? nil : plan.network.edges[outgoing[members[place - 1]][0]].inputPort
      let ports = plan.network.nodes[node].inputChannels.indices.filter { $0 != heard }
      if !ports.isEmpty {
        parts.append((ports.count, 0))
        sources += ports.flatMap { port in (0..<channels).map { source(node, port, $0) } }
      }
      if !isSum(node) { parts[parts.count - 1].factors += 1 }
    }
    let lines = plan.lines.indices.filter { plan.network.edges[plan.lines[$0].edge].from == last }
    let copiesLines = lines.contains { plan.lines[$0].channels != channels }
    let writes = copiesLines ? [] : lines.map { self.lines + $0 }
    let storesOutput =
      copiesLines || joints.taps.contains(last) || outgoing[last].contains { plan.lineOfEdge[$0] == nil } || lines.isEmpty
    let reads = members.flatMap { node in plan.inputEdges[node].compactMap { $0.flatMap { plan.lineOfEdge[$0] } } }
    let factors = arena.allocate(Float.self, count: members.count)
    let inputs = arena.allocate(UnsafePointer<Float>.self, count: sources.count)
    var input = 0, factor = 0
    let stages = parts.map { part in
      defer { (input, factor) = (input + part.ports * channels, factor + part.factors) }
      return talea_mix_stage(
        inputs: inputs + input, ports: part.ports, factors: factors + factor, factorCount: part.factors)
    }
    let row = arena.allocate(MixRow.self, count: 1)
    row.initialize(
      to: MixRow(
        members: arena.store(members.map { nodes + $0 }), storesOutput: storesOutput, copiesLines: copiesLines,
        channels: channels, stages: arena.store(stages), factors: factors, sources: arena.store(sources), inputs: inputs,
        targets: arena.allocate(UnsafeMutablePointer<Float>.self, count: channels * (writes.count + 1)),
        reads: arena.store(reads.map { self.lines + $0 }), writes: arena.store(writes)))
    return row
  }

  private func source(_ node: Int, _ port: Int, _ channel: Int) -> MixRow.Source {
    var source = MixRow.Source(binding: binding(node, port: port, channel: channel))
    guard let edge = plan.inputEdges[node][port], let line = plan.lineOfEdge[edge] else { return source }
    let from = plan.network.edges[edge].channelMap[channel]
    guard from >= 0 else { return source }
    source.line = lines + line
    source.channel = lineChannels(plan.network.edges[edge]).firstIndex(of: from)!
    return source
  }
}
