import Signal

/// Where the tokens of an edge wait between two blocks: in its delay line, or, where its loop runs frame by frame, in cells.
struct WaitingTokens {
  var line: UnsafeMutablePointer<LineState>
  /// One after the other, the oldest first; each with a cell for every channel. Empty where they wait in the line.
  var cells: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>>
  var channelCount: Int

  /// The place of a channel of a token.
  func place(_ token: Int, _ channel: Int) -> UnsafeMutablePointer<Float> {
    if cells.count > 0 { return cells[token * channelCount + channel] }
    let index = line.pointee.readIndex + token
    let capacity = line.pointee.capacity
    return line.pointee.memory + channel * capacity + (index >= capacity ? index - capacity : index)
  }
}

/// Carries the few tokens of an edge from one executor to another where one of them keeps them in cells.
struct TokenMove {
  var from: WaitingTokens
  var to: WaitingTokens

  func run() {
    for token in 0..<from.line.pointee.delay {
      for channel in 0..<from.channelCount { to.place(token, channel).pointee = from.place(token, channel).pointee }
    }
  }
}

extension Plan {
  /// The scope whose loop runs frame by frame and keeps the tokens of an edge in cells, where there is one.
  func heldLoop(_ edge: Int) -> Int? {
    guard let line = lineOfEdge[edge], FrameLoop.isHeld(tokens: lines[line].delay) else { return nil }
    let ends = network.edges[edge]
    return program.scopes.indices.first { scope in
      guard program.scopes[scope].runsByFrame, let parent = program.scopes[scope].parent, !program.scopes[parent].runsByFrame
      else { return false }
      return program.scopes[scope].members.contains(ends.from) && program.scopes[scope].members.contains(ends.to)
    }
  }
}

extension Executor {
  /// Where the tokens of an edge wait; nil where it has none.
  func waitingTokens(_ index: Int, _ arena: Arena) -> WaitingTokens? {
    guard let line = plan.lineOfEdge[index] else { return nil }
    let channels = plan.lines[line].channels
    guard let scope = plan.heldLoop(index), let loop = machine.pointee.scopes[scope].frameLoop else {
      return WaitingTokens(line: lines + line, cells: arena.store([]), channelCount: channels)
    }
    let edge = plan.network.edges[index]
    let first = plan.network.nodes[edge.to].inputChannels[..<edge.inputPort].reduce(0, +)
    let step = loop.pointee.steps.first { $0.node == edge.to }!
    let sources = Set(edge.channelMap.filter { $0 >= 0 }).sorted()
    // What the reader finds in a frame was moved there when the frame began: the chain back to the writer is what waits.
    let chains = sources.map { source in
      var cell = step.inputs[first + edge.channelMap.firstIndex(of: source)!]
      var chain = [UnsafeMutablePointer(mutating: cell)]
      while let source = loop.pointee.source(of: cell) {
        cell = source
        chain.append(UnsafeMutablePointer(mutating: cell))
      }
      return Array(chain.suffix(plan.lines[line].delay))
    }
    let cells = (0..<plan.lines[line].delay).flatMap { token in chains.map { $0[token] } }
    return WaitingTokens(line: lines + line, cells: arena.store(cells), channelCount: channels)
  }
}
