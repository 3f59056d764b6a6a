import Dataflow
import PatchLanguage
import Signal

/// The sample rate of every actor, in frames per frame of the patch.
struct Rates: Sendable {
  var input: [Rational]
  var output: [Rational]
}

/// Solves for the rate of every edge: `in` and `out` run at the patch's rate, rate changers tie their two sides, and
/// every edge carries one rate. What nothing ties to a rate runs at the patch's.
///
///     in -> upsample 4 -> drive -> downsample 4 -> out      drive: 4
func inferRates(_ graph: Graph, _ options: CompileOptions) throws(PatchFailure) -> Rates {
  var solver = RateSolver(graph, options)
  solver.solve()
  guard solver.conflicts.isEmpty else { throw PatchFailure(solver.conflicts, sources: graph.sources) }
  return Rates(input: solver.input.map { $0 ?? 1 }, output: solver.output.map { $0 ?? 1 })
}

private struct RateSolver {
  let graph: Graph
  let patchRate: Rational
  /// Of `out`, per frame of the patch.
  let outputRate: Rational
  var input: [Rational?]
  var output: [Rational?]
  /// The edge and the actor from which an actor's rate became known, for the two paths of a conflict.
  var origin: [Int?]
  var conflicts: [Diagnostic] = []
  private var queue: [Int] = []
  private var edgesOf: [[Int]]
  private let rules: [RateRule]

  init(_ graph: Graph, _ options: CompileOptions) {
    self.graph = graph
    patchRate = Rational(options.sampleRate)
    outputRate = Rational(options.outputSampleRate ?? options.sampleRate) / patchRate
    input = Array(repeating: nil, count: graph.actors.count)
    output = input
    origin = Array(repeating: nil, count: graph.actors.count)
    edgesOf = Array(repeating: [], count: graph.actors.count)
    for (index, edge) in graph.edges.enumerated() {
      guard case .port = edge.target else { continue }
      edgesOf[edge.from].append(index)
      if edge.to != edge.from { edgesOf[edge.to].append(index) }
    }
    rules = graph.actors.map { if case .effect(let type) = $0.kind { type.rateRule($0.configuration) } else { .same } }
  }

  mutating func solve() {
    for (index, actor) in graph.actors.enumerated() {
      switch actor.kind {
      case .input: setInput(index, 1)
      case .output: setInput(index, outputRate)
      case .effect(let type):
        if case .absolute(let rate) = rules[index] {
          output[index] = rate / patchRate
          queue.append(index)
        } else if runsAtControlRate(index, in: graph), type.spec.inputs.isEmpty {
          setInput(index, Rational(1, controlPeriod))
        }
      }
    }
    spread()
    for index in graph.actors.indices where input[index] == nil {
      setInput(index, 1)
      spread()
    }
  }

  private mutating func setInput(_ actor: Int, _ rate: Rational) {
    input[actor] = rate
    switch rules[actor] {
    case .same: output[actor] = rate
    case .times(let factor): output[actor] = rate * factor
    case .absolute: break
    }
    queue.append(actor)
  }

  private mutating func setOutput(_ actor: Int, _ rate: Rational) {
    switch rules[actor] {
    case .same: setInput(actor, rate)
    case .times(let factor): setInput(actor, rate / factor)
    case .absolute: break
    }
  }

  private mutating func spread() {
    var next = 0
    var reported: Set<Int> = []
    while next < queue.count {
      let actor = queue[next]
      next += 1
      for index in edgesOf[actor] {
        let edge = graph.edges[index]
        switch (output[edge.from], input[edge.to]) {
        case (let rate?, nil):
          origin[edge.to] = index
          setInput(edge.to, rate)
        case (nil, let rate?):
          origin[edge.from] = index
          setOutput(edge.from, rate)
        case (let left?, let right?) where left != right:
          if reported.insert(index).inserted, conflicts.isEmpty { conflicts.append(conflict(index, left, right)) }
        default: break
        }
      }
    }
    queue.removeAll()
  }

  private func conflict(_ index: Int, _ left: Rational, _ right: Rational) -> Diagnostic {
    let edge = graph.edges[index]
    let (from, to) = (graph.actors[edge.from].address, graph.actors[edge.to].address)
    let (leftRate, rightRate) = (hertz(left * patchRate), hertz(right * patchRate))
    return Diagnostic(
      .error, "sample rates conflict: `\(from)` gives \(leftRate), but `\(to)` runs at \(rightRate)",
      at: edge.span ?? edge.toSpan,
      notes: [
        "\(leftRate): \(trail(edge.from)) -> \(to)", "\(rightRate): \(trail(edge.to))",
        "help: convert where they meet, for example `\(from) -> resample \(rightRate) -> \(to)`",
      ])
  }

  /// The chain of actors through which an actor's rate became known.
  private func trail(_ actor: Int) -> String {
    var names = [graph.actors[actor].address]
    var current = actor
    while let index = origin[current], names.count < graph.actors.count {
      let edge = graph.edges[index]
      current = edge.from == current ? edge.to : edge.from
      names.append(graph.actors[current].address)
    }
    return names.reversed().joined(separator: " -> ")
  }
}

/// Whether an actor drives nothing but parameters and may therefore run once per control period.
func runsAtControlRate(_ actor: Int, in graph: Graph) -> Bool {
  guard case .effect(let type) = graph.actors[actor].kind, type.spec.canRunAtControlRate else { return false }
  var drives = false
  for edge in graph.edges where edge.from == actor {
    guard case .parameter = edge.target else { return false }
    drives = true
  }
  return drives
}

/// A frequency as the patch language writes it: `48kHz`, `44.1kHz`, `800Hz`.
func hertz(_ rate: Rational) -> String {
  let value = rate.doubleValue
  let (scaled, unit) = value >= 1_000 ? (value / 1_000, "kHz") : (value, "Hz")
  return scaled == scaled.rounded() ? "\(Int(scaled))\(unit)" : "\(scaled)\(unit)"
}
