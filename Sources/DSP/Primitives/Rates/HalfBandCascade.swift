import Dataflow
import Signal

/// Changes the sample rate by a power of two, one doubling or halving after the other.
///
/// The filter next to the lower rate is steep and runs at little more than that rate; the ones above it have a wide
/// transition band and are short. Together they multiply a third as often as one filter between the outermost rates.
///
/// Source: M. Bellanger, J. Daguet and G. Lepagnol, "Interpolation, extrapolation, and reduction of computation speed in
/// digital filters", IEEE Trans. ASSP 22, 1974; windows after Kaiser.
struct HalfBandCascade: ~Copyable {
  /// How many taps a cascade has, and how long they delay.
  struct Plan {
    /// From the lower rate to the higher.
    fileprivate(set) var stages: [Stage] = []
    /// In frames of the patch's rate.
    let latency: Int
    let factor: Int

    struct Stage {
      var sideTaps: Int
      /// In frames of the stage's lower rate.
      var delay: Int
      fileprivate var prototype: KaiserSinc

      /// Every second coefficient on one side of the middle, innermost first, adding up to `sum`.
      func coefficients(sum: Double) -> [Float] {
        let taps = (0..<sideTaps).map { prototype.value(at: Double($0) + 0.5) }
        let scale = sum / taps.reduce(0, +)
        return taps.map { Float($0 * scale) }
      }
    }

    /// - Returns: nil where the factor is no power of two, or a whole latency would take too much delay.
    init?(_ context: RenderContext, factor: Int) {
      let lowerRate = min(context.sampleRate, context.inputSampleRate)
      let lowerPerPatch = lowerRate / context.patchSampleRate
      guard factor.nonzeroBitCount == 1, lowerPerPatch.numerator.nonzeroBitCount == 1 else { return nil }
      self.factor = factor
      var band = RateConversion.Band.oversampling(lowerRate: lowerRate)
      // Delay so far, in frames of the stage's lower rate.
      var delay = 0
      for _ in 0..<factor.trailingZeroBitCount {
        let wanted = KaiserSinc.halfWidth(attenuation: band.attenuation, passband: band.pass / 2, stopband: band.stop / 2)
        let sideTaps = Int((wanted - 0.5).rounded(.up))
        stages.append(
          Stage(
            sideTaps: sideTaps, delay: sideTaps,
            prototype: KaiserSinc(
              passband: band.pass / 2, stopband: band.stop / 2, halfWidth: max(wanted, Double(sideTaps)))))
        delay = 2 * delay + sideTaps
        // What the first stage leaves of its transition band is kept from folding too.
        let edge = (stages.count == 1 ? band.stop : band.pass) / 2
        band = RateConversion.Band(pass: edge, stop: 2 - edge, attenuation: band.attenuation, isPrecise: false)
      }
      // The last stage waits until the sum is whole at the patch's rate.
      let whole = max(1, factor / 2) * lowerPerPatch.numerator
      let rest = (whole - delay % whole) % whole
      stages[stages.count - 1].delay += rest
      latency = (delay + rest) / (factor / 2) * lowerPerPatch.denominator / lowerPerPatch.numerator
    }

    /// Output frames until the last input frame has left the filters.
    func tailFrameCount(_ context: RenderContext) -> Int {
      let lowerRate = min(context.sampleRate, context.inputSampleRate)
      let lower = stages.reduce(0) { $0 + $1.sideTaps + $1.delay + 1 }
      return (Rational(lower) * (context.sampleRate / lowerRate)).ceiling
    }
  }

  private let stages: OwnedBuffer<HalfBandStage>
  private let coefficients: OwnedBuffer<Float>
  private let memory: OwnedBuffer<Float>
  /// Of one channel, between two stages on the way down.
  private let between: OwnedBuffer<Float>
  private let channelCount: Int
  private let raises: Bool

