import Dataflow
import Signal

/// Every buffer and delay line of a plan, placed.
struct BufferPlan: Sendable {
  var buffers: [Plan.Buffer] = []
  var lines: [Plan.Line] = []
  var lineOfEdge: [Int: Int] = [:]
  var outputBuffers: [[Int]] = []
  var inputEdges: [[Int?]] = []
  var inputBuffers: [[Int?]] = []
  var arenaFloats = 0
  var privateFloats = 0
}

/// Gives every output port a buffer in the innermost scope that its readers share, every edge with initial tokens a
/// delay line and a buffer to read it through, lets nodes that allow it write over what they read last, and places all
/// of them in one arena by lifetime. What only one thread touches shares memory with what else only that thread does, in the
/// order of its firings; what passes between threads has a place of its own.
///
/// - Parameter wholeLines: whether every delay line takes a whole block, so that it fits any other schedule too.
func placeBuffers(
  _ network: Network, _ program: Program, _ threads: ThreadPlan, kept taps: [(node: Int, port: Int)], wholeLines: Bool = false
) -> BufferPlan {
  var planner = BufferPlanner(network, program, threads, taps)
  planner.addLines(whole: wholeLines)
  planner.addOutputs()
  planner.addInputs()
  planner.place()
  return planner.plan
}

/// Floats in a cache line; channels start on one.
private let cacheLine = 16

private struct BufferPlanner {
  let network: Network
  let program: Program
  let threads: ThreadPlan
  let taps: [(node: Int, port: Int)]
  let incoming: [[Int]]
  let outgoing: [[Int]]
  var plan = BufferPlan()

  init(_ network: Network, _ program: Program, _ threads: ThreadPlan, _ taps: [(node: Int, port: Int)]) {
    self.network = network
    self.program = program
    self.threads = threads
    self.taps = taps
    (incoming, outgoing) = network.adjacency()
  }

  /// The most frames that an edge of a rate carries in one turn of a scope.
  func frames(_ scope: Int, _ rate: Rational) -> Int {
    (Rational(program.scopes[scope].step) * rate / program.scopes[scope].clock).ceiling
  }

  /// In loops a ring has room for more turns than it must: few of them then end in two pieces, one on either side of its end.
  mutating func addLines(whole: Bool) {
    for (index, edge) in network.edges.enumerated() {
      // What runs ahead hands on through lines, so that a prologue may fire in any pieces.
      let lead = network.nodes[edge.from].lead
      guard edge.tokens + edge.compensation > 0 || lead > 0 || network.nodes[edge.to].lead > 0 else { continue }
      let scope = whole ? 0 : program.commonScope([edge.from, edge.to])
      let turn = frames(scope, edge.rate)
      let delay = edge.tokens + edge.compensation
      plan.lineOfEdge[index] = plan.lines.count
      plan.lines.append(
        Plan.Line(
          edge: index, channels: Set(edge.channelMap.filter { $0 >= 0 }).count, delay: delay,
          capacity: ringFrameCount(delay + lead + (scope == 0 ? turn : 3 * turn))))
    }
  }

  mutating func addOutputs() {
    plan.outputBuffers = network.nodes.map { _ in [] }
    for node in network.nodes.indices {
      for (port, channels) in network.nodes[node].outputChannels.enumerated() {
        let readers = outgoing[node].filter { network.edges[$0].outputPort == port && plan.lineOfEdge[$0] == nil }
          .map { network.edges[$0].to }
        let isTapped = taps.contains { $0.node == node && $0.port == port }
        let scope = isTapped ? 0 : program.commonScope([node] + readers)
        var lifetime = program.linear.lifetime(
          writtenAt: program.linear.stepOf[node], readAt: readers.map { program.linear.stepOf[$0] })
        if isTapped {
          let seen = program.linear.outermostSteps(at: program.linear.stepOf[node])
          lifetime = seen.lowerBound...(program.linear.nodes.count - 1)
        }
        plan.outputBuffers[node].append(plan.buffers.count)
        plan.buffers.append(
          Plan.Buffer(
            node: node, port: port, isLine: false, scope: scope, channels: channels,
            stride: stride(frames(scope, network.nodes[node].rate), channels: channels), lifetime: lifetime))
      }
    }
  }

