import Dataflow
import Signal

extension MachineBuilder {
  /// What a scope runs frame by frame: nil where it does not, or lies in one that does.
  func frameLoop(_ scope: Int) -> UnsafeMutablePointer<FrameLoop>? {
    let scopes = plan.program.scopes
    guard scopes[scope].runsByFrame, let parent = scopes[scope].parent, !scopes[parent].runsByFrame else { return nil }
    var builder = FrameLoopBuilder(self, scope)
    let loop = arena.allocate(FrameLoop.self, count: 1)
    loop.initialize(to: builder.build())
    return loop
  }
}

extension FrameLoop {
  /// The most tokens of an edge in the loop that are kept as ages of its writer's cells: so few cost less than a delay line.
  static let oldest = 4

  /// Whether so few tokens of an edge in the loop wait in cells.
  static func isHeld(tokens: Int) -> Bool { tokens <= oldest }
}

/// Gives every port in a loop its cells and sorts its edges: within the frame, a few tokens, more tokens, or from outside.
private struct FrameLoopBuilder {
  private let machine: MachineBuilder
  private let plan: Plan
  private let order: FrameLoopOrder
  private let cells: UnsafeMutableBufferPointer<Float>
  private var usedCells = 16
  /// The first output cell of each node.
  private var outputCells: [Int: UnsafeMutablePointer<Float>] = [:]
  private var ages: [FrameLoop.Age] = []
  private var importCells: [[Int]: UnsafeMutablePointer<Float>] = [:]
  private var imports: [FrameLoop.Passage] = []
  private var reads: [FrameLoop.RingPassage] = []
  private var writes: [FrameLoop.RingPassage] = []
  private var exports: [FrameLoop.Passage] = []

  private var nodes: [Int] { order.items.flatMap(\.nodes) }

  init(_ machine: MachineBuilder, _ scope: Int) {
    self.machine = machine
    plan = machine.plan
    let members = Set(machine.plan.program.scopes[scope].members)
    order = FrameLoopOrder(machine.plan, machine.plan.program.order.filter { members.contains($0) })
    // The first cell stays zero: what unconnected channels read. Vectors of what follows do not lie across cache lines.
    var count = usedCells + (FrameLoop.oldest + 2) * FrameLoop.Age.vector
    for node in members {
      let node = machine.plan.network.nodes[node]
      count += node.inputChannels.reduce(0, +) + (FrameLoop.oldest + 1) * (node.outputChannels.reduce(0, +) + 3)
    }
    cells = UnsafeMutableBufferPointer(start: machine.arena.allocate(Float.self, count: count), count: count)
  }

  mutating func build() -> FrameLoop {
    placeOutputs()
    let steps = makeSteps()
    for line in plan.lines.indices where order.contains(plan.network.edges[plan.lines[line].edge].from) { addWrite(line) }
    for node in nodes { addExports(node) }
    let arena = machine.arena, base = cells.baseAddress!, nowhere = take(FrameLoop.Age.vector)
    var mixes = FrameLoopMixes(order, steps, cells: base, nowhere: nowhere, arena)
    var sections = FrameLoopSections(steps: steps, cells: base, nowhere: nowhere, arena: arena)
    var items: [FrameLoop.Item] = []
    var first = 0
    for item in order.items {
      let places = first..<first + item.nodes.count
      switch item.kind {
      case .alone: items.append(.fire(first))
      case .mix(let portCount, _): items.append(mixes.item(places, portCount: portCount))
      case .sections: items.append(sections.item(places))
      }
      first = places.upperBound
    }
    return FrameLoop(
      steps: arena.store(steps), items: arena.store(items), mixes: arena.store(mixes.mixes),
      sections: arena.store(sections.sections), moving: arena.store(mixes.mixes.flatMap { Array($0.nodes) }),
      imports: arena.store(imports), ages: arena.store(ages), reads: arena.store(reads), writes: arena.store(writes),
      exports: arena.store(exports), cells: cells)
  }

  private mutating func take(_ count: Int) -> UnsafeMutablePointer<Float> {
    defer { usedCells += count }
    return cells.baseAddress! + usedCells
  }

  // MARK: Outputs and their ages

  /// The outputs that are kept longest come first, so that each age is the beginning of the one before. What runs together lies
  /// together, up to a whole vector of four, and is kept as long as what is kept longest.
  private mutating func placeOutputs() {
    var held: [Int: Int] = [:]
    for edge in plan.network.edges.indices {
      if let age = heldAge(edge) { held[plan.network.edges[edge].from, default: 0].raise(to: age) }
    }
    var blocks: [(age: Int, room: Int, nodes: [Int])] = []
    let passed = Set(order.sumOfGain.values)
    func add(_ nodes: [Int], vector: Int) {
      let count = nodes.reduce(0) { $0 + channels($1) }
      let age = nodes.reduce(0) { max($0, held[$1, default: 0]) }
      blocks.append((age, (count + vector - 1) / vector * vector, nodes))
    }
    for item in order.items {
      add(item.nodes.filter { !passed.contains($0) }, vector: item.kind == .alone ? 1 : 4)
      for sum in item.nodes where passed.contains(sum) { add([sum], vector: 1) }
    }
    let ordered = blocks.indices.sorted { (-blocks[$0].age, $0) < (-blocks[$1].age, $1) }
    var counts = [Int](repeating: 0, count: FrameLoop.oldest + 1)
    let first = cells.baseAddress! + usedCells
    for block in ordered.map({ blocks[$0] }) {
      var cell = take(block.room)
      for node in block.nodes {
        outputCells[node] = cell
        cell += channels(node)
      }
      for age in 0...block.age { counts[age] += block.room }
    }
    for age in 0...(held.values.max() ?? 0) {
      let room = (counts[age] + FrameLoop.Age.vector - 1) / FrameLoop.Age.vector * FrameLoop.Age.vector
      if age == 0 { _ = take(room - counts[0]) }
      ages.append(FrameLoop.Age(cells: age == 0 ? first : take(room), count: counts[age]))
    }
  }

