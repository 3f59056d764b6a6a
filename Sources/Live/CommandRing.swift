import Engine
import Synchronization

/// What the audio thread is asked to do at the start of its next block.
enum LiveCommand {
  /// A parameter moves; `rampFrames` is negative for its own smoothing.
  case parameter(actor: Int, parameter: Int, value: Double, rampFrames: Int)
  case mute(Bool)
  /// Another executor follows; whoever sends it keeps the exchange alive until it is confirmed.
  case exchange(Unmanaged<Exchange>, StandInTail)
  /// The input passes by the patch, or no longer.
  case passBy(Bool)
  /// The time spent in each actor is counted from now on, or no longer.
  case profile(Bool)
  /// What rings out fades.
  case endRemainders
  /// The end of what takes effect together, with the number under which it is confirmed.
  case end(group: Int32)
}

/// A queue of commands from one thread to the audio thread. Neither side ever waits.
final class CommandRing: Sendable {
  static let capacity = 8_192

  nonisolated(unsafe) private let slots: UnsafeMutablePointer<LiveCommand>
  private let written = Atomic<Int>(0)
  private let read = Atomic<Int>(0)

  init() {
    slots = .allocate(capacity: Self.capacity)
    slots.initialize(repeating: .mute(false), count: Self.capacity)
  }

  deinit { slots.deallocate() }

  /// Appends commands that belong together, all of them or none.
  ///
  /// - Returns: whether they found room.
  func write(_ commands: [LiveCommand]) -> Bool {
    let place = written.load(ordering: .relaxed)
    guard place + commands.count - read.load(ordering: .acquiring) <= Self.capacity else { return false }
    for (index, command) in commands.enumerated() { slots[(place + index) % Self.capacity] = command }
    written.store(place + commands.count, ordering: .releasing)
    return true
  }

  /// On the audio thread: the next command, if there is one.
  func next() -> LiveCommand? {
    let place = read.load(ordering: .relaxed)
    guard place < written.load(ordering: .acquiring) else { return nil }
    let command = slots[place % Self.capacity]
    read.store(place + 1, ordering: .releasing)
    return command
  }
}
