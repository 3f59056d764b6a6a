import Signal

/// Makes the items of a frame loop's filters of second-order sections, a stage of the loop each, with room for all their lanes.
struct FrameLoopSections {
  let steps: [FrameLoop.Step]
  let cells: UnsafeMutablePointer<Float>
  /// Cells that nobody reads.
  let nowhere: UnsafeMutablePointer<Float>
  let arena: Arena
  private(set) var sections: [FrameLoop.Sections] = []

  /// - Parameter places: of the steps of the filters of a stage.
  mutating func item(_ places: Range<Int>) -> FrameLoop.Item {
    let inputs = places.map { place in (0..<steps[place].outputCount).map { cell(steps[place].inputs[$0]) } }
    let nodes = zip(places, inputs).map { place, inputs in
      FrameLoop.Sections.Node(
        step: place, inputs: UnsafePointer(arena.store(inputs).baseAddress!), output: cell(steps[place].cells),
        channelCount: inputs.count, width: LaneList.canPair(inputs.map { [$0] }) ? 2 : 1)
    }
    // Widths and numbers of stages fill their last vectors apart.
    let batchCount = 2 * FrameLoop.Sections.mostStages
    let channelCount = inputs.reduce(0) { $0 + $1.count } + 3 * batchCount
    let first = cell(steps[places.lowerBound].cells), end = first + Int32(inputs.reduce(0) { $0 + $1.count })
    sections.append(
      FrameLoop.Sections(
        nodes: arena.store(nodes),
        batches: arena.allocate(FrameLoop.Sections.Batch.self, count: batchCount),
        fired: arena.allocate(Int.self, count: nodes.count),
        inputs: arena.allocate(Int32.self, count: channelCount), outputs: arena.allocate(Int32.self, count: channelCount),
        groups: arena.allocate(
          Double.self, count: (channelCount + 3) / 4 * FrameLoop.Sections.mostStages * FrameLoop.Sections.groupSize),
        nowhere: cell(nowhere), end: end, roomEnd: first + (end - first + 3) / 4 * 4))
    return .sections(sections.count - 1)
  }

  private func cell(_ pointer: UnsafePointer<Float>) -> Int32 { Int32(pointer - UnsafePointer(cells)) }
}
