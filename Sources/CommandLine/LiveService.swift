import Glibc

/// Tells a service manager how far a session is, by the datagrams of sd_notify(3); without one nothing happens.
struct LiveService {
  private let address: [UInt8]?

  init() {
    address = getenv("NOTIFY_SOCKET").map { Array(String(cString: $0).utf8) }
  }

  /// Sound runs.
  func isReady(_ status: String) { send("READY=1\nSTATUS=\(status)") }
  func isStopping() { send("STOPPING=1") }

  private func send(_ text: String) {
    guard var path = address, !path.isEmpty else { return }
    // `@` stands for the zero byte of a name that is in no file system.
    if path[0] == UInt8(ascii: "@") { path[0] = 0 }
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    let fits = withUnsafeMutableBytes(of: &name.sun_path) { target in
      guard path.count < target.count else { return false }
      target.copyBytes(from: path)
      return true
    }
    guard fits else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.offset(of: \.sun_path)! + path.count + (path[0] == 0 ? 0 : 1))
    let bytes = Array(text.utf8)
    _ = withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT), $0, length)
      }
    }
  }
}
