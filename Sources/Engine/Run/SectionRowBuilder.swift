import CRealtime
import Signal

extension MachineBuilder {
  /// The steps of a thread, with neighbours that can be fired as one taken together.
  func joined(_ steps: [Machine.Step]) -> [Machine.Step] {
    let joints = Joints(plan)
    // The frames of one firing at a time, for all rows of the thread.
    var scratch: UnsafeMutablePointer<Double>?
    let frames = max(containmentPeriod, plan.options.maximumFrameCount)
    var steps = steps, index = 0
    while index < steps.count {
      let mixed = mixRow(at: index, of: steps, joints)
      let sections = mixed.isEmpty ? sectionRow(at: index, of: steps, joints) : []
      if !mixed.isEmpty { steps[index] = .mix(makeMixRow(mixed, joints)) }
      if sections.count > 1 {
        scratch = scratch ?? arena.allocate(Double.self, count: frames * SectionRow.mostChannels)
        steps[index] = .sections(makeSectionRow(sections, scratch!, frames))
      }
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
  }

  private func makeSectionRow(
    _ members: [Int], _ scratch: UnsafeMutablePointer<Double>, _ frames: Int
  ) -> UnsafeMutablePointer<SectionRow> {
    let channels = plan.network.nodes[members[0]].outputChannels[0], stages = members.count * SectionRow.mostStages
    let row = arena.allocate(SectionRow.self, count: 1)
    row.initialize(
      to: SectionRow(
        members: arena.store(members.map { nodes + $0 }), channels: channels, mostFrames: frames,
        isWide: talea_has_wide_doubles(), series: arena.allocate(SectionSeries.self, count: members.count),
        places: arena.allocate(UnsafeMutablePointer<Double>.self, count: stages),
        rounds: arena.allocate(Bool.self, count: stages),
        memory: arena.allocate(SIMD2<Double>.self, count: (channels + 1) / 2 * stages * 3), frames: scratch))
    return row
  }
}
