import Dataflow
import Signal

/// How long a patch sounds after its inputs have ended.
public struct PlanTail: Sendable, Hashable {
  /// Frames of the patch by which every path without a ringing part is silent, and every other one has begun to sound.
  public var frames: Int
  /// Whether a loop or a ringing effect reaches `out`.
  public var rings: Bool
  /// The longest loop's period plus the longest delay, in frames of the patch: the least silence that proves an end.
  public var longestEcho: Int
}

/// Parameter values that each actor had, from the lowest to the highest, laid out as in `ParameterValues`.
typealias ReachedValues = [[ClosedRange<Double>]]

extension Plan {
  /// The tail when parameters have taken these values.
  func tail(reaching values: ReachedValues) -> PlanTail {
    planTail(network, order: order, contexts, loops: loops, patchRate: Rational(options.sampleRate), reaching: values)
  }

  /// Whether signals move parameters.
  var hasDrivenParameters: Bool { network.nodes.contains { !$0.drivenParameters.isEmpty } }
}

/// Along straight paths the sum of tails and delays; in loops and ringing effects as long as it takes, but not before what
/// went in last has come out once.
///
/// - Parameter values: what parameters have reached; nil where they have stayed at their first values.
func planTail(
  _ network: Network, order: [Int], _ contexts: [RenderContext?], loops: [[Int]], patchRate: Rational,
  reaching values: ReachedValues? = nil
) -> PlanTail {
  var loopOf = network.nodes.map { _ in -1 }
  for (loop, members) in loops.enumerated() { for node in members { loopOf[node] = loop } }
  var echo = network.nodes.map { _ in Rational(0) }
  var tails = network.nodes.map { _ in Tail.frames(0) }
  for (node, context) in contexts.enumerated() {
    guard case .effect(let type) = network.nodes[node].operation, let context else { continue }
    let rate = network.nodes[node].rate
    echo[node] = largest(context, values?[node], type.longestEcho) / rate
    tails[node] = longest(context, values?[node], type.tail)
  }

  var period = loops.map { _ in Rational(0) }
  for edge in network.edges where loopOf[edge.from] >= 0 && loopOf[edge.from] == loopOf[edge.to] {
    period[loopOf[edge.from]] += Rational(edge.tokens) / edge.rate
  }
  for (node, loop) in loopOf.enumerated() where loop >= 0 { period[loop] += echo[node] + network.nodes[node].latency }

  let (incoming, _) = network.adjacency()
  var reach = network.nodes.map { _ in Rational(0) }
  var rings = !loops.isEmpty
  var longestDelay = echo.max() ?? 0
  for node in order {
    var arrival = Rational(0)
    for index in incoming[node] {
      let edge = network.edges[index]
      let isInside = loopOf[node] >= 0 && loopOf[edge.from] == loopOf[node]
      // What is fed back has gone in before.
      if isInside && edge.tokens > 0 { continue }
      let turn = !isInside && loopOf[edge.from] >= 0 ? period[loopOf[edge.from]] : 0
      arrival = max(arrival, reach[edge.from] + turn + Rational(edge.tokens) / edge.rate)
      longestDelay = max(longestDelay, Rational(edge.tokens) / edge.rate)
    }
    // A converted output is as long as what is converted, to the frame.
    if network.nodes[node].address == outputRateAddress {
      reach[node] = arrival
      continue
    }
    switch tails[node] {
    case .frames(let count): reach[node] = arrival + Rational(count) / network.nodes[node].rate
    case .rings:
      rings = true
      reach[node] = arrival + echo[node]
    }
  }
  return PlanTail(
    frames: (reach.max() ?? 0).ceiling, rings: rings, longestEcho: ((period.max() ?? 0) + longestDelay).ceiling)
}

/// The largest value of a function of the parameters while each is at one end of what it has reached. Each in turn goes
/// to the end that adds the most: tails grow or shrink with a parameter, so that two rounds find the largest.
private func largest<Value: Comparable>(
  _ context: RenderContext, _ reached: [ClosedRange<Double>]?, _ value: (RenderContext) -> Value
) -> Value {
  guard let reached else { return value(context) }
  var context = context
  context.parameters = reached.map(\.lowerBound)
  var best = value(context)
  for _ in 0..<2 {
    for (parameter, range) in reached.enumerated() {
      for end in [range.lowerBound, range.upperBound] where end != context.parameters[parameter] {
        var trial = context
        trial.parameters[parameter] = end
        let result = value(trial)
        if result > best { (context, best) = (trial, result) }
      }
    }
  }
  return best
}

private func longest(_ context: RenderContext, _ reached: [ClosedRange<Double>]?, _ tail: (RenderContext) -> Tail) -> Tail {
  largest(context, reached) { RankedTail(tail: tail($0)) }.tail
}

/// Tails by length; one that rings is longer than one that does not.
private struct RankedTail: Comparable {
  var tail: Tail

  static func < (a: Self, b: Self) -> Bool {
    switch (a.tail, b.tail) {
    case (.frames(let a), .frames(let b)), (.rings(let a), .rings(let b)): a < b
    case (.frames, .rings): true
    case (.rings, .frames): false
    }
  }
}
