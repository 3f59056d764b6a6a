import Dataflow
import Signal

/// Which thread fires each node, and where threads wait for each other. Every thread goes through its share of the
/// schedule in the schedule's order, so none of them can wait for ever.
struct ThreadPlan: Sendable {
  enum Step: Sendable, Hashable {
    /// A node outside loops, or a whole loop: index into `Program.units`.
    case run(unit: Int)
    /// The thread's milestone is at this number of a block.
    case reach(Int)
    /// Another thread's milestone must be there.
    case await(thread: Int, milestone: Int)
  }

  var threadOf: [Int]
  /// One per thread. The first milestone of thread 0 starts the others; the last of each of them ends the block.
  var schedules: [[Step]]
  /// How many milestones a thread passes in a block.
  var milestones: [Int]
  /// How much faster the threads are than one of them would be, as far as it can be foreseen.
  var predictedGain: Double

  var count: Int { schedules.count }
}

/// Spreads what stands outside loops, and whole loops, over threads.
func partitionThreads(_ network: Network, _ program: Program, _ options: CompileOptions) -> ThreadPlan {
  let units = program.units
  guard options.threads > 1 else {
    return ThreadPlan(
      threadOf: network.nodes.map { _ in 0 }, schedules: [units.indices.map { .run(unit: $0) }], milestones: [0], predictedGain: 1
    )
  }
  var unitOf = network.nodes.map { _ in 0 }
  for (unit, instructions) in units.enumerated() {
    for index in instructions { if case .fire(let node) = program.instructions[index] { unitOf[node] = unit } }
  }
  var costs = [Double](repeating: 0, count: units.count)
  for node in network.nodes.indices {
    costs[unitOf[node]] += (options.measuredCosts?[node] ?? guessedCost(network.nodes[node])) * Double(options.maximumFrameCount)
  }
  let edges = network.edges.filter { unitOf[$0.from] != unitOf[$0.to] }
    .map { DirectedEdge(from: unitOf[$0.from], to: unitOf[$0.to]) }
  var assignment = assignThreads(costs: costs, edges: edges, threads: options.threads, handover: handoverNanoseconds)
  let serial = costs.reduce(0, +)
  // Half of what is foreseen may be lost to a busy machine, and it should still be no slower.
  let gain = serial / max(assignment.span + handoverNanoseconds, 1)
  if gain < leastGain { assignment = assignThreads(costs: costs, edges: edges, threads: 1, handover: 0) }
  return threadPlan(assignment, unitOf, edges, network, units.count, gain < leastGain ? 1 : gain)
}

/// Until another processor has seen what one has written, the time to notice it included.
private let handoverNanoseconds = 1_500.0
private let leastGain = 1.15

/// Nanoseconds per frame of the patch where nothing was measured.
private func guessedCost(_ node: Network.Node) -> Double {
  let channels = Double(max(1, (node.inputChannels + node.outputChannels).max() ?? 1))
  return channels * max(node.rate, node.inputRate).doubleValue
}

private func threadPlan(
  _ assignment: ThreadAssignment, _ unitOf: [Int], _ edges: [DirectedEdge], _ network: Network, _ unitCount: Int, _ gain: Double
) -> ThreadPlan {
  // Threads without work are left out; the caller's own thread is the one that fires `out`.
  let output = network.nodes.firstIndex { if case .output = $0.operation { true } else { false } }
  let first = output.map { assignment.threadOf[unitOf[$0]] } ?? assignment.threadOf.first ?? 0
  let used = [first] + Set(assignment.threadOf).subtracting([first]).sorted()
  let threadOf = assignment.threadOf.map { used.firstIndex(of: $0)! }

  // For each unit and other thread, the last unit there that it waits for: the earlier ones are done by then.
  var awaited = [[Int: Int]](repeating: [:], count: unitCount)
  for edge in edges where threadOf[edge.from] != threadOf[edge.to] {
    awaited[edge.to][threadOf[edge.from]] = max(awaited[edge.to][threadOf[edge.from]] ?? 0, edge.from)
  }
  var seen = used.map { _ in [Int](repeating: -1, count: used.count) }
  var isReached = [Bool](repeating: false, count: unitCount)
  for unit in 0..<unitCount {
    let thread = threadOf[unit]
    for (other, from) in awaited[unit] {
      // What was waited for once needs no second look.
      if seen[thread][other] >= from { awaited[unit][other] = nil } else { isReached[from] = true }
      seen[thread][other] = max(seen[thread][other], from)
    }
  }
  var schedules: [[ThreadPlan.Step]] = used.map { _ in [] }
  var milestones = used.map { _ in 0 }
  var numberOf = [Int](repeating: 0, count: unitCount)
  func reach(_ thread: Int) {
    milestones[thread] += 1
    schedules[thread].append(.reach(milestones[thread]))
  }
  if used.count > 1 { reach(0) }
  for unit in 0..<unitCount {
    let thread = threadOf[unit]
    for (other, from) in awaited[unit].sorted(by: { $0.key < $1.key }) {
      schedules[thread].append(.await(thread: other, milestone: numberOf[from]))
    }
    schedules[thread].append(.run(unit: unit))
    guard isReached[unit] else { continue }
    reach(thread)
    numberOf[unit] = milestones[thread]
  }
  for thread in used.indices.dropFirst() { reach(thread) }
  for thread in used.indices.dropFirst() { schedules[0].append(.await(thread: thread, milestone: milestones[thread])) }
  return ThreadPlan(
    threadOf: unitOf.map { threadOf[$0] }, schedules: schedules, milestones: milestones, predictedGain: gain)
}
