import Glibc
import Talea

/// A Unix socket that takes commands, one JSON object a line, and answers each; see docs/control.md.
///
/// Runs on the thread that controls the session; nothing here is seen by the audio thread but what the session queues.
final class ControlServer {
  private let path: String
  private let listener: Int32
  private let lock: Int32
  private var clients: [Client] = []
  private var stopsProfiling = false
  let desk: ControlDesk

  /// One connection.
  private struct Client {
    var descriptor: Int32
    var received: [UInt8] = []
    var unsent: [UInt8] = []
    var isSubscribed = false
    /// How often it wants levels, and when it gets them next, in nanoseconds.
    var metersEvery: UInt64?
    var metersAt: UInt64 = 0
    /// Replies that wait for their change to take effect, with its number.
    var waiting: [(number: Int32, reply: [JSONValue.Member])] = []
    /// Whether it wants the time of actors counted; that ends with it.
    var isProfiling = false
    var isGone = false
  }

  static let longestLine = 65_536
  private static let mostClients = 16
  /// A client that does not read what it asked for is dropped.
  private static let mostUnsent = 1 << 20

  /// - Throws: `CommandError` where the path cannot be bound, or another session answers there.
  init(path: String, desk: ControlDesk) throws {
    self.path = path
    self.desk = desk
    signal(SIGPIPE, SIG_IGN)
    guard var address = sockaddr_un(path: path) else { throw CommandError.wrong("--socket \(path): the path is too long") }
    // Whoever holds the lock may take the place of a socket that a killed session left behind.
    lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw CommandError.failed("\(path): \(String(cString: strerror(errno)))") }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close(lock)
      throw CommandError.failed("\(path): another session answers there; give --socket another path")
    }
    var status = stat()
    if lstat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFSOCK else {
        close(lock)
        throw CommandError.failed("\(path): something that is no socket is there")
      }
      unlink(path)
    }
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    // Nobody else may connect, not even between these calls.
    let mask = umask(0o177)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    umask(mask)
    guard bound == 0, listen(listener, 16) == 0 else {
      let reason = String(cString: strerror(errno))
      close(listener)
      close(lock)
      throw CommandError.failed("\(path): \(reason)")
    }
  }

  deinit {
    for client in clients { close(client.descriptor) }
    close(listener)
    unlink(path)
    unlink(path + ".lock")
    close(lock)
  }

  /// Answers what comes within a time.
  func serve(milliseconds: Int32) {
    var descriptors = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
    for client in clients {
      let events = POLLIN | (client.unsent.isEmpty ? 0 : POLLOUT)
      descriptors.append(pollfd(fd: client.descriptor, events: Int16(events), revents: 0))
    }
    guard poll(&descriptors, nfds_t(descriptors.count), milliseconds) > 0 else { return }
    for index in clients.indices where descriptors[index + 1].revents != 0 {
      receive(index)
      send(index)
    }
    removeGone()
    if descriptors[0].revents != 0 { accept() }
  }

  /// Confirms what has taken effect, and passes events on to those who subscribed.
  func tell(_ events: [LiveEvent]) {
    for event in events {
      for index in clients.indices {
        while let place = clients[index].waiting.firstIndex(where: { $0.number == event.value && event.kind == .changed }) {
          let waiting = clients[index].waiting.remove(at: place)
          queue(waiting.reply + [.init("position", .integer(event.position))], for: index)
        }
        guard clients[index].isSubscribed else { continue }
        queue(
          [
            .init("event", .string("\(event.kind)")), .init("position", .integer(event.position)),
            .init("direction", event.direction.map { .string($0.rawValue) } ?? .null), .init("value", .integer(Int(event.value))),
          ], for: index)
      }
    }
    let now = Processor.nanoseconds
    for index in clients.indices {
      guard let time = clients[index].metersEvery, now >= clients[index].metersAt else { continue }
      clients[index].metersAt = now + time
      queue([.init("event", .string("meters"))] + desk.meters, for: index)
      send(index)
    }
    if !events.isEmpty { for index in clients.indices { send(index) } }
    removeGone()
  }

  /// What was to take effect under this number never will.
  func refuse(_ number: Int32, _ text: String) {
    for index in clients.indices {
      while let place = clients[index].waiting.firstIndex(where: { $0.number == number }) {
        let reply = clients[index].waiting.remove(at: place).reply
        let sentence = text.hasPrefix("error: ") ? text.dropFirst(7) : text[...]
        queue(
          reply.filter { $0.key == "id" } + ControlDesk.refusal(String(sentence.split(separator: "\n").joined(separator: "\n"))),
          for: index)
        send(index)
      }
    }
    removeGone()
  }

  // MARK: One client

  private func accept() {
    while true {
      let descriptor = Glibc.accept(listener, nil, nil)
      if descriptor < 0 { return }
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
      if clients.count < Self.mostClients { clients.append(Client(descriptor: descriptor)) } else { close(descriptor) }
    }
  }

  private func receive(_ index: Int) {
    var bytes = [UInt8](repeating: 0, count: 4_096)
    // A client that never stops talking gets its share, and no more, of each round.
    for _ in 0..<16 {
      let count = recv(clients[index].descriptor, &bytes, bytes.count, 0)
      if count < 0, errno == EAGAIN || errno == EINTR { break }
      guard count > 0 else {
        clients[index].isGone = true
        break
      }
      clients[index].received += bytes[..<count]
      answerLines(index)
      guard clients[index].received.count <= Self.longestLine else {
        queue(ControlDesk.refusal("a line has at most \(Self.longestLine) bytes"), for: index)
        clients[index].isGone = true
        break
      }
    }
  }

  private func answerLines(_ index: Int) {
    while let end = clients[index].received.firstIndex(of: UInt8(ascii: "\n")) {
      let line = Array(clients[index].received[..<end])
      clients[index].received.removeSubrange(...end)
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
      switch desk.answer(line) {
      case .now(let reply): queue(reply, for: index)
      case .when(let number, let reply): clients[index].waiting.append((number, reply))
      case .profiles(let isOn, let reply):
        clients[index].isProfiling = isOn
        if let number = desk.session.setProfiling(clients.contains(where: \.isProfiling)) {
          clients[index].waiting.append((number, reply))
        } else {
          queue(reply.filter { $0.key == "id" } + ControlDesk.refusal(ControlDesk.busy), for: index)
        }
      case .subscribed(let reply, let time):
        clients[index].isSubscribed = true
        clients[index].metersEvery = time
        queue(reply, for: index)
      }
    }
  }

  private func queue(_ reply: [JSONValue.Member], for index: Int) {
    clients[index].unsent += Array(JSONValue.object(reply).text(lineLength: .max).utf8)
    if clients[index].unsent.count > Self.mostUnsent { clients[index].isGone = true }
  }

  private func send(_ index: Int) {
    while !clients[index].unsent.isEmpty {
      let count = Glibc.send(clients[index].descriptor, clients[index].unsent, clients[index].unsent.count, Int32(MSG_NOSIGNAL))
      if count < 0 {
        if errno != EAGAIN && errno != EINTR { clients[index].isGone = true }
        return
      }
      clients[index].unsent.removeFirst(count)
    }
  }

  private func removeGone() {
    var wasProfiling = false
    for client in clients where client.isGone {
      close(client.descriptor)
      wasProfiling = wasProfiling || client.isProfiling
    }
    clients.removeAll(where: \.isGone)
    // Tried again where too many changes wait.
    if wasProfiling || stopsProfiling, !clients.contains(where: \.isProfiling) {
      stopsProfiling = desk.session.setProfiling(false) == nil
    }
  }
}

extension sockaddr_un {
  /// nil where the path is too long for an address.
  init?(path: String) {
    self.init()
    sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    let isCopied = withUnsafeMutableBytes(of: &sun_path) { target in
      guard bytes.count < target.count else { return false }
      target.copyBytes(from: bytes)
      return true
    }
    if !isCopied || bytes.isEmpty { return nil }
  }
}
