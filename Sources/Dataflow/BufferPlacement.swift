/// When a buffer holds data, in steps of a linear program, and the memory it takes.
public struct Lifetime: Sendable, Hashable {
  /// The step that first writes, and the last that reads. Two buffers that live at one step never share memory.
  public var steps: ClosedRange<Int>
  public var byteCount: Int
  /// Bytes; a power of two.
  public var alignment: Int

  public init(_ steps: ClosedRange<Int>, byteCount: Int, alignment: Int = 64) {
    precondition(byteCount >= 0 && alignment > 0 && alignment & (alignment - 1) == 0, "a size from 0 and a power of two")
    self.steps = steps
    self.byteCount = byteCount
    self.alignment = alignment
  }
}

/// Where each buffer lies in one arena.
public struct BufferPlacement: Sendable, Hashable, CustomStringConvertible {
  /// Bytes from the arena's start, one per lifetime.
  public let offsets: [Int]
  /// Bytes; the arena itself must be aligned to the largest alignment.
  public let arenaSize: Int
  /// The most bytes that live at one step: no placement needs less.
  public let lowerBound: Int

  public var description: String {
    "\(arenaSize) bytes (at least \(lowerBound)): " + offsets.map(String.init).joined(separator: " ")
  }
}

/// Places buffers so that no two that live at the same step overlap.
///
/// First fit, once in the order of their first steps and once from the largest down; the smaller arena wins. Beyond 4,096
/// buffers only the first order is tried, which takes time in proportion to the buffers that live at once.
/// Source: Murthy and Bhattacharyya, Shared Buffer Implementations of Signal Processing Systems Using Lifetime Analysis
/// Techniques, IEEE Trans. CAD 2001. Placing at least cost is NP-hard.
public func placeBuffers(_ lifetimes: [Lifetime]) -> BufferPlacement {
  let byStart = lifetimes.indices.sorted { a, b in
    (lifetimes[a].steps.lowerBound, -lifetimes[a].byteCount, a) < (lifetimes[b].steps.lowerBound, -lifetimes[b].byteCount, b)
  }
  var best = firstFit(lifetimes, byStart, discardingEnded: true)
  if lifetimes.count <= 4_096 {
    let bySize = lifetimes.indices.sorted { a, b in
      (-lifetimes[a].byteCount, -lifetimes[a].steps.count, a) < (-lifetimes[b].byteCount, -lifetimes[b].steps.count, b)
    }
    let other = firstFit(lifetimes, bySize, discardingEnded: false)
    if other.size < best.size { best = other }
  }
  return BufferPlacement(offsets: best.offsets, arenaSize: best.size, lowerBound: mostBytesAtOnce(lifetimes))
}

/// Puts each buffer in turn at the lowest offset that is free throughout its life.
private func firstFit(_ lifetimes: [Lifetime], _ order: [Int], discardingEnded: Bool) -> (offsets: [Int], size: Int) {
  var offsets = [Int](repeating: 0, count: lifetimes.count)
  var size = 0
  // Placed buffers, by offset. When going by first step, those that ended cannot meet a later one.
  var placed: [Int] = []
  for buffer in order {
    let lifetime = lifetimes[buffer]
    if discardingEnded { placed.removeAll { lifetimes[$0].steps.upperBound < lifetime.steps.lowerBound } }
    guard lifetime.byteCount > 0 else { continue }
    var offset = 0
    for other in placed where lifetimes[other].steps.overlaps(lifetime.steps) {
      if offsets[other] >= offset + lifetime.byteCount { break }
      offset = max(offset, (offsets[other] + lifetimes[other].byteCount + lifetime.alignment - 1) & -lifetime.alignment)
    }
    offsets[buffer] = offset
    size = max(size, offset + lifetime.byteCount)
    placed.insert(buffer, at: placed.firstIndex { offsets[$0] >= offset } ?? placed.count)
  }
  return (offsets, size)
}

private func mostBytesAtOnce(_ lifetimes: [Lifetime]) -> Int {
  // Births count before deaths of the same step: a buffer still lives at its last step.
  let changes = lifetimes.flatMap { [($0.steps.lowerBound, 0, $0.byteCount), ($0.steps.upperBound, 1, -$0.byteCount)] }
  var bytes = 0, most = 0
  for change in changes.sorted(by: { ($0.0, $0.1) < ($1.0, $1.1) }) {
    bytes += change.2
    most = max(most, bytes)
  }
  return most
}
