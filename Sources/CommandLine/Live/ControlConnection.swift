import Glibc
import PatchLanguage

/// A connection to the socket of a session, closed with its last reference.
final class ControlConnection {
  private let path: String
  private let descriptor: Int32

  /// - Parameter given: the socket; nil for the usual one.
  /// - Throws: `CommandError` where no session answers.
  init(_ given: String?) throws {
    guard let path = given ?? defaultSocketPath() else {
      throw CommandError.wrong("there is no runtime directory (XDG_RUNTIME_DIR); give --socket the path that talea live has")
    }
    guard var address = sockaddr_un(path: path) else { throw CommandError.wrong("\(path): the path is too long") }
    self.path = path
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var patience = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    guard connected == 0 else {
      let isAbsent = errno == ENOENT || errno == ECONNREFUSED
      throw CommandError.failed(
        isAbsent ? "\(path): no session of talea live answers there" : "\(path): \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }

  /// Sends a request and returns the answer to it.
  ///
  /// - Throws: `CommandError` where the session refuses, or is gone.
  func ask(_ request: String) throws -> JSONNode { try Self.checked(exchange(request)) }

  /// - Throws: `CommandError` where it is a refusal, or no answer at all.
  static func checked(_ reply: String) throws -> JSONNode {
    var reader = JSONReader(Source(name: "the reply", text: reply), index: 0)
    guard let node = try? reader.document() else { throw CommandError.failed("the session gave no answer") }
    if case .bool(false)? = node["ok"]?.content {
      throw CommandError.wrong(node["error"]?.text ?? "the session refused")
    }
    return node
  }

  /// Sends a line and returns the one that comes back, without its newline.
  func exchange(_ line: String) throws -> String {
    let bytes = Array(line.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = send(descriptor, Array(bytes[sent...]), bytes.count - sent, Int32(MSG_NOSIGNAL))
      guard count > 0 else { throw CommandError.failed("\(path): the session is gone") }
      sent += count
    }
    var reply: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while reply.last != UInt8(ascii: "\n") {
      let count = recv(descriptor, &piece, piece.count, 0)
      guard count > 0 else { throw CommandError.failed("\(path): the session gave no answer") }
      reply += piece[..<count]
    }
    return String(decoding: reply.dropLast(), as: UTF8.self)
  }
}
