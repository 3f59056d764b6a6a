import CRealtime
import Signal

/// Second-order sections in series, on any number of channels, in double precision.
///
/// The output is that of the plain cascade, frame by frame and section by section, to the last bit, however the frames are
/// cut. Coefficients that move are interpolated linearly, sample by sample, and arrive exactly; the triangle of stable
/// coefficients is convex, so every filter on the way is stable.
struct BiquadCascade: ~Copyable {
  /// Frames converted to double precision at a time; no firing is longer in practice.
  private static var chunk: Int { @_transparent @_noAllocation @_noLocks get { 1_024 } }
  /// A pipeline of fewer stages or frames costs more, to gather, to fill and to drain, than it brings.
  private static var fewestStages: Int { @_transparent @_noAllocation @_noLocks get { 4 } }
  private static var shortestPipeline: Int { @_transparent @_noAllocation @_noLocks get { 24 } }

  let stageCount: Int
  let channelCount: Int
  let groupCount: Int
  /// Of each pair of channels in turn.
  let groups: OwnedBuffer<BiquadGroup>
  private let ramps: OwnedBuffer<Ramp>
  let scratch: OwnedBuffer<SIMD2<Double>>
  /// Of each pair of channels in turn, where its stages lie.
  let places: OwnedBuffer<UnsafeMutablePointer<Double>>
  /// Whether the processor has vectors of eight doubles. It changes no bit.
  let isWide: Bool
  /// Frames until the moving coefficients arrive.
  private var remaining = 0

  struct Ramp: BitwiseCopyable {
    var target: BiquadCoefficients
    var step: BiquadCoefficients
    var isMoving: Bool

    @_noAllocation @_noLocks
    init(
      target: BiquadCoefficients = BiquadCoefficients(), step: BiquadCoefficients = BiquadCoefficients(b0: 0),
      isMoving: Bool = false
    ) {
      self.target = target
      self.step = step
      self.isMoving = isMoving
    }
  }

  /// All sections pass the signal unchanged until `set` is called.
  init(
    stageCount: Int, channelCount: Int, maximumFrameCount: Int, memory: MemoryMeter, isWide: Bool = talea_has_wide_doubles()
  ) {
    self.isWide = isWide
    self.stageCount = stageCount
    self.channelCount = channelCount
    ramps = OwnedBuffer(count: stageCount, memory: memory)
    scratch = OwnedBuffer(count: min(Self.chunk, maximumFrameCount), memory: memory)
    groupCount = (stageCount + 1) / 2
    groups = OwnedBuffer(count: groupCount * ((channelCount + 1) / 2), memory: memory)
    for index in 0..<groups.count { groups[index] = BiquadGroup() }
    places = OwnedBuffer(count: stageCount * ((channelCount + 1) / 2), memory: memory)
    for index in 0..<places.count {
      places[index] = BiquadSlot(groups.base + index / stageCount * groupCount, index % stageCount).numbers
    }
    for stage in 0..<stageCount { ramps[stage] = Ramp() }
  }

  /// Sets one section at once.
  @_noAllocation @_noLocks
  mutating func set(_ stage: Int, _ coefficients: BiquadCoefficients) {
    ramps[stage] = Ramp(target: coefficients)
    write(coefficients, stage)
  }

  /// Starts a move of one section from its present coefficients; all sections that move at a tick take the same `frames`.
  @_noAllocation @_noLocks
  mutating func retarget(_ stage: Int, _ coefficients: BiquadCoefficients, over frames: Int) {
    let start =
      ramps[stage].isMoving ? ramps[stage].target.advanced(by: ramps[stage].step, -Double(remaining)) : ramps[stage].target
    if frames == 0 || coefficients == start { return set(stage, coefficients) }
    ramps[stage] = Ramp(target: coefficients, step: start.step(to: coefficients, over: Double(frames)), isMoving: true)
    write(coefficients, stage)
    remaining = frames
  }

  @_noAllocation @_noLocks
  private func write(_ coefficients: BiquadCoefficients, _ stage: Int) {
    var first = 0
    while first < groups.count {
      BiquadSlot(groups.base + first, stage).store(coefficients)
      first += groupCount
    }
  }

  /// Filters every channel of the first port.
  @_noAllocation @_noLocks
  mutating func process(_ block: AudioBlock) {
    var start = 0
    while start < block.frameCount {
      let count = min(block.frameCount - start, scratch.count)
      let moving = min(remaining, count)
      var channel = moving == 0 ? runAcross(block, start, count) : 0
      while channel < channelCount {
        let pair = groups.base + (channel / 2) * groupCount
        if channel + 1 < channelCount {
          PairConversion.load(block.input(channel) + start, block.input(channel + 1) + start, into: scratch.base, count)
          run(pair, moving, count)
          PairConversion.store(scratch.base, to: block.output(channel) + start, block.output(channel + 1) + start, count)
        } else {
          PairConversion.load(block.input(channel) + start, into: scratch.base, count)
          run(pair, moving, count)
          PairConversion.store(scratch.base, to: block.output(channel) + start, count)
        }
        channel += 2
      }
      remaining -= moving
      if moving > 0 && remaining == 0 { settle() }
      start += count
    }
  }

