import CRealtime
import Engine
import Glibc
import Synchronization

/// Frames of a source that stand in for a capture device: read ahead by a thread of normal priority.
final class FrameFeed: Sendable {
  let channels: Int
  private let ring: FrameRing
  nonisolated(unsafe) private let source: any FrameSource
  nonisolated(unsafe) private let staging: PlanarBuffer
  nonisolated(unsafe) private var thread: AudioThread?
  private let isStopping = Atomic<Bool>(false)
  private let isRead = Atomic<Bool>(false)
  private let failed = Mutex<String?>(nil)

  init(_ source: any FrameSource, sampleRate: Int, blockFrames: Int) {
    self.source = source
    channels = source.channelCount
    // Long enough for a disk that has to spin up.
    ring = FrameRing(channels: channels, capacity: 4 * max(sampleRate, blockFrames))
    staging = PlanarBuffer(channels: channels, frames: 4_096)
  }

  /// Fills the queue and keeps it full.
  ///
  /// - Throws: `LiveError.noThread`.
  func start() throws(LiveError) {
    while fill() {}
    thread = try AudioThread(priority: nil) { [unowned self] in
      while !isStopping.load(ordering: .relaxed), !isRead.load(ordering: .relaxed) {
        if !fill() { nap(milliseconds: 20) }
      }
    }
  }

  /// Reads a piece where there is room for one.
  private func fill() -> Bool {
    guard !isRead.load(ordering: .relaxed), ring.capacity - ring.count >= staging.frames else { return false }
    do {
      let count = try source.read(UnsafePointer(staging.mutable), frameCount: staging.frames)
      _ = ring.write(staging.constant, frameCount: count)
      if count < staging.frames { isRead.store(true, ordering: .releasing) }
    } catch {
      failed.withLock { $0 = "\(error)" }
      isRead.store(true, ordering: .releasing)
    }
    return true
  }

  /// On the audio thread: takes frames, and puts silence where there are none.
  ///
  /// - Returns: the frames that are silence because the source was too slow, and whether the source is at its end.
  func read(_ target: UnsafePointer<UnsafeMutablePointer<Float>>, frameCount: Int) -> (missing: Int, isOver: Bool) {
    // Asked first: what is read after that was all there is.
    let isOver = isRead.load(ordering: .acquiring)
    let count = ring.read(into: target, frameCount: frameCount)
    for channel in 0..<channels {
      talea_zero(target[channel] + count, (frameCount - count) * MemoryLayout<Float>.stride)
    }
    let lacks = count < frameCount
    return (lacks && !isOver ? frameCount - count : 0, lacks && isOver)
  }

  func stop() {
    isStopping.store(true, ordering: .relaxed)
    thread?.join()
    thread = nil
  }

  /// Why reading ended early, where it did.
  var failure: String? { failed.withLock { $0 } }
}

/// Frames in a row that a file lacks.
struct FrameGap: Equatable {
  /// In the stream.
  var position: Int
  var count: Int
}

/// Takes frames from the audio thread and hands them to a sink on a thread of normal priority.
final class FrameDrain: Sendable {
  let channels: Int
  private let ring: FrameRing
  nonisolated(unsafe) private let sink: any FrameSink
  nonisolated(unsafe) private let staging: PlanarBuffer
  nonisolated(unsafe) private var thread: AudioThread?
  private let isStopping = Atomic<Bool>(false)
  private let lost = Atomic<Int>(0)
  /// Of the audio thread alone: the frames that it has offered, and those of them that are being lost.
  nonisolated(unsafe) private var offered = 0
  nonisolated(unsafe) private var gap: FrameGap?
  private let failed = Mutex<String?>(nil)

  init(_ sink: any FrameSink, channels: Int, sampleRate: Int, blockFrames: Int) {
    self.sink = sink
    self.channels = channels
    ring = FrameRing(channels: channels, capacity: 8 * max(sampleRate, blockFrames))
    staging = PlanarBuffer(channels: channels, frames: 4_096)
  }

  /// - Throws: `LiveError.noThread`.
  func start() throws(LiveError) {
    thread = try AudioThread(priority: nil) { [unowned self] in
      while !isStopping.load(ordering: .acquiring) {
        if !empty() { nap(milliseconds: 20) }
      }
      while empty() {}
    }
  }

  private func empty() -> Bool {
    let count = ring.read(into: UnsafePointer(staging.mutable), frameCount: staging.frames)
    guard count > 0 else { return false }
    do {
      if failure == nil { try sink.write(staging.constant, frameCount: count) }
    } catch {
      failed.withLock { $0 = "\(error)" }
    }
    return true
  }

  /// On the audio thread. Frames for which there is no room, because the disk is too slow, are counted and lost.
  ///
  /// - Returns: what was lost before these frames, where they are the first that found room again.
  func write(_ source: UnsafePointer<UnsafePointer<Float>>, frameCount: Int) -> FrameGap? {
    defer { offered += frameCount }
    if ring.write(source, frameCount: frameCount) { return takeGap() }
    lost.add(frameCount, ordering: .relaxed)
    gap = FrameGap(position: gap?.position ?? offered, count: (gap?.count ?? 0) + frameCount)
    return nil
  }

  /// On the audio thread: what is being lost, where that is not told yet.
  func takeGap() -> FrameGap? {
    defer { gap = nil }
    return gap
  }

  /// Returns when everything has reached the sink.
  func finish() {
    isStopping.store(true, ordering: .releasing)
    thread?.join()
    thread = nil
  }

  var lostFrames: Int { lost.load(ordering: .relaxed) }
  /// Why writing ended early, where it did.
  var failure: String? { failed.withLock { $0 } }
}

/// Paces a stream that no device paces, by the monotonic clock.
struct StandInClock {
  private let sampleRate: Int
  private let periodFrames: Int
  private let bufferFrames: Int
  private var start: UInt64 = 0
  private var done = 0

  init(sampleRate: Int, periodFrames: Int, bufferFrames: Int) {
    (self.sampleRate, self.periodFrames, self.bufferFrames) = (sampleRate, periodFrames, bufferFrames)
  }

  /// Frames that are due. Where the program was held up for longer than a buffer, what was missed is not made up.
  mutating func available() -> Int {
    let now = talea_monotonic_nanoseconds()
    if start == 0 { start = now }
    let due = elapsed(now) - done
    guard due > 2 * bufferFrames else { return due }
    (start, done) = (now - UInt64(periodFrames) * 1_000_000_000 / UInt64(sampleRate), 0)
    return periodFrames
  }

  private func elapsed(_ now: UInt64) -> Int {
    let (seconds, rest) = (now - start).quotientAndRemainder(dividingBy: 1_000_000_000)
    return Int(seconds) * sampleRate + Int(rest) * sampleRate / 1_000_000_000
  }

  mutating func took(_ frames: Int) { done += frames }

  /// Sleeps to the next border of a period.
  func wait() {
    let (seconds, frames) = (done + periodFrames).quotientAndRemainder(dividingBy: sampleRate)
    let end = start + UInt64(seconds) * 1_000_000_000 + UInt64(frames * 1_000_000_000 / sampleRate + 1)
    var time = timespec(tv_sec: Int(end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
    talea_realtime_pause()
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil)
    talea_realtime_resume()
  }
}

func nap(milliseconds: Int) {
  var time = timespec(tv_sec: milliseconds / 1_000, tv_nsec: milliseconds % 1_000 * 1_000_000)
  nanosleep(&time, nil)
}
