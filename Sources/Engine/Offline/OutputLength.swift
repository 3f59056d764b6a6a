import Dataflow

extension Plan {
  /// The most frames that a rendering can write, for headers that want to know.
  ///
  /// - Parameter inputFrames: of the patch's rate.
  public func maximumOutputFrames(inputFrames: Int, tail: TailOptions) -> Int {
    let tailSeconds =
      switch tail.length {
      case .automatic: tail.limitSeconds
      case .none: 0.0
      case .seconds(let seconds): seconds
      }
    let seconds = Double(inputFrames) / Double(options.sampleRate) + tailSeconds
    return Int(min(seconds * outputSampleRate.doubleValue, 1e17).rounded(.up)) + outputLatency + 2
  }
}
