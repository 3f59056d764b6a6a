import Glibc

/// Signals that are waited for instead of handled.
struct SignalSet {
  private var set = sigset_t()

  init(_ numbers: [Int32]) {
    sigemptyset(&set)
    for number in numbers { sigaddset(&set, number) }
  }

  /// From now on they wait in the process, for this thread and those it starts.
  func block() {
    var set = set
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// The next one that came or comes within a time; nil where none did.
  func wait(milliseconds: Int) -> Int32? {
    var set = set
    var time = timespec(tv_sec: milliseconds / 1_000, tv_nsec: milliseconds % 1_000 * 1_000_000)
    let number = sigtimedwait(&set, nil, &time)
    return number > 0 ? number : nil
  }
}
