import CRealtime
import Signal

/// Loudness while it sounds, in memory that does not grow: momentary, short-term, integrated, and its range. Real-time safe.
///
/// As `LoudnessMeter`, but blocks are counted in classes of 0.1 LU from -70 to 30 LUFS, each with the sum of its blocks: the
/// integrated loudness is exact but for the class that the relative gate cuts, the range within 0.1 LU.
///
/// Source: ITU-R BS.1770-5; EBU Tech 3341 and 3342.
struct RunningLoudness: ~Copyable {
  private static var classCount: Int { @_transparent @_noAllocation @_noLocks get { 1_000 } }
  private static var lowest: Double { @_transparent @_noAllocation @_noLocks get { -70 } }
  private static var shortSteps: Int { @_transparent @_noAllocation @_noLocks get { 30 } }
  /// What stands for the loudness of silence.
  static var silence: Double { @_transparent @_noAllocation @_noLocks get { -120 } }

  /// Of each pair of channels: shelf, then highpass.
  private let filters: OwnedBuffer<BiquadSection>
  private let weights: OwnedBuffer<SIMD2<Double>>
  /// Weighted mean squares of the last 30 steps of 100 ms, as a ring.
  private let steps: OwnedBuffer<Double>
  /// Of blocks of 400 ms and of 3 s: how many are in each class, and their sum.
  private let counts: OwnedBuffer<Int>
  private let sums: OwnedBuffer<Double>
  private let shelf: BiquadSection
  private let highpass: BiquadSection
  private let stepFrames: Int
  private let channelCount: Int
  private var sum = 0.0
  private var framesInStep = 0
  private var stepCount = 0

  /// In LUFS; `silence` where there is nothing to measure, and the range in LU.
  private(set) var momentary = RunningLoudness.silence
  private(set) var shortTerm = RunningLoudness.silence
  private(set) var integrated = RunningLoudness.silence
  private(set) var range = 0.0

  init(channels: Int, framesPerSecond: Double, memory: MemoryMeter) {
    let sections = KWeighting.sections(sampleRate: framesPerSecond)
    let first = BiquadSection(sections.0), second = BiquadSection(sections.1), pairs = (channels + 1) / 2
    shelf = first
    highpass = second
    channelCount = channels
    stepFrames = max(1, Int((framesPerSecond / 10).rounded()))
    filters = OwnedBuffer(count: 2 * pairs, memory: memory)
    weights = OwnedBuffer(count: pairs, memory: memory)
    steps = OwnedBuffer(count: Self.shortSteps, memory: memory)
    counts = OwnedBuffer(count: 2 * Self.classCount, memory: memory)
    sums = OwnedBuffer(count: 2 * Self.classCount, memory: memory)
    let standard = LoudnessMeter.standardWeights(channels)
    for pair in 0..<pairs {
      filters[2 * pair] = first
      filters[2 * pair + 1] = second
      weights[pair] = SIMD2(standard[2 * pair], 2 * pair + 1 < channels ? standard[2 * pair + 1] : 0)
    }
  }

  /// One frame.
  @inline(__always) @_noAllocation @_noLocks
  mutating func take(_ block: AudioBlock, _ n: Int) {
    for pair in 0..<weights.count {
      let x = SIMD2(Double(block.input(2 * pair)[n]), 2 * pair + 1 < channelCount ? Double(block.input(2 * pair + 1)[n]) : 0)
      filters.base[2 * pair].step(x)
      filters.base[2 * pair + 1].step(filters.base[2 * pair].y1)
      let y = filters.base[2 * pair + 1].y1, square = y * y * weights[pair]
      sum += square[0] + square[1]
    }
    framesInStep += 1
    if framesInStep == stepFrames { endStep() }
  }

  @_noAllocation @_noLocks
  private mutating func endStep() {
    // What is no sound must not spoil what is remembered.
    let mean = sum / Double(stepFrames)
    steps[stepCount % Self.shortSteps] = mean < 1e12 ? mean : 1e12
    sum = 0
    framesInStep = 0
    stepCount += 1
    if stepCount >= 4 {
      let energy = meanOfLast(4)
      momentary = Self.loudness(energy)
      count(energy, 0)
      integrated = gatedMean(0, 10)
    }
    if stepCount >= Self.shortSteps {
      let energy = meanOfLast(Self.shortSteps)
      shortTerm = Self.loudness(energy)
      if stepCount % 10 == 0 {
        count(energy, 1)
        findRange()
      }
    }
  }

  @_noAllocation @_noLocks
  private func meanOfLast(_ count: Int) -> Double {
    var sum = 0.0
    for n in 0..<count { sum += steps[(stepCount - 1 - n + Self.shortSteps) % Self.shortSteps] }
    return sum / Double(count)
  }

  @_noAllocation @_noLocks
  private static func loudness(_ energy: Double) -> Double {
    max(silence, -0.691 + 0.5 * Math.decibels(amplitude: max(energy, 1e-30)))
  }

  @_noAllocation @_noLocks
  private func count(_ energy: Double, _ kind: Int) {
    let place = (Self.loudness(energy) - Self.lowest) * 10
    guard place >= 0 else { return }
    let index = kind * Self.classCount + min(Int(place), Self.classCount - 1)
    counts[index] += 1
    sums[index] += energy
  }

  /// The loudness of all blocks that are not more than `gate` LU below that of all above -70 LUFS.
  @_noAllocation @_noLocks
  private func gatedMean(_ kind: Int, _ gate: Double) -> Double {
    let all = mean(kind, above: 0)
    guard all > 0 else { return Self.silence }
    return Self.loudness(mean(kind, above: all * Math.amplitude(decibels: -2 * gate)))
  }

  /// Of the classes whose mean is at or above an energy.
  @_noAllocation @_noLocks
  private func mean(_ kind: Int, above gate: Double) -> Double {
    var total = 0.0, number = 0
    for index in kind * Self.classCount..<(kind + 1) * Self.classCount
    where counts[index] > 0 && sums[index] >= gate * Double(counts[index]) {
      total += sums[index]
      number += counts[index]
    }
    return number > 0 ? total / Double(number) : 0
  }

  @_noAllocation @_noLocks
  private mutating func findRange() {
    let first = Self.classCount, gate = mean(1, above: 0) * 0.01
    var number = 0
    for index in first..<2 * first where counts[index] > 0 && sums[index] >= gate * Double(counts[index]) {
      number += counts[index]
    }
    guard number > 0 else { return }
    let low = Int(Double(number - 1) * 0.1 + 0.5), high = Int(Double(number - 1) * 0.95 + 0.5)
    var passed = 0, bottom = 0.0, top = 0.0
    for index in first..<2 * first where counts[index] > 0 && sums[index] >= gate * Double(counts[index]) {
      let loudness = Self.loudness(sums[index] / Double(counts[index]))
      if passed <= low && low < passed + counts[index] { bottom = loudness }
      if passed <= high && high < passed + counts[index] { top = loudness }
      passed += counts[index]
    }
    range = top - bottom
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    for pair in 0..<weights.count {
      filters[2 * pair] = shelf
      filters[2 * pair + 1] = highpass
    }
    steps.clear()
    counts.clear()
    sums.clear()
    sum = 0
    framesInStep = 0
    stepCount = 0
    momentary = Self.silence
    shortTerm = Self.silence
    integrated = Self.silence
    range = 0
  }
}
