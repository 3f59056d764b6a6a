/// Turns the sums and gains of a stage of a frame loop into lanes of a mix.
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

  /// - Parameter places: of the steps of an item that mixes.
  mutating func item(_ places: Range<Int>, portCount: Int) -> FrameLoop.Item {
    mixes.append(mix(places, portCount))
    return .mix(mixes.count - 1)
  }

  private func mix(_ places: Range<Int>, _ portCount: Int) -> FrameLoop.Mix {
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
      stored(pairs, isDense: pairs.isDense && singles.isEmpty), stored(singles, isDense: singles.isDense && pairs.isEmpty)
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

  private func stored(_ list: LaneList, isDense: Bool) -> FrameLoop.Mix.Lanes {
    let lanes = list.stored(in: arena, nowhere: Int32(nowhere - cells))
    return FrameLoop.Mix.Lanes(
      inputs: lanes.inputs, outputs: UnsafePointer(lanes.outputs),
      factors: arena.store([Float](repeating: 1, count: lanes.count)).baseAddress!, count: lanes.count, isDense: isDense)
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
