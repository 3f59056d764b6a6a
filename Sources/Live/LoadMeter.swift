/// How much of each block's time its processing took, over all blocks so far.
public struct LoadMeter: Sendable, Hashable {
  /// Blocks by load, in hundredths; the last place is for all above.
  private let histogram: [Int]
  public let blocks: Int
  private let sum: Double
  /// The largest share of a block's time.
  public let worst: Double

  init(histogram: [Int], blocks: Int, sum: Double, worst: Double) {
    (self.histogram, self.blocks, self.sum, self.worst) = (histogram, blocks, sum, worst)
  }

  public var mean: Double { blocks == 0 ? 0 : sum / Double(blocks) }

  /// The share that 99 of 100 blocks stay at or below, to a hundredth.
  public var percentile99: Double {
    var left = blocks / 100
    for place in histogram.indices.reversed() {
      left -= histogram[place]
      if left < 0 { return min(worst, Double(place + 1) / 100) }
    }
    return 0
  }
}
