import Glibc

/// A file that appears whole or not at all.
///
/// A regular file is written beside its target under a hidden temporary name, synced to the disk and renamed over the
/// target; an existing file's mode is kept, and where the path is a symbolic link, the link stays and its target is
/// replaced. FIFOs and devices are opened and written as they are, never renamed over or removed.
///
/// For sound files `AudioFileWriter` uses it; it serves any other output of a program as well.
public final class OutputFile {
  /// The path as given, or `standard output`.
  public let path: String
  /// Open for writing; closed by `commit` and `abort`.
  public let descriptor: Int32
  /// Whether a temporary file is renamed at the end; false for standard output, FIFOs and devices.
  public let isReplacing: Bool

  private enum State { case open, done }

  private let target: String
  private let temporary: String
  private let slot: Int?
  private let mayReplace: Bool
  private var state = State.open

  /// Opens an output.
  ///
  /// - Parameters:
  ///   - path: The target; `-` is standard output.
  ///   - force: Whether an existing regular file may be replaced.
  /// - Throws: `SoundFileError`: `outputExists`, `outputIsDirectory`, `missingDirectory`, `directoryNotWritable`, …
  public init(path: String, force: Bool = false) throws(SoundFileError) {
    mayReplace = force
    if path == "-" {
      guard isatty(STDOUT_FILENO) == 0 else { throw .outputIsTerminal }
      self.path = "standard output"
      (target, temporary, slot, isReplacing, descriptor) = ("", "", nil, false, STDOUT_FILENO)
      return
    }
    self.path = path
    target = try Self.followLinks(path)
    let existing = status(path: target)
    switch existing.map({ FileKind(mode: $0.st_mode) }) {
    case .directory: throw .outputIsDirectory(path: path)
    case .other:
      let opened = open(target, O_WRONLY | O_CLOEXEC)
      guard opened >= 0 else { throw .createFailed(path: path, reason: systemReason(errno)) }
      (temporary, slot, isReplacing, descriptor) = ("", nil, false, opened)
      return
    case .regular where !force: throw .outputExists(path: path)
    case .regular, nil: break
    }
    guard target.last != "/" else { throw .missingDirectory(path: path, directory: target) }
    (temporary, slot, descriptor) = try Self.createTemporary(beside: target, path: path)
    isReplacing = true
    if let existing {
      // Only root may give files away: elsewhere the new file is its writer's, as with any editor. The mode comes
      // second, because a change of owner clears the set-user-ID bits.
      _ = fchown(descriptor, existing.st_uid, existing.st_gid)
      fchmod(descriptor, existing.st_mode & 0o7777)
    }
  }

  deinit { abort() }

  /// Makes the file appear: syncs, closes and renames it. Without `force`, a file that has appeared at the target since
  /// is not replaced.
  ///
  /// - Parameter frame: The number of frames written, for the message of an error.
  /// - Throws: `SoundFileError`; the temporary file is then removed.
  public func commit(frame: Int = 0) throws(SoundFileError) {
    precondition(state == .open, "an output is committed once")
    guard isReplacing else { return try closeDirect(frame) }
    if fsync(descriptor) != 0 { throw failed(errno, frame) }
    state = .done
    if close(descriptor) != 0, errno != EINTR { throw failed(errno, frame) }
    if mayReplace {
      if rename(temporary, target) != 0 { throw failed(errno, frame) }
    } else if link(temporary, target) == 0 {
      unlink(temporary)
    } else {
      // Unlike a rename, a link never replaces. File systems without links (FAT) leave a moment between look and rename.
      guard errno != EEXIST, status(path: target) == nil else { throw failed(EEXIST, frame) }
      if rename(temporary, target) != 0 { throw failed(errno, frame) }
    }
    TemporaryFiles.leave(slot)
    syncDirectory()
  }

  /// Removes what was written. Does nothing after `commit`.
  public func abort() {
    guard state == .open else { return }
    state = .done
    if descriptor != STDOUT_FILENO { close(descriptor) }
    if isReplacing { removeTemporary() }
  }

  private func removeTemporary() {
    unlink(temporary)
    TemporaryFiles.leave(slot)
  }

  private func failed(_ code: Int32, _ frame: Int) -> SoundFileError {
    if state == .open { close(descriptor) }
    state = .done
    removeTemporary()
    return code == EEXIST ? .outputExists(path: path) : writeError(code, path: path, frame: frame)
  }

  private func closeDirect(_ frame: Int) throws(SoundFileError) {
    state = .done
    guard descriptor != STDOUT_FILENO else { return }
    if close(descriptor) != 0, errno != EINTR { throw writeError(errno, path: path, frame: frame) }
  }

  /// A rename is on the disk once its directory is. Some file systems refuse to sync one, and keep order by themselves.
  private func syncDirectory() {
    let directory = open(Self.directory(of: target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { return }
    fsync(directory)
    close(directory)
  }

  // MARK: Paths

  /// The path at the end of a chain of symbolic links; it need not exist.
  private static func followLinks(_ path: String) throws(SoundFileError) -> String {
    var current = path
    // The kernel's own limit.
    for _ in 0..<40 {
      var status = stat()
      guard lstat(current, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return current }
      let length = Int(PATH_MAX)
      let destination = withUnsafeTemporaryAllocation(of: CChar.self, capacity: length) { buffer in
        let count = readlink(current, buffer.baseAddress!, length)
        return String(decoding: UnsafeRawBufferPointer(buffer).prefix(max(count, 0)), as: UTF8.self)
      }
      // The links of /proc (standard output by name) lead to open files that need not have a path.
      if destination.isEmpty || !destination.contains("/") && destination.contains(":") { return current }
      current = destination.first == "/" ? destination : directory(of: current) + "/" + destination
    }
    throw .linkLoop(path: path)
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func createTemporary(
    beside target: String, path: String
  ) throws(SoundFileError) -> (path: String, slot: Int?, descriptor: Int32) {
    let directory = directory(of: target)
    let name = target.split(separator: "/").last ?? ""
    // A name has at most 255 bytes; a long one is left out of the temporary's.
    let stem = name.utf8.count <= 200 ? name : "output"
    var number = 0
    while true {
      number += 1
      let temporary = "\(directory)/.\(stem).\(getpid())-\(number).partial"
      // Entered before it exists: a signal in between then removes nothing, while the other order could leave a file.
      let slot = TemporaryFiles.enter(temporary)
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (temporary, slot, descriptor) }
      let code = errno
      TemporaryFiles.leave(slot)
      switch code {
      case EEXIST: continue
      case ENOENT, ENOTDIR: throw .missingDirectory(path: path, directory: directory)
      case EACCES, EPERM, EROFS: throw .directoryNotWritable(path: path, directory: directory)
      case ENOSPC, EDQUOT: throw .diskFull(path: path, frame: 0)
      default: throw .createFailed(path: path, reason: systemReason(code))
      }
    }
  }
}
