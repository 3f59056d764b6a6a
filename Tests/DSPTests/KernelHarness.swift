import Dataflow
import Signal

/// One effect, built as the engine builds it, and run over planar signals.
///
/// The harness plays the engine's part: it counts positions, places the control ticks every 32 frames of the patch's rate,
/// moves parameters over their smoothing time and cuts calls at the ticks at which it applies values.
final class KernelHarness {
  let type: EffectType
  let context: RenderContext
  /// In the order of the parameter values.
  let parameterSpecs: [ParameterSpec]
  /// Whether calls of one frame take `processFrame`; only for effects that keep the rate.
  var usesFrameStep = false
  private let kernel: UnsafeMutableRawPointer
  private let values: UnsafeMutablePointer<Double>
  private var motions: [Int: Motion] = [:]
  /// Patch frames since `reset`.
  private var position = 0

  /// A parameter on its way, both ends on the parameter's scale.
  private struct Motion {
    var start: Double
    var end: Double
    var target: Double
    var firstTick: Int
    var tickCount: Int
  }

  /// - Parameters:
  ///   - channels: of each input port; none for a generator.
  ///   - parameters: by name; the others take their defaults, or a stand-in where the patch must say them.
  ///   - structural: by name, likewise.
  ///   - sampleRate: of the actor's input.
  ///   - unconnected: optional input ports to which nothing leads.
  init(
    _ type: EffectType, channels: [Int], parameters: [String: Double] = [:], structural: [String: StructuralValue] = [:],
    items: [ItemArguments] = [], drivenScale: Scale = .linear, sampleRate: Rational = 48_000, patchSampleRate: Rational? = nil,
    maximumFrameCount: Int = 8_192, unconnected: Set<Int> = []
  ) throws {
    var table = ArgumentTable(sampleRate: sampleRate)
    table.add(type.spec.arguments, parameters)
    var configuration = EffectConfiguration(
      structural: ArgumentTable.filled(type.spec.arguments, structural), drivenScale: drivenScale)
    for item in items { configuration.items.append(table.add(item, of: type.spec.list!)) }
    let outputRate: Rational =
      switch type.rateRule(configuration) {
      case .same: sampleRate
      case .times(let ratio): sampleRate * ratio
      case .absolute(let rate): rate
      }
    var context = RenderContext(
      sampleRate: outputRate, inputSampleRate: sampleRate, patchSampleRate: patchSampleRate ?? sampleRate,
      inputChannels: channels, outputChannels: try type.outputChannels(channels, configuration),
      maximumFrameCount: maximumFrameCount, configuration: configuration, parameters: table.values)
    context.unconnectedInputs = unconnected
    try type.validate(context)
    self.type = type
    self.context = context
    parameterSpecs = table.specs
    values = .allocate(capacity: max(parameterSpecs.count, 1))
    for (index, value) in table.values.enumerated() { (values + index).initialize(to: value) }
    kernel = type.make(context)
  }

  deinit {
    type.destroy(kernel)
    values.deallocate()
  }

  /// Silence again, from stream position 0; a parameter on its way stays where it was last applied.
  func reset() {
    type.reset(kernel)
    position = 0
    motions = [:]
  }

