import Signal

/// The loudness of a sound: momentary, short-term and integrated, and its range.
///
/// Frames may come in pieces of any length; the answers are the same for every cut. Not for an audio thread: it remembers
/// ten numbers for each second. Levels are in LUFS, minus infinity where there is nothing to measure.
///
/// Source: ITU-R BS.1770-5; EBU Tech 3341 (momentary and short-term loudness) and Tech 3342 (range).
public final class LoudnessMeter {
  /// The loudest 400 ms and 3 s.
  public private(set) var maximumMomentary = -Double.infinity
  public private(set) var maximumShortTerm = -Double.infinity

  private let channelCount: Int
  private let weights: [Double]
  private let stepFrames: Int
  /// Two sections for each pair of channels.
  private var filters: [(BiquadSection, BiquadSection)]
  /// Weighted sums of squares of the 100 ms that run.
  private var sums: [SIMD2<Double>]
  private var framesInStep = 0
  /// Weighted mean squares of each 100 ms.
  private var steps: [Double] = []

  /// - Parameter weights: of each channel; by default 1, but 0 for the effects channel of six and 1.41 for surrounds, in the
  ///   order L R C LFE Ls Rs (five channels lack the LFE, four the centre too).
  public init(sampleRate: Int, channelCount: Int, weights: [Double]? = nil) {
    self.channelCount = channelCount
    self.weights = weights ?? Self.standardWeights(channelCount)
    stepFrames = (sampleRate + 5) / 10
    let (shelf, highpass) = KWeighting.sections(sampleRate: Double(sampleRate))
    let pairs = (channelCount + 1) / 2
    filters = Array(repeating: (BiquadSection(shelf), BiquadSection(highpass)), count: pairs)
    sums = Array(repeating: SIMD2(), count: pairs)
  }

  public static func standardWeights(_ channelCount: Int) -> [Double] {
    switch channelCount {
    case 4: [1, 1, 1.41, 1.41]
    case 5: [1, 1, 1, 1.41, 1.41]
    case 6: [1, 1, 1, 0, 1.41, 1.41]
    default: Array(repeating: 1, count: channelCount)
    }
  }

  /// Takes the next frames of all channels.
  public func add(_ channels: UnsafePointer<UnsafePointer<Float>>, frameCount: Int) {
    let flush = DenormalGuard()
    var done = 0
    while done < frameCount {
      let count = min(frameCount - done, stepFrames - framesInStep)
      for pair in sums.indices {
        let left = channels[2 * pair] + done
        let right = 2 * pair + 1 < channelCount ? channels[2 * pair + 1] + done : nil
        sums[pair] = sumOfSquares(&filters[pair], left, right, count, sums[pair])
      }
      framesInStep += count
      done += count
      if framesInStep == stepFrames { endStep() }
    }
    _ = flush
  }

  private func endStep() {
    var energy = 0.0
    for channel in 0..<channelCount { energy += weights[channel] * sums[channel / 2][channel % 2] }
    steps.append(energy / Double(stepFrames))
    for pair in sums.indices { sums[pair] = SIMD2() }
    framesInStep = 0
    if steps.count >= 4 { maximumMomentary = max(maximumMomentary, Self.loudness(meanOfLast(4))) }
    if steps.count >= 30 { maximumShortTerm = max(maximumShortTerm, Self.loudness(meanOfLast(30))) }
  }

  /// Of the last 400 ms that ended with a step of 100 ms.
  public var momentary: Double { steps.count < 4 ? -.infinity : Self.loudness(meanOfLast(4)) }
  /// Of the last 3 s that ended with a step of 100 ms.
  public var shortTerm: Double { steps.count < 30 ? -.infinity : Self.loudness(meanOfLast(30)) }

  /// Of all, without what is silent or 10 LU below the rest.
  public var integrated: Double {
    let blocks = means(of: 4, every: 1).filter { $0 >= Self.absoluteGate }
    guard !blocks.isEmpty else { return -.infinity }
    let gate = mean(blocks) * 0.1
    return Self.loudness(mean(blocks.filter { $0 >= gate }))
  }

  /// How far short-term loudness spreads, in LU: from the 10th to the 95th percentile. 0 where there is less than 3 s.
  public var range: Double {
    let blocks = means(of: 30, every: 10).filter { $0 >= Self.absoluteGate }
    guard !blocks.isEmpty else { return 0 }
    let gate = mean(blocks) * 0.01
    let kept = blocks.filter { $0 >= gate }.sorted()
    func percentile(_ share: Double) -> Double { kept[Int(Double(kept.count - 1) * share + 0.5)] }
    return Self.loudness(percentile(0.95)) - Self.loudness(percentile(0.1))
  }

  /// -70 LUFS as a mean square.
  private static let absoluteGate = Math.pow(10, (-70 + 0.691) / 10)

  private static func loudness(_ meanSquare: Double) -> Double { -0.691 + 0.5 * Math.decibels(amplitude: meanSquare) }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  private func meanOfLast(_ count: Int) -> Double { steps.suffix(count).reduce(0, +) / Double(count) }

  /// Means over windows of `length` steps that begin `hop` steps apart.
  private func means(of length: Int, every hop: Int) -> [Double] {
    guard steps.count >= length else { return [] }
    return stride(from: 0, through: steps.count - length, by: hop).map { start in
      steps[start..<(start + length)].reduce(0, +) / Double(length)
    }
  }
}

/// `sum` and the squares of the filtered frames; the right channel is silent where there is none.
private func sumOfSquares(
  _ filter: inout (BiquadSection, BiquadSection), _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>?,
  _ frameCount: Int, _ sum: SIMD2<Double>
) -> SIMD2<Double> {
  var (shelf, highpass) = filter
  var sum = sum
  if let right {
    for n in 0..<frameCount {
      shelf.step(SIMD2(Double(left[n]), Double(right[n])))
      highpass.step(shelf.y1)
      sum = sum.addingProduct(highpass.y1, highpass.y1)
    }
  } else {
    for n in 0..<frameCount {
      shelf.step(SIMD2(Double(left[n]), 0))
      highpass.step(shelf.y1)
      sum = sum.addingProduct(highpass.y1, highpass.y1)
    }
  }
  filter = (shelf, highpass)
  return sum
}
