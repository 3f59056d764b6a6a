/// How much of each block's time its processing takes. Written by the audio thread; any thread may copy it, and then sees
/// figures of some blocks ago.
public struct LoadMeter: Sendable {
  /// Blocks by load, in hundredths; the last place is for all above.
  private var histogram: InlineArray<512, Int32> = .init(repeating: 0)
  public private(set) var blocks = 0
  private var sum = 0.0
  /// The largest share of a block's time.
  public private(set) var worst = 0.0

  public mutating func add(_ share: Double) {
    blocks &+= 1
    sum += share
    worst = max(worst, share)
    let place = min(511, Int(min(share, 100) * 100))
    histogram[place] &+= 1
  }

  public var mean: Double { blocks == 0 ? 0 : sum / Double(blocks) }

  /// The share that 99 of 100 blocks stay at or below, to a hundredth.
  public var percentile99: Double {
    var left = blocks / 100
    for place in (0..<512).reversed() {
      left -= Int(histogram[place])
      if left < 0 { return min(worst, Double(place + 1) / 100) }
    }
    return 0
  }
}