  /// Runs `frames` patch frames (by default all of the input) and returns every output channel.
  ///
  /// - Parameters:
  ///   - input: one array per input channel, ports one after the other, at the input's rate.
  ///   - isInPlace: hands the input's memory over as output.
  func run(
    _ input: [[Float]], frames: Int? = nil, cuts: Cuts = .blocks(512), changes: [ParameterChange] = [],
    inPlace isInPlace: Bool = false
  ) -> [[Float]] {
    let count = frames ?? patchFrames(forInput: input.first?.count ?? 0)
    let start = position
    let inputStart = carried(start, context.inputSampleRate), outputStart = carried(start, context.sampleRate)
    let outputCount = carried(start + count, context.sampleRate) - outputStart
    let sources = input.map { channel in
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: max(channel.count, 1))
      memory.initialize(from: channel, count: channel.count)
      return memory
    }
    let targets = (0..<context.outputChannels.reduce(0, +)).map { channel in
      if isInPlace { return sources[channel] }
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: max(outputCount, 1))
      memory.initialize(repeating: .nan, count: max(outputCount, 1))
      return memory
    }
    defer {
      for memory in isInPlace ? sources : sources + targets { memory.deallocate() }
    }
    let flush = DenormalGuard()
    for length in cuts.lengths(count) {
      var left = length
      while left > 0 {
        for change in changes where change.frame <= position - start && change.frame > position - start - 32 { begin(change) }
        tick()
        let isActive = !motions.isEmpty || changes.contains { $0.frame > position - start - 32 }
        let untilTick = 32 - position % 32
        let step = min(left, isActive ? untilTick : left, 4_096)
        fire(
          step, sources.map { UnsafePointer($0) }, carried(position, context.inputSampleRate) - inputStart, targets,
          carried(position, context.sampleRate) - outputStart)
        position += step
        left -= step
      }
    }
    _ = flush
    return targets.map { Array(UnsafeBufferPointer(start: $0, count: outputCount)) }
  }

  private func fire(
    _ step: Int, _ sources: [UnsafePointer<Float>], _ sourceOffset: Int, _ targets: [UnsafeMutablePointer<Float>],
    _ targetOffset: Int
  ) {
    let inputPosition = carried(position, context.inputSampleRate), outputPosition = carried(position, context.sampleRate)
    // One more pointer than there are inputs, so that a generator's array has an address too.
    let inputs = sources.map { $0 + sourceOffset } + [UnsafePointer(targets[0])]
    let outputs = targets.map { $0 + targetOffset }
    inputs.withUnsafeBufferPointer { inputs in
      outputs.withUnsafeBufferPointer { outputs in
        if usesFrameStep && step == 1 {
          let frame = AudioFrame(inputs: inputs.baseAddress!, outputs: outputs.baseAddress!, position: outputPosition)
          return type.fireFrame(kernel, frame)
        }
        let block = AudioBlock(
          inputs: inputs.baseAddress!, outputs: outputs.baseAddress!,
          inputFrameCount: carried(position + step, context.inputSampleRate) - inputPosition,
          frameCount: carried(position + step, context.sampleRate) - outputPosition, inputPosition: inputPosition,
          position: outputPosition)
        type.fire(kernel, block)
      }
    }
  }

  /// Frames that an edge has carried after `frames` patch frames.
  private func carried(_ frames: Int, _ rate: Rational) -> Int {
    let ratio = rate / context.patchSampleRate
    return (frames * ratio.numerator + ratio.denominator - 1) / ratio.denominator
  }

  private func patchFrames(forInput frames: Int) -> Int {
    let ratio = context.patchSampleRate / context.inputSampleRate
    return frames * ratio.numerator / ratio.denominator
  }

  // MARK: parameters

  /// A change takes effect at the first tick at or after its frame.
  private func begin(_ change: ParameterChange) {
    guard position % 32 == 0 else { return }
    let spec = parameterSpecs[change.parameter]
    let seconds = spec.smoothingSeconds * context.patchSampleRate.doubleValue
    motions[change.parameter] = Motion(
      start: Self.onScale(values[change.parameter], spec.scale), end: Self.onScale(change.value, spec.scale),
      target: change.value, firstTick: position / 32, tickCount: max(1, Int((seconds / 32).rounded())))
  }

  private func tick() {
    guard position % 32 == 0, !motions.isEmpty else { return }
    for (parameter, motion) in motions {
      let done = position / 32 - motion.firstTick + 1
      let share = Double(done) / Double(motion.tickCount)
      let here = motion.start + (motion.end - motion.start) * share
      values[parameter] = done >= motion.tickCount ? motion.target : Self.offScale(here, parameterSpecs[parameter].scale)
      if done >= motion.tickCount { motions[parameter] = nil }
    }
    type.apply(
      kernel, ParameterValues(values), over: carried(position + 32, context.sampleRate) - carried(position, context.sampleRate))
  }

  private static func onScale(_ value: Double, _ scale: Scale) -> Double {
    switch scale {
    case .linear: value
    case .log: Math.log(value)
    case .amplitude: Math.amplitude(decibels: value)
    }
  }

  private static func offScale(_ value: Double, _ scale: Scale) -> Double {
    switch scale {
    case .linear: value
    case .log: Math.exp(value)
    case .amplitude: Math.decibels(amplitude: value)
    }
  }
}

/// Parameter tables and initial values, laid out as `ParameterValues` is.
private struct ArgumentTable {
  let sampleRate: Rational
  var specs: [ParameterSpec] = []
  var values: [Double] = []

  init(sampleRate: Rational) { self.sampleRate = sampleRate }

  mutating func add(_ arguments: [ArgumentSpec], _ given: [String: Double]) {
    let parameters = arguments.compactMap(\.parameter)
    for name in given.keys { precondition(parameters.contains { $0.name == name }, "no parameter \(name)") }
    for spec in parameters {
      specs.append(spec)
      values.append(given[spec.name] ?? spec.defaultValue ?? standIn(spec))
    }
  }

  mutating func add(_ item: ItemArguments, of list: ListSpec) -> EffectConfiguration.Item {
    let first = values.count
    if let spec = list.rowOf {
      for value in item.row! {
        specs.append(spec)
        values.append(value)
      }
      return EffectConfiguration.Item(kind: 0, label: item.label, firstParameter: first, parameterCount: item.row!.count)
    }
    let kind = list.items.firstIndex { $0.name == item.kind }!
    add(list.items[kind].arguments, item.values)
    return EffectConfiguration.Item(
      kind: kind, label: item.label, firstParameter: first, parameterCount: values.count - first,
      structural: Self.filled(list.items[kind].arguments, item.structural))
  }

  static func filled(_ arguments: [ArgumentSpec], _ given: [String: StructuralValue]) -> [String: StructuralValue] {
    var filled = given
    for case .structural(let argument) in arguments where filled[argument.name] == nil {
      if case .seed = argument.kind { filled[argument.name] = .integer(1) }
      if let value = argument.defaultValue { filled[argument.name] = value }
    }
    return filled
  }

  /// For a parameter that a patch must say: a typical value of its quantity.
  private func standIn(_ spec: ParameterSpec) -> Double {
    let typical: Double =
      switch spec.quantity {
      case .frequency: 1_000
      case .time: 0.01
      case .level: -6
      default: (spec.range.lowerBound + spec.range.upperBound) / 2
      }
    return min(max(typical, spec.range.lowerBound), spec.range.upperBound)
  }
}
