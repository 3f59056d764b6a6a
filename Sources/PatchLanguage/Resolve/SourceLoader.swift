import Glibc
public import Signal

/// Reads the files that `use` and arguments name.
public protocol SourceLoader: Sendable {
  /// - Parameter path: absolute, or relative to the working directory; already relative to the patch that names the file
  ///   and without `..` where that can be known from the text.
  func load(_ path: String) throws(SourceFailure) -> Source

  /// Reads a sound file whole; default: refuses, for the language itself knows no sound files.
  func loadSound(_ path: String) throws(SourceFailure) -> SoundSamples
}

extension SourceLoader {
  public func loadSound(_ path: String) throws(SourceFailure) -> SoundSamples {
    throw SourceFailure("no sound files are read here")
  }
}

/// Why a file could not be read: `there is no such file`.
public struct SourceFailure: Error, Sendable, Hashable {
  public let reason: String

  public init(_ reason: String) { self.reason = reason }
}

/// Reads from disk.
public struct DiskLoader: SourceLoader {
  public init() {}

  public func load(_ path: String) throws(SourceFailure) -> Source {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .lastError }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    let piece = 1 << 16
    while true {
      let start = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: piece))
      let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + start, piece) }
      guard count >= 0 else { throw .lastError }
      bytes.removeLast(piece - count)
      if count == 0 { return Source(name: path, bytes: bytes) }
      // The parser refuses longer texts; what goes on for ever, such as a device, is not read to its end.
      if bytes.count > SyntaxLimits.jsonBytes { return Source(name: path, bytes: bytes) }
    }
  }
}

extension SourceFailure {
  fileprivate static var lastError: SourceFailure {
    switch errno {
    case ENOENT, ENOTDIR: SourceFailure("there is no such file")
    case EACCES, EPERM: SourceFailure("permission denied")
    case EISDIR: SourceFailure("it is a directory")
    case let code: SourceFailure(String(cString: strerror(code)).lowercased())
    }
  }
}

/// Where `path`, written in the file `user`, leads: relative paths start at the folder of `user`.
func path(_ path: String, usedBy user: String) -> String {
  var parts: [Substring] = []
  let isAbsolute = path.hasPrefix("/")
  let folder = user.lastIndex(of: "/").map { user[...$0] } ?? ""
  let whole = isAbsolute ? path : folder + path
  for part in whole.split(separator: "/") where part != "." {
    if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
  }
  return (whole.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
}
