import ALSADevices

/// A stream as the audio thread calls it: without counting references. Whoever made it keeps the stream alive.
struct StreamReference {
  private let stream: Unmanaged<PCMStream>
  let settings: StreamSettings

  init(_ stream: PCMStream) {
    self.stream = Unmanaged.passUnretained(stream)
    settings = stream.settings
  }

  /// For what is no affair of the audio thread.
  var owned: PCMStream { stream.takeUnretainedValue() }
  var request: StreamRequest { owned.request }

  var state: PCMStream.State { stream._withUnsafeGuaranteedRef { $0.state } }
  func prepare() -> Int32 { stream._withUnsafeGuaranteedRef { $0.prepare() } }
  func start() -> Int32 { stream._withUnsafeGuaranteedRef { $0.start() } }
  func drop() { stream._withUnsafeGuaranteedRef { $0.drop() } }
  func resume() -> Int32 { stream._withUnsafeGuaranteedRef { $0.resume() } }
  func available() -> Int { stream._withUnsafeGuaranteedRef { $0.available() } }
  func availableNow() -> Int { stream._withUnsafeGuaranteedRef { $0.availableNow() } }
  func wait(milliseconds: Int32) -> Int { stream._withUnsafeGuaranteedRef { $0.wait(milliseconds: milliseconds) } }
  func read(_ channels: UnsafePointer<UnsafeMutablePointer<Float>>, frameCount: Int) -> Int {
    stream._withUnsafeGuaranteedRef { $0.read(channels, frameCount: frameCount) }
  }
  func write(_ channels: UnsafePointer<UnsafePointer<Float>>?, frameCount: Int) -> Int {
    stream._withUnsafeGuaranteedRef { $0.write(channels, frameCount: frameCount) }
  }
}