  /// The same for one frame. A single section of one or two channels, the most frequent, takes no call.
  @inline(__always) @_noAllocation @_noLocks
  mutating func processFrame(_ frame: AudioFrame) {
    guard stageCount == 1, channelCount <= 2, remaining == 0 else { return processFrameInFull(frame) }
    let isPair = channelCount == 2
    let y = BiquadSlot(groups.base, 0).step(SIMD2(Double(frame.input(0)), isPair ? Double(frame.input(1)) : 0))
    frame.output(0).pointee = Float(y[0])
    if isPair { frame.output(1).pointee = Float(y[1]) }
  }

  @inline(never) @_noAllocation @_noLocks
  private mutating func processFrameInFull(_ frame: AudioFrame) {
    if remaining > 0 { return process(frame.block) }
    var channel = 0
    var pair = groups.base
    while channel < channelCount {
      let isPair = channel + 1 < channelCount
      var x = SIMD2(Double(frame.input(channel)), isPair ? Double(frame.input(channel + 1)) : 0)
      for stage in 0..<stageCount { x = BiquadSlot(pair, stage).step(x) }
      frame.output(channel).pointee = Float(x[0])
      if isPair { frame.output(channel + 1).pointee = Float(x[1]) }
      channel += 2
      pair += groupCount
    }
  }

  /// Where the sections lie, while none of them moves.
  var settled: SectionSeries? {
    @_noAllocation @_noLocks get {
      guard remaining == 0 else { return nil }
      return SectionSeries(
        stageCount: stageCount, channelCount: channelCount,
        base: UnsafeMutableRawPointer(groups.base).assumingMemoryBound(to: SIMD2<Double>.self),
        pairStride: groupCount * (MemoryLayout<BiquadGroup>.stride / MemoryLayout<SIMD2<Double>>.stride))
    }
  }

  @_noAllocation @_noLocks
  private func run(_ pair: UnsafeMutablePointer<BiquadGroup>, _ moving: Int, _ frameCount: Int) {
    if moving > 0 { runMoving(pair, moving) }
    if frameCount > moving { runSettled(pair, scratch.base + moving, frameCount - moving) }
  }

  /// Silences the memory; moving coefficients arrive.
  @_noAllocation @_noLocks
  mutating func reset() {
    settle()
    remaining = 0
    for index in 0..<2 * groups.count { BiquadSlot(groups.base, index).clearMemory() }
  }

  @_noAllocation @_noLocks
  private func settle() {
    for stage in 0..<stageCount { ramps[stage].isMoving = false }
  }

  @_noAllocation @_noLocks
  private func runSettled(
    _ pair: UnsafeMutablePointer<BiquadGroup>, _ frames: UnsafeMutablePointer<SIMD2<Double>>, _ frameCount: Int
  ) {
    if stageCount < Self.fewestStages || frameCount < Self.shortestPipeline {
      runChains(pair, 0..<stageCount, frames, frameCount)
    } else {
      talea_biquads_in_series(
        places.base + (pair - groups.base) / groupCount * stageCount, nil, stageCount,
        UnsafeMutableRawPointer(frames).assumingMemoryBound(to: Double.self), frameCount, isWide)
    }
  }

  @_noAllocation @_noLocks
  private func runMoving(_ pair: UnsafeMutablePointer<BiquadGroup>, _ frameCount: Int) {
    var stage = 0
    while stage < stageCount {
      if ramps[stage].isMoving {
        BiquadChain.run(
          BiquadSlot(pair, stage), from: ramps[stage].target, ramps[stage].step, remaining: remaining, scratch.base,
          frameCount)
        stage += 1
      } else {
        let first = stage
        while stage < stageCount && !ramps[stage].isMoving { stage += 1 }
        runChains(pair, first..<stage, scratch.base, frameCount)
      }
    }
  }

  @_noAllocation @_noLocks
  private func runChains(
    _ pair: UnsafeMutablePointer<BiquadGroup>, _ stages: Range<Int>, _ frames: UnsafeMutablePointer<SIMD2<Double>>,
    _ frameCount: Int
  ) {
    var stage = stages.lowerBound
    while stage < stages.upperBound {
      let first = BiquadSlot(pair, stage)
      switch stages.upperBound - stage {
      case 1:
        BiquadChain.run(first, frames, frameCount)
        stage += 1
      case 2:
        BiquadChain.run((first, BiquadSlot(pair, stage + 1)), frames, frameCount)
        stage += 2
      default:
        let second = BiquadSlot(pair, stage + 1), third = BiquadSlot(pair, stage + 2)
        BiquadChain.run((first, second, third), frames, frameCount)
        stage += 3
      }
    }
  }
}

extension BiquadCoefficients {
  /// The step that, taken `count` times, leads to `target`.
  @_noAllocation @_noLocks
  fileprivate func step(to target: Self, over count: Double) -> Self {
    Self(
      b0: (target.b0 - b0) / count, b1: (target.b1 - b1) / count, b2: (target.b2 - b2) / count, a1: (target.a1 - a1) / count,
      a2: (target.a2 - a2) / count)
  }

  @_noAllocation @_noLocks
  fileprivate func advanced(by step: Self, _ count: Double) -> Self {
    Self(
      b0: b0.addingProduct(step.b0, count), b1: b1.addingProduct(step.b1, count), b2: b2.addingProduct(step.b2, count),
      a1: a1.addingProduct(step.a1, count), a2: a2.addingProduct(step.a2, count))
  }
}
