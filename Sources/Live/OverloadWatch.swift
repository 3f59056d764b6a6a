/// The mean load of each second of sound.
struct OverloadWatch {
  private var time = 0.0
  private var busy = 0.0

  mutating func add(_ share: Double, frames: Int, sampleRate: Int) {
    let seconds = Double(frames) / Double(sampleRate)
    time += seconds
    busy += share * seconds
  }

  /// Whether a second is full.
  var isDue: Bool { time >= 1 }

  mutating func takeMean() -> Double {
    defer { (time, busy) = (0, 0) }
    return busy / time
  }
}
