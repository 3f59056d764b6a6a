/// A loop nest laid out as numbered steps, one per node, so that lifetimes of buffers become intervals.
public struct LinearProgram: Sendable, Hashable {
  /// The steps from the first to the last firing inside a loop.
  public struct LoopExtent: Sendable, Hashable {
    public let steps: ClosedRange<Int>
    /// The loop around this one; nil at the outermost level.
    public let parent: Int?
  }

  /// The node that fires at each step.
  public let nodes: [Int]
  /// The step at which each node fires.
  public let stepOf: [Int]
  /// Every loop, each before the loops inside it, in the order of `LoopNest.loops`.
  public let loops: [LoopExtent]
  /// The innermost loop around each step; nil outside all loops.
  public let loopAt: [Int?]

  public init(_ nest: LoopNest) {
    var nodes: [Int] = []
    var loopAt: [Int?] = []
    var extents: [(first: Int, last: Int, parent: Int?)] = []
    func lay(_ nest: LoopNest, _ around: Int?) {
      for item in nest.items {
        switch item {
        case .fire(let node):
          nodes.append(node)
          loopAt.append(around)
        case .loop(let loop):
          let index = extents.count
          extents.append((nodes.count, nodes.count, around))
          lay(loop.body, index)
          extents[index].last = nodes.count - 1
        }
      }
    }
    lay(nest, nil)
    var stepOf = [Int](repeating: 0, count: (nodes.max() ?? -1) + 1)
    for (step, node) in nodes.enumerated() { stepOf[node] = step }
    self.nodes = nodes
    self.stepOf = stepOf
    self.loopAt = loopAt
    loops = extents.map { LoopExtent(steps: $0.first...$0.last, parent: $0.parent) }
  }

  /// The innermost loop around both steps; nil where they share none.
  public func commonLoop(_ a: Int, _ b: Int) -> Int? {
    var loop = loopAt[a]
    while let index = loop, !loops[index].steps.contains(b) { loop = loops[index].parent }
    return loop
  }

  /// The steps during which data must stay that one step writes and others read within one turn of the innermost loop
  /// around them all.
  ///
  /// A loop around the writer but not around a reader fills the buffer turn by turn, so the buffer lives from the loop's
  /// first step; a loop around a reader alone reads it turn by turn, so it lives to the loop's last. Where a reader comes
  /// before the writer, or `carriesOver` says so, data passes to the next turn: the buffer lives as long as the innermost
  /// loop around them all, or through the whole program.
  public func lifetime(writtenAt writer: Int, readAt readers: [Int], carriesOver: Bool = false) -> ClosedRange<Int> {
    var around = loopAt[writer]
    for reader in readers {
      while let index = around, !loops[index].steps.contains(reader) { around = loops[index].parent }
    }
    if carriesOver || readers.contains(where: { $0 < writer }) {
      return around.map { loops[$0].steps } ?? 0...(nodes.count - 1)
    }
    var range = outermost(at: writer, inside: around)
    for reader in readers {
      let steps = outermost(at: reader, inside: around)
      range = min(range.lowerBound, steps.lowerBound)...max(range.upperBound, steps.upperBound)
    }
    return range
  }

  /// The steps of the outermost loop of all around a step, or the step alone.
  public func outermostSteps(at step: Int) -> ClosedRange<Int> { outermost(at: step, inside: nil) }

  /// The steps of the outermost loop around a step that lies strictly inside `loop`, or the step alone.
  private func outermost(at step: Int, inside loop: Int?) -> ClosedRange<Int> {
    var result = step...step
    var next = loopAt[step]
    while let index = next, index != loop {
      result = loops[index].steps
      next = loops[index].parent
    }
    return result
  }
}

extension LinearProgram: CustomStringConvertible {
  /// As `0 A, 1 B [1...2], 2 C [1...2]`: step, node, and the innermost loop's steps.
  public var description: String {
    nodes.indices.map { step in
      let loop = loopAt[step].map { " [\(loops[$0].steps.lowerBound)...\(loops[$0].steps.upperBound)]" } ?? ""
      return "\(step) \(nodes[step])\(loop)"
    }.joined(separator: ", ")
  }
}
