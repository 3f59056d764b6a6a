import ALSADevices
import CRealtime
import DSP
import Engine

/// Where sound passes from the capture device's clock to the playback device's: a queue and an adaptive resampler.
///
/// The playback device drives everything; whatever was captured until then is taken into the queue, and the resampler makes of it
/// just the frames that are wanted, at the ratio that keeps the queue at its target. Nominal rates may differ too.
final class ClockBorder {
  /// The capture device's period and what the resampler needs, on average, before the playback buffer begins: in frames of
  /// the playback rate.
  let latencyFrames: Int
  private let resampler: AdaptiveResampler
  private var control: DriftControl
  /// Captured frames per frame played, nominally.
  private let nominal: Double
  private let outputRate: Double
  private let queue: PlanarBuffer
  private let ends: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private var place = AdaptiveResampler.Place(frame: 0, fraction: 0)
  private var filled = 0
  private var available = 0
  private var error = 0.0
  private var isAligned = false
  /// Frames in the queue when playback wakes us.
  private let target: Int
  private let playbackStep: Int

  /// Frames beyond the least: for a device that hands them out in pieces of its own.
  private static let reserve = 16

  /// - Parameters:
  ///   - step: frames that playback takes at a time.
  init(capture: StreamSettings, playback: StreamSettings, step: Int) {
    resampler = AdaptiveResampler(inputRate: capture.sampleRate, outputRate: playback.sampleRate)
    control = DriftControl(rate: Double(capture.sampleRate))
    nominal = Double(capture.sampleRate) / Double(playback.sampleRate)
    outputRate = Double(playback.sampleRate)
    playbackStep = step
    let ahead = resampler.delay + capture.periodFrames + Self.reserve
    target = resampler.delay + ahead + Int((Double(step) * nominal).rounded(.up))
    latencyFrames = Int((Double(ahead) / nominal).rounded())
    let mostAtOnce = Int((Double(playback.bufferFrames) * nominal * (1 + DriftControl.limit)).rounded(.up))
    queue = PlanarBuffer(channels: capture.channels, frames: 2 * (target + capture.bufferFrames + mostAtOnce))
    ends = .allocate(capacity: max(1, capture.channels))
    for channel in 0..<capture.channels { (ends + channel).initialize(to: queue.mutable[channel]) }
  }

  deinit { ends.deallocate() }

  /// How much faster the capture clock runs than the playback clock, beyond the nominal ratio: 1e-6 is 1 ppm.
  var drift: Double { control.drift }

  private var fill: Int { filled - place.frame }

  /// The devices have just started: the queue begins with silence, what is known of the clocks holds.
  func begin() {
    place = AdaptiveResampler.Place(frame: 0, fraction: 0)
    filled = 0
    isAligned = false
    control.restart()
  }

  /// Appends silence until `count` frames are queued.
  private func extend(to count: Int) {
    let missing = count - fill
    guard missing > 0 else { return }
    for channel in 0..<queue.channels {
      talea_zero(queue.mutable[channel] + filled, missing * MemoryLayout<Float>.stride)
    }
    filled += missing
  }

  /// Notes where both devices are at one moment.
  ///
  /// - Parameters:
  ///   - available: captured frames that wait in the device.
  ///   - room: frames that the playback device can take.
  func look(available: Int, room: Int) {
    self.available = available
    // Where we woke late, both devices went on meanwhile: what is missing at playback is here.
    let late = Double(room - playbackStep) * nominal
    error = Double(fill + available - target) - late - place.fraction
    if isAligned { return }
    // The devices started one after the other: the silence in front is as long as that takes.
    let excess = Int(error.rounded(.down))
    if excess > 0 { place.frame += min(excess, fill) } else { extend(to: fill - excess) }
    (error, isAligned) = (0, true)
  }

  /// Takes what was captured, and turns the ratio by how far the queue was from its target.
  ///
  /// - Parameter played: frames that were played since the last call.
  /// - Returns: 0 or an error number.
  func pull(_ capture: StreamReference, played: Int) -> Int32 {
    let wanted = min(available, queue.frames - filled)
    if wanted > 0 {
      for channel in 0..<queue.channels { ends[channel] = queue.mutable[channel] + filled }
      let read = capture.read(UnsafePointer(ends), frameCount: wanted)
      guard read >= 0 else { return Int32(read) }
      filled += read
    }
    control.update(error: error, elapsed: Double(played) / outputRate)
    return 0
  }

  /// Makes frames for playback.
  ///
  /// - Returns: whether the queue held as many as that took and no more than it should; else it begins anew at its target, with
  ///   silence or behind a gap.
  func produce(into output: UnsafePointer<UnsafeMutablePointer<Float>>, frameCount: Int) -> Bool {
    let step = nominal * (1 + control.drift)
    let needed = resampler.framesNeeded(frameCount, step: step)
    var isWhole = true
    if fill < needed {
      extend(to: max(needed, target))
      isWhole = false
    } else if fill > needed + target + queue.frames / 2 {
      place.frame = filled - target
      isWhole = false
    }
    if !isWhole {
      control.restart()
      isAligned = false
    }
    resampler.process(
      queue.constant, from: &place, step: step, into: output, channelCount: queue.channels, frameCount: frameCount)
    for channel in 0..<queue.channels {
      talea_move(queue.mutable[channel], queue.mutable[channel] + place.frame, fill * MemoryLayout<Float>.stride)
    }
    filled -= place.frame
    place.frame = 0
    return isWhole
  }
}
