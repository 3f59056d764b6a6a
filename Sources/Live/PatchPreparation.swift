import Synchronization

/// What is to be played next, in the making on a thread of normal priority.
final class PatchPreparation: Sendable {
  private let result = Mutex<Result<PatchSuccession, any Error>?>(nil)
  nonisolated(unsafe) private var thread: AudioThread?

  /// - Throws: `LiveError.noThread`.
  init(_ make: @escaping @Sendable () throws -> PatchSuccession) throws(LiveError) {
    thread = nil
    thread = try AudioThread(priority: nil) { [self] in
      let made = Result { try make() }
      result.withLock { $0 = made }
    }
  }

  /// What came of it; nil as long as it takes. Once.
  func take() -> Result<PatchSuccession, any Error>? {
    guard let made = result.withLock({ $0 }) else { return nil }
    thread?.join()
    thread = nil
    return made
  }

  deinit { thread?.join() }
}
