import Glibc

/// Keys of the terminal as they are pressed, without echo; Ctrl-C stays a signal. The terminal is as before at the end.
final class LiveKeys {
  enum Key: Equatable {
    case up, down, left, right, pageUp, pageDown
    case letter(Character)
  }

  private var former = termios()
  private var pending: [UInt8] = []

  /// nil where nobody can press keys: no terminal, or a session in the background.
  init?() {
    guard isatty(STDIN_FILENO) == 1, Self.isInFront, tcgetattr(STDIN_FILENO, &former) == 0 else { return nil }
    var mode = former
    mode.c_lflag &= ~tcflag_t(ICANON | ECHO)
    withUnsafeMutableBytes(of: &mode.c_cc) {
      $0[Int(VMIN)] = 0; $0[Int(VTIME)] = 0
    }
    guard tcsetattr(STDIN_FILENO, TCSANOW, &mode) == 0 else { return nil }
  }

  deinit { if Self.isInFront { tcsetattr(STDIN_FILENO, TCSANOW, &former) } }

  /// Whoever reads from a terminal in the background is stopped.
  private static var isInFront: Bool { tcgetpgrp(STDIN_FILENO) == getpgrp() }

  /// What was pressed since the last call. Never waits.
  func read() -> [Key] {
    guard Self.isInFront else { return [] }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = Glibc.read(STDIN_FILENO, &bytes, bytes.count)
    if count > 0 { pending += bytes[..<count] }
    var keys: [Key] = []
    while let key = next() { if let key = key.key { keys.append(key) } }
    return keys
  }

  /// The first key of what is pending, or what is none; nil where nothing, or a sequence without its end, is there.
  private func next() -> (key: Key?, Void)? {
    guard let first = pending.first else { return nil }
    guard first == 0x1B else {
      pending.removeFirst()
      return (first < 0x80 ? .letter(Character(UnicodeScalar(first))) : nil, ())
    }
    guard pending.count > 1, pending[1] == UInt8(ascii: "[") || pending[1] == UInt8(ascii: "O") else {
      pending.removeFirst()
      return (nil, ())
    }
    guard let end = pending.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else {
      if pending.count > 16 { pending.removeAll() }
      return nil
    }
    let body = String(decoding: pending[2...end], as: UTF8.self)
    pending.removeSubrange(...end)
    let known: [String: Key] = ["A": .up, "B": .down, "C": .right, "D": .left, "5~": .pageUp, "6~": .pageDown]
    return (known[body], ())
  }
}
