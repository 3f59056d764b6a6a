import Glibc
import Talea

/// The service manager that started the program and wants to know how it is, as systemd does for units of `Type=notify`:
/// it takes datagrams on the socket that `NOTIFY_SOCKET` names.
final class ServiceManager {
  private let descriptor: Int32
  private var isReady = false

  /// nil where nobody wants to know.
  init?() {
    guard let value = getenv("NOTIFY_SOCKET") else { return nil }
    var name = Array(String(cString: value).utf8)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // A name of the kernel's own begins with a zero, and is written with an @.
    guard let first = name.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@") else { return nil }
    if first == UInt8(ascii: "@") { name[0] = 0 }
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let isConnected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) == 0 }
    }
    guard isConnected else {
      close(descriptor)
      return nil
    }
  }

  deinit { close(descriptor) }

  /// It is ready when sound runs; what goes wrong later is its status.
  func tell(_ events: [LiveEvent]) {
    for event in events {
      switch event.kind {
      case .started:
        guard !isReady else { continue }
        isReady = true
        send("READY=1\nSTATUS=playing")
      case .disconnected: send("STATUS=waiting for the device")
      case .hanging: send("STATUS=waiting for the device's library")
      case .returned: send("STATUS=playing")
      case .suspended: send("STATUS=suspended")
      case .reconnected, .resumed: send("STATUS=playing")
      default: break
      }
    }
  }

  func stopping() { send("STOPPING=1") }

  /// Nothing is done where it is not taken: a service must not fail for its manager.
  private func send(_ text: String) {
    var text = text
    text.withUTF8 { _ = Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)) }
  }
}