  mutating func addInputs() {
    plan.inputEdges = network.nodes.map { Array(repeating: nil, count: $0.inputChannels.count + $0.drivenParameters.count) }
    plan.inputBuffers = plan.inputEdges
    for (index, edge) in network.edges.enumerated() {
      plan.inputEdges[edge.to][edge.inputPort] = index
      if let line = plan.lineOfEdge[index] {
        let scope = program.scope(of: edge.to)
        let step = program.linear.stepOf[edge.to]
        plan.inputBuffers[edge.to][edge.inputPort] = plan.buffers.count
        plan.buffers.append(
          Plan.Buffer(
            node: edge.to, port: edge.inputPort, isLine: true, scope: scope, channels: plan.lines[line].channels,
            stride: stride(frames(scope, edge.rate), channels: plan.lines[line].channels), lifetime: step...step))
      } else {
        plan.inputBuffers[edge.to][edge.inputPort] = plan.outputBuffers[edge.from][edge.outputPort]
      }
    }
  }

  /// The pairs of buffers of which the second may be written over the first.
  private func inPlaceCandidates() -> [InPlaceCandidate] {
    program.order.filter(allowsInPlace).compactMap { node in
      guard let edgeIndex = plan.inputEdges[node].first ?? nil, let source = plan.inputBuffers[node][0],
        let target = plan.outputBuffers[node].first
      else { return nil }
      let edge = network.edges[edgeIndex]
      let (input, output) = (plan.buffers[source], plan.buffers[target])
      let readsOnce = !plan.inputBuffers[node].dropFirst().contains(source)
      guard readsOnce, edge.channelMap == Array(0..<output.channels), input.channels == output.channels,
        edge.rate == network.nodes[node].rate, input.scope == output.scope, output.scope == program.scope(of: node),
        input.stride == output.stride
      else { return nil }
      return InPlaceCandidate(input: source, output: target)
    }
  }

  private func allowsInPlace(_ node: Int) -> Bool {
    switch network.nodes[node].operation {
    case .effect(let type): type.spec.canRunInPlace && type.spec.outputs.count == 1
    case .sum: true
    case .input, .output, .sampler: false
    }
  }

  mutating func place() {
    let lifetimes = plan.buffers.map {
      Lifetime($0.lifetime, byteCount: $0.stride * $0.channels * MemoryLayout<Float>.stride)
    }
    let candidates = inPlaceCandidates()
    let groupOf = sharingGroups()
    // The first stretch of the arena stays zero: what unconnected channels read.
    let base = wholeLines(plan.buffers.map(\.stride).max() ?? 0)
    var end = base
    for group in 0...threads.count {
      var members = plan.buffers.indices.filter { groupOf[$0] == group }
      // Between threads no firing is surely before another: nothing is shared.
      if group == threads.count {
        for index in members {
          plan.buffers[index].offset = end
          end += wholeLines(plan.buffers[index].stride * plan.buffers[index].channels)
        }
        members = []
      }
      guard !members.isEmpty else { continue }
      let numberOf = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1, $0) })
      let merged = mergeInPlace(
        members.map { lifetimes[$0] },
        candidates.compactMap { candidate in
          guard let input = numberOf[candidate.input], let output = numberOf[candidate.output] else { return nil }
          return InPlaceCandidate(input: input, output: output)
        })
      let placement = Dataflow.placeBuffers(merged.lifetimes)
      for (number, index) in members.enumerated() {
        plan.buffers[index].offset = end + placement.offsets[merged.mergedIndex[number]] / MemoryLayout<Float>.stride
      }
      end += wholeLines(placement.arenaSize / MemoryLayout<Float>.stride)
    }
    plan.arenaFloats = end
    plan.privateFloats = plan.buffers.map { $0.stride * $0.channels }.reduce(base, +)
  }

  /// The thread that alone touches each buffer; the number of threads where several do.
  private func sharingGroups() -> [Int] {
    var groups = plan.buffers.map { threads.threadOf[$0.node] }
    for (node, buffers) in plan.inputBuffers.enumerated() {
      for case let buffer? in buffers where groups[buffer] != threads.threadOf[node] { groups[buffer] = threads.count }
    }
    return groups
  }

  /// From one channel to the next: whole cache lines, but for many channels of few frames, as spectra are.
  private func stride(_ frames: Int, channels: Int) -> Int {
    channels >= 4 * cacheLine && frames < cacheLine ? frames : wholeLines(frames)
  }

  private func wholeLines(_ floats: Int) -> Int { (floats + cacheLine - 1) / cacheLine * cacheLine }
}

/// Frames of a ring that holds at least so many: whole cache lines, and not a whole number of memory pages apart, so that the
/// same frame of many rings does not fall on the same few places of the cache.
private func ringFrameCount(_ frames: Int) -> Int {
  let line = 16, page = 1_024
  let count = (frames + line - 1) / line * line
  return count % page == 0 ? count + line : count
}
