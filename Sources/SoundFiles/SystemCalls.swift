import Glibc

/// The system's words for an error number.
func systemReason(_ code: Int32) -> String { String(cString: strerror(code)) }

/// Runs a system call again while signals interrupt it.
func retrying(_ call: () -> Int) -> Int {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}

/// Waits until a non-blocking descriptor is ready; a terminal or a parent may have left it in that mode.
func waitUntilReady(_ descriptor: Int32, for events: Int32) {
  var item = pollfd(fd: descriptor, events: Int16(events), revents: 0)
  _ = poll(&item, 1, -1)
}

/// Writes all bytes at the descriptor's position. Returns 0, or the error number.
func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32 {
  var done = 0
  while done < bytes.count {
    let count = retrying { write(descriptor, bytes.baseAddress! + done, bytes.count - done) }
    if count >= 0 {
      done += count
    } else if errno == EAGAIN {
      waitUntilReady(descriptor, for: POLLOUT)
    } else {
      return errno
    }
  }
  return 0
}

/// Writes all bytes at a position of a regular file. Returns 0, or the error number.
func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int32 {
  var done = 0
  while done < bytes.count {
    let count = retrying { pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, offset + done) }
    if count < 0 { return errno }
    done += count
  }
  return 0
}

/// The error that a failed write means to the person who waits for the file.
func writeError(_ code: Int32, path: String, frame: Int) -> SoundFileError {
  switch code {
  case ENOSPC, EDQUOT: .diskFull(path: path, frame: frame)
  case EFBIG: .fileTooLarge(path: path, frame: frame)
  case EPIPE: .readerGone(path: path, frame: frame)
  default: .writeFailed(path: path, frame: frame, reason: systemReason(code))
  }
}

/// The kinds of file system entry that are treated differently.
enum FileKind: Equatable {
  case regular, directory, other

  init(mode: mode_t) {
    switch mode & S_IFMT {
    case S_IFREG: self = .regular
    case S_IFDIR: self = .directory
    default: self = .other
    }
  }
}

func status(path: String) -> stat? {
  var result = stat()
  return stat(path, &result) == 0 ? result : nil
}

func status(descriptor: Int32) -> stat? {
  var result = stat()
  return fstat(descriptor, &result) == 0 ? result : nil
}

/// Questions about two paths.
public enum SameFile {
  /// Whether both paths lead to one regular file (same device and inode, through links). False where either is missing.
  public static func areSame(_ first: String, _ second: String) -> Bool {
    guard let a = status(path: first), let b = status(path: second), FileKind(mode: a.st_mode) == .regular else { return false }
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino
  }
}
