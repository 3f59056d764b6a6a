import ALSADevices
import Synchronization

/// Something that happened on the audio thread.
public struct LiveEvent: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// Sound runs.
    case started
    /// The device ran dry or over; sound went on behind a gap.
    case xrun
    case suspended
    case resumed
    case disconnected
    case reconnected
    /// The queue between two clocks ran empty or full and begins anew.
    case slipped
    /// The device gave nothing for too long, without an error.
    case stalled
    /// The device wakes us in a row without having anything; we look in once a period from now on.
    case idleWakeups
    /// The audio thread has not come round for `value` milliseconds: a call into the device's library does not return. Told by
    /// the thread that controls.
    case hanging
    /// It has come round again, after `value` milliseconds.
    case returned
    /// A call failed with an error number.
    case failed
    /// Opening again did not succeed; tried again until it does. Told once in a row.
    case reopenRefused
    /// The patch takes longer than the sound lasts; `value` is the mean load of the last second in thousandths.
    case overloaded
    /// From this position on the input passes by the patch, for an overload or because it was asked for.
    case bypassed
    /// From this position on the patch plays again, and fades in over 20 ms.
    case patchResumed
    /// The thread runs at normal priority from now on, for the overload.
    case deprioritised
    /// The file that stands in for the capture device cannot be read fast enough; silence stands where it is missing.
    case sourceIsLate
    /// The recording lacks `value` frames from this position on, of the input (capture) or of the output (playback).
    case recordingGap
    /// The file that stands in for the playback device lacks `value` frames from this position on.
    case fileGap
    /// What was asked for under the number `value` begins at this position.
    case changed
    /// Too many changes wait already; one was dropped.
    case changeLost
    /// The last fade begins.
    case ending
    /// The last frame was played.
    case ended
    /// Nothing can go on; the thread has ended.
    case gaveUp
  }

  public var kind: Kind
  public var direction: Direction?
  /// An error number, negative; else a figure of the kind, or 0.
  public var value: Int32
  /// Frames of the patch played so far.
  public var position: Int
  /// Of the monotonic clock.
  public var nanoseconds: UInt64
}

/// A queue from the audio thread to one other thread. Writing never waits: what finds no place is counted.
final class EventRing: Sendable {
  static let capacity = 4_096

  nonisolated(unsafe) private let slots: UnsafeMutablePointer<LiveEvent>
  private let written = Atomic<Int>(0)
  private let read = Atomic<Int>(0)
  private let lost = Atomic<Int>(0)

  init() {
    slots = .allocate(capacity: Self.capacity)
    slots.initialize(
      repeating: LiveEvent(kind: .started, direction: nil, value: 0, position: 0, nanoseconds: 0), count: Self.capacity)
  }

  deinit { slots.deallocate() }

  /// On the audio thread.
  func write(_ event: LiveEvent) {
    let place = written.load(ordering: .relaxed)
    guard place - read.load(ordering: .acquiring) < Self.capacity else {
      lost.add(1, ordering: .relaxed)
      return
    }
    slots[place % Self.capacity] = event
    written.store(place + 1, ordering: .releasing)
  }

  /// On the reading thread: the next event, if there is one.
  func next() -> LiveEvent? {
    let place = read.load(ordering: .relaxed)
    guard place < written.load(ordering: .acquiring) else { return nil }
    let event = slots[place % Self.capacity]
    read.store(place + 1, ordering: .releasing)
    return event
  }

  /// Events that found no place.
  var lostCount: Int { lost.load(ordering: .relaxed) }
}
