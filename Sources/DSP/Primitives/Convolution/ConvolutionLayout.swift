/// How a long response is cut into partitions: a function of its length and of the latency alone.
///
/// Without latency the first `tick` frames of the response are summed directly, and the first level is transformed at
/// once when a block of it is complete. Every other level has the whole next block for its work, which is shared out over
/// it evenly: a response that starts at frame `start` is then needed `start + latency >= 2 block` frames after the block's
/// first frame.
///
/// Source: W. G. Gardner, "Efficient convolution without input-output delay", JAES 43(3), 1995; G. García, "Optimal filter
/// partition for efficient convolution with short input/output delay", AES 113th Convention, 2002.
struct ConvolutionLayout: Equatable {
  /// Work is done where the stream position is a multiple of this many frames.
  static var tick: Int { @_transparent @_noAllocation @_noLocks get { 64 } }
  static let largestBlock = 32_768

  struct Level: Equatable {
    var block: Int
    /// The first frame of the response that it covers, and how many partitions of `block` frames follow.
    var start: Int
    var partitions: Int
  }

  let latency: Int
  let length: Int
  /// Frames of the response that are summed directly.
  let directCount: Int
  let levels: [Level]

  /// - Parameter latency: 0, or a power of two from 128 to 65,536.
  init(length: Int, latency: Int) {
    self.latency = latency
    self.length = length
    directCount = latency == 0 ? min(length, Self.tick) : 0
    let smallest = latency == 0 ? Self.tick : latency / 2
    var blocks: [Int] = []
    var block = smallest
    while block <= Self.largestBlock {
      blocks.append(block)
      block *= 2
    }
    guard length > directCount else {
      levels = []
      return
    }
    // Every choice of further blocks; there are at most 512.
    var best: (cost: Double, levels: [Level])?
    for choice in 0..<(1 << (blocks.count - 1)) {
      let chosen = blocks.enumerated().filter { $0.offset == 0 || choice >> ($0.offset - 1) & 1 == 1 }.map(\.element)
      let levels = Self.levels(chosen, from: directCount, length: length, latency: latency)
      guard levels.count == chosen.count else { continue }
      let cost = levels.reduce(0) { $0 + Self.cost($1) }
      if best == nil || cost < best!.cost { best = (cost, levels) }
    }
    levels = best!.levels
  }

  private static func levels(_ blocks: [Int], from first: Int, length: Int, latency: Int) -> [Level] {
    var levels: [Level] = []
    var start = first
    for (index, block) in blocks.enumerated() where start < length {
      let end = index + 1 < blocks.count ? min(2 * blocks[index + 1] - latency, length) : length
      let partitions = (end - start + block - 1) / block
      guard partitions > 0 else { continue }
      levels.append(Level(block: block, start: start, partitions: partitions))
      start += partitions * block
    }
    return levels
  }

  /// Operations per frame: two transforms a block, and a complex product for each partition and number.
  private static func cost(_ level: Level) -> Double {
    Double(2 * transformCost(level.block) + level.partitions * level.block * productCost) / Double(level.block)
  }

  static let productCost = 8

  /// Of a transform of `count` complex numbers with the turn before or after it.
  static func transformCost(_ count: Int) -> Int { count * (5 * count.trailingZeroBitCount + 12) }
}
