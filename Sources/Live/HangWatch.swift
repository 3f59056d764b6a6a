/// Notices that the audio thread has not come round for a while, from the thread that controls: a call into the device's library
/// that does not return. It stops nothing.
struct HangWatch {
  /// What is to be told.
  enum Finding: Equatable {
    /// The thread has not come round for so many nanoseconds.
    case hangs(UInt64)
    /// It has again.
    case returned(UInt64)
  }

  /// Nanoseconds without a sign of life that are told.
  let patience: UInt64
  private var heartbeat = -1
  private var lookedAt: UInt64 = 0
  private var waited: UInt64 = 0
  private var isTold = false

  init(patience: UInt64) { self.patience = patience }

  /// A gap between two looks counts for no more than this: a process that was stopped as a whole does not hang.
  private static let longestGap: UInt64 = 100_000_000

  /// - Parameters:
  ///   - heartbeat: a number that the audio thread changes whenever it comes round.
  ///   - now: of the monotonic clock, in nanoseconds.
  mutating func look(heartbeat: Int, at now: UInt64) -> Finding? {
    defer { lookedAt = now }
    guard heartbeat == self.heartbeat else {
      self.heartbeat = heartbeat
      defer { (waited, isTold) = (0, false) }
      return isTold ? .returned(waited) : nil
    }
    waited += min(now &- lookedAt, Self.longestGap)
    guard waited >= patience, !isTold else { return nil }
    isTold = true
    return .hangs(waited)
  }
}
