import Signal

/// Power spectra of a sound, of windows a hop apart, averaged over its channels.
///
/// Windows are those of Hann. The first is centred on the first
/// frame, and silence follows the last one, so that edges count like everything else. Not for an audio thread.
public final class PowerSpectra {
  /// Frames of a window, a power of two from 64.
  public let size: Int
  /// Frames from one window to the next.
  public let hop: Int
  /// Frames taken so far.
  public private(set) var frameCount = 0

  private let channelCount: Int
  private let transform: SpectralTransform
  private let window: OwnedBuffer<Float>
  /// Real parts of a spectrum, and imaginary ones.
  private let spectrum: OwnedBuffer<Float>
  private let powers: OwnedBuffer<Float>
  /// Of each channel, the frames from the start of the next window.
  private let waiting: OwnedBuffer<Float>
  private let capacity: Int
  private var waitingCount: Int
  private var windowStart = 0

  public init(size: Int, hop: Int, channelCount: Int) {
    precondition(size >= 64 && size & (size - 1) == 0 && (1...size).contains(hop) && channelCount > 0)
    let memory = MemoryMeter()
    (self.size, self.hop, self.channelCount) = (size, hop, channelCount)
    transform = SpectralTransform(size: size, memory: memory)
    spectrum = OwnedBuffer(count: size + 2, memory: memory)
    powers = OwnedBuffer(count: size / 2 + 1, memory: memory)
    capacity = 4 * size
    waiting = OwnedBuffer(count: channelCount * capacity, memory: memory)
    waitingCount = size / 2
    window = OwnedBuffer(count: size, memory: memory)
    let shape = SpectralWindow.hann.values(size)
    // So that the powers of a window add up to its mean square, each but the first and the last for two frequencies.
    let scale = (1 / (Double(size) * shape.reduce(0) { $0 + $1 * $1 } * Double(channelCount))).squareRoot()
    for n in 0..<size { window[n] = Float(shape[n] * scale) }
  }

  /// Takes the next frames of all channels.
  ///
  /// - Parameter body: is handed the `size / 2 + 1` powers of each window that is whole now: their sum is the mean square of
  ///   the windowed sound, and a sine of amplitude a has a^2 / 3 where it lies in the middle between its neighbours.
  public func add(
    _ channels: UnsafePointer<UnsafePointer<Float>>, frameCount count: Int, body: (UnsafeBufferPointer<Float>) -> Void
  ) {
    var done = 0
    while done < count {
      let step = min(count - done, capacity - waitingCount)
      for channel in 0..<channelCount {
        (waiting.base + channel * capacity + waitingCount).update(from: channels[channel] + done, count: step)
      }
      waitingCount += step
      done += step
      takeWindows(body)
    }
    frameCount += count
  }

  /// Hands out the windows that the last frames are in, with silence behind them. Call once, at the end.
  public func finish(body: (UnsafeBufferPointer<Float>) -> Void) {
    // Each frame is in every window that is centred no further than half a window from it.
    let windows = frameCount == 0 ? 0 : (frameCount + size / 2 - 1) / hop + 1
    while windowCount < windows {
      let step = min(windowStart + size - waitingCount, capacity - waitingCount)
      for channel in 0..<channelCount {
        (waiting.base + channel * capacity + waitingCount).update(repeating: 0, count: step)
      }
      waitingCount += step
      takeWindows(body)
    }
  }

  private var windowCount = 0

  private func takeWindows(_ body: (UnsafeBufferPointer<Float>) -> Void) {
    while waitingCount - windowStart >= size {
      transformWindow()
      body(UnsafeBufferPointer(start: powers.base, count: size / 2 + 1))
      windowStart += hop
      windowCount += 1
    }
    // Only a hop that is longer than what waits reaches beyond it.
    let kept = max(waitingCount - windowStart, 0)
    for channel in 0..<channelCount where windowStart > 0 {
      let base = waiting.base + channel * capacity
      base.update(from: base + min(windowStart, waitingCount), count: kept)
    }
    windowStart = max(windowStart - waitingCount, 0)
    waitingCount = kept
  }

  private func transformWindow() {
    let bins = size / 2 + 1, real = spectrum.base, imaginary = spectrum.base + bins, frame = transform.frame
    powers.clear()
    for channel in 0..<channelCount {
      let frames = waiting.base + channel * capacity + windowStart
      for n in 0..<size { frame[n] = frames[n] * window[n] }
      transform.forward(real, imaginary)
      for k in 0..<bins { powers[k] += real[k] * real[k] + imaginary[k] * imaginary[k] }
    }
    // Each frequency but the first and the last stands for its mirror too.
    for k in 1..<size / 2 { powers[k] *= 2 }
  }
}