  private func channels(_ node: Int) -> Int { plan.network.nodes[node].outputChannels.reduce(0, +) }

  /// How many frames ago an edge's reader finds its frame in cells of the loop: 0 where that is the writer's own output. Nil
  /// for other edges.
  private func heldAge(_ index: Int) -> Int? {
    let edge = plan.network.edges[index]
    guard order.contains(edge.from), order.contains(edge.to) else { return nil }
    guard let line = plan.lineOfEdge[index] else { return 0 }
    let tokens = plan.lines[line].delay
    guard FrameLoop.isHeld(tokens: tokens) else { return nil }
    // What fires before its writer finds the frame before in the writer's own cells.
    return tokens == 1 && order.runs(edge.to, before: edge.from) ? 0 : tokens
  }

  // MARK: Steps

  /// The steps, with the pointers of all of them in two tables: what a frame touches should lie close together.
  private mutating func makeSteps() -> [FrameLoop.Step] {
    var inputs: [UnsafePointer<Float>] = []
    var outputs: [UnsafeMutablePointer<Float>] = []
    var firsts: [(input: Int, output: Int)] = []
    for index in nodes {
      let node = plan.network.nodes[index]
      firsts.append((inputs.count, outputs.count))
      for (port, channels) in node.inputChannels.enumerated() { inputs += input(index, port, channels) }
      outputs += (0..<node.outputChannels.reduce(0, +)).map { outputCells[index]! + $0 }
    }
    let inputTable = UnsafePointer(machine.arena.store(inputs).baseAddress!)
    let outputTable = UnsafePointer(machine.arena.store(outputs).baseAddress!)
    return zip(nodes, firsts).map { index, first in
      let node = plan.network.nodes[index]
      let state = machine.nodes[index]
      return FrameLoop.Step(
        type: state.operation == .effect ? state.type : nil, kernel: state.kernel, inputs: inputTable + first.input,
        outputs: outputTable + first.output, cells: outputCells[index]!,
        outputCount: node.outputChannels.reduce(0, +), portCount: node.inputChannels.count, node: index)
    }
  }

  /// Where a port finds its channels.
  private mutating func input(_ node: Int, _ port: Int, _ channels: Int) -> [UnsafePointer<Float>] {
    let zero = UnsafePointer(cells.baseAddress!)
    guard let edgeIndex = plan.inputEdges[node][port] else { return Array(repeating: zero, count: channels) }
    let edge = plan.network.edges[edgeIndex]
    let sources = Set(edge.channelMap.filter { $0 >= 0 }).sorted()
    var cellOf: [Int: UnsafePointer<Float>] = [-1: zero]
    if let age = heldAge(edgeIndex) {
      for source in sources {
        let place = outputCell(edge, source) - UnsafePointer(ages[0].cells)
        cellOf[source] = UnsafePointer(ages[age].cells + place)
      }
    } else if let line = plan.lineOfEdge[edgeIndex] {
      for (channel, source) in sources.enumerated() {
        let cell = take(1)
        reads.append(FrameLoop.RingPassage(machine.lines + line, channel: channel, cell: cell))
        cellOf[source] = UnsafePointer(cell)
      }
    } else {
      for source in sources { cellOf[source] = importCell(plan.inputBuffers[node][port]!, source) }
    }
    return edge.channelMap.map { cellOf[$0]! }
  }

  private func outputCell(_ edge: Network.Edge, _ channel: Int) -> UnsafePointer<Float> {
    UnsafePointer(
      outputCells[edge.from]! + plan.network.nodes[edge.from].outputChannels[..<edge.outputPort].reduce(0, +) + channel)
  }

  // MARK: What passes the loop's border

  private mutating func importCell(_ buffer: Int, _ channel: Int) -> UnsafePointer<Float> {
    if let cell = importCells[[buffer, channel]] { return UnsafePointer(cell) }
    let cell = take(1)
    importCells[[buffer, channel]] = cell
    imports.append(passage(buffer, channel, cell))
    return UnsafePointer(cell)
  }

  private func passage(_ index: Int, _ channel: Int, _ cell: UnsafeMutablePointer<Float>) -> FrameLoop.Passage {
    let buffer = plan.buffers[index]
    let base = machine.audio + buffer.offset + channel * buffer.stride
    return FrameLoop.Passage(binding: ChannelBinding(base: base, start: machine.starts + index), cell: cell, frames: base)
  }

  private mutating func addWrite(_ line: Int) {
    guard heldAge(plan.lines[line].edge) == nil else { return }
    let edge = plan.network.edges[plan.lines[line].edge]
    for (channel, source) in machine.lineChannels(edge).enumerated() {
      writes.append(
        FrameLoop.RingPassage(
          machine.lines + line, channel: channel, cell: UnsafeMutablePointer(mutating: outputCell(edge, source))))
    }
  }

  /// Output ports whose buffer lies outside the loop are read there.
  private mutating func addExports(_ node: Int) {
    var channel = 0
    for (port, index) in plan.outputBuffers[node].enumerated() {
      let channels = plan.network.nodes[node].outputChannels[port]
      if !plan.program.scopes[plan.buffers[index].scope].runsByFrame {
        for offset in 0..<channels { exports.append(passage(index, offset, outputCells[node]! + channel + offset)) }
      }
      channel += channels
    }
  }
}

extension Int {
  fileprivate mutating func raise(to value: Int) { self = Swift.max(self, value) }
}
