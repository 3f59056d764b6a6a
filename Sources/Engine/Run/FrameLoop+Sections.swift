import CRealtime
import Signal

extension FrameLoop {
  /// Effects of a frame loop that are nothing but second-order sections and depend on none of each other within a frame, stepped
  /// in vectors over nodes and channels.
  ///
  /// For a stretch of frames their coefficients and memory lie here, lane beside lane: `load` takes them from the kernels,
  /// `store` puts the memory back. A node with a coefficient that moves fires by itself meanwhile.
  struct Sections {
    var nodes: UnsafeMutableBufferPointer<Node>
    /// What runs in this stretch: lanes by their width and number of stages, and places in `nodes` of what fires by itself.
    var batches: UnsafeMutablePointer<Batch>
    var batchCount = 0
    var fired: UnsafeMutablePointer<Int>
    var firedCount = 0
    /// Memory for the lanes of all batches. A group has the rows of `SectionSeries` for one stage of four channels; the groups
    /// of the same channels lie one after the other.
    var inputs: UnsafeMutablePointer<Int32>
    var outputs: UnsafeMutablePointer<Int32>
    var groups: UnsafeMutablePointer<Double>
    /// A cell that nobody reads, with another one beside it.
    var nowhere: Int32
    /// The cell behind the outputs of all nodes, and the one behind those that nobody reads after them.
    var end: Int32
    var roomEnd: Int32

    struct Node {
      /// Its place in the loop's steps.
      var step: Int
      /// Places in the loop's cells: of its inputs, and of its first output.
      var inputs: UnsafePointer<Int32>
      var output: Int32
      var channelCount: Int
      /// Channels of a lane: 2 where they lie two by two, or 1.
      var width: Int
      /// In this stretch: its number of stages, 0 where it fires by itself, and where its lanes are.
      var stageCount = 0
      var batch = 0
      var firstLane = 0
    }

    struct Batch {
      var width: Int
      var stageCount: Int
      /// Of lanes, with some that lead from silence to nowhere, to fill the last vector.
      var count = 0
      var inputs: UnsafeMutablePointer<Int32>
      var outputs: UnsafeMutablePointer<Int32>
      var groups: UnsafeMutablePointer<Double>
      /// Whether it has one stage, and inputs as well as outputs lie side by side, with cells that nobody reads behind the latter.
      var isDense = false
    }

    /// The most stages that are stepped so.
    static var mostStages: Int { 4 }
    static var groupSize: Int { 4 * SectionSeries.Row.count }

    /// One frame of what is here. Returns whether everything is finite.
    @inline(__always)
    func run(_ cells: UnsafeMutablePointer<Float>) -> Bool {
      var isFinite = true
      for index in 0..<batchCount {
        let batch = batches + index, stageCount = batch.pointee.stageCount, count = batch.pointee.count
        let inputs = batch.pointee.inputs, outputs = batch.pointee.outputs, groups = batch.pointee.groups
        if batch.pointee.isDense {
          let vectors = count * batch.pointee.width / 4
          isFinite = talea_section_dense(cells + Int(inputs.pointee), cells + Int(outputs.pointee), groups, vectors) && isFinite
          continue
        }
        let isSound =
          batch.pointee.width == 2
          ? talea_section_pairs(cells, inputs, outputs, groups, stageCount, count)
          : talea_section_singles(cells, inputs, outputs, groups, stageCount, count)
        isFinite = isSound && isFinite
      }
      return isFinite
    }
  }

  /// Taking sections over and putting them back costs about as much as firing them for so many frames.
  private static var shortestStretch: Int { 6 }
  /// Coefficients that move arrive within a control period.
  private static var longestWait: Int { 32 }

  /// Takes sections over for a stretch of frames, if that is long enough. Returns the number of frames after which more of them
  /// may have settled, at most `frames`.
  func loadSections(frames: Int) -> Int {
    var areSettled = true
    for index in 0..<sections.count where !sections[index].load(steps, isLongEnough: frames >= Self.shortestStretch) {
      areSettled = false
    }
    return areSettled ? frames : min(frames, Self.longestWait)
  }

  func storeSections() {
    for index in 0..<sections.count { sections[index].store(steps) }
  }
}

extension FrameLoop.Sections {
  /// Returns whether everything is settled.
  fileprivate mutating func load(_ steps: UnsafeMutableBufferPointer<FrameLoop.Step>, isLongEnough: Bool) -> Bool {
    batchCount = 0
    firedCount = 0
    var areSettled = true
    // Of the nodes of each width, one bit for each number of stages that there is.
    var stages = (0, 0)
    for index in 0..<nodes.count {
      nodes[index].stageCount = 0
      if isLongEnough {
        if let series = series(nodes[index], steps) {
          nodes[index].stageCount = series.stageCount <= Self.mostStages ? series.stageCount : 0
        } else {
          areSettled = false
        }
      }
      if nodes[index].stageCount == 0 {
        fired[firedCount] = nodes[index].step
        firedCount += 1
      } else if nodes[index].width == 2 {
        stages.0 |= 1 << nodes[index].stageCount
      } else {
        stages.1 |= 1 << nodes[index].stageCount
      }
    }
    var next = Batch(width: 2, stageCount: 1, inputs: inputs, outputs: outputs, groups: groups)
    var width = 2
    while width > 0 {
      let present = width == 2 ? stages.0 : stages.1
      for stageCount in 1...Self.mostStages where present >> stageCount & 1 == 1 {
        next.width = width
        next.stageCount = stageCount
        next = fill(next, steps)
      }
      width -= 1
    }
    return areSettled
  }
}

