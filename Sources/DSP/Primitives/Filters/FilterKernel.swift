import Signal

/// The kernel behind every filter effect: bands, their sections as one cascade, and the values they were derived from.
struct FilterKernel: ~Copyable {
  private let bands: OwnedBuffer<FilterBand>
  private var cascade: BiquadCascade
  private let derivedFrom: OwnedBuffer<Double>
  private let framesPerSecond: Double

  init(_ bands: [FilterBand], _ context: RenderContext) {
    framesPerSecond = context.framesPerSecond
    self.bands = OwnedBuffer(count: bands.count, memory: context.memory)
    for (index, band) in bands.enumerated() { self.bands[index] = band }
    derivedFrom = OwnedBuffer(count: context.parameters.count, memory: context.memory)
    for (index, value) in context.parameters.enumerated() { derivedFrom[index] = value }
    cascade = BiquadCascade(
      stageCount: bands.last.map { $0.firstStage + $0.stageCount } ?? 0, channelCount: context.inputChannels[0],
      maximumFrameCount: context.maximumFrameCount, memory: context.memory)
    let values = ParameterValues(derivedFrom.base)
    for band in bands {
      for stage in 0..<band.stageCount {
        cascade.set(band.firstStage + stage, band.coefficients(stage, values, framesPerSecond))
      }
    }
  }

  /// Derives the bands whose values changed.
  @_noAllocation @_noLocks
  mutating func apply(_ values: ParameterValues, over frames: Int) {
    for index in 0..<bands.count {
      let band = bands[index]
      var isChanged = false
      for parameter in band.firstParameter..<band.firstParameter + band.parameterCount {
        isChanged = isChanged || values[parameter] != derivedFrom[parameter]
        derivedFrom[parameter] = values[parameter]
      }
      if isChanged {
        for stage in 0..<band.stageCount {
          cascade.retarget(band.firstStage + stage, band.coefficients(stage, values, framesPerSecond), over: frames)
        }
      }
    }
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

extension FilterKernel {
  /// The bands of an effect that is one filter.
  static func single(_ kind: FilterKind, _ context: RenderContext) -> [FilterBand] {
    [FilterBand(kind, structural: context.configuration.structural, firstParameter: 0, firstStage: 0)]
  }

  /// The bands of a list whose items are `FilterKind.allCases` in order.
  static func list(_ context: RenderContext) -> [FilterBand] {
    var stage = 0
    return context.configuration.items.map { item in
      let band = FilterBand(
        FilterKind.allCases[item.kind], structural: item.structural, firstParameter: item.firstParameter, firstStage: stage)
      stage += band.stageCount
      return band
    }
  }

  /// How long the bands ring.
  static func tail(_ bands: [FilterBand], _ context: RenderContext) -> Tail {
    context.withParameterValues { values in
      let sections = bands.flatMap { band in
        (0..<band.stageCount).map { band.coefficients($0, values, context.framesPerSecond) }
      }
      return .frames(decayFrameCount(of: sections))
    }
  }
}
