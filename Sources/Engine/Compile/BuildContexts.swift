import Dataflow
import PatchLanguage
import Signal

/// Gives every effect its rate, channels and initial parameters, and lets it refuse them; fills in latencies.
func buildContexts(_ network: inout Network, _ graph: Graph, _ options: CompileOptions) throws(PatchFailure) -> [RenderContext?] {
  var failures: [Diagnostic] = []
  let patchRate = Rational(options.sampleRate)
  let controlValues = evaluateControls(graph)
  var contexts: [RenderContext?] = []
  let (incoming, _) = network.adjacency()
  let loops = condense(
    nodeCount: network.nodes.count, edges: network.edges.map { DirectedEdge(from: $0.from, to: $0.to) })
  for index in network.nodes.indices {
    let node = network.nodes[index]
    guard case .effect(let type) = node.operation, let actorIndex = node.actor else {
      contexts.append(nil)
      continue
    }
    let actor = graph.actors[actorIndex]
    let rate = node.rate * patchRate
    var context = RenderContext(
      sampleRate: rate, inputSampleRate: node.inputRate * patchRate, patchSampleRate: patchRate,
      inputChannels: node.inputChannels, outputChannels: node.outputChannels,
      maximumFrameCount: (Rational(options.maximumFrameCount) * node.rate).ceiling,
      maximumInputFrameCount: (Rational(options.maximumFrameCount) * node.inputRate).ceiling,
      configuration: actor.configuration)
    context.unconnectedInputs = Set(
      node.inputChannels.indices.filter { port in !incoming[index].contains { network.edges[$0].inputPort == port } })
    context.isInLoop = loops.isCyclic[loops.componentOf[index]]
    for parameter in actor.parameters {
      let value = initialValue(parameter, controlValues, framesPerSecond: rate.doubleValue)
      if let failure = check(value, parameter, actor, framesPerSecond: rate.doubleValue) { failures.append(failure) }
      context.parameters.append(value)
    }
    contexts.append(context)
    guard failures.isEmpty else { continue }
    do throws(EffectError) {
      try type.validate(context)
      network.nodes[index].latency = type.latency(context)
    } catch {
      let argument = error.argument.flatMap { name in actor.parameters.first { $0.name == name }?.span }
      failures.append(
        Diagnostic(
          .error, "`\(actor.address)`: \(error.message)", at: argument ?? actor.span,
          notes: error.help.map { ["help: \($0)"] } ?? []))
    }
  }
  guard failures.isEmpty else { throw PatchFailure(failures, sources: graph.sources) }
  return contexts
}

/// The initial value of every control, those that follow others included.
func evaluateControls(_ graph: Graph) -> [Double] {
  var values = graph.controls.map(\.value)
  // A control follows only controls that stand before it.
  for (index, control) in graph.controls.enumerated() {
    if let expression = control.expression { values[index] = expression.value(values) }
  }
  return values
}

private func initialValue(_ parameter: Graph.Parameter, _ controls: [Double], framesPerSecond: Double) -> Double {
  switch parameter.driver {
  case .value(let value): value
  case .samples(let count): count / framesPerSecond
  case .expression(let expression): expression.value(controls)
  case .signal: parameter.spec.defaultValue ?? middle(parameter.spec)
  }
}

/// Where a driven parameter without a default stands before its first token: the middle of its range, on its scale.
private func middle(_ spec: ParameterSpec) -> Double {
  let (lower, upper) = (spec.range.lowerBound, spec.range.upperBound)
  switch spec.scale {
  case .log where lower > 0: return Math.exp2(0.5 * (Math.log2(lower) + Math.log2(upper)))
  case .amplitude: return min(max(0, lower), upper)
  case .linear, .log: return 0.5 * (lower + upper)
  }
}

private func check(_ value: Double, _ parameter: Graph.Parameter, _ actor: Graph.Actor, framesPerSecond: Double) -> Diagnostic? {
  let spec = parameter.spec
  if spec.isBelowNyquist, value >= framesPerSecond / 2 {
    return Diagnostic(
      .error,
      "\(parameter.name) \(printed(value, spec.quantity)) of `\(actor.address)` is at or above Nyquist, half its sample rate: "
        + printed(framesPerSecond / 2, .frequency),
      at: parameter.span ?? actor.span,
      notes: ["help: choose a lower \(parameter.name), or run it at a higher rate: `oversample 2x { … }`"])
  }
  guard !spec.range.contains(value) else { return nil }
  return Diagnostic(
    .error,
    "\(parameter.name) \(printed(value, spec.quantity)) of `\(actor.address)` is out of range: it takes "
      + "\(printed(spec.range.lowerBound, spec.quantity)) to \(printed(spec.range.upperBound, spec.quantity))",
    at: parameter.span ?? actor.span)
}

/// A value in the unit that its size asks for, as a patch would write it.
func printed(_ value: Double, _ quantity: Quantity) -> String {
  func number(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? "\(Int(value))" : "\(value)"
  }
  switch quantity {
  case .frequency: return value.magnitude >= 1_000 ? "\(number(value / 1_000))kHz" : "\(number(value))Hz"
  case .time: return value.magnitude < 1 && value != 0 ? "\(number(value * 1_000))ms" : "\(number(value))s"
  case .ratio: return "\(number(value * 100))%"
  case .number: return number(value)
  case .level, .angle, .pitch: return value.isFinite ? number(value) + quantity.baseUnit : "\(value)\(quantity.baseUnit)"
  }
}