extension FrameLoop.Sections {
  /// Makes the batch of all nodes of its width and number of stages. Returns the room behind it.
  private mutating func fill(_ empty: Batch, _ steps: UnsafeMutableBufferPointer<FrameLoop.Step>) -> Batch {
    var batch = empty
    for index in 0..<nodes.count where nodes[index].stageCount == batch.stageCount && nodes[index].width == batch.width {
      nodes[index].batch = batchCount
      nodes[index].firstLane = batch.count
      var channel = 0
      while channel < nodes[index].channelCount {
        batch.inputs[batch.count] = nodes[index].inputs[channel]
        batch.outputs[batch.count] = nodes[index].output + Int32(channel)
        batch.count += 1
        channel += batch.width
      }
      guard let series = series(nodes[index], steps) else { continue }
      batch.exchange(nodes[index], series, rows: 0..<SectionSeries.Row.count, isLoading: true)
    }
    batch.isDense = isDense(batch)
    while batch.count * batch.width % 4 != 0 {
      batch.inputs[batch.count] = 0
      batch.outputs[batch.count] = nowhere
      batch.clear(batch.count)
      batch.count += 1
    }
    batches[batchCount] = batch
    batchCount += 1
    return Batch(
      width: batch.width, stageCount: batch.stageCount, inputs: batch.inputs + batch.count, outputs: batch.outputs + batch.count,
      groups: batch.section(batch.count, 0))
  }

  private func isDense(_ batch: Batch) -> Bool {
    guard batch.stageCount == 1 else { return false }
    for lane in 0..<batch.count {
      let distance = Int32(lane * batch.width)
      if batch.inputs[lane] != batch.inputs[0] + distance || batch.outputs[lane] != batch.outputs[0] + distance { return false }
    }
    let outputEnd = batch.outputs[0] + Int32(batch.count * batch.width)
    let writtenEnd = batch.outputs[0] + Int32((batch.count * batch.width + 3) / 4 * 4)
    return writtenEnd == outputEnd || outputEnd == end && writtenEnd <= roomEnd
  }

  fileprivate func store(_ steps: UnsafeMutableBufferPointer<FrameLoop.Step>) {
    for node in nodes where node.stageCount > 0 {
      guard let series = series(node, steps) else { continue }
      batches[node.batch].exchange(node, series, rows: SectionSeries.Row.x1..<SectionSeries.Row.count, isLoading: false)
    }
  }

  @inline(__always)
  private func series(_ node: Node, _ steps: UnsafeMutableBufferPointer<FrameLoop.Step>) -> SectionSeries? {
    steps[node.step].type.unsafelyUnwrapped.settledSections(steps[node.step].kernel.unsafelyUnwrapped)
  }
}

extension FrameLoop.Sections.Batch {
  /// The first row of a stage of a lane: other lanes lie beside, the next row four values further on.
  @inline(__always)
  fileprivate func section(_ lane: Int, _ stage: Int) -> UnsafeMutablePointer<Double> {
    groups + (lane * width / 4 * stageCount + stage) * FrameLoop.Sections.groupSize + lane * width % 4
  }

  /// Moves rows of a node's sections between its kernel and its lanes.
  @inline(__always)
  fileprivate func exchange(_ node: FrameLoop.Sections.Node, _ series: SectionSeries, rows: Range<Int>, isLoading: Bool) {
    var channel = 0, lane = node.firstLane
    while channel < node.channelCount {
      for stage in 0..<stageCount {
        let here = section(lane, stage)
        let there = UnsafeMutableRawPointer(series.section(stage, pair: channel / 2)).assumingMemoryBound(to: Double.self)
        for row in rows {
          for offset in 0..<width {
            let mine = here + 4 * row + offset, its = there + 2 * SectionSeries.Row.stride * row + channel % 2 + offset
            if isLoading { mine.pointee = its.pointee } else { its.pointee = mine.pointee }
          }
        }
      }
      channel += width
      lane += 1
    }
  }

  /// Lets a lane compute zeros.
  fileprivate func clear(_ lane: Int) {
    for stage in 0..<stageCount {
      for row in 0..<SectionSeries.Row.count {
        for offset in 0..<width { section(lane, stage)[4 * row + offset] = 0 }
      }
    }
  }
}
