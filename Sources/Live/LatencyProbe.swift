import ALSADevices
import CRealtime
import Engine
import Glibc
import Synchronization

/// Measures how long sound takes from a frame that was captured until what came of it is captured again, over a cable from
/// the device's output to its input: a train of clicks is played exactly as a patch would play, and looked for in what
/// comes in.
///
/// The sum that `talea live` states holds the playback buffer; what is measured beyond it are the converters and the cable.
public final class LatencyProbe {
  public static let clickCount = 8
  /// -12 dB: found in any noise that a wrong cable brings, and no danger to loudspeakers.
  private static let level: Float = 0.25
  /// How often a measurement with an interruption is begun again.
  private static let attempts = 5

  public let capture: StreamSettings
  public let playback: StreamSettings
  private let settings: LiveSettings
  private let devices: DevicePair
  private let block: PlanarBuffer
  private let output: PlanarBuffer
  private let recording: PlanarBuffer
  private var position = 0
  private var failure: (Direction, Int32)?

  /// Frames between two clicks: no latency is longer than that.
  private let spacing: Int
  /// Frames before the first one, in which the device settles.
  private let leadIn: Int

  /// Opens the devices.
  ///
  /// - Throws: `DeviceError`, `LiveError`.
  public init(_ settings: LiveSettings) throws {
    self.settings = settings
    devices = try DevicePair(settings)
    if devices.border != nil {
      throw LiveError.clocks(capture: settings.captureDevice ?? "", playback: settings.playbackDevice ?? "")
    }
    guard let capture = devices.capture?.settings, let playback = devices.playback?.settings else { throw LiveError.noCapture }
    (self.capture, self.playback) = (capture, playback)
    spacing = max(devices.sampleRate / 4, 4 * devices.bufferFrames)
    leadIn = spacing
    block = PlanarBuffer(channels: capture.channels, frames: devices.bufferFrames)
    output = PlanarBuffer(channels: playback.channels, frames: devices.bufferFrames)
    recording = PlanarBuffer(channels: capture.channels, frames: leadIn + Self.clickCount * spacing)
  }

  public struct Report: Sendable, Hashable {
    public var sampleRate: Int
    /// What `talea live` states for a patch without latency of its own: the playback buffer.
    public var statedFrames: Int
    /// The latency of each click that came back.
    public var measuredFrames: [Int]
    /// Measurements that the device interrupted.
    public var interruptions: Int
  }

  /// Plays the clicks and finds them.
  ///
  /// - Throws: `DeviceError.call` where the device interrupts every attempt; `LiveError.noThread`.
  public func run() throws -> Report {
    for attempt in 0..<Self.attempts {
      (position, failure) = (0, nil)
      let thread = try AudioThread(priority: settings.priority) { [unowned self] in self.measure() }
      thread.join()
      devices.stop()
      if failure == nil {
        return Report(
          sampleRate: devices.sampleRate, statedFrames: playback.bufferFrames, measuredFrames: found(), interruptions: attempt)
      }
    }
    let (direction, code) = failure!
    let device = direction == .capture ? settings.captureDevice! : settings.playbackDevice!
    throw DeviceError.call(device: device, direction: direction, name: "playing without interruption", code: code)
  }

  // MARK: On the audio thread

  private func measure() {
    talea_realtime_enter()
    defer { talea_realtime_exit() }
    if let problem = devices.start() { return failure = problem }
    guard let capture = devices.capture, let playback = devices.playback else { return }
    let step = devices.step
    while position < recording.frames {
      let captured = capture.available(), room = playback.available()
      if captured < 0 { return failure = (.capture, Int32(captured)) }
      if room < 0 { return failure = (.playback, Int32(room)) }
      var count = min(captured, room, block.frames) / step * step
      guard count > 0 else {
        let stream = captured < step ? capture : playback
        let state = stream.wait(milliseconds: max(100, Int32(4_000 * devices.bufferFrames / devices.sampleRate)))
        guard state >= 0 else {
          let code = stream.available()
          return failure = (captured < step ? .capture : .playback, state == -1 ? stallCode : code < 0 ? Int32(code) : -EIO)
        }
        continue
      }
      count = capture.read(UnsafePointer(block.mutable), frameCount: count)
      guard count > 0 else { return failure = (.capture, count < 0 ? Int32(count) : -EIO) }
      exchange(count)
      let written = playback.write(output.constant, frameCount: count)
      guard written == count else { return failure = (.playback, written < 0 ? Int32(written) : -EIO) }
    }
  }

  /// Keeps what came in, and makes what goes out at the same position of the stream.
  private func exchange(_ count: Int) {
    let kept = min(count, recording.frames - position)
    for channel in 0..<block.channels {
      (recording.mutable[channel] + position).update(from: block.mutable[channel], count: kept)
    }
    for n in 0..<count {
      let isClick = position + n >= leadIn && (position + n - leadIn) % spacing == 0
      for channel in 0..<output.channels { output.mutable[channel][n] = isClick ? Self.level : 0 }
    }
    position += count
  }

  // MARK: Afterwards

  /// The latencies of the clicks that came back: the largest sample behind each, where it stands out.
  private func found() -> [Int] {
    var latencies: [Int] = []
    for click in 0..<Self.clickCount {
      let start = leadIn + click * spacing
      var (largest, place) = (Float(0), 0)
      for channel in 0..<recording.channels {
        for n in start..<min(start + spacing, recording.frames) where recording.mutable[channel][n].magnitude > largest {
          (largest, place) = (recording.mutable[channel][n].magnitude, n)
        }
      }
      if largest > Self.contrast * max(noise, 0x1p-20) { latencies.append(place - start) }
    }
    return latencies
  }

  /// How far a click has to stand out of what came in before the first one.
  private static let contrast: Float = 8

  /// The largest sample before the first click, apart from the device's start.
  private var noise: Float {
    var largest: Float = 0
    for channel in 0..<recording.channels {
      for n in leadIn / 2..<leadIn { largest = max(largest, recording.mutable[channel][n].magnitude) }
    }
    return largest
  }
}
