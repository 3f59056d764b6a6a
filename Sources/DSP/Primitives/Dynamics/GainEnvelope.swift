import CRealtime
import Signal

/// How fast a gain in dB follows its target: attack in one direction, hold and release in the other.
struct GainTimes: BitwiseCopyable {
  /// How much of the way is covered in one frame, and how much is left.
  let attack: Double
  let release: Double
  let attackRest: Double
  let releaseRest: Double
  /// Frames for which the gain stays before it is released.
  let hold: Int

  /// - Parameters: in seconds; attack and release are time constants, in which 63.2% of the way is covered.
  @_noAllocation @_noLocks
  init(attack: Double, hold: Double, release: Double, _ framesPerSecond: Double) {
    self.init(
      attack: Self.share(attack, framesPerSecond), release: Self.share(release, framesPerSecond),
      hold: Int(hold * framesPerSecond))
  }

  @_noAllocation @_noLocks
  private init(attack: Double, release: Double, hold: Int) {
    self.attack = attack
    self.release = release
    self.hold = hold
    attackRest = 1 - attack
    releaseRest = 1 - release
  }

  /// For who holds before.
  var withoutHold: Self { @_noAllocation @_noLocks get { Self(attack: attack, release: release, hold: 0) } }

  /// Covers at most `share` of the way in an attacking frame.
  @_noAllocation @_noLocks
  func attackingAtMost(_ share: Double) -> Self { Self(attack: min(attack, share), release: release, hold: hold) }

  @_noAllocation @_noLocks
  static func share(_ seconds: Double, _ framesPerSecond: Double) -> Double {
    1 - smoothingFactor(seconds, framesPerSecond)
  }
}

/// A gain in dB on its way. Branching smoothing of Giannoulis, Massberg and Reiss, "Digital dynamic range compressor
/// design", JAES 60(6), 2012, with a hold before the release.
///
/// Of the two places that attack and release would lead to, the direction of the way decides for the lower one, or always
/// for the upper one, by which of them is quicker: no frame waits for a comparison with the one before.
struct GainEnvelope: BitwiseCopyable {
  private(set) var decibels: Double
  private var held = 0

  /// The last billionth of a dB is covered at once: it is not worth denormal numbers.
  private static var nothing: Double { @_transparent @_noAllocation @_noLocks get { 1e-9 } }

  @_noAllocation @_noLocks
  init(_ decibels: Double) { self.decibels = decibels }

  /// One frame towards `target`, attacking downwards (a compressor) or upwards (a gate that opens).
  @_noAllocation @_noLocks
  mutating func step(_ target: Double, attacksDown: Bool, _ times: GainTimes) {
    let difference = target - decibels
    if attacksDown ? difference < 0 : difference > 0 {
      held = times.hold
    } else if difference != 0, held > 0 {
      held -= 1
      return
    }
    let attacked = (target * times.attack).addingProduct(times.attackRest, decibels)
    let released = (target * times.release).addingProduct(times.releaseRest, decibels)
    let isLower = attacksDown == (times.attack >= times.release)
    decibels =
      difference.magnitude < Self.nothing
      ? target : isLower ? Self.lower(attacked, released) : Self.higher(attacked, released)
  }

  @_transparent @_noAllocation @_noLocks
  private static func lower(_ a: Double, _ b: Double) -> Double { a < b ? a : b }

  @_transparent @_noAllocation @_noLocks
  private static func higher(_ a: Double, _ b: Double) -> Double { a > b ? a : b }
}

extension GainEnvelope {
  @_transparent @_noAllocation @_noLocks
  func isEqual(to other: GainEnvelope) -> Bool { decibels == other.decibels && held == other.held }

  /// `count` frames, at most four, towards a target each: the gains in dB. The other lanes are of no use.
  @inline(__always) @_noAllocation @_noLocks
  mutating func follow(_ targets: SIMD4<Double>, _ count: Int, attacksDown: Bool, _ times: GainTimes) -> SIMD4<Double> {
    guard count == 4, times.hold == 0, held == 0 else { return stepwise(targets, count, attacksDown: attacksDown, times) }
    let attacked = talea_scaled4(targets, times.attack), released = talea_scaled4(targets, times.release)
    let a = times.attackRest, r = times.releaseRest, d0 = decibels
    var d1, d2, d3, d4: Double
    if attacksDown == (times.attack >= times.release) {
      d1 = Self.lower(attacked[0].addingProduct(a, d0), released[0].addingProduct(r, d0))
      d2 = Self.lower(attacked[1].addingProduct(a, d1), released[1].addingProduct(r, d1))
      d3 = Self.lower(attacked[2].addingProduct(a, d2), released[2].addingProduct(r, d2))
      d4 = Self.lower(attacked[3].addingProduct(a, d3), released[3].addingProduct(r, d3))
    } else {
      d1 = Self.higher(attacked[0].addingProduct(a, d0), released[0].addingProduct(r, d0))
      d2 = Self.higher(attacked[1].addingProduct(a, d1), released[1].addingProduct(r, d1))
      d3 = Self.higher(attacked[2].addingProduct(a, d2), released[2].addingProduct(r, d2))
      d4 = Self.higher(attacked[3].addingProduct(a, d3), released[3].addingProduct(r, d3))
    }
    if talea_is_any_near(targets, SIMD4(d0, d1, d2, d3), Self.nothing) {
      return stepwise(targets, count, attacksDown: attacksDown, times)
    }
    decibels = d4
    return SIMD4(d1, d2, d3, d4)
  }

