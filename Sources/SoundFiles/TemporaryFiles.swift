import CSndFile
import Glibc

/// The temporary files that exist at this moment, in a form that a signal handler can read.
///
/// A fixed table of C strings. Whoever swaps a pointer out of its slot owns it: the handler then unlinks the file, the
/// output then frees the string. Neither waits for the other.
enum TemporaryFiles {
  /// Outputs open at one time that a signal cleans up; further ones are written all the same.
  static let capacity = 1_024

  nonisolated(unsafe) private static let slots: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = {
    let table = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: capacity)
    table.initialize(repeating: nil, count: capacity)
    return table
  }()

  /// Makes the table exist, so that a handler never is the first to touch it.
  static func prepare() { _ = slots }

  /// Enters a path; returns its slot, or nil where the table is full.
  static func enter(_ path: String) -> Int? {
    guard let text = strdup(path) else { return nil }
    for index in 0..<capacity where talea_fill(slots + index, text) { return index }
    free(text)
    return nil
  }

  /// Takes a path out once its file is renamed or removed.
  static func leave(_ slot: Int?) {
    guard let slot else { return }
    free(talea_exchange(slots + slot, nil))
  }

  /// Removes every temporary file. Async-signal-safe: it reads memory and calls `unlink`.
  static func unlinkAll() {
    for index in 0..<capacity {
      if let path = talea_exchange(slots + index, nil) { unlink(path) }
    }
  }
}

/// Makes interrupted programs leave no half-written files.
public enum SignalCleanup {
  /// From now on SIGHUP, SIGINT, SIGPIPE and SIGTERM remove the temporary files of all outputs and end the process with
  /// status 128 + signal (SIGINT 130, SIGTERM 143). A signal that is ignored, as `nohup` does, stays ignored. SIGXFSZ is
  /// ignored, so that a file beyond the size limit is an error like a full disk.
  ///
  /// For programs, once, before the first output; a library leaves signals to its program.
  public static func install() {
    TemporaryFiles.prepare()
    for number in [SIGHUP, SIGINT, SIGPIPE, SIGTERM] {
      var former = sigaction()
      sigaction(number, nil, &former)
      let ignored = unsafeBitCast(SIG_IGN, to: Int.self)
      if unsafeBitCast(former.__sigaction_handler.sa_handler, to: Int.self) == ignored { continue }
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { signal in
        TemporaryFiles.unlinkAll()
        _exit(128 + signal)
      }
      sigfillset(&action.sa_mask)
      sigaction(number, &action, nil)
    }
    signal(SIGXFSZ, SIG_IGN)
  }
}
