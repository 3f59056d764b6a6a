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
  /// Whether so few tokens of an edge in the loop move from cell to cell: up to four cost less than a delay line.
  static func isHeld(tokens: Int) -> Bool { tokens <= 4 }
}

/// Gives every port in a loop its cells and sorts its edges: within the frame, one token, more tokens, or from outside.
private struct FrameLoopBuilder {
  private let machine: MachineBuilder
  private let plan: Plan
  /// Nodes in the order of firing, and each one's place in it.
  private let order: [Int]
  private let place: [Int: Int]
  private let cells: UnsafeMutableBufferPointer<Float>
  private var usedCells = 1
  /// The first output cell of each node.
  private var outputCells: [Int: UnsafeMutablePointer<Float>] = [:]
  private var importCells: [[Int]: UnsafeMutablePointer<Float>] = [:]
  private var imports: [FrameLoop.Passage] = []
  private var holds: [FrameLoop.Hold] = []
  private var reads: [FrameLoop.Read] = []
  private var writes: [FrameLoop.Write] = []
  private var exports: [FrameLoop.Passage] = []

  init(_ machine: MachineBuilder, _ scope: Int) {
    self.machine = machine
    plan = machine.plan
    let program = machine.plan.program
    let members = Set(program.scopes[scope].members)
    order = program.order.filter { members.contains($0) }
    place = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    // The first cell stays zero: what unconnected channels read.
    var count = 1
    for node in order {
      count += (machine.plan.network.nodes[node].inputChannels + machine.plan.network.nodes[node].outputChannels).reduce(0, +)
    }
    for line in machine.plan.lines where FrameLoop.isHeld(tokens: line.delay) { count += line.channels * line.delay }
    cells = UnsafeMutableBufferPointer(start: machine.arena.allocate(Float.self, count: count), count: count)
  }

  mutating func build() -> FrameLoop {
    for node in order { outputCells[node] = take(plan.network.nodes[node].outputChannels.reduce(0, +)) }
    let steps = makeSteps()
    for line in plan.lines.indices where place[plan.network.edges[plan.lines[line].edge].from] != nil { addWrite(line) }
    for node in order { addExports(node) }
    let arena = machine.arena
    return FrameLoop(
      steps: arena.store(steps), imports: arena.store(imports), holds: arena.store(holds), reads: arena.store(reads),
      writes: arena.store(writes), exports: arena.store(exports), cells: cells)
  }

  private mutating func take(_ count: Int) -> UnsafeMutablePointer<Float> {
    defer { usedCells += count }
    return cells.baseAddress! + usedCells
  }

  /// The steps, with the pointers of all of them in two tables: what a frame touches should lie close together.
  private mutating func makeSteps() -> [FrameLoop.Step] {
    var inputs: [UnsafePointer<Float>] = []
    var outputs: [UnsafeMutablePointer<Float>] = []
    var firsts: [(input: Int, output: Int)] = []
    for index in order {
      let node = plan.network.nodes[index]
      firsts.append((inputs.count, outputs.count))
      for (port, channels) in node.inputChannels.enumerated() { inputs += input(index, port, channels) }
      outputs += (0..<node.outputChannels.reduce(0, +)).map { outputCells[index]! + $0 }
    }
    let inputTable = UnsafePointer(machine.arena.store(inputs).baseAddress!)
    let outputTable = UnsafePointer(machine.arena.store(outputs).baseAddress!)
    return zip(order, firsts).map { index, first in
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
    if let line = plan.lineOfEdge[edgeIndex], !isHeldInCells(line) {
      let target = take(sources.count)
      reads.append(FrameLoop.Read(line: machine.lines + line, cells: target))
      for (index, source) in sources.enumerated() { cellOf[source] = UnsafePointer(target + index) }
    } else if place[edge.from] != nil {
      let tokens = plan.lineOfEdge[edgeIndex].map { plan.lines[$0].delay } ?? 0
      // What fires before its writer finds the frame before in the writer's own cells.
      let frames = tokens == 1 && place[node]! < place[edge.from]! ? 0 : tokens
      for source in sources { cellOf[source] = hold(outputCell(edge, source), for: frames) }
    } else {
      for source in sources { cellOf[source] = importCell(plan.inputBuffers[node][port]!, source) }
    }
    return edge.channelMap.map { cellOf[$0]! }
  }

  /// Whether a line is a few tokens inside the loop: its frames wait in cells.
  private func isHeldInCells(_ line: Int) -> Bool {
    let edge = plan.network.edges[plan.lines[line].edge]
    return FrameLoop.isHeld(tokens: plan.lines[line].delay) && place[edge.from] != nil && place[edge.to] != nil
  }

  private func outputCell(_ edge: Network.Edge, _ channel: Int) -> UnsafePointer<Float> {
    UnsafePointer(
      outputCells[edge.from]! + plan.network.nodes[edge.from].outputChannels[..<edge.outputPort].reduce(0, +) + channel)
  }

  /// The cell that holds what another one held some frames ago. Each frame moves on by one cell, the oldest first.
  private mutating func hold(_ source: UnsafePointer<Float>, for frames: Int) -> UnsafePointer<Float> {
    guard frames > 0 else { return source }
    let first = take(frames)
    for index in (1..<frames).reversed() {
      holds.append(FrameLoop.Hold(source: UnsafePointer(first + index - 1), cell: first + index))
    }
    holds.append(FrameLoop.Hold(source: source, cell: first))
    return UnsafePointer(first + frames - 1)
  }

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
    guard !isHeldInCells(line) else { return }
    let edge = plan.network.edges[plan.lines[line].edge]
    let sources = machine.lineChannels(edge).map { outputCell(edge, $0) }
    writes.append(
      FrameLoop.Write(line: machine.lines + line, cells: UnsafePointer(machine.arena.store(sources).baseAddress!)))
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
