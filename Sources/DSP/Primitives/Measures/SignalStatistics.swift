import Signal

/// What the samples of a sound come to: extremes, energy, offset, clipping, the quietest moment, and how alike two channels are.
///
/// Frames may come in pieces of any length; the answers are the same for every cut. Not for an audio thread.
public final class SignalStatistics {
  /// Of one channel.
  public struct Channel: Sendable, Hashable {
    /// The lowest and the highest sample.
    public var minimum = Float.infinity
    public var maximum = -Float.infinity
    fileprivate var sum = 0.0
    fileprivate var sumOfSquares = 0.0
    /// Samples at full scale that stand beside another one there, as a flattened wave has them.
    public var clippedCount = 0
    /// The first of them.
    public var firstClippedFrame: Int?
    /// The lowest mean square of a window that was not digital silence.
    var quietestMeanSquare = Double.infinity
    /// Of the window that runs: its frames, and their squares.
    fileprivate var windowSum = LaneSum()
    fileprivate var windowSquares = LaneSum()
    fileprivate var fullScaleRun = 0

    public var peak: Float { max(abs(minimum), abs(maximum)) }
  }

  public private(set) var channels: [Channel]
  public private(set) var frameCount = 0
  /// Of the first two channels: the sum of their products.
  private var product = 0.0
  private var windowProduct = LaneSum()
  private let fullScale: Float
  private let windowFrames: Int
  private var framesInWindow = 0

  /// - Parameter fullScale: the largest magnitude that the samples could have had; larger ones are clipped as well.
  public init(sampleRate: Int, channelCount: Int, fullScale: Float = 1) {
    channels = Array(repeating: Channel(), count: channelCount)
    self.fullScale = fullScale
    windowFrames = max(1, sampleRate / 20)
  }

  /// Takes the next frames of all channels.
  public func add(_ frames: UnsafePointer<UnsafePointer<Float>>, frameCount count: Int) {
    var done = 0
    while done < count {
      let step = min(count - done, windowFrames - framesInWindow)
      for index in channels.indices { add(frames[index] + done, step, &channels[index]) }
      if channels.count == 2 { windowProduct.add(frames[0] + done, frames[1] + done, step, at: framesInWindow) }
      framesInWindow += step
      frameCount += step
      done += step
      if framesInWindow == windowFrames { endWindow() }
    }
  }

  private func add(_ frames: UnsafePointer<Float>, _ count: Int, _ channel: inout Channel) {
    var (low, high) = (channel.minimum, channel.maximum)
    let extremes = extremes(frames, count)
    low = min(low, extremes.low)
    high = max(high, extremes.high)
    (channel.minimum, channel.maximum) = (low, high)
    channel.windowSum.add(frames, count, at: framesInWindow)
    channel.windowSquares.add(frames, frames, count, at: framesInWindow)
    if channel.fullScaleRun > 0 || largest(frames, count) >= fullScale { countClipped(frames, count, &channel) }
  }

  private func countClipped(_ frames: UnsafePointer<Float>, _ count: Int, _ channel: inout Channel) {
    for n in 0..<count {
      guard abs(frames[n]) >= fullScale else {
        channel.fullScaleRun = 0
        continue
      }
      channel.fullScaleRun += 1
      if channel.fullScaleRun == 2 {
        channel.clippedCount += 2
        if channel.firstClippedFrame == nil { channel.firstClippedFrame = frameCount + n - 1 }
      } else if channel.fullScaleRun > 2 {
        channel.clippedCount += 1
      }
    }
  }

  private func endWindow() {
    for index in channels.indices {
      let squares = channels[index].windowSquares.total
      if squares > 0 {
        channels[index].quietestMeanSquare = min(channels[index].quietestMeanSquare, squares / Double(windowFrames))
      }
      channels[index].sum += channels[index].windowSum.total
      channels[index].sumOfSquares += squares
      channels[index].windowSum = LaneSum()
      channels[index].windowSquares = LaneSum()
    }
    product += windowProduct.total
    windowProduct = LaneSum()
    framesInWindow = 0
  }

  public var peak: Float { channels.map(\.peak).max() ?? 0 }

  /// The mean of a channel, as an amplitude.
  public func offset(_ channel: Int) -> Double {
    frameCount == 0 ? 0 : (channels[channel].sum + channels[channel].windowSum.total) / Double(frameCount)
  }

  /// The root of the mean square of a channel.
  public func rms(_ channel: Int) -> Double { frameCount == 0 ? 0 : (energy(channel) / Double(frameCount)).squareRoot() }

  private func energy(_ channel: Int) -> Double { channels[channel].sumOfSquares + channels[channel].windowSquares.total }

  /// The RMS of the quietest 50 ms of a channel that are not digital silence; nil where there are none.
  public func noiseFloor(_ channel: Int) -> Double? {
    let meanSquare = channels[channel].quietestMeanSquare
    return meanSquare.isFinite ? meanSquare.squareRoot() : nil
  }

  /// Of two channels: 1 where they are alike, -1 where one is the other turned over, 0 where they have nothing in common.
  /// nil with another number of channels, or where one is silent.
  public var correlation: Double? {
    guard channels.count == 2 else { return nil }
    let energy = (energy(0) * energy(1)).squareRoot()
    return energy > 0 ? (product + windowProduct.total) / energy : nil
  }
}

/// A sum in four lanes: a frame goes to the lane of its position, so that the bits are the same for every cut.
private struct LaneSum: Hashable {
  private var lanes = SIMD4<Double>()

  var total: Double { (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) }

  /// Adds frames of which the first has this position.
  mutating func add(_ x: UnsafePointer<Float>, _ count: Int, at position: Int) {
    var n = 0
    while n < count {
      if count - n >= 4, (position + n) % 4 == 0 {
        lanes += SIMD4<Double>(UnsafeRawPointer(x + n).loadUnaligned(as: SIMD4<Float>.self))
        n += 4
      } else {
        lanes[(position + n) % 4] += Double(x[n])
        n += 1
      }
    }
  }

  /// Adds products.
  mutating func add(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int, at position: Int) {
    var n = 0
    while n < count {
      if count - n >= 4, (position + n) % 4 == 0 {
        lanes.addProduct(
          SIMD4<Double>(UnsafeRawPointer(x + n).loadUnaligned(as: SIMD4<Float>.self)),
          SIMD4<Double>(UnsafeRawPointer(y + n).loadUnaligned(as: SIMD4<Float>.self)))
        n += 4
      } else {
        let lane = (position + n) % 4
        lanes[lane] = lanes[lane].addingProduct(Double(x[n]), Double(y[n]))
        n += 1
      }
    }
  }
}
