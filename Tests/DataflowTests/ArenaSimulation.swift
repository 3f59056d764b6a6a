@testable import Dataflow

/// Fires a schedule token by token with every edge in its place of one arena, and marks each cell with the token in it.
///
/// An actor's outputs are written before its inputs are read, as far as in-place pairs do not say otherwise: whatever
/// overlaps where it must not is overwritten and noticed.
struct ArenaSimulation {
  enum Failure: Error, Hashable {
    case overwritten(edge: Int, token: Int, period: Int)
    case outsideOfArena(edge: Int)
    case overflows(edge: Int)
    case runsDry(edge: Int)
    case notRestored(edge: Int)
  }

  private struct Cell: Hashable {
    var edge: Int
    var token: Int
  }

  private let graph: DataflowGraph
  private let arena: SharedArena
  private var cells: [Cell?]
  private var written: [Int]
  private var read: [Int]
  private var fired: [Int]

  /// Runs `periods` periods; throws at the first token that is not what was written.
  static func run(_ arena: SharedArena, on graph: DataflowGraph, periods: Int = 3) throws {
    var simulation = try ArenaSimulation(graph, arena)
    for period in 0..<periods {
      let waiting = zip(simulation.written, simulation.read).map { $0 - $1 }
      var failure: (any Error)?
      arena.schedule.forEachBatch { actor, times in
        do { for _ in 0..<times { try simulation.fire(actor, period) } } catch { failure = error }
        return failure == nil
      }
      if let failure { throw failure }
      for edge in graph.edges.indices where simulation.written[edge] - simulation.read[edge] != waiting[edge] {
        throw Failure.notRestored(edge: edge)
      }
    }
  }

  private init(_ graph: DataflowGraph, _ arena: SharedArena) throws {
    self.graph = graph
    self.arena = arena
    cells = [Cell?](repeating: nil, count: arena.tokens)
    written = [Int](repeating: 0, count: graph.edges.count)
    read = written
    fired = [Int](repeating: 0, count: graph.actors.count)
    for edge in graph.edges.indices {
      if let place = arena.placement[edge], place.offset < 0 || place.offset + place.size > arena.tokens {
        throw Failure.outsideOfArena(edge: edge)
      }
      try write(edge, until: graph.edges[edge].initialTokens)
    }
    // All initial tokens wait before anything fires.
    for edge in graph.edges.indices { try check(edge, until: graph.edges[edge].initialTokens, 0) }
  }

  private mutating func fire(_ actor: Int, _ period: Int) throws {
    let next = fired[actor] + 1
    let outputs = graph.edges.indices.filter { graph.edges[$0].from == actor }
    let inputs = graph.edges.indices.filter { graph.edges[$0].to == actor }
    let pairs = graph.actors[actor].inPlace
    func overlaps(_ a: Int, _ b: Int) -> Bool {
      guard let x = arena.placement[a], let y = arena.placement[b] else { return false }
      return x.offset < y.offset + y.size && y.offset < x.offset + x.size
    }
    let over = pairs.filter { overlaps($0.input, $0.output) }
    for output in outputs where !over.contains(where: { $0.output == output }) { try write(output, firing: next) }
    for input in inputs where over.contains(where: { $0.input == input }) { try take(input, next, period) }
    for output in outputs where over.contains(where: { $0.output == output }) { try write(output, firing: next) }
    for input in inputs where !over.contains(where: { $0.input == input }) { try take(input, next, period) }
    fired[actor] = next
  }

  private mutating func write(_ edge: Int, firing: Int) throws {
    try write(edge, until: graph.edges[edge].initialTokens + graph.edges[edge].produce.tokens(inFirst: firing)!)
  }

  private mutating func write(_ edge: Int, until count: Int) throws {
    defer { written[edge] = count }
    guard let place = arena.placement[edge], count > written[edge] else { return }
    for token in written[edge]..<count { cells[place.offset + token % place.size] = Cell(edge: edge, token: token) }
  }

  private mutating func take(_ edge: Int, _ firing: Int, _ period: Int) throws {
    let count = graph.edges[edge].consume.tokens(inFirst: firing)!
    // Its own output is not there yet when a self-loop is read; sizes hold what waits between firings.
    let isSelfLoop = graph.edges[edge].from == graph.edges[edge].to
    guard count <= written[edge] else { throw Failure.runsDry(edge: edge) }
    if let place = arena.placement[edge], !isSelfLoop, written[edge] - read[edge] > place.size {
      throw Failure.overflows(edge: edge)
    }
    try check(edge, until: count, period)
    read[edge] = count
  }

  private func check(_ edge: Int, until count: Int, _ period: Int) throws {
    guard let place = arena.placement[edge], count > read[edge] else { return }
    for token in read[edge]..<count where cells[place.offset + token % place.size] != Cell(edge: edge, token: token) {
      throw Failure.overwritten(edge: edge, token: token, period: period)
    }
  }
}
