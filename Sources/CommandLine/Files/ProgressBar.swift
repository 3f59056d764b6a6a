import Talea

/// How far one file has come: share done, speed and time left.
struct ProgressBar: Sendable {
  let name: String
  /// Frames there will be; nil for a pipe, whose end nobody knows.
  let total: Int?
  let framesPerSecond: Double
  private let begin: UInt64
  private var frames = 0
  private var now: UInt64

  /// - Parameter begin: nanoseconds of `Processor.nanoseconds`.
  init(name: String, total: Int?, framesPerSecond: Double, begin: UInt64) {
    self.name = name
    self.total = total
    self.framesPerSecond = framesPerSecond
    self.begin = begin
    now = begin
  }

  mutating func move(to frames: Int, at now: UInt64) {
    self.frames = frames
    self.now = now
  }

  /// Whether it has been at work for long enough to be worth a look.
  func hasShown(at now: UInt64) -> Bool { now - begin > 300_000_000 }

  /// `voice.wav  [########------------]  40%  210x  0:12 left`
  func line(columns: Int) -> String {
    let seconds = Double(now - begin) * 1e-9
    let done = Double(frames) / framesPerSecond
    let speed = seconds > 0 ? done / seconds : 0
    var facts: String
    if let total, total > 0 {
      let share = min(1, Double(frames) / Double(total))
      let filled = Int(20 * share)
      let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 20 - filled)
      facts = "  [\(bar)] \(padded("\(Int(100 * share))", 3))%"
      if speed > 0 { facts += "  \(speedText(speed))  \(clock(seconds * (1 - share) / max(share, 1e-9))) left" }
    } else {
      facts = "  \(clock(done)) done"
      if speed > 0 { facts += "  \(speedText(speed))" }
    }
    let room = max(8, columns - 1 - facts.count)
    let shown = name.count <= room ? name : "…" + name.suffix(room - 1)
    return String((shown + facts).prefix(max(1, columns - 1)))
  }

  private func speedText(_ speed: Double) -> String { speed >= 10 ? "\(Int(speed))x" : "\(fixed(speed, 1))x" }

  private func padded(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
}
