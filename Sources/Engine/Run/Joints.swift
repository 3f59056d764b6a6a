import CRealtime
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

extension MachineBuilder {
  /// The steps of a thread, with neighbours that can be fired as one taken together.
  func joined(_ steps: [Machine.Step]) -> [Machine.Step] {
    let joints = Joints(plan)
    let scratch = arena.allocate(Double.self, count: containmentPeriod * SectionRow.mostChannels)
    var steps = steps, index = 0
    while index < steps.count {
      let mixed = mixRow(at: index, of: steps, joints)
      let sections = mixed.isEmpty ? sectionRow(at: index, of: steps, joints) : []
      if !mixed.isEmpty { steps[index] = .mix(makeMixRow(mixed, joints)) }
      if sections.count > 1 { steps[index] = .sections(makeSectionRow(sections, scratch)) }
      index += max(1, mixed.count, sections.count)
    }
    return steps
  }

  /// The series of second-order sections from a step on, each heard by the next alone.
  private func sectionRow(at index: Int, of steps: [Machine.Step], _ joints: Joints) -> [Int] {
    var members: [Int] = []
    while index + members.count < steps.count, case .fire(let node) = steps[index + members.count], isSectionSeries(node) {
      if let former = members.last { guard joints.hears(node, alone: former) else { break } }
      members.append(node)
    }
    return members
  }

  private func isSectionSeries(_ index: Int) -> Bool {
    let node = plan.network.nodes[index]
    guard case .effect(let type) = node.operation, type.isSectionSeries, node.inputChannels.count == 1 else { return false }
    return node.inputRate == node.rate && node.outputChannels == node.inputChannels
      && (1...SectionRow.mostChannels).contains(node.outputChannels[0])
      && (1...SectionRow.mostStages).contains(stageCount(index) ?? 0)
  }

  /// The sections of an effect; nil while they move, as they may when a patch takes over from another.
  private func stageCount(_ index: Int) -> Int? {
    guard let type = nodes[index].type, let kernel = nodes[index].kernel else { return nil }
    return type.settledSections(kernel)?.stageCount
  }

  private func makeSectionRow(_ members: [Int], _ scratch: UnsafeMutablePointer<Double>) -> UnsafeMutablePointer<SectionRow> {
    let channels = plan.network.nodes[members[0]].outputChannels[0]
    let stages = members.map { stageCount($0)! }.reduce(0, +)
    let row = arena.allocate(SectionRow.self, count: 1)
    row.initialize(
      to: SectionRow(
        members: arena.store(members.map { nodes + $0 }), channels: channels, stageCount: stages,
        isWide: talea_has_wide_doubles(), series: arena.allocate(SectionSeries.self, count: members.count),
        places: arena.allocate(UnsafeMutablePointer<Double>.self, count: stages),
        rounds: arena.allocate(Bool.self, count: stages),
        memory: arena.allocate(SIMD2<Double>.self, count: (channels + 1) / 2 * stages * 3), frames: scratch))
    return row
  }
}
