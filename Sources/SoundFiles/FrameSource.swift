/// Where a reader's frames come from: libsndfile, or a stream of plain samples.
protocol FrameSource: AnyObject {
  /// Reads up to `frameCount` interleaved frames, fewer where a pipe holds fewer at the moment; 0 at the end only.
  func read(into frames: UnsafeMutablePointer<Float>, frameCount: Int) throws(SoundFileError) -> Int

  /// Goes to a frame at once; false where that can only be done by reading on.
  func seek(toFrame frame: Int) throws(SoundFileError) -> Bool

  /// Why the audio ended, where the decoder says more than "the end".
  var endReason: String? { get }

  /// Bytes left over after the last whole frame.
  var leftoverBytes: Int { get }
}
