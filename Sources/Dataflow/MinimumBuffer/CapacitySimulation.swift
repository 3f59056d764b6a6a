/// Counts tokens while actors fire as often as they can on edges that hold only so many tokens.
///
/// A firing needs its input tokens and room for its output tokens: space is claimed when a firing starts and released when
/// the reader's firing ends. So an edge of capacity c acts as a reverse edge with c - d tokens, and which of several ready
/// actors fires first never changes where all get stuck; larger capacities never stop a firing.
/// Source: Geilen, Basten and Stuijk, Minimising Buffer Requirements of Synchronous Dataflow Graphs with Model Checking,
/// DAC 2005.
struct CapacitySimulation {
  /// The graph's indices of what is simulated here, in the order given.
  let actors: [Int]
  let edges: [Int]
  let from: [Int]
  let to: [Int]
  /// Firings of one iteration.
  let firings: [Int]
  /// Capacities that hold nothing back: initial tokens and all that passes in an iteration.
  let unlimited: [Int]
  /// Edges at each actor: those that enter `a` are `entering[enteringStart[a]..<enteringStart[a + 1]]`.
  let entering: [Int]
  let enteringStart: [Int]
  let leaving: [Int]
  let leavingStart: [Int]
  private let produce: [PhasedRate]
  private let consume: [PhasedRate]
  private let isPhased: [Bool]
  private let hasPhases: Bool
  private let initialTokens: [Int]

  /// The middle of an iteration.
  struct State {
    var fired: [Int]
    /// Tokens that wait on each edge.
    var tokens: [Int]
    /// Tokens that the next firing of each edge's writer adds, and of its reader takes.
    var writes: [Int]
    var reads: [Int]
  }

  /// - Parameters:
  ///   - edges: none from an actor to itself.
  ///   - firings: of each of `actors` in an iteration; whole cycles of its phases.
  ///   - local: scratch of one entry per actor of the graph.
  init(_ graph: DataflowGraph, actors: [Int], edges: [Int], firings: [Int], local: inout [Int]) {
    for (index, actor) in actors.enumerated() { local[actor] = index }
    self.actors = actors
    self.edges = edges
    self.firings = firings
    from = edges.map { [local] in local[graph.edges[$0].from] }
    to = edges.map { [local] in local[graph.edges[$0].to] }
    produce = edges.map { graph.edges[$0].produce }
    consume = edges.map { graph.edges[$0].consume }
    isPhased = zip(produce, consume).map { $0.phases.count > 1 || $1.phases.count > 1 }
    hasPhases = isPhased.contains(true)
    initialTokens = edges.map { graph.edges[$0].initialTokens }
    (enteringStart, entering) = Self.grouped(to, actors.count)
    (leavingStart, leaving) = Self.grouped(from, actors.count)
    var unlimited = initialTokens
    for edge in edges.indices { unlimited[edge] += produce[edge].tokens(inFirst: firings[from[edge]])! }
    self.unlimited = unlimited
  }

  private static func grouped(_ keys: [Int], _ count: Int) -> (starts: [Int], items: [Int]) {
    let groups = Adjacency(nodeCount: count, keys: keys)
    var starts = [0], items: [Int] = []
    for node in 0..<count {
      items += groups[node]
      starts.append(items.count)
    }
    return (starts, items)
  }

  var start: State {
    State(
      fired: [Int](repeating: 0, count: actors.count), tokens: initialTokens, writes: produce.map { $0.phases[0] },
      reads: consume.map { $0.phases[0] })
  }

  func isComplete(_ state: State) -> Bool { state.fired == firings }

  /// Whether the actor's next firing of the iteration has its tokens and its room.
  func canFire(_ actor: Int, _ capacities: [Int], _ state: State) -> Bool {
    guard state.fired[actor] < firings[actor] else { return false }
    for place in enteringStart[actor]..<enteringStart[actor + 1] {
      let edge = entering[place]
      if state.tokens[edge] < state.reads[edge] { return false }
    }
    for place in leavingStart[actor]..<leavingStart[actor + 1] {
      let edge = leaving[place]
      if state.tokens[edge] + state.writes[edge] > capacities[edge] { return false }
    }
    return true
  }

  /// Fires an actor that can, as often in a row as it can, up to `limit` times.
  ///
  /// - Returns: how often.
  func fire(_ actor: Int, _ capacities: [Int], _ state: inout State, limit: Int = .max) -> Int {
    var times = 0
    repeat {
      var batch = 1
      if times == 1 { batch = firingsInARow(actor, capacities, state, limit - times) }
      times += batch
      state.fired[actor] += batch
      for place in enteringStart[actor]..<enteringStart[actor + 1] {
        let edge = entering[place]
        state.tokens[edge] -= state.reads[edge] * batch
        if isPhased[edge] { state.reads[edge] = consume[edge].phases[state.fired[actor] % consume[edge].phases.count] }
      }
      for place in leavingStart[actor]..<leavingStart[actor + 1] {
        let edge = leaving[place]
        state.tokens[edge] += state.writes[edge] * batch
        if isPhased[edge] { state.writes[edge] = produce[edge].phases[state.fired[actor] % produce[edge].phases.count] }
      }
    } while times < limit && canFire(actor, capacities, state)
    return times
  }

  /// Firings that an actor that can fire makes at once; 1 where a rate has phases.
  private func firingsInARow(_ actor: Int, _ capacities: [Int], _ state: State, _ limit: Int) -> Int {
    var batch = min(limit, firings[actor] - state.fired[actor])
    for place in enteringStart[actor]..<enteringStart[actor + 1] where batch > 1 {
      let edge = entering[place]
      if isPhased[edge] { return 1 }
      if state.reads[edge] > 0 { batch = min(batch, state.tokens[edge] / state.reads[edge]) }
    }
    for place in leavingStart[actor]..<leavingStart[actor + 1] where batch > 1 {
      let edge = leaving[place]
      if isPhased[edge] { return 1 }
      if state.writes[edge] > 0 { batch = min(batch, (capacities[edge] - state.tokens[edge]) / state.writes[edge]) }
    }
    return batch
  }

  /// Fires until the iteration is complete or stuck.
  ///
  /// - Parameters:
  ///   - waking: actors that may be able to fire; all others cannot.
  ///   - steps: batches left, each counted with the edges at its actor; the run ends early below 0.
  func run(_ capacities: [Int], _ state: inout State, waking: some Collection<Int>, steps: inout Int) {
    var waiting = Array(waking)
    var isWaiting = [Bool](repeating: false, count: actors.count)
    for actor in waiting { isWaiting[actor] = true }
    while let actor = waiting.popLast(), steps >= 0 {
      isWaiting[actor] = false
      steps -= 1
      guard canFire(actor, capacities, state) else { continue }
      let times = fire(actor, capacities, &state)
      let degree = enteringStart[actor + 1] - enteringStart[actor] + leavingStart[actor + 1] - leavingStart[actor]
      steps -= hasPhases ? degree * times : degree
      for place in enteringStart[actor]..<enteringStart[actor + 1] {
        let other = from[entering[place]]
        if !isWaiting[other] {
          isWaiting[other] = true
          waiting.append(other)
        }
      }
      for place in leavingStart[actor]..<leavingStart[actor + 1] {
        let other = to[leaving[place]]
        if !isWaiting[other] {
          isWaiting[other] = true
          waiting.append(other)
        }
      }
    }
  }
}