  init(_ plan: Plan, _ context: RenderContext) {
    let raises = context.sampleRate > context.inputSampleRate
    self.raises = raises
    channelCount = context.inputChannels[0]
    let windowCount = raises ? channelCount : 2 * channelCount
    // Frames that one call can add to a window of each stage.
    let longest = plan.stages.indices.map { stage in
      let lower = raises ? context.maximumInputFrameCount : context.maximumInputFrameCount / plan.factor + 1
      return (lower + 1) << stage + 2
    }
    let sizes = zip(plan.stages, longest).map { stage, longest in
      windowCount * HalfBandStage.capacity(sideTaps: stage.sideTaps, delay: stage.delay, longest: longest)
    }
    stages = OwnedBuffer(count: plan.stages.count, memory: context.memory)
    coefficients = OwnedBuffer(count: plan.stages.reduce(0) { $0 + $1.sideTaps }, memory: context.memory)
    memory = OwnedBuffer(count: sizes.reduce(0, +), memory: context.memory)
    between = OwnedBuffer(count: raises ? 0 : context.maximumInputFrameCount / 2 + 2, memory: context.memory)
    var nextCoefficient = coefficients.base, nextWindow = memory.base
    for (index, stage) in plan.stages.enumerated() {
      for (tap, value) in stage.coefficients(sum: raises ? 0.5 : 0.25).enumerated() { nextCoefficient[tap] = value }
      stages[index] = HalfBandStage(
        coefficients: UnsafePointer(nextCoefficient), sideTaps: stage.sideTaps, delay: stage.delay, memory: nextWindow,
        windowCount: windowCount, longest: longest[index])
      nextCoefficient += stage.sideTaps
      nextWindow += sizes[index]
    }
  }

  @_noAllocation @_noLocks
  mutating func process(_ block: AudioBlock) {
    if raises { raise(block) } else { lower(block) }
  }

  @_noAllocation @_noLocks
  private func raise(_ block: AudioBlock) {
    let last = stages.count - 1
    let end = block.position + block.frameCount
    for stage in 0...last {
      // Frames of the stage's lower rate, as many as had or will have come when the output's have.
      let shift = last - stage + 1
      let (from, to) = (ceiling(block.position, shift), ceiling(end, shift))
      stages.base[stage].makeRoom(from, to)
      for channel in 0..<channelCount {
        let place = stages.base[stage].place(channel, from)
        if stage == 0 {
          copy(block.input(channel) + (from - block.inputPosition), to: place, to - from)
        } else {
          stages.base[stage - 1].double(channel, from, to, into: place)
        }
      }
    }
    for channel in 0..<channelCount {
      stages.base[last].double(channel, block.position, end, into: block.output(channel))
    }
  }

  @_noAllocation @_noLocks
  private func lower(_ block: AudioBlock) {
    let inputEnd = block.inputPosition + block.inputFrameCount
    for channel in 0..<channelCount {
      var frames = block.input(channel)
      var from = block.inputPosition, to = inputEnd
      for stage in stride(from: stages.count - 1, through: 0, by: -1) {
        let lowerFrom = ceiling(from, 1), lowerTo = ceiling(to, 1)
        if channel == 0 { stages.base[stage].makeRoom(from >> 1, lowerTo) }
        stages.base[stage].append(channel, frames, to - from, at: from)
        let target = stage == 0 ? block.output(channel) : between.base
        stages.base[stage].halve(channel, lowerFrom, lowerTo, into: target)
        frames = UnsafePointer(target)
        (from, to) = (lowerFrom, lowerTo)
      }
    }
  }

  /// `position / 2^shift`, rounded up.
  @_transparent @_noAllocation @_noLocks
  private func ceiling(_ position: Int, _ shift: Int) -> Int { (position + (1 << shift) - 1) >> shift }

  @inline(__always) @_noAllocation @_noLocks
  private func copy(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ count: Int) {
    var n = 0
    while n < count {
      let part = min(8, count - n)
      store(load(source + n, part), target + n, part)
      n += part
    }
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    for stage in 0..<stages.count { stages.base[stage].clear() }
  }
}
