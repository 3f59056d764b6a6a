/// Where a writer's frames go: our own plain samples, or libsndfile.
protocol FrameSink: AnyObject {
  /// Stores interleaved frames.
  func write(_ frames: UnsafePointer<Float>, frameCount: Int) throws(SoundFileError)

  /// Hands on to the system what is held back, so that a pipe's reader gets it.
  func flush() throws(SoundFileError)

  /// Completes header and trailer. Called once, after the last `write`. Returns the container of the finished file.
  func finish() throws(SoundFileError) -> AudioFileContainer

  /// Lets go without touching the descriptor again, whose number may soon be another file's.
  func abandon()
}
