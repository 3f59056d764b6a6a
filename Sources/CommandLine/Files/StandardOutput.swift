import Glibc

/// Writes a text to standard output.
///
/// - Throws: `CommandError` where not all of it arrived, as on a full disk: what was asked for is then not there.
func printText(_ text: String) throws(CommandError) {
  var text = text
  let failure = text.withUTF8 { bytes -> Int32 in
    var done = 0
    while done < bytes.count {
      let count = write(STDOUT_FILENO, bytes.baseAddress! + done, bytes.count - done)
      if count < 0 && errno == EAGAIN {
        var item = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        _ = poll(&item, 1, -1)
      } else if count < 0 && errno != EINTR {
        return errno
      }
      done += max(count, 0)
    }
    return 0
  }
  guard failure == 0 else { throw .failed("standard output: cannot write: \(String(cString: strerror(failure)))") }
}
