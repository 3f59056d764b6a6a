import CRealtime
import Dataflow

/// Writes what leaves `out`, without the latency at its front, up to the exact frame at which the tail ends. The end is
/// decided by frame positions alone, so no block size can move it.
struct TailWriter: ~Copyable {
  /// Frames written so far.
  private(set) var written = 0
  /// Frames of output that belong to the input; nil until it has ended.
  private(set) var inputFrames: Int?
  private(set) var isDone = false
  private(set) var isCut = false
  private(set) var peak: Float = 0

  private let sink: any FrameSink
  private let tail: TailOptions
  /// Whether the end is decided by listening, or lies at the limit.
  private var isOpen = false
  private let framesPerSecond: Double
  /// Output frames per frame of the patch.
  private let rate: Rational
  /// The declared part of the tail, in output frames; at most `limit`.
  private var declared = 0
  /// How many frames of silence prove the end of a ringing tail.
  private var proof = 0
  private let limit: Int
  private let fade: Int
  /// Latency frames that stay at the front, and those still to be dropped from it.
  private let kept: Int
  private var skip: Int
  private var end: Int?
  /// One past the last frame at or above the silence threshold.
  private var lastSound = 0
  private let pointers: UnsafeMutablePointer<UnsafePointer<Float>>
  private let channels: Int

  init(sink: any FrameSink, plan: Plan, tail: TailOptions, keepsLatency: Bool) {
    self.sink = sink
    self.tail = tail
    skip = keepsLatency ? 0 : plan.outputLatency
    kept = keepsLatency ? plan.outputLatency : 0
    framesPerSecond = plan.outputSampleRate.doubleValue
    rate = plan.outputSampleRate / Rational(plan.options.sampleRate)
    limit = Int((tail.limitSeconds * framesPerSecond).rounded())
    fade = min(limit, (plan.outputSampleRate / 100).ceiling)
    channels = plan.outputChannels
    pointers = .allocate(capacity: max(1, channels))
  }

  deinit { pointers.deallocate() }

  /// - Parameter frame: of the patch.
  mutating func inputEnds(at frame: Int, _ planTail: PlanTail) {
    inputFrames = (Rational(frame) * rate).ceiling + kept
    setTail(planTail)
  }

  /// Puts the end, or the decision about it, where this tail wants it; frames that are written stay.
  mutating func setTail(_ planTail: PlanTail) {
    take(planTail)
    guard let inputFrames, !isDone else { return }
    switch tail.length {
    case .none: end = inputFrames
    case .seconds(let seconds): end = inputFrames + Int((seconds * framesPerSecond).rounded())
    case .automatic:
      if limit == 0 {
        end = inputFrames
        isCut = isOpen
      } else if !isOpen || written >= earliestEnd(inputFrames) {
        end = max(written, inputFrames + declared)
      } else {
        end = nil
      }
    }
    if let end, written >= end { isDone = true }
  }

  private mutating func take(_ planTail: PlanTail) {
    let whole = (Rational(planTail.frames) * rate).ceiling
    declared = min(limit, whole)
    isOpen = tail.length == .automatic && (planTail.rings || whole > limit)
    proof = max(Int(framesPerSecond.rounded(.up)), (Rational(planTail.longestEcho) * rate).ceiling)
  }

  /// The first frame at which a ringing tail may end, as far as is known.
  private func earliestEnd(_ inputFrames: Int) -> Int { max(inputFrames + declared, lastSound + proof) }

  mutating func write(_ buffer: PlanarBuffer, frameCount: Int) throws {
    let dropped = min(skip, frameCount)
    skip -= dropped
    var count = frameCount - dropped
    if let end { count = min(count, end - written) }
    if end == nil, isOpen, inputFrames != nil {
      count = ring(buffer, dropped, count)
    } else if tail.length == .automatic {
      noteLastSound(buffer, dropped, count)
    }
    guard count > 0 else { return }
    for channel in 0..<channels { pointers[channel] = UnsafePointer(buffer.mutable[channel] + dropped) }
    measure(count)
    try sink.write(pointers, frameCount: count)
    written += count
    if let end, written >= end { isDone = true }
  }

  /// Decides how much of a stretch a ringing tail still takes, and fades it at its limit.
  private mutating func ring(_ buffer: PlanarBuffer, _ offset: Int, _ count: Int) -> Int {
    guard let inputFrames else { return count }
    for n in 0..<count {
      let position = written + n
      let toLimit = inputFrames + limit - position
      if toLimit <= fade {
        isCut = true
        for channel in 0..<channels { buffer.mutable[channel][offset + n] *= Float(toLimit - 1) / Float(fade) }
      }
      if isLoud(buffer, offset + n) { lastSound = position + 1 }
      if toLimit <= 1 || position + 1 >= earliestEnd(inputFrames) {
        end = position + 1
        return n + 1
      }
    }
    return count
  }

  private mutating func noteLastSound(_ buffer: PlanarBuffer, _ offset: Int, _ count: Int) {
    for n in (0..<count).reversed() where isLoud(buffer, offset + n) {
      lastSound = written + n + 1
      return
    }
  }

  private func isLoud(_ buffer: PlanarBuffer, _ frame: Int) -> Bool {
    for channel in 0..<channels where abs(buffer.mutable[channel][frame]) >= OfflineRenderer.silence { return true }
    return false
  }

  private mutating func measure(_ count: Int) {
    for channel in 0..<channels { peak = talea_peak(pointers[channel], count, peak) }
  }
}
