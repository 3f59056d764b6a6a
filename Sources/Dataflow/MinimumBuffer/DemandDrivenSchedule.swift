/// One iteration under capacities that let it through, in looped notation: always the actor furthest downstream that has its
/// tokens and its room fires, as often in a row as it can.
///
/// Source: Cubric and Panangaden, Minimal Memory Schedules for Dataflow Networks, CONCUR 1993.
///
/// - Parameter order: all actors, upstream first.
func demandDrivenSchedule(
  _ graph: DataflowGraph, _ repetitions: RepetitionVector, order: [Int], capacities: [Int]
) -> Schedule {
  var local = [Int](repeating: 0, count: order.count)
  let actors = order.filter { repetitions.firings[$0] > 0 }
  let edges = graph.edges.indices.filter { repetitions.tokens[$0] > 0 && graph.edges[$0].from != graph.edges[$0].to }
  let simulation = CapacitySimulation(
    graph, actors: actors, edges: edges, firings: actors.map { repetitions.firings[$0] }, local: &local)
  let limits = edges.map { capacities[$0] }
  var state = simulation.start
  // Long iterations are searched for short repetitions alone, so that folding takes no longer than firing.
  var folding = RepeatFolding(longest: min(2_048, max(64, 32_000_000 / max(1, repetitions.totalFirings))))
  var waiting = MinimumHeap(actors.indices.map { (-$0, $0) })
  var isWaiting = [Bool](repeating: true, count: actors.count)
  func wake(_ actor: Int) {
    guard !isWaiting[actor] else { return }
    isWaiting[actor] = true
    waiting.insert((-actor, actor))
  }
  while let (_, actor) = waiting.removeMinimum() {
    isWaiting[actor] = false
    guard simulation.canFire(actor, limits, state) else { continue }
    folding.append(actors[actor], times: simulation.fire(actor, limits, &state))
    for place in simulation.enteringStart[actor]..<simulation.enteringStart[actor + 1] {
      wake(simulation.from[simulation.entering[place]])
    }
    for place in simulation.leavingStart[actor]..<simulation.leavingStart[actor + 1] {
      wake(simulation.to[simulation.leaving[place]])
    }
  }
  return Schedule(folding.terms)
}