  /// `count` frames, at most eight.
  @inline(__always) @_noAllocation @_noLocks
  mutating func follow(_ targets: EightFrames, _ count: Int, attacksDown: Bool, _ times: GainTimes) -> EightFrames {
    let early = follow(targets.early, min(count, 4), attacksDown: attacksDown, times)
    return EightFrames(early, follow(targets.late, max(count - 4, 0), attacksDown: attacksDown, times))
  }

  @inline(never) @_noAllocation @_noLocks
  private mutating func stepwise(
    _ targets: SIMD4<Double>, _ count: Int, attacksDown: Bool, _ times: GainTimes
  ) -> SIMD4<Double> {
    // Nothing moves.
    if talea_are_equal(targets, decibels) { return targets }
    var gains = SIMD4<Double>()
    for n in 0..<count {
      step(targets[n], attacksDown: attacksDown, times)
      gains[n] = decibels
    }
    return gains
  }
}

/// Some frames of each channel, so that a gain can be known before the sound that it meets.
struct LookAhead: ~Copyable {
  let frameCount: Int
  private let ring: OwnedBuffer<Float>
  private var index = 0

  init(frames: Int, channels: Int, memory: MemoryMeter) {
    frameCount = frames
    ring = OwnedBuffer(count: frames * channels, memory: memory)
  }

  /// Takes `count` frames of a channel, at most four, and gives back those of `frameCount` frames ago; every channel once,
  /// then `advance`.
  @inline(__always) @_noAllocation @_noLocks
  func exchange(_ channel: Int, _ frames: UnsafePointer<Float>, _ count: Int) -> SIMD4<Float> {
    let sound = load(four: frames, count)
    if frameCount == 0 { return sound }
    let line = ring.base + channel * frameCount
    if count == 4 && index + 4 <= frameCount {
      let place = UnsafeMutableRawPointer(line + index), past = UnsafeRawPointer(place).loadUnaligned(as: SIMD4<Float>.self)
      place.storeBytes(of: sound, as: SIMD4<Float>.self)
      return past
    }
    return exchangeAcrossEnd(line, SIMD8(lowHalf: sound, highHalf: SIMD4()), count).lowHalf
  }

  /// The same for at most eight frames.
  @inline(__always) @_noAllocation @_noLocks
  func exchange(eight channel: Int, _ frames: UnsafePointer<Float>, _ count: Int) -> SIMD8<Float> {
    let sound = load(frames, count)
    if frameCount == 0 { return sound }
    let line = ring.base + channel * frameCount
    if count == 8 && index + 8 <= frameCount {
      let place = UnsafeMutableRawPointer(line + index), past = UnsafeRawPointer(place).loadUnaligned(as: SIMD8<Float>.self)
      place.storeBytes(of: sound, as: SIMD8<Float>.self)
      return past
    }
    return exchangeAcrossEnd(line, sound, count)
  }

  /// Takes eight frames of every channel of a block, or the `count` that are left, gives out those of `frameCount` frames ago
  /// times their gains, and advances.
  @inline(__always) @_noAllocation @_noLocks
  mutating func play(_ block: AudioBlock, _ channelCount: Int, _ frame: Int, _ count: Int, times gain: SIMD8<Float>) {
    for channel in 0..<channelCount {
      let sound = exchange(eight: channel, block.input(channel) + frame, count)
      store(talea_product8(sound, gain), block.output(channel) + frame, count)
    }
    advance(count)
  }

  /// The same for any number of frames up to `frameCount`, into memory apart from where they come from.
  @_noAllocation @_noLocks
  func exchange(_ channel: Int, _ frames: UnsafePointer<Float>, _ past: UnsafeMutablePointer<Float>, _ count: Int) {
    let line = ring.base + channel * frameCount, beforeEnd = min(count, frameCount - index), bytes = MemoryLayout<Float>.stride
    talea_copy(past, line + index, beforeEnd * bytes)
    talea_copy(past + beforeEnd, line, (count - beforeEnd) * bytes)
    talea_copy(line + index, frames, beforeEnd * bytes)
    talea_copy(line, frames + beforeEnd, (count - beforeEnd) * bytes)
  }

  @inline(never) @_noAllocation @_noLocks
  private func exchangeAcrossEnd(_ line: UnsafeMutablePointer<Float>, _ frames: SIMD8<Float>, _ count: Int) -> SIMD8<Float> {
    var sound = frames, place = index
    for n in 0..<count {
      let past = line[place]
      line[place] = sound[n]
      sound[n] = past
      place = place + 1 == frameCount ? 0 : place + 1
    }
    return sound
  }

  @_transparent @_noAllocation @_noLocks
  mutating func advance(_ count: Int) {
    guard frameCount > 0 else { return }
    index += count
    while index >= frameCount { index -= frameCount }
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    ring.clear()
    index = 0
  }
}
