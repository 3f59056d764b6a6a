/// Turns the items of a frame loop's order into what the loop runs: lanes of the mixes, single steps for the rest.
struct FrameLoopMixes {
  private let order: FrameLoopOrder
  private let steps: [FrameLoop.Step]
  private let cells: UnsafeMutablePointer<Float>
  /// Cells that nobody reads.
  private let nowhere: UnsafeMutablePointer<Float>
  private let arena: Arena
  private(set) var mixes: [FrameLoop.Mix] = []

  init(
    _ order: FrameLoopOrder, _ steps: [FrameLoop.Step], cells: UnsafeMutablePointer<Float>,
    nowhere: UnsafeMutablePointer<Float>, _ arena: Arena
  ) {
    self.order = order
    self.steps = steps
    self.cells = cells
    self.nowhere = nowhere
    self.arena = arena
  }

  mutating func items() -> [FrameLoop.Item] {
    var first = 0
    return order.items.map { item in
      defer { first += item.nodes.count }
      guard let portCount = item.portCount else { return .fire(first) }
      mixes.append(mix(Array(first..<first + item.nodes.count), portCount))
      return .mix(mixes.count - 1)
    }
  }

  /// - Parameter places: of the steps.
  private func mix(_ places: [Int], _ portCount: Int) -> FrameLoop.Mix {
    var pairs = LaneList(width: 2, portCount: portCount), singles = LaneList(width: 1, portCount: portCount)
    // Each node with its first lane.
    var nodes: [(sum: Int, gain: Int, isPaired: Bool, lanes: Range<Int>)] = []
    var waitingSum = -1
    for place in places {
      let step = steps[place]
      // A sum that one gain alone hears stands right before it.
      if place + 1 < steps.count, order.sumOfGain[steps[place + 1].node] == step.node {
        waitingSum = place
        continue
      }
      let heard = (0..<step.outputCount).map { sources(of: step, $0, waitingSum, portCount) }
      let outputs = (0..<step.outputCount).map { Int32(step.cells + $0 - cells) }
      let isPaired = LaneList.canPair(heard)
      let lanes = isPaired ? pairs.add(heard, outputs) : singles.add(heard, outputs)
      nodes.append((step.type == nil ? place : waitingSum, step.type == nil ? -1 : place, isPaired, lanes))
      waitingSum = -1
    }
    let both = (
      pairs.stored(in: arena, nowhere: Int32(nowhere - cells)), singles.stored(in: arena, nowhere: Int32(nowhere - cells))
    )
    return FrameLoop.Mix(
      portCount: portCount, pairs: both.0, singles: both.1,
      nodes: arena.store(
        nodes.map {
          FrameLoop.Mix.Node(
            sum: $0.sum, gain: $0.gain, factors: ($0.isPaired ? both.0 : both.1).factors + $0.lanes.lowerBound,
            laneCount: $0.lanes.count)
        }))
  }

  /// Where a channel of a node finds its ports, perhaps those of the sum before it.
  private func sources(of step: FrameLoop.Step, _ channel: Int, _ sum: Int, _ portCount: Int) -> [Int32] {
    guard sum >= 0 else {
      return (0..<portCount).map { Int32(step.inputs[$0 * step.outputCount + channel] - UnsafePointer(cells)) }
    }
    let own = step.inputs[channel] - UnsafePointer(steps[sum].cells)
    return (0..<portCount).map { Int32(steps[sum].inputs[$0 * steps[sum].outputCount + own] - UnsafePointer(cells)) }
  }
}

/// Lanes of one width while they are collected.
private struct LaneList {
  let width: Int
  let portCount: Int
  private var inputs: [Int32] = []
  private var outputs: [Int32] = []

  init(width: Int, portCount: Int) {
    self.width = width
    self.portCount = portCount
  }

  /// Whether channels lie two by two in all ports.
  static func canPair(_ sources: [[Int32]]) -> Bool {
    sources.count % 2 == 0
      && stride(from: 0, to: sources.count, by: 2).allSatisfy { first in
        zip(sources[first], sources[first + 1]).allSatisfy { $1 == $0 + 1 }
      }
  }

  mutating func add(_ sources: [[Int32]], _ targets: [Int32]) -> Range<Int> {
    let first = outputs.count
    for channel in stride(from: 0, to: targets.count, by: width) {
      inputs += sources[channel]
      outputs.append(targets[channel])
    }
    return first..<outputs.count
  }

  /// With lanes that lead from silence, the first cell, to nowhere, up to a whole vector of four channels.
  mutating func stored(in arena: Arena, nowhere: Int32) -> FrameLoop.Mix.Lanes {
    let count = (outputs.count * width + 3) / 4 * 4 / width
    inputs += Array(repeating: 0, count: (count - outputs.count) * portCount)
    outputs += Array(repeating: nowhere, count: count - outputs.count)
    return FrameLoop.Mix.Lanes(
      inputs: UnsafePointer(arena.store(inputs).baseAddress!),
      outputs: UnsafePointer(arena.store(outputs).baseAddress!),
      factors: arena.store([Float](repeating: 1, count: count)).baseAddress!, count: count)
  }
}
