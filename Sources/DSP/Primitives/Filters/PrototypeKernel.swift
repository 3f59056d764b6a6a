import Signal

/// The families of filters that have an analogue prototype, each an effect of its own.
enum PrototypeFamily: Sendable {
  case butterworth, linkwitzRiley, bessel, chebyshev1, chebyshev2, elliptic

  /// The arguments that all have, then what the family adds. `edge` says what `cutoff` is.
  func arguments(_ edge: String) -> [ArgumentSpec] {
    let orders = self == .linkwitzRiley ? 2...16 : 1...16
    var arguments: [ArgumentSpec] = [
      .parameter(ParameterSpec("cutoff", .frequency, default: nil, in: 1...192_000, belowNyquist: true, edge)),
      .structural(
        StructuralSpec("band", .word(PassBand.allCases.map(\.rawValue)), default: .word("lowpass"), "What passes or stays out.")),
      .structural(
        StructuralSpec(
          "order", .integer(orders), default: .integer(4), "Of the slopes; a band has as many poles at each of its edges.")),
      .parameter(
        ParameterSpec(
          "upper", .frequency, default: 20_000, in: 1...192_000,
          "The upper edge of a band, above `cutoff`; without meaning for `lowpass` and `highpass`.")),
    ]
    if self == .chebyshev1 || self == .elliptic {
      arguments.append(
        .structural(
          StructuralSpec(
            "ripple", .quantity(.level, 0.001...12), default: .quantity(0.5, .level), "How far the gain falls within what passes."
          )))
    }
    if self == .chebyshev2 || self == .elliptic {
      arguments.append(
        .structural(
          StructuralSpec(
            "attenuation", .quantity(.level, 20...200), default: .quantity(60, .level), "How far down the rest stays.")))
    }
    return arguments
  }

  fileprivate func prototype(_ configuration: EffectConfiguration) -> AnalogPrototype {
    let order = configuration.integer("order")
    return switch self {
    case .butterworth: .butterworth(order)
    case .linkwitzRiley: .linkwitzRiley(order)
    case .bessel: .bessel(order)
    case .chebyshev1: .chebyshev1(order, ripple: configuration.quantity("ripple"))
    case .chebyshev2: .chebyshev2(order, attenuation: configuration.quantity("attenuation"))
    case .elliptic:
      .elliptic(order, ripple: configuration.quantity("ripple"), attenuation: configuration.quantity("attenuation"))
    }
  }

  /// The filter as the patch starts it.
  func filter(_ context: RenderContext) -> PrototypeFilter {
    let band = PassBand(rawValue: context.configuration.word("band"))!
    let filter = PrototypeFilter(
      prototype(context.configuration), band, framesPerSecond: context.framesPerSecond, memory: context.memory)
    filter.derive(lower: context.parameters[0], upper: context.parameters[1])
    return filter
  }

  /// How long it rings.
  func tail(_ context: RenderContext) -> Tail {
    let filter = filter(context)
    return .frames(decayFrameCount(of: (0..<filter.sectionCount).map { filter[$0] }))
  }

  /// What the ranges of single arguments cannot say.
  func validate(_ context: RenderContext) throws(EffectError) {
    if self == .linkwitzRiley, context.configuration.integer("order") % 2 == 1 {
      throw EffectError(
        "a Linkwitz-Riley filter is two equal ones after each other, so its order is even", help: "take the next even order",
        argument: "order")
    }
    let band = PassBand(rawValue: context.configuration.word("band"))!
    if band.hasTwoEdges, context.parameters[1] <= context.parameters[0] {
      throw EffectError("a \(band.rawValue) needs `upper` above `cutoff`", argument: "upper")
    }
    if band.hasTwoEdges, context.parameters[1] >= 0.5 * context.framesPerSecond {
      throw EffectError("`upper` must lie below half the sample rate", help: "set `upper=`", argument: "upper")
    }
  }
}

/// A prototype filter on any number of channels, with edges that move.
struct PrototypeKernel: ~Copyable {
  private let filter: PrototypeFilter
  private var cascade: BiquadCascade
  private var edges: (lower: Double, upper: Double)

  init(_ family: PrototypeFamily, _ context: RenderContext) {
    filter = family.filter(context)
    edges = (context.parameters[0], context.parameters[1])
    cascade = BiquadCascade(
      stageCount: filter.sectionCount, channelCount: context.inputChannels[0], maximumFrameCount: context.maximumFrameCount,
      memory: context.memory)
    for section in 0..<filter.sectionCount { cascade.set(section, filter[section]) }
  }

  @_noAllocation @_noLocks
  mutating func apply(_ values: ParameterValues, over frames: Int) {
    guard values[0] != edges.lower || values[1] != edges.upper else { return }
    edges = (values[0], values[1])
    filter.derive(lower: edges.lower, upper: edges.upper)
    for section in 0..<filter.sectionCount { cascade.retarget(section, filter[section], over: frames) }
  }

  @_noAllocation @_noLocks
  mutating func process(_ block: AudioBlock) { cascade.process(block) }

  @inline(__always) @_noAllocation @_noLocks
  mutating func processFrame(_ frame: AudioFrame) { cascade.processFrame(frame) }

  /// The sections, while none of them moves.
  var settled: SectionSeries? { @_noAllocation @_noLocks get { cascade.settled } }

  @_noAllocation @_noLocks
  mutating func reset() { cascade.reset() }
}
