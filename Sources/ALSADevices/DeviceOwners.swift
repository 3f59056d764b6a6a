import CALSA
import Glibc

/// Who has a sound card open.
enum DeviceOwners {
  /// The programs that hold the hardware behind `hw:CARD…`, as `jackd (process 812)`; nil where that cannot be known.
  static func names(of device: String) -> String? {
    guard let card = cardNumber(device) else { return nil }
    var processes: [Int32] = []
    for stream in ["p", "c"] {
      for number in 0..<8 {
        let folder = "/proc/asound/card\(card)/pcm\(number)\(stream)"
        for sub in 0..<8 {
          guard let text = contents("\(folder)/sub\(sub)/status") else { break }
          for line in text.split(separator: "\n") where line.hasPrefix("owner_pid") {
            if let process = line.split(separator: ":").last.flatMap({ Int32($0.drop { $0 == " " }) }) {
              processes.append(process)
            }
          }
        }
      }
    }
    guard !processes.isEmpty else { return nil }
    return Set(processes).sorted().map { process in
      let name = contents("/proc/\(process)/comm").map { String($0.prefix { $0 != "\n" }) } ?? "a program"
      return "\(name) (process \(process))"
    }.joined(separator: ", ")
  }

  private static func cardNumber(_ device: String) -> Int32? {
    guard let colon = device.firstIndex(of: ":") else { return nil }
    var card = String(device[device.index(after: colon)...].prefix { $0 != "," })
    if card.hasPrefix("CARD=") { card.removeFirst(5) }
    let number = snd_card_get_index(card)
    return number >= 0 ? number : nil
  }

  private static func contents(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) { buffer in
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }
  }
}
