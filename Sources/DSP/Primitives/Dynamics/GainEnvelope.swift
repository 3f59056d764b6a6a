import Signal

/// How fast a gain in dB follows its target: attack in one direction, hold and release in the other.
struct GainTimes: BitwiseCopyable {
  /// How much of the way is covered in one frame.
  let attack: Double
  let release: Double
  /// Frames for which the gain stays before it is released.
  let hold: Int

  /// - Parameters: in seconds; attack and release are time constants, in which 63.2% of the way is covered.
  @_noAllocation @_noLocks
  init(attack: Double, hold: Double, release: Double, _ framesPerSecond: Double) {
    self.attack = Self.share(attack, framesPerSecond)
    self.release = Self.share(release, framesPerSecond)
    self.hold = Int(hold * framesPerSecond)
  }

  @_noAllocation @_noLocks
  private init(attack: Double, release: Double, hold: Int) {
    self.attack = attack
    self.release = release
    self.hold = hold
  }

  /// For who holds before.
  var withoutHold: Self { @_noAllocation @_noLocks get { Self(attack: attack, release: release, hold: 0) } }

  @_noAllocation @_noLocks
  static func share(_ seconds: Double, _ framesPerSecond: Double) -> Double {
    1 - smoothingFactor(seconds, framesPerSecond)
  }
}

/// A gain in dB on its way. Branching smoothing of Giannoulis, Massberg and Reiss, "Digital dynamic range compressor
/// design", JAES 60(6), 2012, with a hold before the release.
struct GainEnvelope: BitwiseCopyable {
  private(set) var decibels: Double
  private var held = 0

  @_noAllocation @_noLocks
  init(_ decibels: Double) { self.decibels = decibels }

  /// One frame towards `target`, attacking downwards (a compressor) or upwards (a gate that opens).
  @_noAllocation @_noLocks
  mutating func step(_ target: Double, attacksDown: Bool, attack: Double, _ times: GainTimes) {
    let difference = target - decibels
    if attacksDown ? difference < 0 : difference > 0 {
      held = times.hold
      decibels = attack == 1 ? target : decibels.addingProduct(attack, difference)
    } else if difference != 0, held > 0 {
      held -= 1
    } else {
      // The last billionth is not worth denormal numbers.
      decibels = times.release == 1 || difference.magnitude < 1e-9 ? target : decibels.addingProduct(times.release, difference)
    }
  }
}

extension GainEnvelope {
  @_transparent @_noAllocation @_noLocks
  func isEqual(to other: GainEnvelope) -> Bool { decibels == other.decibels && held == other.held }

  /// `count` frames, at most four, towards a target each: the gains in dB. The other lanes are 0.
  @inline(__always) @_noAllocation @_noLocks
  mutating func follow(
    _ targets: SIMD4<Double>, _ count: Int, attacksDown: Bool, attack: Double, _ times: GainTimes
  ) -> SIMD4<Double> {
    var gains = SIMD4<Double>()
    for n in 0..<count {
      step(targets[n], attacksDown: attacksDown, attack: attack, times)
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
    var sound = load(four: frames, count)
    if frameCount == 0 { return sound }
    let line = ring.base + channel * frameCount
    var place = index
    for n in 0..<count {
      let past = line[place]
      line[place] = sound[n]
      sound[n] = past
      place = place + 1 >= frameCount ? 0 : place + 1
    }
    return sound
  }

  @_transparent @_noAllocation @_noLocks
  mutating func advance(_ count: Int) {
    for _ in 0..<count { index = index + 1 >= frameCount ? 0 : index + 1 }
  }

  @_noAllocation @_noLocks
  mutating func reset() {
    ring.clear()
    index = 0
  }
}
